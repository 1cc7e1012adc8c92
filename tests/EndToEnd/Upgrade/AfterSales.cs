using System.Collections.Concurrent;
using Commerce.Crash;
using Commerce.Invariants;
using Commerce.Shopping;

namespace Commerce.Upgrade;

/// <summary>What is done with the orders of a crowd: read, paid for, taken back. Everything must succeed at once.</summary>
internal sealed class AfterSales(ShopClient shop, Crowd crowd, int seed)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(60);

    private readonly Random random = new(seed);
    private readonly ConcurrentDictionary<string, string> done = new();

    /// <summary>What was done with which order: <c>read</c>, <c>captured</c>, <c>cancelled</c>.</summary>
    public IReadOnlyDictionary<string, string> Done => done;

    /// <summary>One order after the other, old ones and new ones, until <paramref name="closing"/>.</summary>
    public async Task WorkUntil(Task closing)
    {
        while (!closing.IsCompleted)
        {
            var waiting = crowd.Told.Where(told => told.Answer is Answered.Ok).Select(told => told.OrderId!).Distinct().Where(order => !done.ContainsKey(order)).ToArray();
            if (waiting.Length > 0)
            {
                await Handle(random.GetItems(waiting, 1)[0], random.Next(3));
            }

            await Task.WhenAny(closing, Task.Delay(Pause));
        }
    }

    /// <param name="what">Every third is read, paid for, taken back.</param>
    public async Task Handle(string order, int what)
    {
        done[order] = what switch
        {
            0 => await Read(order),
            1 => await Capture(order),
            _ => await Cancel(order),
        };
    }

    /// <summary>That it stands as it was left.</summary>
    public async Task Check(string order)
    {
        var view = (await shop.Admin(HttpMethod.Get, "/orders/" + order)).Must(200);
        switch (done.GetValueOrDefault(order))
        {
            case "captured":
                Assert.Equal(view.Number("totals.total.amount"), view.Number("payment.captured.amount"));
                break;
            case "cancelled":
                Assert.Equal("cancelled", view.At("status"));
                break;
            default:
                Assert.Equal("placed", view.At("status"));
                break;
        }
    }

    private async Task<string> Read(string order)
    {
        Assert.Equal(order, (await shop.Admin(HttpMethod.Get, "/orders/" + order)).Must(200).At("id"));
        return "read";
    }

    private async Task<string> Capture(string order)
    {
        var view = (await shop.Admin(HttpMethod.Post, $"/orders/{order}/captures", key: ShopClient.NewKey())).Must(200);
        Assert.Equal(view.Number("totals.total.amount"), view.Number("payment.captured.amount"));
        return "captured";
    }

    private async Task<string> Cancel(string order)
    {
        var view = (await shop.Admin(HttpMethod.Post, $"/orders/{order}/cancel", new { reason = "changed my mind" }, ShopClient.NewKey())).Must(200);
        Assert.Equal("cancelled", view.At("status"));
        return "cancelled";
    }
}
