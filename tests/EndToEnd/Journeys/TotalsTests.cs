using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class TotalsTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Theory]
    [InlineData("eu", "EUR", true, "pm_card_visa")]
    [InlineData("us", "USD", false, "pm_card_visa")]
    [InlineData("jp", "JPY", true, "pm_card_visa")]
    [InlineData("partner", "EUR", false, "invoice")]
    public async Task On_every_channel_the_total_is_what_its_parts_make_and_what_is_charged(string channel, string currency, bool inclusive, string method)
    {
        var ada = await Shopper.With(shop, Goods.Coffee, 3, channel);
        await ada.Change(HttpMethod.Post, "/lines", new { sku = Goods.Pen, quantity = 2 });
        await ada.Introduce(Goods.Addresses[channel], method: "express");
        await ada.Change(HttpMethod.Post, "/coupons", new { code = "WELCOME10" });

        var order = await ada.Order(method);

        Assert.Equal(currency, order.At("totals.total.currency"));
        foreach (var shown in (Reply[])[ada.Cart, order])
        {
            long Of(string part) => shown.Number($"totals.{part}.amount");
            Assert.Equal(Of("subtotal") - Of("discount") + Of("shipping") + Of("tax"), Of("total"));
            Assert.True(Of("discount") > 0);
            Assert.Equal(inclusive, Of("tax") == 0);
            Assert.Equal(inclusive, Of("includedTax") > 0);
            Assert.Equal(Lines(shown, "subtotal").Sum(), Of("subtotal"));
            Assert.All(shown.Json.GetProperty("lines").EnumerateArray(), line => Assert.Equal(
                line.GetProperty("unitPrice").GetProperty("amount").GetInt64() * line.GetProperty("quantity").GetInt32(),
                line.GetProperty("subtotal").GetProperty("amount").GetInt64()));
            var taxes = shown.Json.GetProperty("taxes").EnumerateArray().Sum(tax => tax.GetProperty("amount").GetProperty("amount").GetInt64());
            Assert.Equal(Of("tax") + Of("includedTax"), taxes);
        }

        Assert.Equal(order.Number("totals.total.amount"), order.Number("payment.authorised.amount"));
        Assert.Equal(currency, order.At("payment.authorised.currency"));
    }

    private static IEnumerable<long> Lines(Reply shown, string part) =>
        shown.Json.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty(part).GetProperty("amount").GetInt64());
}
