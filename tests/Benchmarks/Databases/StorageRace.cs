using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Commerce.Contacts;
using Commerce.Journal;
using Commerce.Storage;
using Commerce.Storage.Postgres;
using Commerce.Storage.Sqlite;
using HdrHistogram;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Configuration;
using Orleans.Storage;

namespace Commerce.Benchmarks.Databases;

/// <summary>
/// Durable commits of 240 bytes into both journals, and writes of grain storage by AdoNet for comparison, one after the other in one run: each aggregate (or
/// grain) waits for its own before it makes the next.
/// </summary>
internal static class StorageRace
{
    private static readonly byte[] Payload = [.. Enumerable.Repeat((byte)'x', 240)];
    private static readonly int[] Concurrencies = [1, 16, 64, 256, 1_000];

    /// <param name="postgres">A database for this run alone.</param>
    public static async Task<int> Run(string postgres, double seconds)
    {
        var folder = Directory.CreateTempSubdirectory("commerce-bench").FullName;
        var meters = new JournalMeters(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
        var file = new SqliteFile(Path.Combine(folder, "journal.db"));
        EmbeddedStorage.Migrate(file, "Journal");
        await using (var sqlite = new SqliteJournal(file, meters, TimeProvider.System, NullLogger<SqliteJournal>.Instance))
        await using (var database = new PostgresDatabase(postgres))
        {
            PostgresSchema.Migrate(database);
            await using var journal = new PostgresJournal(database, meters, TimeProvider.System, NullLogger<PostgresJournal>.Instance);
            using var host = Host(postgres);
            var storage = await Storage(host);

            Console.WriteLine("| at once | SQLite commits/s | p99 ms | PostgreSQL commits/s | p99 ms | AdoNet on PostgreSQL writes/s | p99 ms | journal : AdoNet |");
            Console.WriteLine("|---:|---:|---:|---:|---:|---:|---:|---:|");
            foreach (var count in Concurrencies)
            {
                await Commits(journal, count, 1);
                var (files, server, grains) = (await Commits(sqlite, count, seconds), await Commits(journal, count, seconds), await Writes(storage, count, seconds));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {count:N0} | {files.Rate:N0} | {files.P99:N1} | {server.Rate:N0} | {server.P99:N1} | {grains.Rate:N0} | {grains.P99:N1} | {server.Rate / grains.Rate:N1} |"));
            }
        }

        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    /// <summary>So many aggregates that each commit one after the other, for so long.</summary>
    internal static Task<(double Rate, double P99)> Commits(IJournal journal, int count, double seconds)
    {
        var run = Guid.NewGuid().ToString("N");
        return Measure(count, seconds, async (number, version) =>
        {
            if (!await journal.Append(new Commit
            {
                Aggregate = $"cart_{run}{number}",
                Version = version,
                FirstSequence = version,
                EventCount = 1,
                Events = Payload,
                At = TimeProvider.System.GetUtcNow(),
                WakeAt = TimeProvider.System.GetUtcNow().AddMinutes(30),
            }))
            {
                throw new InvalidOperationException("A fence was lost, and nobody else writes.");
            }
        });
    }

    private static Task<(double Rate, double P99)> Writes(IGrainStorage storage, int count, double seconds)
    {
        var grains = Enumerable.Range(0, count).Select(_ => (
            Id: GrainId.Create("contact", Identity.New(Identity.Contact)),
            State: new GrainState<ContactState>(new ContactState { Person = new Person("someone@example.org", new string('x', 180)) }))).ToArray();
        return Measure(count, seconds, (number, _) => storage.WriteStateAsync("contact", grains[number].Id, grains[number].State));
    }

    private static async Task<(double Rate, double P99)> Measure(int count, double seconds, Func<int, long, Task> step)
    {
        var all = new LongHistogram(60_000_000, 3);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(async () =>
        {
            var mine = new LongHistogram(60_000_000, 3);
            for (var version = 1L; clock.Elapsed.TotalSeconds < seconds; version++)
            {
                var began = Stopwatch.GetTimestamp();
                await step(number, version);
                mine.RecordValue((long)Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            }

            lock (all)
            {
                all.Add(mine);
            }
        })));
        return (all.TotalCount / clock.Elapsed.TotalSeconds, all.GetValueAtPercentile(99) / 1000.0);
    }

    /// <summary>The grain storage as a silo composes it.</summary>
    private static IHost Host(string postgres)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: 11_999, gatewayPort: 30_999);
            silo.Configure<GrainCollectionOptions>(static collection => collection.CollectionQuantum = TimeSpan.FromSeconds(20)); // the grains' own ages ask for it
            silo.UsePostgresStorage(new PostgresDatabase(new NpgsqlConnectionStringBuilder(postgres) { ApplicationName = "adonet" }.ConnectionString));
        });
        return builder.Build();
    }

    private static async Task<IGrainStorage> Storage(IHost host)
    {
        await host.StartAsync();
        return host.Services.GetRequiredKeyedService<IGrainStorage>(ContactGrain.Storage);
    }
}
