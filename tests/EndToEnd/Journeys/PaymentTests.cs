using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class PaymentTests(RunningShop running)
{
    private const string Challenged = "pm_card_authenticationRequired";

    private readonly ShopClient shop = running.Client;

    [Theory]
    [InlineData("pm_card_chargeDeclined", "card_declined")]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "card_expired")]
    public async Task A_declined_card_gives_the_stock_and_the_cart_back(string card, string reason)
    {
        var before = await shop.Available(Goods.Flask);
        var ada = await Shopper.ReadyToPay(shop, Goods.Flask, 3);

        var checkout = await ada.BuyToTheEnd(card);

        Assert.Equal("failed", checkout.At("status"));
        Assert.Equal("payment-declined", checkout.At("failure.code"));
        Assert.Equal(reason, checkout.At("failure.reason"));
        Assert.Null(checkout.At("orderId"));
        Assert.Equal(before, await shop.Available(Goods.Flask));

        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Flask, quantity = 1 });
        Assert.Equal("active", ada.Cart.At("status"));
        await ada.Order();
        Assert.Equal(before - 4, await shop.Available(Goods.Flask));
    }

    [Fact]
    public async Task A_shopper_who_authenticates_and_comes_back_has_an_order()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Pen);
        var checkout = await Challenge(ada);
        Assert.Equal("redirect", checkout.At("action.type"));

        await Decide(checkout, "complete");
        var confirmed = await ada.Settled(await ada.Ask(HttpMethod.Post, $"/v1/checkouts/{checkout.Need("id")}/confirm", key: ShopClient.NewKey()));

        Assert.Equal("confirmed", confirmed.At("status"));
        Assert.Equal("authorized", (await ada.Look("/v1/orders/" + confirmed.Need("orderId"))).At("payment.status"));
    }

    [Fact]
    public async Task A_shopper_who_fails_to_authenticate_has_no_order_and_the_goods_are_free_again()
    {
        var before = await shop.Available(Goods.Pen);
        var ada = await Shopper.ReadyToPay(shop, Goods.Pen, 2);
        var checkout = await Challenge(ada);
        Assert.Equal(before - 2, await shop.Available(Goods.Pen));

        await Decide(checkout, "fail");
        var failed = await ada.Settled(await ada.Ask(HttpMethod.Post, $"/v1/checkouts/{checkout.Need("id")}/confirm", key: ShopClient.NewKey()));

        Assert.Equal("failed", failed.At("status"));
        Assert.Equal("authentication-failed", failed.At("failure.code"));
        Assert.Equal(before, await shop.Available(Goods.Pen));
    }

    [Theory]
    [InlineData("complete", "confirmed")]
    [InlineData("fail", "failed")]
    public async Task A_shopper_who_never_comes_back_is_settled_by_the_providers_webhook(string outcome, string status)
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Pen);
        var checkout = await Challenge(ada);

        await Decide(checkout, outcome);

        await Eventually.True(
            async () => (await ada.Look("/v1/checkouts/" + checkout.Need("id"))).At("status") == status,
            TimeSpan.FromSeconds(30), $"the webhook settles the checkout as {status}", () => running.Output);
    }

    [Fact]
    public async Task A_checkout_that_waits_for_its_shopper_can_be_cancelled_and_leaves_nothing_behind()
    {
        var before = await shop.Available(Goods.Mug);
        var ada = await Shopper.ReadyToPay(shop, Goods.Mug, 2);
        var checkout = await Challenge(ada);

        var cancelled = await ada.Settled(await ada.Ask(HttpMethod.Post, $"/v1/checkouts/{checkout.Need("id")}/cancel", key: ShopClient.NewKey()));

        Assert.Equal("failed", cancelled.At("status"));
        Assert.Equal("cancelled", cancelled.At("stage"));
        Assert.Equal(before, await shop.Available(Goods.Mug));
        await ada.Order();
    }

    private static async Task<Reply> Challenge(Shopper shopper)
    {
        var checkout = await shopper.BuyToTheEnd(Challenged);
        Assert.True(checkout.At("status") == "requires_action", checkout.Text);
        return checkout;
    }

    /// <summary>Presses a button on the page of the shopper's bank.</summary>
    private async Task Decide(Reply checkout, string outcome)
    {
        using var form = new FormUrlEncodedContent([new("outcome", outcome)]);
        (await shop.Send(HttpMethod.Post, new Uri(checkout.Need("action.url")).PathAndQuery, form)).Must(200, 302);
    }
}
