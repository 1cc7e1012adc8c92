using System.Text.Json;
using System.Text.Json.Nodes;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>Orders that are charged and given back line by line: whatever the order and the split, what comes back is what was paid.</summary>
[Collection(OneShop.Name)]
public sealed class PartialRefundTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Theory]
    [InlineData("eu", 1)]
    [InlineData("us", 2)]
    [InlineData("jp", 3)]
    public async Task Any_split_gives_back_exactly_what_was_paid(string channel, int seed)
    {
        var order = await Bought(channel, "pm_card_visa");
        var (id, total, currency) = (order.Need("id"), order.Number("totals.total.amount"), order.Need("currency"));
        (await Ask(id, "captures")).Must(200);
        var left = Lines(order).ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("quantity").GetInt32());
        var shipping = order.Number("shipping.total.amount");
        var random = new Random(seed);

        while (left.Count > 0)
        {
            var line = left.Keys.ElementAt(random.Next(left.Count));
            var quantity = random.Next(1, left[line] + 1);
            var some = random.Next(2) == 0 ? random.NextInt64(1, shipping + 1) : 0;
            object body = some > 0
                ? new { lines = new[] { new { lineId = line, quantity } }, shipping = new { amount = some, currency } }
                : new { lines = new[] { new { lineId = line, quantity } }, reason = "returned" };
            (await Ask(id, "refunds", body)).Must(200);
            shipping = Math.Max(0, shipping - some);
            left[line] -= quantity;
            left = left.Where(l => l.Value > 0).ToDictionary();
            if (shipping == 0)
            {
                break;
            }
        }

        var rest = new JsonObject { ["lines"] = new JsonArray([.. left.Select(l => new JsonObject { ["lineId"] = l.Key, ["quantity"] = l.Value })]), ["shipping"] = shipping > 0 };
        var refunded = left.Count > 0 || shipping > 0 ? (await Ask(id, "refunds", rest)).Must(200) : await Order(id);

        Assert.Equal(("refunded", total), (refunded.At("payment.status"), refunded.Number("payment.refunded.amount")));
        Assert.All(Lines(refunded), line => Assert.Equal(
            (line.GetProperty("quantity").GetInt32(), line.GetProperty("total").GetProperty("amount").GetInt64()),
            (line.GetProperty("refundedQuantity").GetInt32(), line.GetProperty("refunded").GetProperty("amount").GetInt64())));
        var parts = refunded.Json.GetProperty("refunds").EnumerateArray().SelectMany(Shares).ToArray();
        Assert.Equal(total, parts.Sum(share => share.GetProperty("total").GetProperty("amount").GetInt64()));
        Assert.Equal(refunded.Number("totals.tax.amount") + refunded.Number("totals.includedTax.amount"), parts.SelectMany(Taxes).Sum());
        (await Ask(id, "refunds", new { shipping = true, lines = new[] { new { lineId = order.Need("lines.0.id"), quantity = 1 } } })).MustRefuse(409, "more-than-left");
    }

    [Fact]
    public async Task The_books_take_back_revenue_shipping_and_tax_of_what_was_refunded()
    {
        var order = await Bought("eu", "pm_card_visa");
        var id = order.Need("id");
        (await Ask(id, "captures")).Must(200);
        (await Ask(id, "refunds", new { lines = new[] { new { lineId = order.Need("lines.0.id"), quantity = 3 } }, shipping = true })).Must(200);
        (await Ask(id, "refunds")).Must(200);

        var books = (await shop.Export("ledger")).Where(entry => (string?)entry["order_id"] == id).ToLookup(entry => (string)entry["account"]!, entry => (long)entry["amount"]!);

        Assert.All(["revenue", "shipping", "tax", "refunds", "psp_cash:stripe", "receivable"], account => Assert.Equal((account, 0), (account, books[account].Sum())));
        Assert.NotEmpty(books["revenue"]);
    }

    [Fact]
    public async Task A_shipment_of_some_units_charges_exactly_their_share()
    {
        // The sample's partners pay by invoice, which takes several captures.
        var order = await Bought("partner", "invoice");
        var (id, line) = (order.Need("id"), order.Need("lines.0.id"));

        var first = (await Ask(id, "captures", new { lines = new[] { new { lineId = line, quantity = 1 } }, shipping = true })).Must(200);
        Assert.Equal(first.Number("captures.0.lines.0.total.amount") + order.Number("shipping.total.amount"), first.Number("payment.captured.amount"));
        (await Ask(id, "refunds", new { lines = new[] { new { lineId = line, quantity = 2 } } })).MustRefuse(409, "more-than-left");

        var second = (await Ask(id, "captures", new { lines = new[] { new { lineId = line, quantity = 2 } } })).Must(200);
        Assert.Equal(order.Number("lines.0.total.amount"), second.Number("captures.0.lines.0.total.amount") + second.Number("captures.1.lines.0.total.amount"));
        Assert.Equal(order.Number("totals.total.amount"), (await Ask(id, "captures")).Must(200).Number("payment.captured.amount"));
    }

    [Fact]
    public async Task What_is_asked_for_amiss_is_refused_and_pointed_at()
    {
        var order = await Bought("eu", "pm_card_visa");
        var (id, line) = (order.Need("id"), order.Need("lines.0.id"));
        (await Ask(id, "captures")).Must(200);

        Assert.Equal("/amount", await Wrong(new { amount = new { amount = 100, currency = "EUR" }, shipping = true }, "invalid-value"));
        Assert.Equal("/lines", await Wrong(new { lines = Array.Empty<object>() }, "required"));
        Assert.Equal("/lines/0/quantity", await Wrong(new { lines = new[] { new { lineId = line, quantity = 0 } } }, "invalid-quantity"));
        Assert.Equal("/lines/1/lineId", await Wrong(new { lines = new[] { new { lineId = line, quantity = 1 }, new { lineId = line, quantity = 1 } } }, "invalid-value"));
        Assert.Equal("/lines/0/lineId", await Wrong(new { lines = new[] { new { lineId = "line_nobodys", quantity = 1 } } }, "unknown-line"));
        Assert.Equal("/shipping", await Wrong(new { shipping = "all" }, "invalid-value"));
        Assert.Equal("/lines/0/quantity", (await Ask(id, "refunds", new { lines = new[] { new { lineId = line, quantity = 4 } } })).MustRefuse(409, "more-than-left").At("errors.0.pointer"));

        async Task<string?> Wrong(object body, string code) => (await Ask(id, "refunds", body)).MustRefuse(422, code).At("errors.0.pointer");
    }

    private async Task<Reply> Bought(string channel, string method)
    {
        var ada = await Shopper.With(shop, Goods.Coffee, 3, channel);
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 2 });
        await ada.Introduce(Goods.Addresses[channel], method: "express");
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });
        return await ada.Order(method);
    }

    private Task<Reply> Ask(string id, string what, object? body = null) =>
        shop.Admin(HttpMethod.Post, $"/orders/{id}/{what}", body is JsonNode node ? node.ToJsonString() : body, ShopClient.NewKey());

    private async Task<Reply> Order(string id) => (await shop.Admin(HttpMethod.Get, "/orders/" + id)).Must(200);

    private static JsonElement[] Lines(Reply order) => [.. order.Json.GetProperty("lines").EnumerateArray()];

    private static JsonElement[] Shares(JsonElement refund) =>
        [.. refund.GetProperty("lines").EnumerateArray(), .. refund.TryGetProperty("shipping", out var shipping) ? [shipping] : Array.Empty<JsonElement>()];

    private static IEnumerable<long> Taxes(JsonElement share) =>
        share.GetProperty("taxes").EnumerateArray().Select(tax => tax.GetProperty("amount").GetProperty("amount").GetInt64());
}
