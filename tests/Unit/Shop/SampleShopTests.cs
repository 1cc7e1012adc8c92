using Commerce.Carts;
using Commerce.Pricing;
using Commerce.Shipping;

namespace Commerce.Shop;

public sealed class SampleShopTests
{
    private static readonly FileShop Shop = FileShop.Open(new ShopOptions());

    [Fact]
    public void There_is_something_to_sell()
    {
        Assert.True(Shop.Catalog.Products.Length >= 64);
        Assert.True(Shop.Catalog.Skus.Count >= 150);
        Assert.Equal(["eu", "jp", "partner", "us"], Shop.Pricing.All.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_sku_has_a_price_on_every_channel()
    {
        var book = PriceBook.Empty.With(Shop.Pricing.Everything, at: null);
        foreach (var channel in Shop.Pricing.All.Values)
        {
            foreach (var sku in Shop.Catalog.Skus)
            {
                Assert.NotNull(book.Price(new PriceQuestion(channel.Id, channel.Currencies[0], null, [], null, DateTimeOffset.UnixEpoch), sku, 1));
            }
        }
    }

    [Fact]
    public async Task Every_country_can_be_shipped_to_in_two_ways()
    {
        foreach (var channel in Shop.Pricing.All.Values)
        {
            foreach (var country in channel.Countries)
            {
                var rates = await Shop.Shipping.Rates(new ShippingRequest(channel.Id, channel.Currencies[0], new Destination(country, null), 0, DateTimeOffset.UnixEpoch), default);
                Assert.Equal(["express", "standard"], rates.Select(r => r.Id).Order(StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public async Task The_catalog_is_read_page_by_page_and_then_has_nothing_new()
    {
        var (read, cursor, more) = (new List<string>(), (string?)null, true);
        while (more)
        {
            var page = await Shop.Catalog.Page(cursor, 10, default);
            read.AddRange(page.Products.Select(p => p.Id));
            (cursor, more) = (page.Next, page.More);
        }

        var rest = await Shop.Catalog.Page(cursor, 10, default);

        Assert.Equal(Shop.Catalog.Products.Select(p => p.Id), read);
        Assert.Empty(rest.Products);
        Assert.Equal(cursor, rest.Next);
        Assert.Equal(10, (await Shop.Catalog.Page("an-older-edition-40", 10, default)).Products.Length);
    }
}
