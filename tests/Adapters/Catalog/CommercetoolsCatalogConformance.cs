using Commerce.Catalog;

namespace Commerce.Tests.Catalog;

public sealed class CommercetoolsCatalogConformance : CatalogProviderConformance
{
    private CommercetoolsShop? shop;

    protected override int Products => 40;

    protected override async Task<ICatalogProvider> Open() => (shop = await CommercetoolsShop.Open(Products)).Catalog;

    protected override async Task Close() => await shop!.DisposeAsync();

    [Fact]
    public async Task What_was_changed_deleted_or_unpublished_comes_after_the_cursor()
    {
        var read = await ReadOn(null, 100);
        await shop!.Merchant(HttpMethod.Post, "products/generated-3/touch");
        await shop.Merchant(HttpMethod.Delete, "products/generated-4");
        await shop.Merchant(HttpMethod.Post, "products/generated-5/unpublish");

        var news = await ReadOn(read.Cursor, 100);

        Assert.Contains(news.Products, product => product.Name == "Generated 3");
        Assert.Equal(
            read.Products.Where(product => product.Name is "Generated 4" or "Generated 5").Select(product => product.Id).Order(),
            news.Removed.Order());
    }

    [Fact]
    public async Task What_was_published_again_is_not_gone()
    {
        var read = await ReadOn(null, 100);
        await shop!.Merchant(HttpMethod.Delete, "products/generated-4");
        await shop.Merchant(HttpMethod.Post, "generate?count=1&from=4");

        var news = await ReadOn(read.Cursor, 100);

        Assert.Empty(news.Removed);
        Assert.Contains(news.Products, product => product.Name == "Generated 4");
    }

    [Fact]
    public async Task Products_of_the_same_instant_are_all_read_whatever_the_page()
    {
        // As many as are made in one go: a good many share a millisecond.
        await shop!.Merchant(HttpMethod.Post, "generate?count=300&from=1000");

        Assert.Equal(340, (await ReadOn(null, 3)).Products.Select(product => product.Id).Distinct().Count());
    }
}
