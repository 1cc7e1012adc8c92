using System.Diagnostics.Metrics;
using Commerce.Events;
using Commerce.Journal;
using Commerce.Storage.Postgres;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>The journal in two databases: what every journal promises, and what each of the two means to the other.</summary>
public sealed class ShardedJournalTests : JournalTests
{
    private static readonly JournalMeters Meters = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private readonly List<(ImmutableArray<PostgresDatabase> Databases, ShardedJournal Journal)> silos = [];
    private readonly List<string> made = [];
    private ImmutableArray<string> databases;

    public override async Task InitializeAsync()
    {
        databases = [await Made(), await Made()];
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var database in made)
        {
            await PostgresServer.DropDatabase(database);
        }
    }

    [Fact]
    public async Task A_shard_that_is_away_keeps_nobody_but_its_own_aggregates_waiting()
    {
        using var line = new Relay("127.0.0.1", new NpgsqlConnectionStringBuilder(databases[1]).Port);
        var far = await Open([databases[0], new NpgsqlConnectionStringBuilder(databases[1]) { Port = line.Port }.ConnectionString]);
        var (here, there) = (InOneShard("ord_here", 0), InOneShard("ord_there", 1));
        Assert.True(await far.Append(Of(here, 1) with { WakeAt = At }));
        Assert.True(await far.Append(Of(there, 1)));
        var reader = new LifecycleReader(far, null!);
        await Shop.Until(async () => (await reader.Read(EventCursor.Start, 10, TimeSpan.Zero)).Events.Length == 2, "both shards are read");
        line.Become(Line.Cut);

        var away = far.Append(Of(there, 2));
        Assert.True(await far.Append(Of(here, 2) with { WakeAt = At }));
        Assert.Equal([1, 2], (await far.Load(here)).Tail.Select(commit => (int)commit.Version));
        Assert.Equal([here], (await far.Shards[0].ClaimDue(At.AddSeconds(1), TimeSpan.FromSeconds(1), 10)).AsEnumerable());
        Assert.True(await far.SaveCheckpoint("reader", 1, 0, 5, []));

        // Whoever follows gets what there is; whoever asks for all is told that it cannot be had.
        LifecyclePage page = null!;
        await Shop.Until(async () => (page = await reader.Read(EventCursor.Start, 10, TimeSpan.FromMilliseconds(1))).Events.Length == 2, "the first shard is followed");
        Assert.All(page.Events, happened => Assert.Equal(here, happened.Aggregate));
        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => reader.Read(EventCursor.Start, 10, TimeSpan.Zero))).Error.Kind);
        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => away)).Error.Kind);

        line.Become(Line.Open);
        await Shop.Until(async () => (await reader.Read(page.Next, 10, TimeSpan.FromSeconds(1))).Events is [{ Version: 1 } first, ..] && first.Aggregate == there, "what could not be read comes after all");
    }

    [Fact]
    public async Task Whoever_reads_everything_by_pages_of_any_size_gets_each_event_once_and_each_aggregate_in_order()
    {
        var ids = Enumerable.Range(0, 12).Select(i => $"ord_{i}").ToArray();
        for (var version = 1; version <= 4; version++)
        {
            await Task.WhenAll(ids.Select(id => Journal.Append(Of(id, version) with { EventCount = 2, FirstSequence = (version * 2) - 1, Events = "[{\"type\":\"a\",\"data\":{}},{\"type\":\"b\",\"data\":{}}]"u8.ToArray() })));
        }

        await Follow(null, 48);
        var reader = new LifecycleReader(Journal, null!);
        foreach (var size in (int[])[1, 3, 50, 1_000])
        {
            var seen = new List<LifecycleEvent>();
            var cursor = EventCursor.Start;
            while (await reader.Read(cursor, size, TimeSpan.Zero) is { Events.IsEmpty: false } page)
            {
                seen.AddRange(page.Events);
                Assert.True(EventCursor.TryParse(page.Events[^1].Cursor.ToString(), out cursor)); // as a caller does
                Assert.True(cursor.CoversAll(page.Next) && page.Next.CoversAll(cursor));
            }

            Assert.Equal(96, seen.Select(happened => happened.Id).Distinct().Count());
            Assert.Equal(96, seen.Count);
            Assert.All(seen.GroupBy(happened => happened.Aggregate), one => Assert.Equal(Enumerable.Range(1, 8), one.Select(happened => (int)happened.Sequence)));
            Assert.True((await reader.Head()).CoversAll(cursor));
        }

        var mine = (await reader.ReadAggregate("ord_3", EventCursor.Start, 3)).Events;
        var rest = (await reader.ReadAggregate("ord_3", mine[^1].Cursor, 100)).Events;
        Assert.Equal(Enumerable.Range(1, 8), mine.Concat(rest).Select(happened => (int)happened.Sequence));
    }

    [Fact]
    public async Task A_start_with_other_databases_than_the_journal_was_made_with_is_refused()
    {
        await Close();
        var (third, fourth, another) = (await Made(), await Made(), await Made());
        await Open([another]);

        Assert.Contains("2 shard(s), and 1 are configured", await Refused([databases[0]]), StringComparison.Ordinal);
        Assert.Contains("is shard 1, and is configured as shard 0", await Refused([databases[1], databases[0]]), StringComparison.Ordinal);
        Assert.Contains("is shard 0, and is configured as shard 1", await Refused([databases[0], databases[0]]), StringComparison.Ordinal);
        Assert.Contains("2 shard(s), and 4 are configured", await Refused([.. databases, third, fourth]), StringComparison.Ordinal);
        Assert.Contains("1 shard(s), and 2 are configured", await Refused([databases[0], another]), StringComparison.Ordinal);
        Journal = await Open(databases);
    }

    [Theory]
    [InlineData("1, 2, 4 or 8 databases, not in 3", "1", "2")]
    [InlineData("Shards:1 is not there", "0", "2", "3")]
    [InlineData("Shards:1 is not there", "2")]
    public void Shards_are_numbered_from_one_and_share_the_partitions_evenly(string why, params string[] numbers)
    {
        var settings = numbers.ToDictionary(number => $"{PostgresShards.Section}:{number}", string? (number) => $"Host=there;Database=shard{number}");
        Assert.Contains("which is not set", Refused(settings), StringComparison.Ordinal);
        settings["ConnectionStrings:Commerce"] = "Host=here";
        Assert.Contains(why, Refused(settings), StringComparison.Ordinal);

        static string Refused(Dictionary<string, string?> settings) =>
            Assert.Throws<InvalidOperationException>(() => PostgresShards.ConnectionStrings(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())).Message;
    }

    [Fact]
    public async Task A_journal_is_split_whole_and_everybody_goes_on_where_he_was()
    {
        await Close();
        databases = [await Made()];
        Journal = await Open(databases);
        var ids = Enumerable.Range(0, 24).Select(i => $"stk_{i}").ToArray();
        foreach (var version in (int[])[1, 2, 3])
        {
            await Task.WhenAll(ids.Select(id => Journal.Append(Of(id, version) with { WakeAt = At, Snapshot = version == 2 ? [2] : null })));
        }

        await Follow(null, 72);
        var cursor = (await new LifecycleReader(Journal, null!).Read(EventCursor.Start, 40, TimeSpan.Zero)).Next;
        var head = await new LifecycleReader(Journal, null!).Head();
        var checkpoint = Journal.Shards[0].Head;
        Assert.True(await Journal.SaveCheckpoint("reader", 5, 0, checkpoint, []));
        await Close();

        // In two steps, the first of them interrupted after the copy: no silo starts meanwhile, and the command is run again.
        foreach (var count in (int[])[2, 4])
        {
            while (databases.Length < count)
            {
                databases = databases.Add(await Made());
            }

            var shards = databases.Select(database => new PostgresDatabase(database)).ToImmutableArray();
            if (count == 2)
            {
                await Assert.ThrowsAsync<TimeoutException>(() => JournalSplit.Split(shards, _ => throw new TimeoutException()));
                Assert.Contains("a split into 2 shards has begun", await Refused(databases), StringComparison.Ordinal);
                Assert.Contains("a split into 2 shards has begun", await Refused([databases[0]]), StringComparison.Ordinal);
            }

            await JournalSplit.Split(shards, static _ => { });
            foreach (var shard in shards)
            {
                await shard.DisposeAsync();
            }
        }

        Journal = await Open(databases);
        foreach (var id in ids)
        {
            var history = await Journal.Load(id);
            Assert.Equal((2L, 3L), (history.Version, Assert.Single(history.Tail).Version));
            Assert.False(await Journal.Append(Of(id, 3)));
            Assert.True(await Journal.Append(Of(id, 4)));
        }

        Assert.True(await Journal.Append(Of("stk_new", 1)));
        Assert.Equal(97, (await Follow(null, 97)).Select(Name).Distinct().Count());
        Assert.Equal(ids.Append("stk_new").Order(StringComparer.Ordinal), (await Journal.Aggregates("stk_", "", 100)).AsEnumerable());

        // Cursors and checkpoints from before the split miss nothing of what came after it.
        var reader = new LifecycleReader(Journal, null!);
        Assert.Equal(97 - 40, (await reader.Read(cursor, 1_000, TimeSpan.Zero)).Events.Length);
        Assert.Equal(25, (await reader.Read(head, 1_000, TimeSpan.Zero)).Events.Length);
        Assert.Equal(ids.Append("stk_new").Count(id => Partition.Of(id) == 5), (await Journal.Read(5, await Journal.Checkpoint("reader", 5), 100)).Length);
    }

    [Fact]
    public async Task A_journal_whose_silos_run_is_not_split()
    {
        await using var home = new PostgresDatabase(databases[0]);
        using var silo = SiloPresence.Announce(home, "commerce", NullLogger.Instance);
        await using var second = new PostgresDatabase(databases[1]);

        Assert.Contains("A silo is running", (await Assert.ThrowsAsync<InvalidOperationException>(() => JournalSplit.Split([home, second], static _ => { }))).Message, StringComparison.Ordinal);
    }

    private protected override Task<object?> Query(string sql) => PostgresServer.Query(databases[0], sql);

    private protected override Task<IJournal> Open() => Open(databases);

    private protected override async Task Close()
    {
        foreach (var (opened, journal) in silos)
        {
            await journal.DisposeAsync();
            foreach (var database in opened)
            {
                await database.DisposeAsync();
            }
        }

        silos.Clear();
    }

    private async Task<string> Made()
    {
        made.Add(await PostgresServer.CreateDatabase());
        return made[^1];
    }

    private async Task<IJournal> Open(ImmutableArray<string> shards)
    {
        var opened = shards.Select(shard => new PostgresDatabase(shard)).ToImmutableArray();
        await Task.Run(() =>
        {
            foreach (var database in opened)
            {
                PostgresSchema.Migrate(database);
            }

            ShardRecords.Check(opened);
        });
        var journal = new ShardedJournal([.. opened.Select(database => new PostgresJournal(database, Meters, TimeProvider.System, NullLogger<PostgresJournal>.Instance))]);
        silos.Add((opened, journal));
        return journal;
    }

    private async Task<string> Refused(ImmutableArray<string> shards) => (await Assert.ThrowsAsync<InvalidOperationException>(() => Open(shards))).Message;
}
