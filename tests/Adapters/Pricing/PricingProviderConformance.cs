using Commerce.Pricing;

namespace Commerce.Tests.Pricing;

/// <summary>What every source of prices promises. Deriving from it and naming the source is all it takes.</summary>
public abstract class PricingProviderConformance : IAsyncLifetime
{
    protected IPricingProvider Provider { get; private set; } = null!;

    /// <summary>How many SKUs have a price in euros on the channel <c>eu</c>.</summary>
    protected abstract int Skus { get; }

    public async Task InitializeAsync() => Provider = await Open();

    public Task DisposeAsync() => Close();

    protected abstract Task<IPricingProvider> Open();

    protected abstract Task Close();

    [Theory]
    [InlineData(3)]
    [InlineData(500)]
    public async Task Pages_of_any_size_price_every_sku(int limit)
    {
        var prices = (await ReadOn(null, limit)).Pages.SelectMany(page => page.Lists).Where(list => list is { Channel: "eu", Currency: "EUR" }).SelectMany(list => list.Prices).ToArray();

        Assert.Equal(Skus, prices.Select(price => price.Key).Distinct().Count());
        Assert.All(prices, price => Assert.All(price.Value, listed => Assert.True(listed is { Amount: >= 0, FromQuantity: >= 1 })));
    }

    [Fact]
    public async Task A_list_says_the_same_of_itself_on_every_page()
    {
        var lists = (await ReadOn(null, 3)).Pages.SelectMany(page => page.Lists).GroupBy(list => list.Id);

        Assert.All(lists, list => Assert.Single(list.Select(of => (of.Channel, of.Currency, of.Customer, of.CustomerGroup, of.Priority, of.From, of.Until)).Distinct()));
    }

    [Fact]
    public async Task Every_id_is_used_once()
    {
        var pages = (await ReadOn(null, 500)).Pages;

        Assert.Distinct(pages.SelectMany(page => page.Promotions).Select(promotion => promotion.Id));
        Assert.Distinct(pages.SelectMany(page => page.Groups).Select(group => group.Id));
    }

    [Fact]
    public async Task The_end_has_a_cursor_that_stays_until_something_is_new()
    {
        var cursor = (await ReadOn(null, 100)).Cursor;
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // longer than what is read again in case it came late
        cursor = (await ReadOn(cursor, 100)).Cursor;

        var again = await Provider.Page(cursor, 100, CancellationToken.None);

        Assert.Equal((cursor, false), (again.Next, again.More));
        Assert.Empty(again.Lists);
        Assert.Empty(again.Promotions);
    }

    /// <summary>Reads to the end.</summary>
    protected async Task<(ImmutableArray<PricingPage> Pages, string Cursor)> ReadOn(string? cursor, int limit)
    {
        var pages = ImmutableArray.CreateBuilder<PricingPage>();
        for (var more = true; more;)
        {
            var page = await Provider.Page(cursor, limit, CancellationToken.None);
            pages.Add(page);
            (cursor, more) = (page.Next, page.More);
        }

        return (pages.ToImmutable(), cursor!);
    }
}
