using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Commerce.Journal;
using Commerce.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Commerce.Benchmarks.Journal;

/// <summary>
/// Durable commits of 240 bytes (SQLite, write-ahead, synchronous=FULL), each aggregate waiting for its own before it makes the next. The reference writes
/// the same payload with one transaction for each row, as a store without group commit has to.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, warmupCount: 2, iterationCount: 8), MemoryDiagnoser]
public class JournalCommits
{
    private const int Commits = 16_384;
    private static readonly byte[] Payload = [.. Enumerable.Repeat((byte)'x', 240)];
    private readonly string folder = Directory.CreateTempSubdirectory("commerce-bench").FullName;
    private SqliteJournal journal = null!;
    private SqliteConnection single = null!;
    private int run;

    [Params(1, 16, 256)]
    public int Aggregates { get; set; }

    [GlobalSetup]
    public void Open()
    {
        var file = new SqliteFile(Path.Combine(folder, "journal.db"));
        Storage.EmbeddedStorage.Migrate(file, "Journal");
        journal = new SqliteJournal(file, new JournalMeters(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>()), TimeProvider.System, NullLogger<SqliteJournal>.Instance);
        single = new SqliteFile(Path.Combine(folder, "single.db")).Open();
        using var table = single.CreateCommand();
        table.CommandText = "create table if not exists rows (id integer primary key, payload blob)";
        table.ExecuteNonQuery();
    }

    [GlobalCleanup]
    public async Task Close()
    {
        await journal.DisposeAsync();
        single.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark(OperationsPerInvoke = Commits)]
    public Task Grouped()
    {
        var number = Interlocked.Increment(ref run);
        return Task.WhenAll(Enumerable.Range(0, Aggregates).Select(a => Task.Run(async () =>
        {
            var id = $"cart_{number}_{a}";
            for (var version = 1; version <= Commits / Aggregates; version++)
            {
                await journal.Append(new Commit
                {
                    Aggregate = id,
                    Version = version,
                    FirstSequence = version,
                    EventCount = 1,
                    Events = Payload,
                    At = TimeProvider.System.GetUtcNow(),
                });
            }
        })));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Commits / 8)]
    public void OneTransactionEach()
    {
        using var insert = single.CreateCommand();
        insert.CommandText = "insert into rows (payload) values ($payload)";
        insert.Parameters.AddWithValue("$payload", Payload);
        insert.Prepare();
        for (var i = 0; i < Commits / 8; i++)
        {
            insert.ExecuteNonQuery();
        }
    }
}
