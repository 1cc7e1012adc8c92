using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class QuoteTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task Every_cent_of_a_cart_an_order_and_a_quote_is_explained_and_the_quote_comes_out_again()
    {
        var ada = await Shopper.With(shop, Goods.Coffee, 3);
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 2 });
        await ada.Introduce(Goods.Addresses["eu"], method: "express");
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });
        var cart = await ada.Look(ada.CartPath + "/explanation");
        var order = await ada.Order();
        var quoteId = order.Need("quoteId");

        var explained = await ada.Look($"/v1/orders/{order.Need("id")}/explanation");
        var stored = await Eventually.Get(
            async () => await shop.Admin(HttpMethod.Get, $"/quotes/{quoteId}") is { Status: 200 } found ? found : null, TimeSpan.FromSeconds(10), "the quote is found");
        var verified = (await shop.Admin(HttpMethod.Post, $"/quotes/{quoteId}/verify")).Must(200);

        foreach (var explanation in (Reply[])[cart, explained, (await shop.Admin(HttpMethod.Get, $"/quotes/{quoteId}/explanation")).Must(200)])
        {
            var adds = explanation.Json.GetProperty("steps").EnumerateArray()
                .Where(step => step.GetProperty("step").GetString() is "list_price" or "promotion" or "tax" or "shipping")
                .Sum(step => step.GetProperty("amount").GetProperty("amount").GetInt64());
            Assert.Equal(order.Number("totals.total.amount"), adds);
            Assert.Equal(order.Number("totals.total.amount"), explanation.Number("total.amount"));
            Assert.Contains("WELCOME10", explanation.Text, StringComparison.Ordinal);
        }

        Assert.Equal(order.Need("totals"), stored.Need("quote.totals"));
        Assert.Equal(("same", 0), (verified.Need("verdict"), verified.Json.GetProperty("differences").GetArrayLength()));
        (await shop.Admin(HttpMethod.Post, "/quotes/qt_aaaaaaaaaaaaaaaaaaaaaaaaaa/verify")).MustRefuse(404, "not-found");
        (await ada.Ask(HttpMethod.Get, $"/v1/admin/quotes/{quoteId}")).Must(401, 403, 404);
    }

    [Fact]
    public async Task A_made_up_basket_is_priced_without_touching_anything()
    {
        var result = (await shop.Admin(HttpMethod.Post, "/quotes/simulate", new
        {
            currency = "EUR",
            pricesIncludeTax = true,
            policy = new { rounding = "halfUp", level = "line", apportioning = "largestRemainder", increment = 1 },
            lines = new[] { new { unitPrice = 2000, quantity = 1, taxRatePct = 20 }, new { unitPrice = 1000, quantity = 2, taxRatePct = 10 } },
            promotions = new[] { new { type = "orderFixed", value = 500 } },
            shipping = new[] { new { price = 500, taxRatePct = 20 } },
        })).Must(200);

        Assert.Equal((4000, 3500L), (result.Number("gross"), result.Number("lines.0.gross") + result.Number("lines.1.gross")));
        Assert.Equal(result.Number("gross"), result.Number("net") + result.Number("tax"));
        Assert.Equal(500, result.Number("lines.0.discount") + result.Number("lines.1.discount"));

        var refused = (await shop.Admin(HttpMethod.Post, "/quotes/simulate", new { lines = new[] { new { unitPrice = 12.95, quantity = 1, taxRatePct = "19" } } })).Must(422);
        Assert.Equal("/lines/0/unitPrice", refused.At("errors.0.pointer"));
        (await shop.Send(HttpMethod.Post, "/v1/admin/quotes/simulate", new { lines = Array.Empty<object>() })).Must(401);
    }

    [Fact]
    public async Task A_price_that_changes_between_cart_and_checkout_holds_for_who_has_seen_it()
    {
        var (ada, bob) = (await Shopper.ReadyToPay(shop, Goods.Kilo), await Shopper.With(shop, Goods.Pen));
        var seen = ada.Cart;

        (await shop.Admin(HttpMethod.Patch, "/prices/eu-eur", new Dictionary<string, object> { ["prices"] = new Dictionary<string, long> { [Goods.Kilo] = 2_795 } }, ShopClient.NewKey())).Must(200);
        try
        {
            await bob.Change(HttpMethod.Post, "/lines", new { sku = Goods.Kilo, quantity = 1 });
            var order = await ada.Look("/v1/orders/" + (await ada.Settled(await ada.Buy("pm_card_visa", quoteId: seen.Need("quoteId")))).Need("orderId"));

            Assert.Equal(2_795, bob.Cart.Json.GetProperty("lines").EnumerateArray().Single(line => line.GetProperty("sku").GetString() == Goods.Kilo).GetProperty("unitPrice").GetProperty("amount").GetInt64());
            Assert.Equal(seen.Number("totals.total.amount"), order.Number("payment.authorised.amount"));
        }
        finally
        {
            (await shop.Admin(HttpMethod.Patch, "/prices/eu-eur", new Dictionary<string, object> { ["prices"] = new Dictionary<string, long> { [Goods.Kilo] = 2_695 } }, ShopClient.NewKey())).Must(200);
        }
    }

    [Fact]
    public async Task Who_has_not_seen_the_price_is_shown_both_line_by_line()
    {
        var ada = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var seen = ada.Cart;
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });

        var refused = (await ada.Buy("pm_card_visa", quoteId: seen.Need("quoteId"))).MustRefuse(409, "price-changed");

        Assert.Equal((seen.Need("quoteId"), ada.Cart.Need("quoteId")), (refused.Need("shownQuote.id"), refused.Need("quote.id")));
        Assert.Equal((seen.Number("totals.total.amount"), ada.Cart.Number("totals.total.amount")), (refused.Number("shownQuote.totals.total.amount"), refused.Number("quote.totals.total.amount")));
        Assert.Contains(refused.Json.GetProperty("changes").EnumerateArray(), change =>
            (change.GetProperty("of").GetString(), change.GetProperty("what").GetString(), change.GetProperty("was").GetString()) == (Goods.Coffee, "discount", "0.00 EUR"));
    }

    [Fact]
    public async Task A_coupon_that_has_no_effect_says_why()
    {
        var ada = await Shopper.With(shop, Goods.Coffee);
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "HARBOUR50" });

        Assert.Equal(("HARBOUR50", "coupon-minimum-not-reached"), (ada.Cart.Need("couponOutcomes.0.code"), ada.Cart.Need("couponOutcomes.0.why")));
        Assert.Contains("300.00 EUR", ada.Cart.Need("couponOutcomes.0.message"), StringComparison.Ordinal);
        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/coupons", new { code = "SUMMER25" })).MustRefuse(422, "coupon-expired");
        (await ada.Ask(HttpMethod.Post, ada.CartPath + "/coupons", new { code = "PARTNER5" })).MustRefuse(422, "coupon-not-on-this-channel");
    }
}
