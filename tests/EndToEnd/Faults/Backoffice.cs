using System.Collections.Concurrent;
using Commerce.Crash;
using Commerce.Invariants;
using Commerce.Shopping;

namespace Commerce.Faults;

/// <summary>Operators who take the money of orders and give some of it back, whatever happens to the shop: whoever gets no final answer asks again, with the same key.</summary>
internal sealed class Backoffice(ShopClient shop, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource deadline = new(patience);
    private readonly ConcurrentBag<string> captured = [], refunded = [], cancelled = [];

    public int Captured => captured.Count;

    public int Refunded => refunded.Count;

    public int Cancelled => cancelled.Count;

    /// <summary>Of every six orders: one is captured, one captured and refunded, one captured and refunded in part, one cancelled, two are left as they are.</summary>
    public async Task Work(Crowd crowd, Task closing, int atATime)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        using var places = new SemaphoreSlim(atATime);
        var work = new List<Task>();
        while (true)
        {
            var last = closing.IsCompleted;
            foreach (var order in crowd.Told.Where(told => told is { Answer: Answered.Ok, OrderId: not null }).Select(told => told.OrderId!))
            {
                if (seen.Add(order))
                {
                    await places.WaitAsync(deadline.Token);
                    work.Add(Handle(order, seen.Count % 6, places));
                }
            }

            if (last)
            {
                break;
            }

            await Task.Delay(Pause, deadline.Token);
        }

        await Task.WhenAll(work);
    }

    public void Dispose() => deadline.Dispose();

    private async Task Handle(string order, int what, SemaphoreSlim places)
    {
        try
        {
            if (what is 0 or 1 or 2)
            {
                await Insist($"/orders/{order}/captures", null, order + "-capture");
                captured.Add(order);
            }

            if (what is 1 or 2)
            {
                await Made(order, "captures");
                var total = (await Insist($"/orders/{order}", null, null)).Number("payment.captured.amount");
                await Insist($"/orders/{order}/refunds", new { amount = new { amount = what == 1 ? total : total / 2, currency = "EUR" }, reason = "tried" }, order + "-refund");
                await Made(order, "refunds");
                refunded.Add(order);
            }

            if (what is 3)
            {
                await Insist($"/orders/{order}/cancel", new { reason = "tried" }, order + "-cancel");
                cancelled.Add(order);
            }
        }
        finally
        {
            places.Release();
        }
    }

    /// <summary>Waits until the provider has said that it is done.</summary>
    private async Task Made(string order, string movements)
    {
        while ((await Insist($"/orders/{order}", null, null)).At($"{movements}.0.status") is not "made")
        {
            await Task.Delay(Pause, deadline.Token);
        }
    }

    private async Task<Reply> Insist(string path, object? body, string? key)
    {
        while (true)
        {
            deadline.Token.ThrowIfCancellationRequested();
            try
            {
                var reply = await shop.Admin(key is null ? HttpMethod.Get : HttpMethod.Post, path, body, key);
                if (reply.Status is < 500 and not 429)
                {
                    return reply.Must(200, 202);
                }
            }
            catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException && !deadline.IsCancellationRequested)
            {
                // The shop is dead at the moment: asked again.
            }

            await Task.Delay(Pause, deadline.Token);
        }
    }
}
