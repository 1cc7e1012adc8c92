using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class RepeatTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task A_checkout_repeated_under_its_key_is_the_same_order()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var key = ShopClient.NewKey();

        var first = await ada.Settled(await ada.Buy("pm_card_visa", key));
        var again = (await ada.Buy("pm_card_visa", key)).Must(201);

        Assert.False(first.Replayed);
        Assert.True(again.Replayed);
        Assert.Equal(first.Need("orderId"), again.At("orderId"));
    }

    [Fact]
    public async Task A_key_that_was_used_for_another_purchase_is_refused()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var key = ShopClient.NewKey();
        await ada.Settled(await ada.Buy("pm_card_visa", key));

        (await ada.Buy("pm_card_mastercard", key)).MustRefuse(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task Ten_identical_checkouts_at_once_become_one_order()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var key = ShopClient.NewKey();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ => await ada.Settled(await ada.Buy("pm_card_visa", key))));

        Assert.Single(answers.Select(answer => answer.Need("orderId")).Distinct());
        await Eventually.True(
            async () => (await ada.Look("/v1/orders")).Json.GetProperty("items").GetArrayLength() == 1, TimeSpan.FromSeconds(2), "one order is listed");
    }

    [Fact]
    public async Task Two_tabs_that_buy_one_cart_at_once_get_one_order_between_them()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var before = await shop.Available(Goods.Coffee);

        var tabs = await Task.WhenAll(ada.Buy("pm_card_visa"), ada.Buy("pm_card_visa"));

        var loser = Assert.Single(tabs, tab => tab.Status == 409);
        Assert.True(loser.Code is "cart-in-checkout" or "cart-checked-out", loser.Text);
        Assert.NotNull((await ada.Settled(tabs.Single(tab => tab != loser))).At("orderId"));
        Assert.Equal(before - 1, await shop.Available(Goods.Coffee));
    }

    [Fact]
    public async Task A_cart_opened_twice_under_one_key_is_one_cart_with_one_token()
    {
        var key = ShopClient.NewKey();
        var body = new { channel = "eu", lines = new[] { new { sku = Goods.Coffee, quantity = 1 } } };

        var first = (await shop.Send(HttpMethod.Post, "/v1/carts", body, key: key)).Must(201);
        var again = (await shop.Send(HttpMethod.Post, "/v1/carts", body, key: key)).Must(201);

        Assert.Equal(first.Need("id"), again.At("id"));
        Assert.Equal(first.Need("token"), again.At("token"));
        Assert.Equal("1", again.At("lines.0.quantity"));
        Assert.True(again.Replayed);
    }

    [Fact]
    public async Task A_line_added_twice_under_one_key_is_added_once()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);
        var key = ShopClient.NewKey();

        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Pen, quantity = 2 }, key)).Must(200);
        var again = (await ada.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Pen, quantity = 2 }, key)).Must(200);

        Assert.True(again.Replayed);
        Assert.Equal("2", again.At("lines.1.quantity"));
    }

    [Fact]
    public async Task A_failed_checkout_repeated_under_its_key_fails_in_the_same_way()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var key = ShopClient.NewKey();

        var first = await ada.Settled(await ada.Buy("pm_card_chargeDeclined", key));
        var again = (await ada.Buy("pm_card_chargeDeclined", key)).Must(201);

        Assert.Equal("failed", again.At("status"));
        Assert.Equal(first.At("failure.reason"), again.At("failure.reason"));
        Assert.True(again.Replayed);
    }
}
