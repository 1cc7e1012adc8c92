using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>A shopper who pays by Adyen, whose captures and refunds are told by webhook.</summary>
[Collection(OneShop.Name)]
public sealed class AdyenTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task An_order_is_paid_captured_and_given_back_by_webhook()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Pen);
        var checkout = await ada.BuyToTheEnd("test_APPROVED", "adyen");
        Assert.True(checkout.At("status") == "confirmed", checkout.Text);
        var id = checkout.Need("orderId");
        Assert.Equal(("adyen", "authorized"), (await Order(id) is var order ? order.At("payment.provider") : null, order.At("payment.status")));

        await Asked(id, "captures");
        await Comes(id, "captured");
        await Asked(id, "refunds");
        await Comes(id, "refunded");

        Assert.Equal(order.Number("totals.total.amount"), (await Order(id)).Number("payment.refunded.amount"));
    }

    [Fact]
    public async Task A_refusal_of_Adyens_gives_the_stock_back_and_says_why()
    {
        var before = await shop.Available(Goods.Flask);
        var ada = await Shopper.ReadyToPay(shop, Goods.Flask, 2);

        var checkout = await ada.BuyToTheEnd("test_NOT_ENOUGH_BALANCE", "adyen");

        Assert.Equal(("failed", "insufficient_funds"), (checkout.At("status"), checkout.At("failure.reason")));
        Assert.Equal(before, await shop.Available(Goods.Flask));
    }

    [Fact]
    public async Task A_shopper_who_was_at_the_bank_brings_its_result_back_and_has_an_order()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Pen);
        var checkout = await ada.BuyToTheEnd("test_3DS2_REDIRECT", "adyen");
        Assert.Equal(("requires_action", "redirect"), (checkout.At("status"), checkout.At("action.type")));

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([new("outcome", "complete")]);
        using var back = await browser.PostAsync(checkout.Need("action.url"), form);
        var redirectResult = back.Headers.Location!.Query.Split("redirectResult=")[1];
        var confirmed = await ada.Settled(await ada.Ask(
            HttpMethod.Post, $"/v1/checkouts/{checkout.Need("id")}/confirm", new { details = new { redirectResult } }, ShopClient.NewKey()));

        Assert.True(confirmed.At("status") == "confirmed", confirmed.Text);
        Assert.Equal("authorized", (await Order(confirmed.Need("orderId"))).At("payment.status"));
    }

    private async Task<Reply> Order(string id) => (await shop.Admin(HttpMethod.Get, "/orders/" + id)).Must(200);

    private async Task Asked(string id, string what) => (await shop.Admin(HttpMethod.Post, $"/orders/{id}/{what}", body: null, ShopClient.NewKey())).Must(200, 202);

    private async Task Comes(string id, string status) =>
        await Eventually.True(async () => (await Order(id)).At("payment.status") == status, TimeSpan.FromSeconds(30), $"the webhook makes the payment {status}", () => running.Output);
}
