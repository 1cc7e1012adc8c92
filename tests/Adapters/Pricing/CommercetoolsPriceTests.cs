using Commerce.Commercetools;
using Commerce.Pricing;

namespace Commerce.Tests.Pricing;

/// <summary>Which of a SKU's prices is charged: the order of commercetools (group, then channel, then country, and dates within each), asked of our own book.</summary>
public sealed class CommercetoolsPriceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly WirePrice
        Any = Price(100),
        Country = Price(200) with { Country = "DE" },
        Channel = Price(300) with { Channel = new WireReference("ch") },
        ChannelCountry = Price(400) with { Channel = new WireReference("ch"), Country = "DE" },
        Group = Price(500) with { CustomerGroup = new WireReference("gr") },
        GroupCountry = Price(600) with { CustomerGroup = new WireReference("gr"), Country = "DE" },
        GroupChannel = Price(700) with { CustomerGroup = new WireReference("gr"), Channel = new WireReference("ch") },
        GroupChannelCountry = Price(800) with { CustomerGroup = new WireReference("gr"), Channel = new WireReference("ch"), Country = "DE" },
        Other = Price(900) with { Channel = new WireReference("other") };

    /// <summary>The most particular one last; each beats all before it, whichever of them are there.</summary>
    private static readonly WirePrice[] FromLeastToMost = [Any, Country, Channel, ChannelCountry, Group, GroupCountry, GroupChannel, GroupChannelCountry];

    [Fact]
    public void Of_every_set_of_prices_the_one_is_charged_that_commercetools_would_choose()
    {
        for (var set = 1; set < 1 << FromLeastToMost.Length; set++)
        {
            var prices = FromLeastToMost.Where((_, i) => (set & (1 << i)) != 0).ToArray();

            Assert.Equal(Chosen(prices, group: true, "DE"), Charged(prices, group: true, "DE"));
            Assert.Equal(Chosen(prices, group: false, "DE"), Charged(prices, group: false, "DE"));
            Assert.Equal(Chosen(prices, group: false, "FR"), Charged(prices, group: false, "FR"));
            Assert.Equal(Chosen(prices, group: true, "FR"), Charged(prices, group: true, "FR"));
        }
    }

    [Theory]
    [InlineData(-2, 100)]
    [InlineData(0, 50)]
    [InlineData(2, 100)]
    public void A_price_with_dates_goes_before_one_without_as_long_as_it_is_valid(int hours, long charged)
    {
        var sale = Price(50) with { ValidFrom = Noon.AddHours(-1), ValidUntil = Noon.AddHours(1) };

        Assert.Equal(charged, Charged([Any, sale], group: false, "DE", Noon.AddHours(hours)));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(9, 100)]
    [InlineData(10, 90)]
    [InlineData(50, 70)]
    public void Tiers_count_from_their_quantity(int quantity, long charged)
    {
        var tiered = Any with { Tiers = [new WireTier(10, Euros(90)), new WireTier(50, Euros(70))] };

        Assert.Equal(charged, Charged([tiered], group: false, "DE", quantity: quantity));
    }

    [Fact]
    public void A_product_discount_is_the_price_and_shows_what_it_was()
    {
        var listed = Assert.Single(Assert.Single(Map(Any with { Discounted = new WireDiscounted(Euros(80)) }).Lists).Prices["SKU"]);

        Assert.Equal((80, 100L), (listed.Amount, listed.CompareAt));
    }

    [Fact]
    public void A_price_of_another_channel_or_currency_is_nobodys_here() =>
        Assert.Empty(Map(Other, Any with { Value = Euros(100) with { CurrencyCode = "USD" } }).Lists);

    [Theory]
    [InlineData(12999, 3, "the price is finer than a minor unit")]
    [InlineData(13000, 3, null)]
    public void A_price_finer_than_a_minor_unit_is_refused_and_told(long precise, int digits, string? why)
    {
        var mapped = Map(Any with { Value = new WireMoney("EUR", 1300, digits, "highPrecision", precise) });

        Assert.Equal(why is null, mapped.Lists.Length == 1);
        Assert.True(why is null ? mapped.NotMapped.IsEmpty : mapped.NotMapped.Single().Why.EndsWith(why, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("JPY", 0, 500L)]
    [InlineData("KWD", 3, 500L)]
    [InlineData("KWD", 2, null)]
    [InlineData("XYZ", 2, null)]
    public void Minor_units_are_those_of_iso_4217_or_none(string currency, int digits, long? amount)
    {
        var (read, why) = VendorMoney.Read(new WireMoney(currency, 500, digits, "centPrecision"));

        Assert.Equal(amount is null, why is not null);
        Assert.Equal(amount ?? 0, read);
    }

    [Fact]
    public void What_cannot_be_said_here_is_told_with_its_reason()
    {
        var mapped = Map(Any with { Tiers = [new WireTier(10, Euros(90))], Discounted = new WireDiscounted(Euros(80)) });

        Assert.Empty(mapped.Lists);
        Assert.Equal(("price", "p100"), (mapped.NotMapped.Single().Kind, mapped.NotMapped.Single().Id));
        Assert.Equal("SKU", Assert.Single(mapped.Whole));
    }

    private static long? Chosen(WirePrice[] prices, bool group, string country) => prices
        .Where(price => (price.CustomerGroup is null || group) && (price.Country is null || price.Country == country))
        .OrderByDescending(price => price.CustomerGroup is not null).ThenByDescending(price => price.Channel is not null).ThenByDescending(price => price.Country is not null)
        .FirstOrDefault()?.Value.CentAmount;

    /// <summary>As the pricing function chooses: the most particular list first, then the highest priority, then the tier that is reached.</summary>
    private static long? Charged(WirePrice[] prices, bool group, string country, DateTimeOffset? at = null, int quantity = 1)
    {
        var now = at ?? Noon;
        foreach (var list in Map(prices).Lists
            .Where(list => (list.CustomerGroup is null || group) && (list.Countries.IsEmpty || list.Countries.Contains(country)))
            .OrderByDescending(list => list.CustomerGroup is not null ? 2 : list.Countries.IsEmpty ? 0 : 1).ThenByDescending(list => list.Priority))
        {
            if (list.Prices["SKU"].Where(p => quantity >= p.FromQuantity && !(now < p.From) && !(now >= p.Until)).MaxBy(p => p.FromQuantity) is { } price)
            {
                return price.Amount;
            }
        }

        return null;
    }

    private static PriceMapping Map(params WirePrice[] prices)
    {
        var market = new MarketOptions { Channel = "eu", PriceChannel = "eu-key" };
        market.Currencies.Add("EUR");
        var mapping = new PriceMapping(
            [market],
            new Dictionary<string, string> { ["ch"] = "eu-key", ["other"] = "other-key" },
            new Dictionary<string, string> { ["gr"] = "wholesale" });
        mapping.Add(new WireProduct("product", Noon, new() { ["en"] = "Product" }, new WireVariant(1, "SKU") { Prices = [.. prices] }));
        return mapping;
    }

    private static WirePrice Price(long amount) => new($"p{amount}", Euros(amount));

    private static WireMoney Euros(long amount) => new("EUR", amount, 2, "centPrecision");
}
