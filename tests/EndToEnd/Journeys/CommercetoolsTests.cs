using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>A shop whose products and prices are commercetools': the sandbox in its own process, filled from the sample shop.</summary>
[Trait("database", "files")] // the copy itself is tried on PostgreSQL in a cluster
public sealed class CommercetoolsTests
{
    private const string Sandbox = "/sandbox/commercetools/-";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_shop_sells_what_commercetools_has_at_its_prices_and_sees_what_changes_there()
    {
        await using var running = await ShopProcess.Start(new ShopSetup
        {
            Settings = new Dictionary<string, string>
            {
                ["Commerce__Catalog__Provider"] = "commercetools",
                ["Commerce__Catalog__Period"] = "00:00:00.500",
                ["Commerce__Commercetools__Overlap"] = "00:00:02",
            },
        });
        var shop = running.Client;

        // Sold at the price that stands there.
        await Merchant("PUT", $"/prices/{Goods.Tea}", new { currency = "EUR", amount = 4321 });
        await Priced(4321);
        var ada = await Shopper.ReadyToPay(shop, Goods.Tea);
        Assert.Equal((4321, "ct-eu-eur-own@1"), (ada.Cart.Number("lines.0.unitPrice.amount"), ada.Cart.At("lines.0.priceList")));
        var order = await ada.Order();
        Assert.Equal(4321, order.Number("lines.0.unitPrice.amount"));

        // Codes come from there, too.
        var bob = await Shopper.ReadyToPay(shop, Goods.Tea);
        var before = bob.Cart.Number("totals.total.amount");
        await bob.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });
        Assert.True(bob.Cart.Number("totals.total.amount") < before);

        // A change is seen.
        await Merchant("PUT", $"/prices/{Goods.Tea}", new { currency = "EUR", amount = 1234 });
        await Priced(1234);

        // A deletion is seen: by search, and by who asks for it.
        var product = (await shop.Send(HttpMethod.Get, "/v1/products?channel=eu&q=darjeeling")).Must(200).Need("items.0.id");
        await Merchant("DELETE", "/products/darjeeling-first-flush");
        await Eventually.True(async () => (await shop.Send(HttpMethod.Get, "/v1/products?channel=eu&q=darjeeling")).Must(200).At("items.0.id") is null, Patience, "it is not found any more");
        (await shop.Send(HttpMethod.Get, $"/v1/products/{product}?channel=eu")).MustRefuse(404, "not-found");
        (await shop.Send(HttpMethod.Post, "/v1/carts", new { channel = "eu", lines = new[] { new { sku = Goods.Tea, quantity = 1 } } })).MustRefuse(422, "unknown-sku");

        // How far the copy is, told to operators.
        var sync = (await shop.Admin(HttpMethod.Get, "/catalog/sync")).Must(200);
        Assert.Equal(("commercetools", "0"), (sync.At("source"), sync.At("failures")));
        Assert.Equal("[]", sync.At("notMapped"));
        var full = (await shop.Admin(HttpMethod.Post, "/catalog/sync", new { full = true })).Must(202);
        await Eventually.True(
            async () => string.CompareOrdinal((await shop.Admin(HttpMethod.Get, "/catalog/sync")).Must(200).Need("prices.fullAt"), full.Need("prices.fullAt")) > 0, Patience, "everything was read");

        async Task Merchant(string method, string path, object? body = null) => (await shop.Send(new HttpMethod(method), Sandbox + path, body)).Must(204);

        Task Priced(long amount) => Eventually.True(
            async () => (await shop.Send(HttpMethod.Get, "/v1/products?channel=eu&q=darjeeling")).Must(200).Text.Contains($"\"amount\":{amount},", StringComparison.Ordinal), Patience, $"it costs {amount}");
    }

    [Fact]
    public async Task A_vendor_that_is_away_is_told_and_what_was_copied_is_sold()
    {
        await using var running = await ShopProcess.Start(new ShopSetup
        {
            Settings = new Dictionary<string, string>
            {
                ["Commerce__Catalog__Provider"] = "commercetools",
                ["Commerce__Catalog__Period"] = "00:00:00.500",
                ["Commerce__Catalog__RetryDelay"] = "00:00:00.500",
                ["Commerce__Catalog__LongestRetryDelay"] = "00:00:01",
            },
        });
        var shop = running.Client;

        (await shop.Send(HttpMethod.Post, "/sandbox/faults", new { operation = "commercetools.product-projections", kind = "status", status = 503 })).Must(201);
        await Eventually.True(async () => (await shop.Admin(HttpMethod.Get, "/catalog/sync")).Must(200) is var sync && sync.Number("failures") > 1 && sync.At("lastError") is { Length: > 0 }, Patience, "it is told");

        var ada = await Shopper.ReadyToPay(shop, Goods.Tea);
        Assert.Equal("placed", (await ada.Order()).At("status"));

        (await shop.Send(HttpMethod.Delete, "/sandbox/faults")).Must(204);
        await Eventually.True(async () => (await shop.Admin(HttpMethod.Get, "/catalog/sync")).Must(200).Number("failures") == 0, Patience, "it is read again");
    }
}
