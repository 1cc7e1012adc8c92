using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Commerce.Crash;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>One silo of a cluster goes away, in each of the ways in which silos do.</summary>
[Trait("database", "own")]
public sealed class SiloLossTests(ITestOutputHelper output)
{
    private const int Carts = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How often a silo is killed for the measurement: <c>COMMERCE_FAULT_KILLS</c>.</summary>
    private static int Kills => int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_FAULT_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 2;

    [Fact]
    public async Task A_killed_silos_grains_are_reachable_again_within_five_seconds()
    {
        await using var cluster = await Cluster.Start(silos: 2);
        var shoppers = await Task.WhenAll(Enumerable.Range(0, Carts).Select(_ => Shopper.With(cluster.FrontEnd.Client, Goods.Tea)));
        var all = new List<TimeSpan>();
        for (var kill = 0; kill < Kills; kill++)
        {
            // The one that has been up longer: by now every cart lives there.
            var victim = cluster.Silos[kill % 2];
            var (clock, outOfReach) = (Stopwatch.StartNew(), new ConcurrentBag<TimeSpan>());
            await victim.Kill();
            await Task.WhenAll(shoppers.Select(async shopper =>
            {
                await Eventually.True(async () => await IsThere(shopper), Patience, "the cart is reachable", () => cluster.FrontEnd.Output);
                outOfReach.Add(clock.Elapsed);
            }));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"kill {kill + 1}: the last of {Carts} carts was there again after {outOfReach.Max().TotalSeconds:0.00} s"));
            all.AddRange(outOfReach);
            await victim.StartAgain();
            await Eventually.True(async () => (await cluster.ActiveMembers()).Count == 2, Patience, "both silos are members");
        }

        all.Sort();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Kills} kills, {all.Count} carts: p50 {At(all, 0.5):0.00} s, p90 {At(all, 0.9):0.00} s, p99 {At(all, 0.99):0.00} s, longest {all[^1].TotalSeconds:0.00} s"));
        Assert.True(At(all, 0.99) < 5, $"p99 {At(all, 0.99):0.00} s");
        Assert.True(Kills > 3 || all[^1].TotalSeconds < 5, $"longest {all[^1].TotalSeconds:0.00} s");
    }

    /// <remarks>Of three, <see cref="ClusterFaultTests"/> freezes one, too.</remarks>
    [Fact]
    public async Task A_frozen_silo_is_given_up_in_seconds_and_ends_when_it_wakes()
    {
        await using var cluster = await Cluster.Start(silos: 2);
        await Eventually.True(async () => (await cluster.ActiveMembers()).Count == 2, Patience, "both silos are members");
        var shoppers = await Task.WhenAll(Enumerable.Range(0, Carts).Select(_ => Shopper.With(cluster.FrontEnd.Client, Goods.Tea)));
        var (clock, outOfReach) = (Stopwatch.StartNew(), new ConcurrentBag<TimeSpan>());
        await cluster.Silos[0].Freeze();
        var givenUp = Task.Run(async () =>
        {
            await Eventually.True(async () => (await cluster.ActiveMembers()).Count == 1, Patience, "the frozen silo is given up");
            return clock.Elapsed;
        });
        await Task.WhenAll(shoppers.Select(async shopper =>
        {
            await Eventually.True(async () => await IsThere(shopper), Patience, "the cart is reachable", () => cluster.FrontEnd.Output);
            outOfReach.Add(clock.Elapsed);
        }));
        var missed = await givenUp;
        await Task.Delay(TimeSpan.FromSeconds(10) - clock.Elapsed is { Ticks: > 0 } rest ? rest : TimeSpan.Zero);
        await cluster.Silos[0].Thaw();
        var woken = clock.Elapsed;
        var ended = await cluster.Silos[0].Ends(TimeSpan.FromSeconds(15));

        var all = outOfReach.Order().ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"given up after {missed.TotalSeconds:0.00} s; out of reach: p50 {At(all, 0.5):0.00} s, longest {all[^1].TotalSeconds:0.00} s; {(ended ? $"ended {(clock.Elapsed - woken).TotalSeconds:0.0} s after it woke" : "lives on")}"));
        Assert.True(missed < TimeSpan.FromSeconds(6), $"given up after {missed.TotalSeconds:0.00} s");
        Assert.True(all[^1].TotalSeconds < 12, $"the last cart was there again after {all[^1].TotalSeconds:0.00} s"); // one whose call was under way is waited for twice
        Assert.True(ended, cluster.Silos[0].Output);
        await (await Shopper.ReadyToPay(cluster.FrontEnd.Client, Goods.Coffee)).Order();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_single_silo_that_was_killed_serves_again_within_ten_seconds(bool elsewhere)
    {
        await using var server = await PostgresServer.Start();
        var opening = Stopwatch.StartNew();
        await using var shop = await ShopProcess.Start(new ShopSetup { Database = await server.CreateDatabase() });
        var opened = opening.Elapsed; // this machine may have much else to do: then as long as the first start took
        var shopper = await Shopper.ReadyToPay(shop.Client, Goods.Coffee);

        await shop.Kill();
        var clock = Stopwatch.StartNew();
        await (elsewhere ? shop.StartElsewhere() : shop.StartAgain());
        await Eventually.True(async () => await IsThere(shopper), Patience, "the cart is there", () => shop.Output);
        await shopper.Order();

        output.WriteLine($"sold {clock.Elapsed.TotalSeconds:0.0} s after the start; the very first took {opened.TotalSeconds:0.0} s");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10) || clock.Elapsed < opened, $"it took {clock.Elapsed}, the first start {opened}{Environment.NewLine}{shop.Output}");
    }

    [Fact]
    public async Task A_silo_that_pauses_for_a_second_again_and_again_is_not_given_up()
    {
        await using var cluster = await Cluster.Start(silos: 2);
        await Eventually.True(async () => (await cluster.ActiveMembers()).Count == 2, Patience, "both silos are members");
        var before = await cluster.ActiveMembers();

        for (var pause = 0; pause < 5; pause++)
        {
            var silo = cluster.Silos[pause % 2];
            await silo.Freeze();
            await Task.Delay(TimeSpan.FromSeconds(1));
            await silo.Thaw();
            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }

        await Task.Delay(TimeSpan.FromSeconds(2)); // whoever was suspected would be judged by now
        Assert.Equal(before, await cluster.ActiveMembers());
        Assert.All(cluster.Silos, silo => Assert.False(silo.HasExited, silo.Output));
        await (await Shopper.ReadyToPay(cluster.FrontEnd.Client, Goods.Coffee)).Order();
    }

    [Fact]
    public async Task Silos_that_are_stopped_in_turn_amid_a_crowd_fail_nobodys_request()
    {
        await using var cluster = await Cluster.Start(silos: 2);
        using var crowd = new Crowd(cluster.FrontEnd.Client, Patience);
        var closing = new TaskCompletionSource();
        var shopping = crowd.ShopUntil(closing.Task, 12, TimeSpan.FromMilliseconds(500), seed: 7);
        foreach (var silo in cluster.Silos)
        {
            await Task.Delay(TimeSpan.FromSeconds(2));
            await silo.Stop();
            Assert.Equal(0, silo.ExitCode);
            await Task.Delay(TimeSpan.FromSeconds(1));
            await silo.StartAgain();
        }

        await Task.Delay(TimeSpan.FromSeconds(2));
        closing.SetResult();
        await shopping;

        var failed = crowd.Endings.Where(ending => ending.Status is null or >= 500).ToList();
        output.WriteLine($"{crowd.Endings.Count} requests, {crowd.Finished} served, longest {crowd.Endings.Max(ending => ending.Took).TotalSeconds:0.0} s");
        Assert.True(failed.Count == 0, $"{failed.Count} of {crowd.Endings.Count} failed: {string.Join(Environment.NewLine, failed.Take(10))}{Environment.NewLine}{cluster.FrontEnd.Output}");
    }

    [Fact]
    public async Task Two_silos_that_start_at_once_on_an_empty_database_both_come_up()
    {
        await using var server = await PostgresServer.Start();
        var setup = new ShopSetup { Database = await server.CreateDatabase() };
        await using var vendor = await SandboxProcess.Start(setup.Port);
        var shops = await Task.WhenAll(new[] { setup.Port, Ports.Free() }.Select(port => ShopProcess.Start(setup with { Port = port, Vendor = vendor })));
        try
        {
            var opening = await shops[0].Client.Export("sku");
            Assert.Equal(opening.Count, opening.Select(sku => (string)sku["sku"]!).Distinct().Count());
            Assert.All(opening, sku => Assert.Equal((long)sku["initial"]!, (long)sku["on_hand"]! + (long)sku["sold"]!));

            // What one was told the other knows.
            var shopper = await Shopper.ReadyToPay(shops[0].Client, Goods.Coffee);
            (await shops[1].Client.Send(HttpMethod.Get, shopper.CartPath, token: shopper.Token)).Must(200);
            await shopper.Order();
            await (await Shopper.ReadyToPay(shops[1].Client, Goods.Coffee)).Order();
            Assert.Equal(2, (await shops[1].Client.Export("orders")).Count);
        }
        finally
        {
            foreach (var shop in shops)
            {
                await shop.DisposeAsync();
            }
        }
    }

    private static async Task<bool> IsThere(Shopper shopper) => await shopper.Ask(HttpMethod.Get, shopper.CartPath) is { Status: 200 };

    private static double At(List<TimeSpan> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))].TotalSeconds;
}
