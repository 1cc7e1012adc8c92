using System.Text.Json.Nodes;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class OrderTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task A_cancelled_order_lets_go_of_the_money_and_gives_the_stock_back()
    {
        var before = await shop.Available(Goods.Tea);
        var ada = await Shopper.ReadyToPay(shop, Goods.Tea, 2);
        var order = await ada.Order();
        Assert.Equal(before - 2, await shop.Available(Goods.Tea));

        var cancelled = (await ada.Ask(HttpMethod.Post, $"/v1/orders/{order.Need("id")}/cancel", new { reason = "changed my mind" }, ShopClient.NewKey())).Must(200);

        Assert.Equal("cancelled", cancelled.At("status"));
        Assert.Equal("voided", cancelled.At("payment.status"));
        Assert.Equal(order.Number("totals.total.amount"), cancelled.Number("payment.voided.amount"));
        Assert.Equal(before, await shop.Available(Goods.Tea));
        Assert.Equal(["authorise", "void"], await VendorSaw(order));
    }

    [Fact]
    public async Task Money_is_taken_once_and_given_back_in_parts_but_never_more_than_was_taken()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Kilo, 2);
        var order = await ada.Order();
        var (path, total) = ($"/orders/{order.Need("id")}", order.Number("totals.total.amount"));

        (await shop.Admin(HttpMethod.Post, path + "/captures", new { amount = Eur(total + 1) }, ShopClient.NewKey())).MustRefuse(422, "capture-exceeds-authorised");
        var captured = (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).Must(200);
        Assert.Equal("captured", captured.At("payment.status"));
        Assert.Equal(total, captured.Number("payment.captured.amount"));
        (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).MustRefuse(409, "nothing-to-capture");

        var first = (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(1000), reason = "one was broken" }, ShopClient.NewKey())).Must(200);
        Assert.Equal("partially_refunded", first.At("payment.status"));
        (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(total - 999) }, ShopClient.NewKey())).MustRefuse(422, "refund-exceeds-captured");

        var rest = (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(total - 1000) }, ShopClient.NewKey())).Must(200);
        Assert.Equal("refunded", rest.At("payment.status"));
        Assert.Equal(total, rest.Number("payment.refunded.amount"));
        (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(1) }, ShopClient.NewKey())).MustRefuse(409, "nothing-to-refund");
        Assert.Equal(["authorise", "capture", "refund", "refund"], await VendorSaw(order));
    }

    [Fact]
    public async Task A_refund_asked_for_twice_under_one_key_is_given_once()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Kilo);
        var order = await ada.Order();
        var path = $"/orders/{order.Need("id")}";
        (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).Must(200);

        var key = ShopClient.NewKey();
        var refund = (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(300) }, key)).Must(200);
        var again = (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(300) }, key)).Must(200);

        Assert.False(refund.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(300, again.Number("payment.refunded.amount"));
        (await shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(301) }, key)).MustRefuse(422, "idempotency-key-reused");
        Assert.Equal(["authorise", "capture", "refund"], await VendorSaw(order));
    }

    [Fact]
    public async Task Two_refunds_at_once_give_back_no_more_than_was_taken()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Kilo);
        var order = await ada.Order();
        var (path, total) = ($"/orders/{order.Need("id")}", order.Number("totals.total.amount"));
        (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).Must(200);

        var refunds = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            shop.Admin(HttpMethod.Post, path + "/refunds", new { amount = Eur(total / 2 + 1) }, ShopClient.NewKey())));

        Assert.Single(refunds, refund => refund.Status == 200);
        Assert.All(refunds.Where(refund => refund.Status != 200), refund => refund.Must(409, 422));
        Assert.Equal(total / 2 + 1, (await ada.Look("/v1/orders/" + order.Need("id"))).Number("payment.refunded.amount"));
    }

    [Fact]
    public async Task An_order_on_hold_takes_no_capture_until_it_is_resumed()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var path = $"/orders/{(await ada.Order()).Need("id")}";

        Assert.Equal("on_hold", (await shop.Admin(HttpMethod.Post, path + "/hold", new { reason = "check the address" }, ShopClient.NewKey())).Must(200).At("status"));
        var refused = (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).MustRefuse(409, "not-now");
        Assert.Contains("resume", refused.Need("allowed"), StringComparison.Ordinal);
        Assert.Equal("placed", (await shop.Admin(HttpMethod.Post, path + "/resume", key: ShopClient.NewKey())).Must(200).At("status"));
        (await shop.Admin(HttpMethod.Post, path + "/captures", key: ShopClient.NewKey())).Must(200);
    }

    private static object Eur(long amount) => new { amount, currency = "EUR" };

    /// <summary>What the payment provider has done for an order, in order.</summary>
    private async Task<IEnumerable<string>> VendorSaw(Reply order) =>
        from line in ShopClient.Lines((await shop.Send(HttpMethod.Get, "/sandbox/export/vendor_txn")).Must(200).Text)
        where (string?)line["vendor_ref"] == order.Need("payment.reference")
        select (string)((JsonNode)line)["kind"]!;
}
