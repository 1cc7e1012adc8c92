using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class BuyingTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task A_guest_finds_a_product_fills_a_cart_pays_by_card_and_has_an_order()
    {
        var products = (await shop.Send(HttpMethod.Get, "/v1/products?channel=eu&q=espresso")).Must(200);
        var product = products.Need("items.0.id");
        Assert.True(products.Number("items.0.variants.0.price.amount") > 0);
        Assert.Equal("EUR", products.At("items.0.variants.0.price.currency"));
        var availability = (await shop.Send(HttpMethod.Get, $"/v1/products/{product}/availability?channel=eu")).Must(200);
        Assert.True(availability.Number("variants.0.available") > 0);

        var ada = await Shopper.With(shop, Goods.Coffee, 2);
        Assert.Equal($"/v1/carts/{ada.CartId}", ada.Cart.Header("Location"));
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 1 });
        Assert.Equal("2", ada.Cart.At("lines.0.quantity"));
        var line = ada.Cart.Need("lines.1.id");
        await ada.Change(HttpMethod.Patch, $"/lines/{line}", new { quantity = 3 });
        Assert.Equal("3", ada.Cart.At("lines.1.quantity"));
        await ada.Change(HttpMethod.Delete, $"/lines/{line}");
        Assert.Null(ada.Cart.At("lines.1"));

        await ada.Change(HttpMethod.Put, "/contact", new { email = "ada@example.org", name = "Ada Lovelace", phone = "+49 30 1234567" });
        await ada.Change(HttpMethod.Put, "/destination", Goods.Addresses["eu"]);
        var methods = (await ada.Ask(HttpMethod.Get, ada.CartPath + "/shipping-methods")).Must(200);
        Assert.Contains("express", methods.Text, StringComparison.Ordinal);
        await ada.Change(HttpMethod.Put, "/shipping-method", new { id = "express" });
        var before = ada.Cart.Number("totals.total.amount");
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });
        Assert.True(ada.Cart.Number("totals.total.amount") < before);
        Assert.StartsWith("coupon:", ada.Cart.Need("lines.0.adjustments.0.source"), StringComparison.Ordinal);

        var shown = ada.Cart;
        var checkout = await ada.Settled(await ada.Buy("pm_card_visa", quoteId: shown.Need("quoteId")));
        Assert.Equal("confirmed", checkout.At("status"));

        var order = await ada.Look("/v1/orders/" + checkout.Need("orderId"));
        Assert.Equal("placed", order.At("status"));
        Assert.NotNull(order.At("confirmedAt"));
        Assert.Equal("authorized", order.At("payment.status"));
        Assert.Equal(shown.Number("totals.total.amount"), order.Number("totals.total.amount"));
        Assert.Equal(shown.Number("totals.total.amount"), order.Number("payment.authorised.amount"));
        Assert.Equal("ada@example.org", order.At("contact.email"));
        Assert.Equal("Unter den Linden 1", order.At("destination.line1"));

        var cart = await ada.Look();
        Assert.Equal("checked_out", cart.At("status"));
        Assert.Equal(order.Need("id"), cart.At("orderId"));
        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/lines", new { sku = Goods.Pen, quantity = 1 })).MustRefuse(409, "cart-checked-out");
    }

    [Fact]
    public async Task An_order_is_among_its_owners_orders_within_two_seconds_and_among_nobody_elses()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var order = await ada.Order();

        await Eventually.True(
            async () => (await ada.Look("/v1/orders")).At("items.0.id") == order.Need("id"), TimeSpan.FromSeconds(2), "the order is listed");

        var eve = await Shopper.With(shop, Goods.Coffee);
        Assert.Null((await eve.Look("/v1/orders")).At("items.0"));
    }

    [Fact]
    public async Task What_happens_to_an_order_comes_live_and_can_be_read_again_as_a_page()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Tea);
        var order = await ada.Order();
        var path = $"/v1/orders/{order.Need("id")}/events";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        var live = new List<FeedItem>();
        await foreach (var happened in shop.Follow(path, ada.Token, stop: patience.Token))
        {
            live.Add(happened);
            if (happened.Type == "commerce.order.confirmed.v1")
            {
                (await ada.Ask(HttpMethod.Post, $"/v1/orders/{order.Need("id")}/cancel", new { reason = "too late" }, ShopClient.NewKey())).Must(200);
            }

            if (happened.Type == "commerce.order.cancelled.v1")
            {
                break;
            }
        }

        Assert.Equal("commerce.order.placed.v1", live[0].Type);
        Assert.All(live, happened => Assert.Equal(order.Need("id"), happened.Subject));
        Assert.Equal(Enumerable.Range(1, live.Count).Select(n => (long)n), live.Select(happened => happened.Sequence));

        var page = await ada.Look(path);
        Assert.Equal(live.Select(happened => happened.Id), page.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Everything_can_be_bought_in_one_request()
    {
        var body = new
        {
            channel = "eu",
            lines = new[] { new { sku = Goods.Coffee, quantity = 2 }, new { sku = Goods.Mug, quantity = 1 } },
            contact = new { email = "express@example.org" },
            destination = Goods.Addresses["eu"],
            shippingMethod = "standard",
            payment = new { method = "pm_card_visa" },
        };
        var key = ShopClient.NewKey();

        var checkout = (await shop.Send(HttpMethod.Post, "/v1/checkouts", body, key: key)).Must(201);
        Assert.Equal("confirmed", checkout.At("status"));

        var order = (await shop.Send(HttpMethod.Get, "/v1/orders/" + checkout.Need("orderId"), token: checkout.Need("token"))).Must(200);
        Assert.Equal("express@example.org", order.At("contact.email"));

        var again = (await shop.Send(HttpMethod.Post, "/v1/checkouts", body, key: key)).Must(201);
        Assert.True(again.Replayed);
        Assert.Equal(checkout.At("orderId"), again.At("orderId"));
        Assert.Equal(checkout.At("token"), again.At("token"));

        var withToken = (await shop.Send(HttpMethod.Post, "/v1/checkouts", body, checkout.Need("token"), key)).Must(201);
        Assert.Equal(checkout.At("orderId"), withToken.At("orderId"));
    }

    [Fact]
    public async Task Partners_buy_on_invoice_with_no_card_at_all()
    {
        var partner = await Shopper.ReadyToPay(shop, Goods.Kilo, 10, "partner");

        var order = await partner.Order("invoice");

        Assert.Equal("manual", order.At("payment.provider"));
        Assert.Equal("authorized", order.At("payment.status"));
        Assert.True(order.Number("totals.tax.amount") > 0);

        var other = await Shopper.ReadyToPay(shop, Goods.Kilo);
        var checkout = await other.BuyToTheEnd("bank_transfer", provider: "manual");
        Assert.Equal("confirmed", checkout.At("status"));
    }

    [Fact]
    public async Task Nobody_sells_what_is_not_there()
    {
        var left = await shop.Available(Goods.Scarce);
        var greedy = await Shopper.ReadyToPay(shop, Goods.Scarce, (int)left + 1);

        var checkout = await greedy.BuyToTheEnd("pm_card_visa");

        Assert.Equal("failed", checkout.At("status"));
        Assert.Equal("out-of-stock", checkout.At("failure.code"));
        Assert.Equal(Goods.Scarce, checkout.At("failure.reason"));
        Assert.Equal(left, await shop.Available(Goods.Scarce));
        Assert.Equal("active", (await greedy.Look()).At("status"));
    }
}
