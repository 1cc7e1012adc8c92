using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Tax;

public sealed class RateTableTests
{
    private static readonly FileShop Shop = FileShop.Open(new ShopOptions());

    [Theory]
    [InlineData("DE", null, "standard", 1900)]
    [InlineData("DE", null, "reduced", 700)]
    [InlineData("FI", null, "standard", 2550)]
    [InlineData("GB", null, "standard", 2000)]
    [InlineData("CH", null, "standard", 810)]
    [InlineData("NO", null, "standard", 2500)]
    [InlineData("JP", null, "standard", 1000)]
    [InlineData("JP", "13", "reduced", 800)]
    [InlineData("US", "CA", "standard", 725)]
    [InlineData("US", "US-CA", "standard", 725)]
    [InlineData("US", "ny", "standard", 400)]
    [InlineData("US", "OR", "standard", 0)]
    public async Task The_rate_is_that_of_the_place_and_the_category(string country, string? region, string category, long tax)
    {
        var quote = Assert.IsType<Outcome<TaxQuote>.Ok>(await Ask(country, region, category)).Value;

        Assert.Equal(tax, quote.Items[0].Taxes.Sum(t => t.Amount.Amount));
    }

    [Fact]
    public async Task A_state_is_named_as_the_authority() =>
        Assert.Equal("US-CA", Assert.IsType<Outcome<TaxQuote>.Ok>(await Ask("US", "CA", "standard")).Value.Items[0].Taxes[0].Jurisdiction);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bavaria")]
    [InlineData("US-")]
    public async Task A_country_that_is_taxed_by_region_needs_one(string? region) =>
        Assert.Equal(TaxErrors.UnknownRegionCode, Assert.IsType<Outcome<TaxQuote>.Rejected>(await Ask("US", region, "standard")).Code);

    [Fact]
    public async Task A_country_or_category_without_rates_is_refused_and_never_free()
    {
        Assert.Equal("unknown-country", Assert.IsType<Outcome<TaxQuote>.Rejected>(await Ask("AQ", null, "standard")).Code);
        Assert.Equal("unknown-tax-category", Assert.IsType<Outcome<TaxQuote>.Rejected>(await Ask("DE", null, "luxury")).Code);
    }

    [Fact]
    public async Task What_is_exported_is_not_taxed()
    {
        var request = new TaxRequest("DE", null, Inclusive: false, RoundingPolicy.Default, [new TaxItem("line", "standard", new Money(10_000, "EUR"), 1)], Export: true);
        var quote = Assert.IsType<Outcome<TaxQuote>.Ok>(await Shop.Tax.Quote(request, default)).Value;

        Assert.Equal((0m, 0), (quote.Items[0].Taxes.Single().Rate, quote.Items[0].Taxes[0].Amount.Amount));
        Assert.Equal(10_000, quote.Items[0].Net.Amount);
    }

    private static ValueTask<Outcome<TaxQuote>> Ask(string country, string? region, string category) => Shop.Tax.Quote(
        new TaxRequest(country, region, Inclusive: false, RoundingPolicy.Default, [new TaxItem("line", category, new Money(10_000, "EUR"), 1)]), default);
}
