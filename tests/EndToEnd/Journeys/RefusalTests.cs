using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class RefusalTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task Anothers_cart_checkout_and_order_do_not_exist()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var eve = await Shopper.With(shop, Goods.Coffee);
        (await eve.Ask(HttpMethod.Get, ada.CartPath)).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Pen, quantity = 1 })).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Post, "/v1/checkouts", ada.Body("pm_card_visa"), ShopClient.NewKey())).MustRefuse(404, "not-found");

        var checkout = await ada.BuyToTheEnd("pm_card_visa");
        (await eve.Ask(HttpMethod.Get, "/v1/checkouts/" + checkout.Need("id"))).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Post, $"/v1/checkouts/{checkout.Need("id")}/cancel", key: ShopClient.NewKey())).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Get, "/v1/orders/" + checkout.Need("orderId"))).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Get, $"/v1/orders/{checkout.Need("orderId")}/events")).MustRefuse(404, "not-found");
        (await eve.Ask(HttpMethod.Post, $"/v1/orders/{checkout.Need("orderId")}/cancel", key: ShopClient.NewKey())).MustRefuse(404, "not-found");
        Assert.Equal("placed", (await ada.Look("/v1/orders/" + checkout.Need("orderId"))).At("status"));
    }

    [Fact]
    public async Task Without_a_token_nothing_personal_is_shown_and_a_guest_is_no_operator()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);

        Assert.NotNull((await shop.Send(HttpMethod.Get, ada.CartPath)).MustRefuse(401, "unauthenticated").Header("WWW-Authenticate"));
        (await shop.Send(HttpMethod.Get, ada.CartPath, token: "cgt_guessed")).MustRefuse(401, "unauthenticated");
        (await shop.Send(HttpMethod.Get, "/v1/orders")).MustRefuse(401, "unauthenticated");
        (await shop.Send(HttpMethod.Get, "/v1/admin/stock/" + Goods.Coffee)).MustRefuse(401, "unauthenticated");
        (await ada.Ask(HttpMethod.Get, "/v1/admin/stock/" + Goods.Coffee)).MustRefuse(403, "forbidden");
        (await ada.Ask(HttpMethod.Get, "/v1/events")).MustRefuse(403, "forbidden");
    }

    [Fact]
    public async Task A_change_that_was_decided_on_an_old_version_is_refused()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);
        var seen = ada.Cart.ETag!;
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 1 });

        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Tea, quantity = 1 }, headers: ("If-Match", seen))).MustRefuse(412, "stale-version");
        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Tea, quantity = 1 }, headers: ("If-Match", ada.Cart.ETag!))).Must(200);
    }

    [Fact]
    public async Task Who_has_the_newest_version_is_sent_nothing()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);

        var unchanged = (await ada.Ask(HttpMethod.Get, ada.CartPath, headers: ("If-None-Match", ada.Cart.ETag!))).Must(304);
        Assert.Empty(unchanged.Text);
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 1 });
        (await ada.Ask(HttpMethod.Get, ada.CartPath, headers: ("If-None-Match", unchanged.ETag!))).Must(200);
    }

    [Fact]
    public async Task A_cart_holds_a_hundred_lines_and_not_one_more()
    {
        var skus = (await shop.Export("sku")).Select(row => (string)row["sku"]!).Take(101).ToArray();
        var lines = skus.Take(100).Select(sku => new { sku, quantity = 1 });
        var cart = (await shop.Send(HttpMethod.Post, "/v1/carts", new { channel = "eu", lines })).Must(201);

        var refused = (await shop.Send(HttpMethod.Post, $"/v1/carts/{cart.Need("id")}/lines", new { sku = skus[100], quantity = 1 }, cart.Need("token"))).MustRefuse(422, "too-many-lines");
        Assert.NotNull(refused.At("errors.0.pointer"));
    }

    [Fact]
    public async Task Channels_and_currencies_that_are_not_the_shops_are_named()
    {
        var channel = (await shop.Send(HttpMethod.Post, "/v1/carts", new { channel = "mars" })).MustRefuse(422, "unknown-channel");
        Assert.Equal("/channel", channel.At("errors.0.pointer"));
        var currency = (await shop.Send(HttpMethod.Post, "/v1/carts", new { channel = "eu", currency = "USD" })).MustRefuse(422, "currency-mismatch");
        Assert.Equal("/currency", currency.At("errors.0.pointer"));

        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var order = await ada.Order();
        (await shop.Admin(HttpMethod.Post, $"/orders/{order.Need("id")}/captures", new { amount = new { amount = 100, currency = "USD" } }, ShopClient.NewKey()))
            .MustRefuse(422, "currency-mismatch");
    }

    [Fact]
    public async Task Who_was_shown_another_price_is_shown_the_new_one_and_charged_nothing()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var seen = ada.Cart.Need("quoteId");
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 1 });

        var refused = (await ada.Buy("pm_card_visa", quoteId: seen)).MustRefuse(409, "price-changed");

        Assert.Equal(ada.Cart.Need("quoteId"), refused.At("quote.id"));
        Assert.Equal(ada.Cart.Number("totals.total.amount"), refused.Number("quote.totals.total.amount"));
        Assert.Equal("confirmed", (await ada.Settled(await ada.Buy("pm_card_visa", quoteId: refused.At("quote.id")))).At("status"));
    }

    [Fact]
    public async Task A_checkout_needs_something_to_buy_somewhere_to_send_it_and_a_key()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);
        (await ada.Buy("pm_card_visa")).MustRefuse(422, "destination-missing");
        (await ada.Ask(HttpMethod.Post, "/v1/checkouts", ada.Body("pm_card_visa"))).MustRefuse(400, "idempotency-key-missing");
        await ada.Introduce(Goods.Addresses["eu"]);
        (await ada.Buy("four cows")).MustRefuse(422, "unknown-payment-method");
        (await ada.Buy("invoice", provider: "nobody")).MustRefuse(422, "unknown-payment-provider");
        await ada.Change(HttpMethod.Delete, "/lines/" + ada.Cart.Need("lines.0.id"));
        (await ada.Buy("pm_card_visa")).MustRefuse(422, "cart-empty");
    }
}
