using Commerce.Catalog;

namespace Commerce.Tests.Catalog;

/// <summary>What every source of products promises. Deriving from it and naming the source is all it takes.</summary>
public abstract class CatalogProviderConformance : IAsyncLifetime
{
    protected ICatalogProvider Provider { get; private set; } = null!;

    /// <summary>How many products there are. More than a few.</summary>
    protected abstract int Products { get; }

    public async Task InitializeAsync() => Provider = await Open();

    public Task DisposeAsync() => Close();

    protected abstract Task<ICatalogProvider> Open();

    protected abstract Task Close();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(500)]
    public async Task Pages_of_any_size_have_every_product_once(int limit)
    {
        var ids = (await ReadOn(null, limit)).Products.Select(product => product.Id).ToArray();

        Assert.Equal(Products, ids.Length);
        Assert.Equal(Products, ids.Distinct().Count());
    }

    [Fact]
    public async Task A_page_has_no_more_than_was_asked_for() => Assert.Equal(3, (await Provider.Page(null, 3, CancellationToken.None)).Products.Length);

    [Fact]
    public async Task The_same_cursor_has_the_same_page()
    {
        var first = await Provider.Page(null, 3, CancellationToken.None);

        Assert.Equal(
            (await Provider.Page(first.Next, 3, CancellationToken.None)).Products.Select(product => product.Id),
            (await Provider.Page(first.Next, 3, CancellationToken.None)).Products.Select(product => product.Id));
    }

    [Fact]
    public async Task The_end_has_a_cursor_that_stays_until_something_is_new()
    {
        var cursor = (await ReadOn(null, 100)).Cursor;
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // longer than what is read again in case it came late
        cursor = (await ReadOn(cursor, 100)).Cursor;

        var again = await Provider.Page(cursor, 100, CancellationToken.None);

        Assert.Equal((cursor, false), (again.Next, again.More));
        Assert.Empty(again.Products);
        Assert.Empty(again.Removed);
    }

    [Fact]
    public async Task Every_product_can_be_sold()
    {
        var read = await ReadOn(null, 100);

        Assert.All(read.Products, product =>
        {
            Assert.NotEmpty(product.Name);
            Assert.NotEmpty(product.Variants);
            Assert.Matches("^[a-z0-9-]{1,64}$", product.Id);
            Assert.All(product.Variants, variant => Assert.InRange(variant.Sku.Length, 1, 64));
        });
        Assert.Distinct(read.Products.SelectMany(product => product.Variants).Select(variant => variant.Sku));
    }

    [Fact]
    public async Task Whoever_leaves_is_not_waited_for() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            using var gone = new CancellationTokenSource();
            await gone.CancelAsync();
            await Provider.Page(null, 10, gone.Token);
            gone.Token.ThrowIfCancellationRequested(); // a source in memory may have answered
        });

    /// <summary>Reads to the end.</summary>
    protected async Task<(ImmutableArray<Product> Products, ImmutableArray<string> Removed, string Cursor)> ReadOn(string? cursor, int limit)
    {
        var (products, removed) = (ImmutableArray.CreateBuilder<Product>(), ImmutableArray.CreateBuilder<string>());
        for (var more = true; more;)
        {
            var page = await Provider.Page(cursor, limit, CancellationToken.None);
            products.AddRange(page.Products);
            removed.AddRange(page.Removed);
            (cursor, more) = (page.Next, page.More);
        }

        return (products.ToImmutable(), removed.ToImmutable(), cursor!);
    }
}
