using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using Commerce.Journal;
using Commerce.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Benchmarks.Databases;

/// <summary>
/// The same commits into a journal of one database as it is, of one through the composition, and of all that are named: what composing costs, and what a
/// second database brings where it is. In turn, and each three times, since a machine's speed drifts.
/// </summary>
internal static class ShardRace
{
    private const int Rounds = 3;
    private static readonly int[] Concurrencies = [16, 256, 1_000];

    /// <param name="seconds">How long a figure is taken.</param>
    /// <param name="connectionStrings">Databases for this run alone, 2, 4 or 8.</param>
    public static async Task<int> Run(double seconds, string[] connectionStrings)
    {
        var meters = new JournalMeters(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var databases = connectionStrings.Select(static connectionString => new PostgresDatabase(connectionString)).ToImmutableArray();
        foreach (var database in databases)
        {
            PostgresSchema.Migrate(database);
        }

        await using var plain = Journal(databases[0]);
        await using var composed = new ShardedJournal([Journal(databases[0])]);
        await using var sharded = new ShardedJournal([.. databases.Select(Journal)]);
        (string Name, IJournal Journal)[] kinds = [("one database", plain), ("one, composed", composed), ($"{databases.Length} databases", sharded)];

        Console.WriteLine($"| at once | {string.Join(" | ", kinds.Select(static kind => $"{kind.Name}, commits/s | p99 ms"))} |");
        Console.WriteLine($"|---:|{string.Concat(Enumerable.Repeat("---:|---:|", kinds.Length))}");
        await StorageRace.Commits(sharded, 256, 2);
        foreach (var count in Concurrencies)
        {
            var figures = kinds.Select(static _ => new List<(double Rate, double P99)>()).ToArray();
            for (var round = 0; round < Rounds; round++)
            {
                for (var kind = 0; kind < kinds.Length; kind++)
                {
                    figures[kind].Add(await StorageRace.Commits(kinds[kind].Journal, count, seconds));
                }
            }

            Console.WriteLine($"| {count:N0} | {string.Join(" | ", figures.Select(static figure => string.Create(CultureInfo.InvariantCulture, $"{Median(figure.Select(f => f.Rate)):N0} | {Median(figure.Select(f => f.P99)):N1}")))} |");
        }

        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }

        return 0;

        PostgresJournal Journal(PostgresDatabase database) => new(database, meters, TimeProvider.System, NullLogger<PostgresJournal>.Instance);
    }

    private static double Median(IEnumerable<double> figures) => figures.Order().ElementAt(Rounds / 2);
}
