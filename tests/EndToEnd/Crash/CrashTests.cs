using System.Diagnostics;
using System.Globalization;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Crash;

/// <summary>The shop is killed again and again while a crowd buys and its vendor loses answers. Afterwards the books are judged from outside.</summary>
[Trait("database", "files")] // on PostgreSQL silos are killed in Faults
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Shoppers = 240, AtATime = 24, Kills = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150), Quiet = TimeSpan.FromSeconds(60);

    /// <summary>Repeats a run: <c>COMMERCE_CRASH_SEED</c>.</summary>
    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_CRASH_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 20260504;

    [Fact]
    public async Task A_shop_that_is_killed_five_times_amid_a_crowd_loses_no_order_no_unit_and_no_cent()
    {
        var random = new Random(Seed);
        var watch = Stopwatch.StartNew();
        output.WriteLine($"COMMERCE_CRASH_SEED={Seed}");
        var port = Ports.Free();
        await using var vendor = await SandboxProcess.Start(port);
        await using var shop = await ShopProcess.Start(port, vendor);
        await vendor.Fault(new { kind = "slow", operation = "authorise", delayMs = 200, probability = 0.3, seed = random.Next() });
        await vendor.Fault(new { kind = "drop_after", probability = 0.1, seed = random.Next() });
        await vendor.Fault(new { kind = "duplicate", operation = "webhook", probability = 0.2, seed = random.Next() });
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: open");

        using var crowd = new Crowd(shop.Client, Patience);
        var shopping = crowd.Shop(Crowd.Errands(Shoppers, random), AtATime);
        for (var kill = 0; kill < Kills; kill++)
        {
            // Spread over the run: when so many have their answer, and a moment.
            var amid = Shoppers * kill / Kills + random.Next(Shoppers / Kills * 3 / 4);
            await Eventually.True(() => Task.FromResult(crowd.Finished >= amid || shopping.IsCompleted), Patience, $"{amid} shoppers are served", () => shop.Output);
            await Task.WhenAny(shopping, Task.Delay(random.Next(150)));
            Assert.False(shopping.IsCompleted, "everybody was served before the last kill: the crowd is too small for this machine");
            await shop.Kill();
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: killed, {crowd.Finished} served");
            await shop.StartAgain();
        }

        var lastFault = DateTimeOffset.UtcNow;
        await vendor.ClearFaults();
        await shopping;
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: all {crowd.Finished} served, {crowd.Told.Count(told => told.Answer is Answered.Open)} times after asking again");

        var resting = Stopwatch.StartNew();
        var atRest = await Eventually.Within(() => Rest.IsQuiet(shop.Client), Quiet);
        var books = await Books.Read(shop.Client, vendor, crowd.Told, lastFault);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {(atRest ? "at rest" : "NOT AT REST")} {resting.Elapsed.TotalSeconds:0.0} s after the last answer, {books.Orders.Count} orders of {books.Checkouts.Count} checkouts, {books.VendorTransactions.Count} vendor transactions, {books.Events.Count} events");

        var violations = Judge.Judgement(books);
        Assert.True(violations.Count == 0, $"COMMERCE_CRASH_SEED={Seed}{Environment.NewLine}{Judge.Summary(violations)}");
        Assert.True(atRest, $"not at rest within {Quiet}{Environment.NewLine}{shop.Output}");
        var scarce = books.Skus.Single(sku => (string)sku["sku"]! == Goods.Scarce);
        Assert.True((long)scarce["sold"]! == (long)scarce["initial"]!, $"more wanted the scarce good than there were: {scarce.ToJsonString()}");
    }
}
