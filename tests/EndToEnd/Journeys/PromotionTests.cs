using System.Diagnostics;
using System.Text.Json;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>Promotions and prices as operators publish them, and as shoppers meet them.</summary>
[Collection(OneShop.Name)]
public sealed class PromotionTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;
    private readonly string id = "p-" + Guid.NewGuid().ToString("N")[..12];

    private string Code => id.ToUpperInvariant();

    private string Path => "/promotions/" + id;

    [Fact]
    public async Task The_last_use_of_a_coupon_wanted_by_a_hundred_shoppers_at_once_is_given_to_one()
    {
        await Publish(new { uses = 1 });
        var shoppers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            var shopper = await Shopper.ReadyToPay(shop, Goods.Coffee);
            await shopper.Change(HttpMethod.Post, "/coupons", new { code = Code });
            return shopper;
        }));

        var checkouts = await Task.WhenAll(shoppers.Select(shopper => shopper.BuyToTheEnd("pm_card_visa")));

        Assert.Single(checkouts, checkout => checkout.At("status") == "confirmed");
        Assert.All(checkouts.Where(checkout => checkout.At("status") != "confirmed"), checkout => Assert.Equal(
            ("failed", "coupon-used-up", Code, "True"), (checkout.At("status"), checkout.At("failure.code"), checkout.At("failure.reason"), checkout.At("failure.retryable"))));
        var late = await Shopper.With(shop, Goods.Coffee);
        (await late.Ask(HttpMethod.Post, late.CartPath + "/coupons", new { code = Code })).MustRefuse(422, "coupon-used-up");
    }

    [Fact]
    public async Task A_use_comes_back_with_a_declined_card_and_with_a_cancelled_order()
    {
        await Publish(new { uses = 1 });
        var ada = await With(Code);
        Assert.Equal("payment-declined", (await ada.BuyToTheEnd("pm_card_chargeDeclined")).At("failure.code"));

        var order = await ada.Order();
        (await ada.Ask(HttpMethod.Post, $"/v1/orders/{order.Need("id")}/cancel", key: ShopClient.NewKey())).Must(200);

        Assert.Equal("confirmed", (await (await With(Code)).BuyToTheEnd("pm_card_visa")).At("status"));
    }

    [Fact]
    public async Task A_promotion_is_published_priced_scheduled_changed_and_withdrawn()
    {
        var published = await Publish(new { });
        Assert.Equal(("in_force", "operator", "\"1\""), (published.At("state"), published.At("publishedBy"), published.ETag));
        var cart = (await With(Code)).Cart;
        Assert.Equal(100, cart.Number("totals.discount.amount"));
        Assert.Equal("Because of the test", cart.At("lines.0.adjustments.0.reason"));

        var soon = DateTimeOffset.UtcNow.AddSeconds(1.5);
        var scheduled = (await shop.Admin(HttpMethod.Put, Path, Body(new { }, amount: 250, from: soon))).Must(200);
        Assert.Equal("scheduled", scheduled.At("state"));
        var early = await Shopper.With(shop, Goods.Coffee);
        (await early.Ask(HttpMethod.Post, early.CartPath + "/coupons", new { code = Code })).MustRefuse(422, "coupon-not-started");
        Assert.Contains((await shop.Admin(HttpMethod.Get, "/promotions?state=scheduled&limit=100")).Json.GetProperty("items").EnumerateArray(), p => p.GetProperty("id").GetString() == id);
        await Eventually.True(async () => (await shop.Admin(HttpMethod.Get, Path)).At("state") == "in_force", TimeSpan.FromSeconds(10), "its second has come");
        Assert.Equal(250, (await With(Code)).Cart.Number("totals.discount.amount"));

        (await shop.Admin(HttpMethod.Delete, Path)).Must(200);
        var late = await Shopper.With(shop, Goods.Coffee);
        (await late.Ask(HttpMethod.Post, late.CartPath + "/coupons", new { code = Code })).MustRefuse(422, "coupon-expired");
        (await shop.Admin(HttpMethod.Get, Path)).MustRefuse(404, "not-found");
        Assert.Equal(["3", "2", "1"], (await shop.Admin(HttpMethod.Get, Path + "/versions")).Json.GetProperty("items").EnumerateArray().Select(v => v.GetProperty("version").ToString()));
    }

    [Fact]
    public async Task Prices_change_now_and_at_their_second_and_products_show_what_they_were()
    {
        const string sku = "PAPE-FILT-2";
        var soon = DateTimeOffset.UtcNow.AddSeconds(1.5);
        var before = (await Shopper.With(shop, sku)).Cart.Number("lines.0.unitPrice.amount");

        (await shop.Admin(HttpMethod.Patch, "/prices/eu-eur", new { prices = new Dictionary<string, object> { [sku] = new[] { new { amount = before - 50, compareAt = before, from = soon } } } })).Must(200);

        Assert.Equal(before, (await Shopper.With(shop, sku)).Cart.Number("lines.0.unitPrice.amount"));
        await Eventually.True(async () => (await Shopper.With(shop, sku)).Cart.Number("lines.0.unitPrice.amount") == before - 50, TimeSpan.FromSeconds(10), "its second has come");
        var variants = (await shop.Send(HttpMethod.Get, "/v1/products?q=" + sku)).Json.GetProperty("items").EnumerateArray().SelectMany(p => p.GetProperty("variants").EnumerateArray());
        Assert.Equal(before, variants.Single(v => v.GetProperty("sku").GetString() == sku).GetProperty("compareAt").GetProperty("amount").GetInt64());
        (await shop.Admin(HttpMethod.Patch, "/prices/eu-eur", new { prices = new Dictionary<string, object> { [sku] = before } })).Must(200);
        Assert.Equal(before, (await Shopper.With(shop, sku)).Cart.Number("lines.0.unitPrice.amount"));
    }

    [Fact]
    public async Task Made_codes_are_streamed_again_count_one_by_one_and_are_revoked()
    {
        await Publish(new { });
        var key = ShopClient.NewKey();
        var made = (await shop.Admin(HttpMethod.Post, Path + "/coupons", new { count = 12_000, prefix = Code + "-" }, key)).Must(200);
        var again = (await shop.Admin(HttpMethod.Post, Path + "/coupons", new { count = 12_000, prefix = Code + "-" }, key)).Must(200);
        Assert.Equal((made.At("version"), true), (again.At("version"), again.Replayed));
        Assert.DoesNotContain("seed", made.Text, StringComparison.OrdinalIgnoreCase);

        var codes = (await shop.Operator(HttpMethod.Get, $"/v1/admin{Path}/coupons/{Code}-", ("Accept", "text/csv"))).Must(200).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("code", 12_000), (codes[0], codes.Skip(1).Distinct().Count()));
        var page = (await shop.Admin(HttpMethod.Get, $"{Path}/coupons/{Code}-?limit=100&cursor=11950")).Must(200);
        Assert.Equal(codes[^50..], page.Json.GetProperty("items").EnumerateArray().Select(code => code.GetString()!));

        var ada = await With(codes[4711].ToLowerInvariant());
        Assert.Equal(100, ada.Cart.Number("totals.discount.amount"));
        await ada.Order();
        var second = await Shopper.With(shop, Goods.Coffee);
        (await second.Ask(HttpMethod.Post, second.CartPath + "/coupons", new { code = codes[4711] })).MustRefuse(422, "coupon-used-up");
        (await second.Ask(HttpMethod.Post, second.CartPath + "/coupons", new { code = Code + "-00000000000" })).MustRefuse(422, "unknown-coupon");

        (await shop.Admin(HttpMethod.Delete, $"{Path}/coupons/{Code}-")).Must(200);
        (await second.Ask(HttpMethod.Post, second.CartPath + "/coupons", new { code = codes[17] })).MustRefuse(422, "coupon-expired");
    }

    [Theory]
    [InlineData("""{"effect":{"type":"percent_off","percentage":0.1}}""", 422, "invalid-value", "")]
    [InlineData("""{"reason":"x","effect":{"percentage":0.1}}""", 422, "required", "/effect/type")]
    [InlineData("""{"reason":"x","effect":{"type":"free_lunch"}}""", 422, "invalid-value", "/effect")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":10}}""", 422, "invalid-value", "/effect/percentage")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":"0.1"}}""", 422, "invalid-value", "/effect/percentage")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":1e400}}""", 422, "invalid-value", "/effect/percentage")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1,"colour":"red"}}""", 422, "unknown-field", "/effect/colour")]
    [InlineData("""{"reason":"x","effect":{"type":"amount_off","amounts":[{"amount":0,"currency":"EUR"}]}}""", 422, "invalid-amount", "/effect/amounts/0/amount")]
    [InlineData("""{"reason":"x","effect":{"type":"amount_off","amounts":[{"amount":5,"currency":"EUX"}]}}""", 422, "unknown-currency", "/effect/amounts/0/currency")]
    [InlineData("""{"reason":"x","effect":{"type":"amount_off","amounts":[null]}}""", 422, "invalid-value", "/effect/amounts/0")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"channels":["mars"]}""", 422, "unknown-channel", "/channels/0")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"from":"2026-01-01T00:00:00"}""", 422, "invalid-value", "/from")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z"}""", 422, "invalid-value", "/until")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"coupons":[{"code":"MORE-","generated":5}]}""", 422, "invalid-value", "/coupons/0/generated")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"coupons":[{"code":"MORE","seed":"AAAA"}]}""", 422, "unknown-field", "/coupons/0/seed")]
    [InlineData("""{"id":"other","reason":"x","effect":{"type":"percent_off","percentage":0.1}}""", 422, "invalid-value", "/id")]
    [InlineData("""{"reason":"x","effect":{"type":"percent_off","percentage":0.1},"coupons":[{"code":"WELCOME10"}]}""", 409, "code-taken", "/coupons/0/code")]
    [InlineData("""[]""", 422, "invalid-value", "")]
    [InlineData("""{"reason":"x",""", 400, "malformed-json", null)]
    public async Task A_promotion_that_cannot_be_is_refused_with_its_place(string body, int status, string code, string? pointer)
    {
        var watch = Stopwatch.StartNew();
        var refused = (await shop.Admin(HttpMethod.Put, Path, body)).MustRefuse(status, code);

        Assert.Equal(pointer, refused.At("errors.0.pointer"));
        Assert.DoesNotContain("Commerce.", refused.Text, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5));
        (await shop.Admin(HttpMethod.Get, Path)).MustRefuse(404, "not-found");
    }

    [Theory]
    [InlineData("PATCH", "/prices/eu-eur", """{"prices":{"PAPE-FILT-2":-1}}""", 422, "invalid-amount", "/prices/PAPE-FILT-2/amount")]
    [InlineData("PATCH", "/prices/eu-eur", """{"prices":{"PAPE-FILT-2":1.5}}""", 422, "invalid-value", "/prices/PAPE-FILT-2")]
    [InlineData("PATCH", "/prices/eu-eur", """{"prices":{"PAPE-FILT-2":[{"fromQuantity":2}]}}""", 422, "invalid-value", "/prices/PAPE-FILT-2/0")]
    [InlineData("PATCH", "/prices/eu-eur", """{"prices":{}}""", 422, "required", "/prices")]
    [InlineData("PATCH", "/prices/no-such-list", """{"prices":{"PAPE-FILT-2":100}}""", 404, "not-found", null)]
    [InlineData("PUT", "/prices/mine", """{"channel":"eu","currency":"USD","prices":{"PAPE-FILT-2":100}}""", 422, "currency-mismatch", "/currency")]
    [InlineData("PUT", "/prices/UPPER", """{"channel":"eu","currency":"EUR","prices":{"PAPE-FILT-2":100}}""", 422, "invalid-value", "/id")]
    [InlineData("PUT", "/customer-groups/best", """{"customers":[""]}""", 422, "invalid-value", "/customers/0")]
    [InlineData("POST", "/promotions/three-teas-for-two/coupons", """{"count":0,"prefix":"tea"}""", 422, "invalid-quantity", "/count")]
    [InlineData("POST", "/promotions/three-teas-for-two/coupons", """{"count":100001,"prefix":"TEA"}""", 422, "invalid-quantity", "/count")]
    public async Task Prices_groups_and_codes_that_cannot_be_are_too(string method, string path, string body, int status, string code, string? pointer) =>
        Assert.Equal(pointer, (await shop.Admin(new HttpMethod(method), path, body)).MustRefuse(status, code).At("errors.0.pointer"));

    [Fact]
    public async Task Only_operators_publish_and_only_what_they_saw()
    {
        (await shop.Send(HttpMethod.Put, "/v1/admin" + Path, Body(new { }))).MustRefuse(401, "unauthenticated");
        var ada = await Shopper.With(shop, Goods.Coffee);
        (await ada.Ask(HttpMethod.Get, "/v1/admin/promotions")).MustRefuse(403, "forbidden");

        await Publish(new { });
        (await shop.Operator(HttpMethod.Delete, "/v1/admin" + Path, ("If-Match", "\"7\""))).MustRefuse(412, "stale-version");
        Assert.Equal(304, (await shop.Operator(HttpMethod.Get, "/v1/admin" + Path, ("If-None-Match", "\"1\""))).Status);
    }

    private async Task<Shopper> With(string code)
    {
        var shopper = await Shopper.ReadyToPay(shop, Goods.Coffee);
        await shopper.Change(HttpMethod.Post, "/coupons", new { code });
        return shopper;
    }

    private async Task<Reply> Publish(object limits) => (await shop.Admin(HttpMethod.Put, Path, Body(limits))).Must(200);

    private string Body(object limits, long amount = 100, DateTimeOffset? from = null)
    {
        var coupon = JsonSerializer.SerializeToNode(limits)!.AsObject();
        coupon["code"] = Code;
        return JsonSerializer.Serialize(new
        {
            reason = "Because of the test",
            effect = new { type = "amount_off", amounts = new[] { new { amount, currency = "EUR" } }, on = "order" },
            from,
            coupons = new[] { coupon },
        });
    }
}
