using Commerce.Carts;
using Commerce.Shipping;

namespace Commerce.Tests.Shipping;

/// <summary>What every shipping provider promises. Derive, and name your adapter, a destination that it serves and one that it does not.</summary>
public abstract class ShippingProviderConformance
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    protected abstract IShippingProvider Provider { get; }

    protected abstract string Channel { get; }

    protected abstract string Currency { get; }

    protected abstract Destination Served { get; }

    protected abstract Destination NotServed { get; }

    public static TheoryData<long> Weights => [0, 1, 500, 5_000, 31_500, 100_000_000];

    [Theory]
    [MemberData(nameof(Weights))]
    public async Task Every_way_to_ship_has_an_id_of_its_own_and_prices_in_the_currency_asked_for(long grams)
    {
        var rates = await Rates(grams);

        Assert.Equal(rates.Length, rates.Select(rate => rate.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(rates, rate => Assert.Equal((Currency, true, true, true), (rate.Currency, rate.Id.Length > 0, rate.Name.Length > 0, rate.TaxCategory.Length > 0)));
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public async Task Prices_begin_at_nothing_go_up_by_value_and_are_never_negative(long grams)
    {
        foreach (var rate in await Rates(grams))
        {
            Assert.Equal(0, rate.Steps[0].From);
            Assert.All(rate.Steps, step => Assert.True(step.Price >= 0));
            Assert.All(rate.Steps.Zip(rate.Steps.Skip(1)), pair => Assert.True(pair.First.From < pair.Second.From));
        }
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public async Task The_cheapest_comes_first(long grams)
    {
        var prices = (await Rates(grams)).Select(rate => rate.PriceFor(Money.Zero(Currency)).Amount).ToArray();

        Assert.Equal(prices.Order(), prices);
    }

    [Fact]
    public async Task A_light_parcel_is_taken_where_it_says_that_it_delivers_and_nowhere_else()
    {
        Assert.NotEmpty(await Rates(1));
        Assert.Empty(await Provider.Rates(new ShippingRequest(Channel, Currency, NotServed, 1, Noon), default));
        Assert.Empty(await Provider.Rates(new ShippingRequest("no such channel", Currency, Served, 1, Noon), default));
        Assert.Empty(await Provider.Rates(new ShippingRequest(Channel, "XTS", Served, 1, Noon), default));
    }

    [Fact]
    public async Task The_same_question_has_the_same_answer()
    {
        foreach (var (one, other) in (await Rates(700)).Zip(await Rates(700)))
        {
            Assert.Equal(one with { Steps = other.Steps }, other);
            Assert.Equal(one.Steps.AsEnumerable(), other.Steps);
        }
    }

    [Fact]
    public async Task A_promise_has_two_days_in_order_of_which_none_is_over_and_never_comes_earlier_by_ordering_later()
    {
        Dictionary<string, (DateOnly Earliest, DateOnly Latest)> before = [];
        for (var hour = 0; hour < 24 * 14; hour++)
        {
            foreach (var rate in await Rates(500, Noon.AddHours(hour)))
            {
                Assert.True(rate.MinDays >= 0 && rate.MaxDays >= rate.MinDays);
                Assert.Equal(rate.Earliest is null, rate.Latest is null);
                if (rate is { Earliest: { } earliest, Latest: { } latest })
                {
                    // The day may have another date at the destination.
                    Assert.True(earliest >= DateOnly.FromDateTime(Noon.AddHours(hour).UtcDateTime).AddDays(-1) && latest >= earliest);
                    var (earlier, later) = before.GetValueOrDefault(rate.Id, (earliest, latest));
                    Assert.True(earliest >= earlier && latest >= later);
                    before[rate.Id] = (earliest, latest);
                }
            }
        }
    }

    private ValueTask<ImmutableArray<ShippingRate>> Rates(long grams, DateTimeOffset? at = null) =>
        Provider.Rates(new ShippingRequest(Channel, Currency, Served, grams, at ?? Noon), default);
}
