using Commerce.Pricing;
using Commerce.Tests.Catalog;

namespace Commerce.Tests.Pricing;

public sealed class CommercetoolsPricingConformance : PricingProviderConformance
{
    private CommercetoolsShop? shop;

    protected override int Skus => 40;

    protected override async Task<IPricingProvider> Open() => (shop = await CommercetoolsShop.Open(Skus)).Pricing;

    protected override async Task Close() => await shop!.DisposeAsync();

    [Fact]
    public async Task A_price_that_changed_comes_after_the_cursor()
    {
        var read = await ReadOn(null, 100);
        await shop!.Merchant(HttpMethod.Put, "prices/GEN-000003", new { currency = "EUR", amount = 777 });

        var news = (await ReadOn(read.Cursor, 100)).Pages.SelectMany(page => page.Lists).Single(list => list.Channel == "eu");

        Assert.Equal(777, Assert.Single(news.Prices["GEN-000003"]).Amount);
    }

    [Fact]
    public async Task A_price_that_went_is_not_told_while_its_sku_is_told_to_the_last()
    {
        var read = await ReadOn(null, 100);
        await shop!.Merchant(HttpMethod.Put, "prices/GEN-000003", new { currency = "EUR", amount = (long?)null });

        var news = (await ReadOn(read.Cursor, 100)).Pages;

        Assert.Contains("GEN-000003", news.SelectMany(page => page.Whole));
        Assert.DoesNotContain(news.SelectMany(page => page.Lists), list => list.Channel == "eu" && list.Prices.ContainsKey("GEN-000003"));
    }

    [Fact]
    public async Task A_discount_that_came_or_went_is_seen()
    {
        var read = await ReadOn(null, 100);
        await shop!.Merchant(HttpMethod.Put, "cart-discounts", new
        {
            key = "ten",
            name = new { en = "Ten off" },
            value = new { type = "relative", permyriad = 1000 },
            target = new { type = "lineItems", predicate = "true" },
            cartPredicate = "true",
            sortOrder = "0.5",
            isActive = true,
            requiresDiscountCode = false,
        });

        var came = await ReadOn(read.Cursor, 100);
        var promotion = Assert.Single(Assert.Single(came.Pages, page => page.NamesAllPromotions).Promotions);
        Assert.Equal(("Ten off", (Effect)new PercentOff(0.1m)), (promotion.Reason, promotion.Effect));

        await shop.Merchant(HttpMethod.Delete, "cart-discounts/ten");
        Assert.Empty(Assert.Single((await ReadOn(came.Cursor, 100)).Pages, page => page.NamesAllPromotions).Promotions);
    }
}
