using System.Collections.Concurrent;
using Commerce.Shopping;

namespace Commerce.Journeys;

[Collection(OneShop.Name)]
public sealed class EventStreamTests(RunningShop running)
{
    private const int Orders = 20;

    private readonly ShopClient shop = running.Client;

    [Fact]
    public async Task A_reader_that_drops_out_and_comes_back_sees_every_event_once_and_in_order()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var start = await End(patience.Token);
        var placed = new ConcurrentBag<string>();
        var buying = Task.Run(
            async () =>
            {
                for (var i = 0; i < Orders; i++)
                {
                    placed.Add((await (await Shopper.ReadyToPay(shop, Goods.Coffee)).Order()).Need("id"));
                }
            },
            patience.Token);

        // Leaves after every ninth event, wherever that is, and comes back to where it was.
        var seen = new List<FeedItem>();
        while (seen.Count(happened => happened.Type == "commerce.order.confirmed.v1") < Orders)
        {
            var here = 0;
            await foreach (var happened in shop.Follow("/v1/events", lastEventId: seen is [.., var last] ? last.Cursor : start, stop: patience.Token))
            {
                seen.Add(happened);
                if (++here == 9 || seen.Count(e => e.Type == "commerce.order.confirmed.v1") == Orders)
                {
                    break;
                }
            }
        }

        await buying;
        Assert.Equal(seen.Count, seen.Select(happened => happened.Id).Distinct().Count());
        foreach (var stream in seen.GroupBy(happened => happened.Subject).Where(stream => placed.Contains(stream.Key)))
        {
            Assert.Equal(Enumerable.Range(1, stream.Count()).Select(n => (long)n), stream.Select(happened => happened.Sequence));
        }

        var everything = await Pages(start, seen[^1].Cursor);
        Assert.Equal(everything, seen.Select(happened => happened.Id));
    }

    [Fact]
    public async Task Two_readers_see_the_same_events_in_the_same_order()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var start = await End(patience.Token);
        async Task<List<string>> Read()
        {
            var ids = new List<string>();
            await foreach (var happened in shop.Follow("/v1/events", lastEventId: start, stop: patience.Token))
            {
                ids.Add(happened.Id);
                if (ids.Count == 30)
                {
                    break;
                }
            }

            return ids;
        }

        var readers = Task.WhenAll(Read(), Read());
        for (var i = 0; !readers.IsCompleted; i++)
        {
            Assert.True(i < 100, "a hundred orders, and the readers have not seen thirty events");
            await (await Shopper.ReadyToPay(shop, Goods.Coffee)).Order();
        }

        var both = await readers;
        Assert.Equal(both[0], both[1]);
    }

    /// <summary>Where the journal ends at this moment: what a page of the newest events would end with.</summary>
    private async Task<string?> End(CancellationToken stop)
    {
        string? cursor = null;
        while (!stop.IsCancellationRequested)
        {
            var page = (await shop.Operator(HttpMethod.Get, "/v1/events?limit=100" + (cursor is null ? "" : "&after=" + Uri.EscapeDataString(cursor)))).Must(200);
            var items = page.Json.GetProperty("items");
            cursor = items.GetArrayLength() > 0 ? items[items.GetArrayLength() - 1].GetProperty("cursor").GetString() : cursor;
            if (page.At("next") is null)
            {
                break;
            }
        }

        return cursor;
    }

    private async Task<List<string>> Pages(string? after, string upTo)
    {
        var ids = new List<string>();
        for (var cursor = after; ;)
        {
            var page = (await shop.Operator(HttpMethod.Get, "/v1/events?limit=50" + (cursor is null ? "" : "&after=" + Uri.EscapeDataString(cursor)))).Must(200);
            foreach (var happened in page.Json.GetProperty("items").EnumerateArray())
            {
                ids.Add(happened.GetProperty("id").GetString()!);
                if (happened.GetProperty("cursor").GetString() == upTo)
                {
                    return ids;
                }
            }

            cursor = page.Need("next");
        }
    }
}
