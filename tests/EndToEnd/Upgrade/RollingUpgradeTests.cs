using System.Diagnostics;
using System.Globalization;
using Commerce.Crash;
using Commerce.Faults;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Upgrade;

/// <summary>
/// A cluster of this version becomes one of the next, silo by silo, and goes back, while a crowd buys. The next version has a field more in an event,
/// a method more in a grain, and is built by <c>tests/Upgrade/build-next.sh</c>. See docs/compatible-changes.md.
/// </summary>
/// <remarks>Repeats a run: <c>COMMERCE_UPGRADE_SEED</c>.</remarks>
[Trait("database", "own")]
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    private const int Shoppers = 8, Enough = 6, Sample = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), Thought = TimeSpan.FromMilliseconds(400);

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_UPGRADE_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20260507;

    [Fact]
    public async Task A_cluster_becomes_the_next_version_silo_by_silo_and_goes_back_without_a_failed_checkout()
    {
        var (nextSilo, nextFrontEnd) = (BuiltPrograms.NextSilo, BuiltPrograms.NextFrontEnd);
        output.WriteLine($"COMMERCE_UPGRADE_SEED={Seed}");
        var starting = Stopwatch.StartNew();
        await using var cluster = await Cluster.Start(silos: 3);
        var front = cluster.FrontEnd.Client;
        foreach (var sku in (string[])[Goods.Coffee, Goods.Tea, Goods.Pen, Goods.Mug, Goods.Flask])
        {
            (await front.Admin(HttpMethod.Post, $"/stock/{sku}/receipts", new { quantity = 50_000 }, ShopClient.NewKey())).Must(200);
        }

        await cluster.Vendor.Fault(new { kind = "slow", operation = "authorise", delayMs = 300, probability = 0.5, seed = Seed }); // so that a silo that leaves has work in flight
        output.WriteLine($"open after {starting.Elapsed.TotalSeconds:0.0} s");

        using var crowd = new Crowd(front, Patience * 3);
        var timeline = new Timeline(crowd, output);
        var closing = new TaskCompletionSource();
        var afterSales = new AfterSales(front, crowd, Seed);
        var shopping = Task.WhenAll(crowd.ShopUntil(closing.Task, Shoppers, Thought, Seed), afterSales.WorkUntil(closing.Task));
        try
        {
            await Sold(byThis: Enough, byNext: 0, DateTimeOffset.MinValue);

            // Forward.
            var forth = DateTimeOffset.UtcNow;
            foreach (var silo in cluster.Silos)
            {
                await Replace(silo, nextSilo, "the next version");
                if (silo != cluster.Silos[^1])
                {
                    await Sold(byThis: Enough, byNext: Enough, DateTimeOffset.UtcNow);
                }
            }

            var all = DateTimeOffset.UtcNow;
            timeline.Note("every silo is of the next version");
            await TheNextVersionReadsWhatBothWrote(cluster, nextFrontEnd);
            await Sold(byThis: 0, byNext: Enough, all);

            // And back: first one, which works beside the others, then all of them.
            var back = DateTimeOffset.UtcNow;
            await Replace(cluster.Silos[0], BuiltPrograms.Silo, "this version");
            await Sold(byThis: Enough, byNext: Enough, DateTimeOffset.UtcNow);
            foreach (var silo in cluster.Silos.Skip(1))
            {
                await Stop(silo);
            }

            var alone = DateTimeOffset.UtcNow;
            timeline.Note("a silo of this version is left, alone");
            await Sold(byThis: Enough, byNext: 0, alone);
            closing.SetResult();
            await shopping;
            timeline.Note($"all {crowd.Finished} served");

            await Eventually.True(() => Rest.IsQuiet(front), Patience, "the shop is at rest", () => cluster.FrontEnd.Output);
            var books = await Books.Read(front, cluster.Vendor, crowd.Told, DateTimeOffset.UtcNow);
            timeline.Note($"at rest: {books.Orders.Count} orders of {books.Checkouts.Count} checkouts, {books.VendorTransactions.Count} vendor transactions, {books.Events.Count} events");
            var violations = Judge.Judgement(books);
            Assert.True(violations.Count == 0, $"COMMERCE_UPGRADE_SEED={Seed}{Environment.NewLine}{Judge.Summary(violations)}");

            var placed = await OrderPlaced.InJournal(cluster.Database);
            await PrintDelays(cluster.Database);
            BothVersionsSold(placed, forth, all, back, alone);
            await WhatTheNextVersionWroteIsOursToGoOnWith(placed, afterSales);
            NobodyWasFailed(crowd);
        }
        finally
        {
            timeline.Print();
        }

        async Task Stop(ShopProcess silo)
        {
            timeline.Note($"silo {silo.SiloPort} leaves");
            await silo.Stop();
            Assert.Equal(0, silo.ExitCode);
        }

        async Task Replace(ShopProcess silo, string program, string version)
        {
            await Stop(silo);
            await silo.StartElsewhereAs(program);
            timeline.Note($"silo {silo.SiloPort} has joined: {version}");
        }

        // Until each version has sold so much since.
        Task Sold(int byThis, int byNext, DateTimeOffset since) => Eventually.True(
            async () =>
            {
                Assert.False(shopping.IsFaulted, shopping.Exception?.ToString());
                var placed = (await OrderPlaced.InJournal(cluster.Database)).Where(order => order.At > since).ToLookup(order => order.IsByNext);
                return placed[false].Count() >= byThis && placed[true].Count() >= byNext;
            },
            Patience, $"{byThis} orders by this version and {byNext} by the next", () => cluster.FrontEnd.Output);
    }

    /// <summary>Told by the orders' numbers: before, after and while silos of both versions lived.</summary>
    private void BothVersionsSold(IReadOnlyList<OrderPlaced> placed, DateTimeOffset forth, DateTimeOffset all, DateTimeOffset back, DateTimeOffset alone)
    {
        Assert.DoesNotContain(placed, order => order.At < forth && order.IsByNext);
        Assert.DoesNotContain(placed, order => order.At > all && order.At < back && !order.IsByNext);
        Assert.DoesNotContain(placed, order => order.At > alone && order.IsByNext);
        foreach (var (way, from, to) in new[] { ("forward", forth, all), ("back", back, alone) })
        {
            var mixed = placed.Where(order => order.At >= from && order.At <= to).ToList();
            var turns = mixed.Zip(mixed.Skip(1), static (one, later) => one.IsByNext != later.IsByNext).Count(turned => turned);
            output.WriteLine($"on the way {way}: {mixed.Count(order => !order.IsByNext)} orders by this version and {mixed.Count(order => order.IsByNext)} by the next, which took turns {turns} times");
            Assert.True(turns >= 5, $"on the way {way} the versions did not sell side by side: {turns} turns among {mixed.Count} orders");
        }
    }

    /// <summary>By a front end of its own, which shows the numbers.</summary>
    private static async Task TheNextVersionReadsWhatBothWrote(Cluster cluster, string nextFrontEnd)
    {
        await using var next = await FrontEndProcess.Start(Ports.Free(), cluster.Database, nextFrontEnd);
        await next.Ready();
        var placed = (await OrderPlaced.InJournal(cluster.Database)).ToLookup(order => order.IsByNext);
        foreach (var order in placed[false].TakeLast(Sample).Concat(placed[true].TakeLast(Sample)))
        {
            Assert.Equal(order.Number, (await next.Client.Admin(HttpMethod.Get, "/orders/" + order.Id)).Must(200).At("number"));
        }
    }

    /// <summary>Only a silo of this version is left, so it is this version that reads, takes the money, and takes back.</summary>
    private async Task WhatTheNextVersionWroteIsOursToGoOnWith(IReadOnlyList<OrderPlaced> placed, AfterSales afterSales)
    {
        output.WriteLine($"under load: {string.Join(", ", afterSales.Done.Values.GroupBy(what => what).Select(same => $"{same.Count()} orders {same.Key}"))}");
        var byNext = placed.Where(order => order.IsByNext).Select(order => order.Id).ToLookup(afterSales.Done.ContainsKey);
        var untouched = byNext[false].Take(9).ToList();
        Assert.True(untouched.Count >= 3, "nothing was left to do with the next version's orders");
        foreach (var (number, order) in untouched.Index())
        {
            await afterSales.Handle(order, number % 3);
        }

        foreach (var order in byNext[true].Take(Sample).Concat(untouched))
        {
            await afterSales.Check(order);
        }
    }

    /// <summary>What of the checkouts had to be taken up again later.</summary>
    private async Task PrintDelays(string database)
    {
        var delayed = await PostgresServer.Query(
            database,
            """
            select happened -> 'data' ->> 'why', count(*)
            from commits, jsonb_array_elements(convert_from(events, 'UTF8')::jsonb) happened
            where id like 'chk\_%' and happened ->> 'type' = 'commerce.checkout.step-delayed.v1'
            group by 1
            """);
        output.WriteLine(delayed.Count == 0 ? "no step of a checkout was put off" : $"steps put off: {string.Join(", ", delayed.Select(row => $"{row[1]} × {row[0]}"))}");
    }

    private void NobodyWasFailed(Crowd crowd)
    {
        output.WriteLine($"{crowd.Endings.Count} requests: {string.Join(", ", crowd.Endings.GroupBy(e => e.Status).OrderBy(e => e.Key).Select(e => $"{e.Key?.ToString(CultureInfo.InvariantCulture) ?? "none"} × {e.Count()}"))}; the longest took {crowd.Endings.Max(e => e.Took).TotalSeconds:0.0} s");
        var failed = crowd.Endings.Where(ending => ending.Status is null or >= 500 or 429).ToList();
        Assert.True(failed.Count == 0, $"{failed.Count} of {crowd.Endings.Count} failed: {string.Join(Environment.NewLine, failed.Take(10))}");
        // Who calls off a checkout at once may come too late, and who wants the last of something. Nothing else is refused: neither a price nor a cart changed under anybody's hands.
        var refused = crowd.Endings.Where(ending => ending.Status >= 400 && !IsTooLate(ending)).ToList();
        Assert.True(refused.Count == 0, $"{refused.Count} of {crowd.Endings.Count} refused: {string.Join(Environment.NewLine, refused.Take(10))}");
    }

    private static bool IsTooLate(Ending ending) => ending is { Status: 409, Complaint: { } complaint } && ending.What switch
    {
        "POST /v1/checkouts/{id}/cancel" => complaint.Contains("\"not-now\"", StringComparison.Ordinal),
        "POST /v1/checkouts" => complaint.Contains("\"sold-out\"", StringComparison.Ordinal) || complaint.Contains("\"goods-held\"", StringComparison.Ordinal),
        _ => false,
    };
}
