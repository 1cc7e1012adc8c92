using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>The operators' lists, how old they are, and how they are built anew.</summary>
[Collection(OneShop.Name)]
public sealed class ReadModelTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task An_order_is_in_the_operators_list_with_its_owner_and_its_time()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var order = (await ada.Order()).Need("id");

        var listed = await Eventually.Get(async () => await Find("/orders?limit=100", order), TimeSpan.FromSeconds(10), "the order is listed");
        var (placed, owner) = ((string)listed["placedAt"]!, (string)listed["owner"]!);
        Assert.StartsWith("guest_", owner, StringComparison.Ordinal);

        Assert.NotNull(await Find($"/orders?limit=100&status=placed&from={Uri.EscapeDataString(placed)}", order));
        Assert.Null(await Find($"/orders?limit=100&to={Uri.EscapeDataString(placed)}", order));
        Assert.Null(await Find("/orders?limit=100&status=cancelled", order));

        var own = await ada.Look("/v1/orders");
        Assert.Null(own.At("items.0.owner"));
        Assert.NotNull(own.At("asOf"));
    }

    [Fact]
    public async Task Pages_lead_to_each_other_and_say_how_old_they_are()
    {
        for (var i = 0; i < 2; i++)
        {
            await (await Shopper.ReadyToPay(shop, Goods.Tea)).Order();
        }

        var first = await Eventually.Get(
            async () => (await shop.Admin(HttpMethod.Get, "/orders?limit=1")).Must(200) is var page && page.At("next") is not null ? page : null, TimeSpan.FromSeconds(10), "there is a second page");
        Assert.True(DateTimeOffset.UtcNow - DateTimeOffset.Parse(first.Need("asOf"), System.Globalization.CultureInfo.InvariantCulture) < TimeSpan.FromSeconds(30), first.Text);
        Assert.Equal($"</v1/admin/orders?limit=1&cursor={first.Need("next")}>; rel=\"next\"", first.Header("Link"));
        var second = (await shop.Admin(HttpMethod.Get, "/orders?limit=1&cursor=" + first.Need("next"))).Must(200);
        Assert.NotEqual(first.Need("items.0.id"), second.Need("items.0.id"));
    }

    [Fact]
    public async Task A_checkout_that_waits_for_its_shopper_is_in_flight()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Mug);
        var checkout = (await ada.BuyToTheEnd("pm_card_authenticationRequired")).Need("id");

        var listed = await Eventually.Get(async () => await Find("/checkouts?status=requires_action&limit=100", checkout), TimeSpan.FromSeconds(10), "the checkout is listed");
        Assert.Equal(ada.CartId, (string)listed["cartId"]!);
        Assert.Null(await Find("/checkouts?status=placing", checkout));

        (await ada.Ask(HttpMethod.Post, $"/v1/checkouts/{checkout}/cancel", key: ShopClient.NewKey())).Must(200, 202);
        await Eventually.Get(async () => await Find("/checkouts?limit=100", checkout) is null ? checkout : null, TimeSpan.FromSeconds(30), "it is in flight no more");
    }

    [Fact]
    public async Task Stock_is_listed_by_sku_and_what_is_short_by_how_short()
    {
        var bySku = (await shop.Admin(HttpMethod.Get, "/stock?limit=100")).Must(200);
        var skus = bySku.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("sku").GetString()).ToList();
        Assert.Equal(skus.Order(StringComparer.Ordinal), skus);
        Assert.Contains(Goods.Coffee, skus);

        var available = await shop.Available(Goods.Scarce);
        var low = await Eventually.Get(
            async () => (await shop.Admin(HttpMethod.Get, $"/stock?limit=100&below={available + 1}")).Must(200) is var page && page.Text.Contains(Goods.Scarce, StringComparison.Ordinal) ? page : null,
            TimeSpan.FromSeconds(10), "the scarce is listed");
        var units = low.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("available").GetInt32()).ToList();
        Assert.Equal(units.Order(), units);
        Assert.True(units[^1] <= available);
    }

    [Theory]
    [InlineData("/orders?cursor=nonsense", 400, "invalid-cursor")]
    [InlineData("/orders?from=yesterday", 422, "invalid-value")]
    [InlineData("/orders?status=lost", 422, "invalid-value")]
    [InlineData("/orders?limit=0", 422, "invalid-limit")]
    [InlineData("/checkouts?status=completed", 422, "invalid-value")]
    [InlineData("/checkouts?cursor=bm9uc2Vuc2U", 400, "invalid-cursor")]
    [InlineData("/stock?below=-1", 422, "invalid-value")]
    [InlineData("/stock?below=3&cursor=MSAx", 400, "invalid-cursor")]
    [InlineData("/read-models/nothing", 404, "unknown-read-model")]
    public async Task What_cannot_be_listed_is_refused(string path, int status, string code) => (await shop.Admin(HttpMethod.Get, path)).MustRefuse(status, code);

    [Fact]
    public async Task A_read_model_is_built_anew_while_the_shop_runs()
    {
        var order = (await (await Shopper.ReadyToPay(shop, Goods.Flask)).Order()).Need("id");
        var before = (await shop.Admin(HttpMethod.Get, "/read-models/orders")).Must(200).Number("generation");
        var key = ShopClient.NewKey();

        var accepted = (await shop.Admin(HttpMethod.Post, "/read-models/orders/rebuilds", key: key)).Must(202);
        Assert.Equal("/v1/admin/read-models/orders", accepted.Header("Location"));

        var after = await Eventually.Get(
            async () => (await shop.Admin(HttpMethod.Get, "/read-models/orders")).Must(200) is var view && view.Number("generation") == before + 1 && view.At("rebuild") is null ? view : null,
            TimeSpan.FromSeconds(60), "the rebuild has come to its end");
        Assert.NotNull(after.At("since"));
        Assert.NotNull(await Find("/orders?limit=100", order));

        var repeated = (await shop.Admin(HttpMethod.Post, "/read-models/orders/rebuilds", key: key)).Must(202);
        Assert.Equal((true, before + 1), (repeated.Replayed, repeated.Number("generation")));
        (await shop.Admin(HttpMethod.Post, "/read-models/stock-levels/rebuilds", key: key)).Must(202); // another model keeps its own keys
        (await shop.Admin(HttpMethod.Post, "/read-models/orders/rebuilds", new { force = true })).MustRefuse(422, "unknown-field");
        Assert.Contains("stock-levels", (await shop.Admin(HttpMethod.Post, "/read-models/nothing/rebuilds")).MustRefuse(404, "unknown-read-model").Need("allowed"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_far_read_models_are_behind_is_told_and_measured()
    {
        var models = (await shop.Admin(HttpMethod.Get, "/read-models")).Must(200).Json.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["orders", "checkouts-in-flight", "stock-levels", "quotes", "payments"], models.Select(model => model.GetProperty("name").GetString()));
        Assert.All(models, model => Assert.Equal(8, model.GetProperty("partitions").GetArrayLength()));

        await Eventually.Get(
            async () => (await shop.Send(HttpMethod.Get, "/metrics")).Must(200).Text is var text
                && models.TrueForAll(model => text.Contains($"model=\"{model.GetProperty("name").GetString()}\"", StringComparison.Ordinal))
                && text.Contains("commerce_read_model_lag", StringComparison.Ordinal) && text.Contains("commerce_streams_lag", StringComparison.Ordinal) ? text : null,
            TimeSpan.FromSeconds(20), "the lag is a metric");
    }

    private async Task<System.Text.Json.Nodes.JsonObject?> Find(string path, string id) =>
        System.Text.Json.Nodes.JsonNode.Parse((await shop.Admin(HttpMethod.Get, path)).Must(200).Text)!["items"]!.AsArray()
            .Select(item => item!.AsObject()).FirstOrDefault(item => (string)item["id"]! == id);
}
