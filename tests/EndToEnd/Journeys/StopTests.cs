using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

public sealed class StopTests
{
    [Fact]
    public async Task A_shop_that_is_asked_to_stop_amid_fifty_checkouts_loses_none_of_them()
    {
        await using var shop = await ShopProcess.Start();
        var shoppers = new List<(Shopper Shopper, string Key)>();
        for (var i = 0; i < 50; i++)
        {
            shoppers.Add((await Shopper.ReadyToPay(shop.Client, Goods.Coffee), ShopClient.NewKey()));
        }

        var before = await shop.Client.Available(Goods.Coffee);
        var firstAnswer = new TaskCompletionSource();
        var underWay = shoppers.Select(one => Attempt(one.Shopper, one.Key, firstAnswer)).ToArray();
        await firstAnswer.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await shop.Stop();
        var answers = await Task.WhenAll(underWay);
        Assert.Equal(0, shop.ExitCode);

        await shop.StartAgain();
        var orders = new HashSet<string>();
        for (var i = 0; i < shoppers.Count; i++)
        {
            var (shopper, key) = shoppers[i];
            var checkout = await shopper.Settled(await shopper.Buy("pm_card_visa", key));
            Assert.True(checkout.At("status") == "confirmed", checkout.Text);
            Assert.True(orders.Add(checkout.Need("orderId")));
            if (answers[i] is { } told && told.At("orderId") is { } order)
            {
                Assert.Equal(order, checkout.At("orderId"));
            }
        }

        Assert.Equal(before - 50, await shop.Client.Available(Goods.Coffee));
        Assert.Equal(50, (await shop.Client.Export("orders")).Count);
    }

    /// <summary>What the shopper was answered; null when there was no answer, or only that it should ask again.</summary>
    private static async Task<Reply?> Attempt(Shopper shopper, string key, TaskCompletionSource answered)
    {
        try
        {
            var reply = await shopper.Buy("pm_card_visa", key);
            answered.TrySetResult();
            return reply.Status is 201 or 202 ? reply : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
