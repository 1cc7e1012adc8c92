using System.Diagnostics;
using System.Globalization;
using Commerce.Crash;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>Everything that a cluster can lose is taken from it while a crowd buys. Afterwards the books are judged from outside.</summary>
/// <remarks>Repeats a run: <c>COMMERCE_FAULT_SEED</c>. Makes it longer: <c>COMMERCE_FAULT_SECONDS</c>. <c>./fault-run.sh</c> sets both.</remarks>
[Trait("database", "own")]
public sealed class ClusterFaultTests(ITestOutputHelper output)
{
    private const int Shoppers = 24;

    /// <summary>How long a client has to wait for an answer at most: the longest wait of a front end for its cluster, and a moment.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(13);
    private static readonly TimeSpan Thought = TimeSpan.FromSeconds(1), Frozen = TimeSpan.FromSeconds(20), Quiet = TimeSpan.FromSeconds(60);

    private readonly Lock door = new();
    private readonly HashSet<ShopProcess> down = [], frozen = [];
    private readonly List<Task> mending = [];
    private readonly List<(TimeSpan From, TimeSpan To)> dropped = [];

    private static int Seed => Setting("COMMERCE_FAULT_SEED", 20260504);

    private static TimeSpan Length => TimeSpan.FromSeconds(Setting("COMMERCE_FAULT_SECONDS", 45));

    [Fact]
    public async Task Silos_and_a_database_that_die_amid_a_crowd_cost_it_a_retry_and_nothing_else()
    {
        output.WriteLine($"COMMERCE_FAULT_SEED={Seed} COMMERCE_FAULT_SECONDS={Length.TotalSeconds:0}");
        var random = new Random(Seed);
        var starting = Stopwatch.StartNew();
        await using var cluster = await Cluster.Start(silos: 3);
        await using var line = Relay.To(cluster.FrontEnd.Client.Address.Port);
        using var client = new ShopClient(new Uri($"http://127.0.0.1:{line.Port}"), ShopProcess.AdminKey, () => cluster.FrontEnd.Output);
        foreach (var sku in (string[])[Goods.Coffee, Goods.Tea, Goods.Pen, Goods.Mug, Goods.Flask])
        {
            (await client.Admin(HttpMethod.Post, $"/stock/{sku}/receipts", new { quantity = 50_000 }, ShopClient.NewKey())).Must(200);
        }

        await cluster.Vendor.Fault(new { kind = "slow", operation = "authorise", delayMs = 1_000, probability = 0.5, seed = random.Next() }); // so that a frozen silo has work in flight
        await cluster.Vendor.Fault(new { kind = "drop_after", probability = 0.05, seed = random.Next() });
        await cluster.Vendor.Fault(new { kind = "duplicate", operation = "webhook", probability = 0.2, seed = random.Next() });
        output.WriteLine($"open after {starting.Elapsed.TotalSeconds:0.0} s");

        using var crowd = new Crowd(client, Length + TimeSpan.FromSeconds(90));
        var timeline = new Timeline(crowd, output);
        var closing = new TaskCompletionSource();
        var shopping = crowd.ShopUntil(closing.Task, Shoppers, Thought, Seed);
        try
        {
            foreach (var (at, strike) in Schedule(cluster, line, crowd, timeline, random))
            {
                if (at > crowd.Now)
                {
                    await Task.WhenAny(shopping, Task.Delay(at - crowd.Now));
                }

                Assert.False(shopping.IsFaulted, shopping.Exception?.ToString());
                await strike();
            }

            await Task.WhenAny(shopping, Task.Delay(Length > crowd.Now ? Length - crowd.Now : TimeSpan.Zero));
            await Task.WhenAll(mending);
            await cluster.Vendor.ClearFaults();
            var lastFault = DateTimeOffset.UtcNow;
            timeline.Note("closing");
            closing.SetResult();
            await shopping;
            timeline.Note($"all {crowd.Finished} served");

            var resting = Stopwatch.StartNew();
            var atRest = false;
            while (!(atRest = await Rest.IsQuiet(client)) && resting.Elapsed < Quiet)
            {
                await Task.Delay(500);
            }

            var books = await Books.Read(client, cluster.Vendor, crowd.Told, lastFault);
            timeline.Note($"{(atRest ? "at rest" : "NOT AT REST")} {resting.Elapsed.TotalSeconds:0.0} s after the last answer: {books.Orders.Count} orders of {books.Checkouts.Count} checkouts, {books.VendorTransactions.Count} vendor transactions, {books.Events.Count} events");

            var violations = Judge.Judgement(books);
            Assert.True(violations.Count == 0, $"COMMERCE_FAULT_SEED={Seed}{Environment.NewLine}{Judge.Summary(violations)}");
            Assert.True(atRest, $"not at rest within {Quiet}{Environment.NewLine}{cluster.FrontEnd.Output}");
            EveryRequestWasAnsweredInTime(crowd);
            Assert.True(cluster.Silos.Sum(silo => silo.RefusedCommits.Count) > 0, "no stale activation was fenced: none of the frozen silo's had anything in flight");
        }
        finally
        {
            timeline.Print();
            if (crowd.Endings.Any(ending => ending.Status == 500))
            {
                output.WriteLine(cluster.FrontEnd.Output);
            }

            foreach (var refused in cluster.Silos.SelectMany(silo => silo.RefusedCommits).Take(20))
            {
                output.WriteLine("fenced: " + refused);
            }
        }
    }

    /// <summary>What is done when. The rest of a blow (a start again, a thaw) goes on beside the next one.</summary>
    private List<(TimeSpan At, Func<Task> Strike)> Schedule(Cluster cluster, Relay line, Crowd crowd, Timeline timeline, Random random)
    {
        List<(TimeSpan At, Func<Task> Strike)> schedule =
        [
            (Length * 0.1, () => Drop(line, crowd, timeline)),
            (Length * 0.5, () => Drop(line, crowd, timeline)),
            (Length * 0.72, () => RestartServer(cluster.Server, timeline)),
            (Length * 0.86, () => KillServer(cluster.Server, timeline)),
            (Length * 0.96, () => Drop(line, crowd, timeline)),
        ];
        for (var at = TimeSpan.FromSeconds(10); at <= Length; at += TimeSpan.FromSeconds(10))
        {
            var pause = TimeSpan.FromSeconds(0.5 + random.NextDouble());
            schedule.Add((at, () => KillSilo(Choose(cluster, random), pause, timeline)));
        }

        for (var at = TimeSpan.FromSeconds(13); at + Frozen <= Length; at += TimeSpan.FromSeconds(60))
        {
            schedule.Add((at, () => FreezeSilo(Choose(cluster, random), timeline)));
        }

        return [.. schedule.OrderBy(strike => strike.At)];
    }

    private ShopProcess? Choose(Cluster cluster, Random random)
    {
        lock (door)
        {
            var up = cluster.Silos.Where(silo => !down.Contains(silo) && !frozen.Contains(silo)).ToList();
            return up.Count == 0 ? null : up[random.Next(up.Count)];
        }
    }

    private async Task KillSilo(ShopProcess? silo, TimeSpan pause, Timeline timeline)
    {
        if (silo is null)
        {
            timeline.Note("no silo is up that could be killed");
            return;
        }

        Enter(down, silo);
        timeline.Note($"silo {silo.SiloPort} is killed");
        await silo.Kill();
        Mend(async () =>
        {
            await Task.Delay(pause);
            await Raise(silo, timeline);
            Leave(down, silo);
        });
    }

    private async Task FreezeSilo(ShopProcess? silo, Timeline timeline)
    {
        if (silo is null)
        {
            timeline.Note("no silo is up that could be frozen");
            return;
        }

        Enter(frozen, silo);
        timeline.Note($"silo {silo.SiloPort} is frozen");
        await silo.Freeze();
        Mend(async () =>
        {
            await Task.Delay(Frozen);
            var refusedBefore = silo.RefusedCommits.Count;
            await silo.Thaw();
            timeline.Note($"silo {silo.SiloPort} wakes");
            var ended = await silo.Ends(TimeSpan.FromSeconds(20));
            timeline.Note($"silo {silo.SiloPort}: {silo.RefusedCommits.Count - refusedBefore} stale commits refused, {(ended ? $"ended by itself with {silo.ExitCode}" : "goes on")}");
            if (ended)
            {
                await Raise(silo, timeline);
            }

            Leave(frozen, silo);
        });
    }

    /// <summary>As an orchestrator does it: a silo that ends while it starts, its database being away, is started again.</summary>
    private static async Task Raise(ShopProcess silo, Timeline timeline)
    {
        for (var start = 1; ; start++)
        {
            try
            {
                await silo.StartAgain();
                timeline.Note($"silo {silo.SiloPort} is up again");
                return;
            }
            catch (InvalidOperationException ended) when (start < 3)
            {
                timeline.Note($"silo {silo.SiloPort} ended while it started: {Reason(ended.Message)}");
            }
        }
    }

    /// <summary>The first exception that it wrote.</summary>
    private static string Reason(string output) =>
        output.Split(Environment.NewLine).SkipWhile(line => !line.Contains("failed to start", StringComparison.Ordinal)).FirstOrDefault(line => line.Contains("Exception", StringComparison.Ordinal))
        ?? output.Split(Environment.NewLine).FirstOrDefault(line => line.Contains("Unhandled exception", StringComparison.Ordinal)) ?? output[^Math.Min(600, output.Length)..];

    private static async Task RestartServer(PostgresServer server, Timeline timeline)
    {
        timeline.Note("PostgreSQL restarts");
        await server.Restart();
        timeline.Note("PostgreSQL is up again");
    }

    private static async Task KillServer(PostgresServer server, Timeline timeline)
    {
        timeline.Note("PostgreSQL is killed");
        await server.Kill();
        await Task.Delay(TimeSpan.FromSeconds(3));
        await server.StartAgain();
        timeline.Note("PostgreSQL is up again");
    }

    private Task Drop(Relay line, Crowd crowd, Timeline timeline)
    {
        var from = crowd.Now;
        timeline.Note($"{line.DropAll()} connections of clients are dropped");
        dropped.Add((from, crowd.Now + TimeSpan.FromSeconds(1))); // a client that rests learns of it with its next request
        return Task.CompletedTask;
    }

    /// <summary>Nobody hung, nobody saw a defect, and whoever was told to come back was told when.</summary>
    private void EveryRequestWasAnsweredInTime(Crowd crowd)
    {
        var late = crowd.Endings.Where(ending => ending.Took > Deadline).ToList();
        Assert.True(late.Count == 0, $"{late.Count} requests took longer than {Deadline}: {string.Join(Environment.NewLine, late.Take(5))}");

        var broken = crowd.Endings.Where(ending => ending.Status is null && !dropped.Any(drop => ending.At <= drop.To && drop.From <= ending.At + ending.Took)).ToList();
        Assert.True(broken.Count == 0, $"{broken.Count} requests had no answer: {string.Join(Environment.NewLine, broken.Take(5))}");

        var defects = crowd.Endings.Where(ending => ending.Status >= 500 && (ending.Status != 503 || !ending.SaysWhen)).ToList();
        Assert.True(defects.Count == 0, $"{defects.Count} answers were neither help nor 503 with Retry-After: {string.Join(Environment.NewLine, defects.Take(5))}");
    }

    private void Enter(HashSet<ShopProcess> state, ShopProcess silo)
    {
        lock (door)
        {
            state.Add(silo);
        }
    }

    private void Leave(HashSet<ShopProcess> state, ShopProcess silo)
    {
        lock (door)
        {
            state.Remove(silo);
        }
    }

    private void Mend(Func<Task> mend) => mending.Add(mend());

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
