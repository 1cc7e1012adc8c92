using System.Globalization;
using Commerce.Journal;

namespace Commerce.Benchmarks.Scale;

/// <summary>
/// What more silos and shards than fit on a machine would bring, by simulation from measured costs: first beside what was measured, then where the walls
/// are. See docs/scale.md.
/// </summary>
internal static class ScaleSimulation
{
    /// <summary>Of a silo and of a database where they have machines of their own.</summary>
    private const int Cores = 8;

    /// <summary>What was measured on two cores, journeys/s, p50 and p99 ms by clients: README.md, PostgreSQL.</summary>
    private static readonly (int Clients, double Rate, double P50, double P99)[] Measured = [(1, 106, 8.6, 22.9), (8, 367, 19.9, 66.2), (32, 634, 47.7, 106.2), (64, 721, 82.2, 166.3)];

    private static readonly (int Silos, int Shards, bool Spread)[] Sizes =
    [
        (1, 1, false), (2, 1, false), (4, 1, false), (4, 2, false), (8, 1, false), (8, 2, false), (8, 4, false), (16, 2, false), (16, 4, false), (16, 8, false), (32, 8, false), (64, 8, false),
        (16, 8, true), (32, 8, true), (64, 16, true), (128, 64, true),
    ];

    public static int Run(string[] args)
    {
        var costs = Costs.Of(args);
        Beside(costs);
        Walls(costs, Array.IndexOf(args, "--tsv") is var at and >= 0 ? args[at + 1] : null);
        Hot(costs);
        return 0;
    }

    /// <summary>How far the simulation is from what was measured.</summary>
    private static void Beside(Costs costs)
    {
        Console.WriteLine("| clients | measured journeys/s | p50 ms | p99 ms | simulated journeys/s | p50 ms | p99 ms |");
        Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var (clients, rate, p50, p99) in Measured)
        {
            var simulated = Shop.Run(costs, new Deployment(1, 2, 1, 0, clients), 10);
            Say($"| {clients} | {rate:N0} | {p50:N1} | {p99:N1} | {simulated.Rate:N0} | {simulated.P50:N1} | {simulated.P99:N1} |");
        }
    }

    private static void Walls(Costs costs, string? tsv)
    {
        Console.WriteLine();
        Console.WriteLine("| silos | shards | home's work | journeys/s | p50 ms | p99 ms | silos busy | home busy | shards busy | log disk busy | readers need, of what 8 deliver |");
        Console.WriteLine("|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|");
        using var lines = tsv is null ? null : new StreamWriter(tsv);
        foreach (var (silos, shards, spread) in Sizes)
        {
            var outcome = Shop.Run(costs, new Deployment(silos, Cores, shards, Cores, 32 * Cores * silos, Spread: spread), 0.4);
            var readers = outcome.Rate * costs.Events / (IJournal.Partitions * costs.Delivery);
            Say($"| {silos} | {shards} | {(spread ? "shared out" : "at home")} | {outcome.Rate:N0} | {outcome.P50:N1} | {outcome.P99:N1} | {outcome.SiloCores:P0} | {outcome.HomeCores:P0} | {outcome.ShardCores:P0} | {outcome.Disk:P0} | {readers:P0} |");
            lines?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{silos}\t{shards}\t{(spread ? 1 : 0)}\t{outcome.Rate:F0}\t{outcome.P99:F1}"));
        }
    }

    /// <summary>One SKU that so many of all want, on eight silos and four shards.</summary>
    private static void Hot(Costs costs)
    {
        Console.WriteLine();
        Console.WriteLine("| of all journeys want one SKU | buckets | journeys/s | p50 ms | p99 ms |");
        Console.WriteLine("|---:|---:|---:|---:|---:|");
        foreach (var (hot, buckets) in (ReadOnlySpan<(double, int)>)[(0, 1), (0.1, 1), (0.5, 1), (1, 1), (1, 2), (1, 8)])
        {
            var outcome = Shop.Run(costs, new Deployment(8, Cores, 4, Cores, 32 * Cores * 8, hot, buckets), 0.4);
            Say($"| {hot:P0} | {buckets} | {outcome.Rate:N0} | {outcome.P50:N1} | {outcome.P99:N1} |");
        }
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
