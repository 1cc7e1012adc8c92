using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Crash;

/// <summary>A front end by itself, and the one silo behind it that goes away and comes back.</summary>
[Trait("database", "files")] // how a cluster on PostgreSQL loses its silos is in Faults
public sealed class FrontEndTests(ITestOutputHelper output)
{
    private const int Shoppers = 150, AtATime = 24, Times = 2;

    /// <summary>How long a shopper thinks at the most before the next errand.</summary>
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120), Quiet = TimeSpan.FromSeconds(60);

    /// <summary>A checkout is waited for 10 s; a silo that dies in the last of them is noticed a little later.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(12.5);

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_CRASH_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20260505;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_silo_that_goes_away_amid_a_crowd_costs_its_callers_a_repetition_and_nothing_else(bool killed)
    {
        var random = new Random(Seed);
        output.WriteLine($"COMMERCE_CRASH_SEED={Seed}");
        var port = Ports.Free();
        await using var vendor = await SandboxProcess.Start(port);
        await using var shop = await ShopProcess.Start(Ports.Free(), vendor);
        await using var front = await FrontEndProcess.Start(port, shop);
        await front.Ready();
        await vendor.Fault(new { kind = "slow", operation = "authorise", delayMs = 200, probability = 0.3, seed = random.Next() });

        using var crowd = new Crowd(front.Client, Patience);
        var closing = new TaskCompletionSource();
        var shopping = crowd.ShopUntil(closing.Task, AtATime, Thought, Seed);
        for (var time = 0; time < Times; time++)
        {
            var served = crowd.Finished + random.Next(10, Shoppers / Times);
            await Eventually.True(() => Task.FromResult(crowd.Finished >= served || shopping.IsCompleted), Patience, $"{served} shoppers are served", () => front.Output);
            Assert.False(shopping.IsCompleted, shopping.Exception?.ToString());
            await (killed ? shop.Kill() : shop.Stop());
            output.WriteLine($"the silo is gone, {crowd.Finished} served");
            await shop.StartAgain();
        }

        var lastFault = DateTimeOffset.UtcNow;
        await vendor.ClearFaults();
        closing.SetResult();
        await shopping;
        output.WriteLine($"all {crowd.Finished} served by {crowd.Endings.Count} requests: {string.Join(", ", crowd.Endings.GroupBy(e => e.Status).OrderBy(e => e.Key).Select(e => $"{e.Key?.ToString(CultureInfo.InvariantCulture) ?? "none"} × {e.Count()}"))}; the longest took {crowd.Endings.Max(e => e.Took).TotalSeconds:0.0} s");

        Assert.All(crowd.Endings, ending => Assert.True(
            ending.Took <= Longest && ending is { Status: 503, SaysWhen: true } or { Status: >= 200 and < 500 }, $"{ending}{Environment.NewLine}{front.Output}"));
        var atRest = await Eventually.Within(async () => (await front.Client.Export("checkout")).All(checkout => checkout.IsTerminal)
            && (await front.Client.Export("reservation")).All(reservation => reservation.Text("state") != "held")
            && (await front.Client.Export("stripe_inbox")).All(received => received.Number("applied_count") > 0), Quiet);
        var violations = Judge.Judgement(await Books.Read(front.Client, vendor, crowd.Told, lastFault));
        Assert.True(violations.Count == 0, $"COMMERCE_CRASH_SEED={Seed}{Environment.NewLine}{string.Join(Environment.NewLine, violations.Take(20))}");
        Assert.True(atRest, $"not at rest within {Quiet}");
    }

    [Fact]
    public async Task Who_follows_the_feed_sees_every_event_once_and_in_order_although_the_silo_is_killed()
    {
        const int Followers = 5;
        await using var shop = await ShopProcess.Start();
        await using var front = await FrontEndProcess.Start(Ports.Free(), shop);
        await front.Ready();
        using var enough = new CancellationTokenSource(Patience);
        var followers = Enumerable.Range(0, Followers).Select(_ => new ConcurrentQueue<FeedItem>()).ToArray();
        var following = followers.Select(seen => Follow(front.Client, seen, enough.Token)).ToArray();

        using var crowd = new Crowd(front.Client, Patience);
        var shopping = crowd.Shop(
            [.. Enumerable.Range(0, 90).Select(number => new Errand(number, Goods.Coffee, 1, "invoice", "manual", number % 2 == 0, false))], 8);
        foreach (var amid in (int[])[20, 50])
        {
            await Eventually.True(() => Task.FromResult(crowd.Finished >= amid), Patience, $"{amid} shoppers are served", () => front.Output);
            await shop.Kill();
            await shop.StartAgain();
        }

        await shopping;
        await Eventually.True(async () => (await front.Client.Export("checkout")).All(checkout => checkout.IsTerminal), Quiet, "no checkout is under way", () => front.Output);
        var written = (await front.Client.Export("event")).Select(row => row.Text("event_id")).ToArray();
        await Eventually.True(() => Task.FromResult(followers.All(seen => seen.Count >= written.Length)), Quiet, "everybody has seen everything", () => front.Output);
        await Task.Delay(TimeSpan.FromSeconds(1)); // what comes twice comes late
        await enough.CancelAsync();
        await Task.WhenAll(following);

        foreach (var seen in followers)
        {
            Assert.Equal(written.Order(StringComparer.Ordinal), seen.Select(happened => happened.Id).Order(StringComparer.Ordinal));
            Assert.All(seen.GroupBy(happened => happened.Subject), stream => Assert.Equal(Enumerable.Range(1, stream.Count()).Select(n => (long)n), stream.Select(happened => happened.Sequence)));
        }
    }

    [Fact]
    public async Task A_front_end_starts_before_its_silo_and_is_ready_only_while_it_reaches_it()
    {
        await using var shop = await ShopProcess.Start();
        await shop.Kill();
        await using var front = await FrontEndProcess.Start(Ports.Free(), shop);

        Assert.Equal(503, (await front.Client.Send(HttpMethod.Get, "/health/ready")).Status);
        var early = await front.Client.Send(HttpMethod.Get, "/v1/products?limit=1");
        Assert.Equal(("temporarily-unavailable", "1"), (early.MustRefuse(503, "temporarily-unavailable").Code, early.Header("Retry-After")));

        await shop.StartAgain();
        await front.Ready();
        (await front.Client.Send(HttpMethod.Get, "/v1/products?limit=1")).Must(200);

        await shop.Kill();
        await Eventually.True(async () => !await front.Client.IsReady(), TimeSpan.FromSeconds(10), "the front end says that it is not ready", () => front.Output);
        var watch = Stopwatch.StartNew();
        var late = (await front.Client.Send(HttpMethod.Get, "/v1/products?limit=1")).MustRefuse(503, "temporarily-unavailable");
        Assert.NotNull(late.Header("Retry-After"));
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(11));

        await shop.StartAgain();
        await front.Ready();
        (await front.Client.Send(HttpMethod.Get, "/v1/products?limit=1")).Must(200);
    }

    /// <summary>Everything from the beginning, by one connection that is never made again.</summary>
    private static async Task Follow(ShopClient front, ConcurrentQueue<FeedItem> seen, CancellationToken enough)
    {
        try
        {
            await foreach (var happened in front.Follow("/v1/events", stop: enough))
            {
                seen.Enqueue(happened);
            }
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            return;
        }

        throw new InvalidOperationException("The feed ended.");
    }
}
