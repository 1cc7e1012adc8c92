using System.Diagnostics;
using System.Diagnostics.Metrics;
using Commerce.Journal;
using Commerce.Storage.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>The journal in PostgreSQL: what every journal promises, and what several silos and a server of its own can do to it.</summary>
public sealed class PostgresJournalTests : JournalTests
{
    private static readonly JournalMeters Meters = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private readonly List<(PostgresDatabase Database, PostgresJournal Journal)> silos = [];
    private string connectionString = null!;

    public override async Task InitializeAsync()
    {
        connectionString = await PostgresServer.CreateDatabase();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await PostgresServer.DropDatabase(connectionString);
    }

    [Fact]
    public async Task What_begins_earlier_and_commits_later_is_not_stepped_over()
    {
        var other = await Open();
        Assert.True(await Journal.Append(Of("ord_slow", 1)));
        await Follow(null, 1);

        // Somebody holds the aggregate: the second commit of one silo has its transaction, and waits in it.
        await using var holder = new NpgsqlConnection(connectionString);
        await holder.OpenAsync();
        await using var held = await holder.BeginTransactionAsync();
        await Execute(holder, "select 1 from aggregates where id = 'ord_slow' for update");
        var slow = Journal.Append(Of("ord_slow", 2));
        await Shop.Until(async () => await Query("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") is 1L, "the first writer waits");

        // The other silo begins later, and is done.
        Assert.True(await other.Append(Of("ord_fast", 1)));
        await Task.Delay(200);
        Assert.Equal(["ord_slow/1"], (await Journal.Shards[0].Read(null, 0, 10)).Select(Name));
        Assert.Equal(["ord_slow/1"], (await other.Shards[0].Read(null, 0, 10)).Select(Name));
        Assert.Equal(2L, await Query("select count(*) from commits"));

        await held.RollbackAsync();
        Assert.True(await slow);

        Assert.Equal(["ord_slow/1", "ord_slow/2", "ord_fast/1"], (await Follow(null, 3)).Select(Name));
        await Shop.Until(async () => (await other.Shards[0].Read(null, 0, 10)).Length == 3, "the other silo sees them too");
    }

    [Fact]
    public async Task Readers_of_one_silo_lose_nothing_of_what_three_write_at_once()
    {
        IJournal[] writers = [Journal, await Open(), await Open()];
        var writing = Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            for (var version = 1; version <= 20; version++)
            {
                Assert.True(await writers[i % 3].Append(Of($"ord_{i}", version)));
            }
        }));

        var all = await Follow(null, 1_200);
        await writing;

        Assert.Equal(1_200, all.Select(Name).Distinct().Count());
        foreach (var aggregate in all.GroupBy(commit => commit.Aggregate))
        {
            Assert.Equal(Enumerable.Range(1, 20), aggregate.Select(commit => (int)commit.Version));
        }
    }

    [Fact]
    public async Task Of_two_silos_that_write_the_same_aggregates_in_any_order_each_version_goes_to_one()
    {
        var other = await Open();
        var ids = Enumerable.Range(0, 100).Select(i => $"ord_{i}").ToArray();
        for (var version = 1; version <= 10; version++)
        {
            var step = version;
            var mine = Task.WhenAll(ids.Select(id => Journal.Append(Of(id, step))));
            var theirs = Task.WhenAll(ids.Reverse().Select(id => other.Append(Of(id, step))));
            Assert.All((await mine).Zip((await theirs).Reverse()), answers => Assert.True(answers.First ^ answers.Second));
        }

        Assert.Equal(1_000, (await Follow(null, 1_000, 200)).Select(Name).Distinct().Count());
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_recognised_as_done()
    {
        using var line = new Relay("127.0.0.1", new NpgsqlConnectionStringBuilder(connectionString).Port);
        var far = await Open(line);
        Assert.True(await far.Append(Of("ord_a", 1)));

        line.Become(Line.LosesAnswers);
        var appending = far.Append(Of("ord_a", 2));
        await Shop.Until(async () => await Query("select version from aggregates where id = 'ord_a'") is 2L, "the commit is there, its answer is not");
        line.Become(Line.Open);

        Assert.True(await appending);
        Assert.Equal(2L, await Query("select count(*) from commits"));
        Assert.True(await far.Append(Of("ord_a", 3)));
    }

    [Fact]
    public async Task A_version_that_somebody_else_took_while_the_line_was_cut_is_lost()
    {
        using var line = new Relay("127.0.0.1", new NpgsqlConnectionStringBuilder(connectionString).Port);
        var far = await Open(line);
        Assert.True(await far.Append(Of("ord_a", 1)));

        line.Become(Line.Cut);
        var appending = far.Append(Of("ord_a", 2));
        Assert.True(await Journal.Append(Of("ord_a", 2) with { CorrelationId = "somebody else's" }));
        line.Become(Line.Open);

        Assert.False(await appending);
    }

    [Theory]
    [InlineData((int)Line.Cut)]
    [InlineData((int)Line.Silent)]
    public async Task When_the_database_is_away_callers_are_told_within_three_seconds_and_it_comes_back_by_itself(int how)
    {
        using var line = new Relay("127.0.0.1", new NpgsqlConnectionStringBuilder(connectionString).Port);
        var far = await Open(line);
        Assert.True(await far.Append(Of("ord_a", 1)));
        line.Become((Line)how);

        var refusals = await Task.WhenAll(
            Refusal(() => far.Append(Of("ord_a", 2))),
            Refusal(() => far.Append(Of("ord_b", 1))),
            Refusal(async () => await far.Load("ord_a")),
            Refusal(() => far.Shards[0].ClaimDue(At, TimeSpan.FromSeconds(1), 1)));
        Assert.All(refusals, refusal => Assert.Equal((ErrorKind.Unavailable, TimeSpan.FromSeconds(1)), (refusal.Why.Kind, refusal.Why.RetryAfter)));
        Assert.All(refusals, refusal => Assert.InRange(refusal.After, TimeSpan.Zero, TimeSpan.FromSeconds(3)));

        line.Become(Line.Open);
        var version = 0L; // what was refused may have been written at the last moment: whoever repeats looks first
        await Shop.Until(async () => await far.Append(Of("ord_a", version = (await far.Load("ord_a")).Tail[^1].Version + 1)), "it can be written again");
        await Shop.Until(async () => (await far.Shards[0].Read(null, 0, 10)).Any(commit => commit.Aggregate == "ord_a" && commit.Version == version), "readers go on");
    }

    [Fact]
    public async Task A_commit_that_the_database_cannot_take_does_not_fail_its_neighbours()
    {
        var poison = Refused(() => Journal.Append(Of("ord_\0", 1)));
        var neighbour = Journal.Append(Of("ord_b", 1));

        Assert.NotNull(await poison);
        Assert.True(await neighbour);
        Assert.True(await Journal.Append(Of("ord_c", 1)));
    }

    [Fact]
    public async Task A_journal_restored_into_a_younger_server_goes_on_beyond_its_last_position()
    {
        Assert.True(await Journal.Append(Of("ord_a", 1)));
        await Query("update commits set position = position + (1000000000::bigint << 12)"); // as if written where a thousand million transactions had been

        await Close();
        Journal = await Open();
        Assert.True(await Journal.Append(Of("ord_a", 2)));

        var all = await Follow(null, 2);
        Assert.Equal(["ord_a/1", "ord_a/2"], all.Select(Name));
        Assert.True(all[1].Position > all[0].Position);
        await Close();
        Journal = await Open();
        Assert.True(await Journal.Append(Of("ord_a", 3)));
        Assert.Equal(["ord_a/3"], (await Follow(null, 3)).Skip(2).Select(Name));
    }

    [Fact]
    public async Task Two_that_start_at_once_on_an_empty_database_both_find_it_made()
    {
        var empty = await PostgresServer.CreateDatabase();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var database = new PostgresDatabase(empty);
            PostgresSchema.Migrate(database);
        })));

        Assert.Equal(0L, await PostgresServer.Query(empty, "select count(*) from commits"));
        Assert.Equal(1L, await PostgresServer.Query(empty, "select count(*) from journal_clock"));
        await PostgresServer.DropDatabase(empty);
    }

    private protected override Task<object?> Query(string sql) => PostgresServer.Query(connectionString, sql);

    private protected override Task<IJournal> Open() => Open(null);

    private protected override async Task Close()
    {
        foreach (var (database, journal) in silos)
        {
            await journal.DisposeAsync();
            await database.DisposeAsync();
        }

        silos.Clear();
    }

    private async Task<IJournal> Open(Relay? line)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (line is not null)
        {
            settings.Port = line.Port;
        }

        var database = new PostgresDatabase(settings.ConnectionString);
        await Task.Run(() => PostgresSchema.Migrate(database));
        var journal = new PostgresJournal(database, Meters, TimeProvider.System, NullLogger<PostgresJournal>.Instance);
        silos.Add((database, journal));
        return journal;
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<(CommerceError Why, TimeSpan After)> Refusal(Func<Task> asked)
    {
        var watch = Stopwatch.StartNew();
        return ((await Assert.ThrowsAsync<CommerceException>(asked)).Error, watch.Elapsed);
    }

    private static Task<Exception> Refused(Func<Task> asked) => Assert.ThrowsAnyAsync<Exception>(asked);
}
