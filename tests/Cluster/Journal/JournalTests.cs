using Commerce.Journal;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>What every journal promises.</summary>
[Trait("database", "own")]
public abstract class JournalTests : IAsyncLifetime
{
    private protected static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private protected IJournal Journal { get; set; } = null!;

    public virtual async Task InitializeAsync() => Journal = await Open();

    public virtual Task DisposeAsync() => Close();

    [Fact]
    public async Task A_commit_that_lost_its_fence_is_refused_and_the_rest_of_its_batch_stands()
    {
        Assert.True(await Journal.Append(Of("ord_a", 1)));

        var answers = await Task.WhenAll(
            Journal.Append(Of("ord_b", 1)),
            Journal.Append(Of("ord_a", 1)),
            Journal.Append(Of("ord_a", 3)),
            Journal.Append(Of("ord_a", 2)),
            Journal.Append(Of("ord_c", 2)),
            Journal.Append(Of("ord_d", 1)));

        Assert.Equal([true, false, false, true, false, true], answers);
        Assert.Equal(["ord_a/1", "ord_a/2", "ord_b/1", "ord_d/1"], (await Follow(null, 4)).Select(Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_waits_together_is_written_in_few_transactions()
    {
        var appends = Enumerable.Range(0, 2_000).Select(i => AppendedOnce(Of($"ord_{i}", 1))).ToArray();
        var heads = new HashSet<long>();
        var all = Task.WhenAll(appends);
        while (!all.IsCompleted)
        {
            heads.Add(Journal.Shards.Sum(shard => shard.Head));
            await Task.Delay(1);
        }

        Assert.All(await Task.WhenAll(appends), Assert.True);
        Assert.Equal(2_000, (await Follow(null, 2_000, 500)).Count);
        heads.Add(Journal.Shards.Sum(shard => shard.Head));
        Assert.InRange(heads.Count, 1, 200);
    }

    /// <summary>As every caller does: asked again when the journal was too busy to answer in time; what an earlier attempt wrote stands.</summary>
    private async Task<bool> AppendedOnce(Commit commit)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Journal.Append(commit) || (attempt > 1 && (await Journal.Load(commit.Aggregate)).Tail is [{ Version: 1 }]);
            }
            catch (CommerceException busy) when (busy.Error.Kind is ErrorKind.Unavailable && attempt < 10)
            {
                // The test is about how few transactions it takes, not about how fast this machine is at the moment.
            }
        }
    }

    [Fact]
    public async Task A_commit_survives_reopening_to_the_last_field()
    {
        var commit = Of("ord_a", 1) with
        {
            WakeAt = At.AddMinutes(1),
            CorrelationId = "corr",
            CausationId = "cause",
            TraceParent = "00-trace",
            IdempotencyKey = "key",
            Fingerprint = "print",
            At = At.AddTicks(10),
        };
        await Journal.Append(commit);

        await Close();
        Journal = await Open();

        var recorded = Assert.Single((await Journal.Load("ord_a")).Tail);
        Assert.Equal(recorded with { Events = [] }, Assert.Single(await Follow(null, 1)) with { Events = [] });
        Assert.Equal(
            (recorded.Position, "ord_a", 1L, 1L, commit.At, "corr", "cause", "00-trace", "key", "print"),
            (recorded.Position, recorded.Aggregate, recorded.Version, recorded.FirstSequence, recorded.At, recorded.CorrelationId, recorded.CausationId, recorded.TraceParent, recorded.IdempotencyKey, recorded.Fingerprint));
        Assert.Equal(commit.Events.ToArray(), recorded.Events);
        Assert.Equal(recorded.Position, ShardOf("ord_a").Head);
        Assert.True(await Journal.Append(Of("ord_a", 2)));
    }

    [Fact]
    public async Task An_aggregate_with_a_snapshot_loads_it_and_what_came_after()
    {
        for (var version = 1; version <= 5; version++)
        {
            await Journal.Append(Of("stk_a", version) with { Snapshot = version is 2 or 3 ? [(byte)version] : null });
        }

        var history = await Journal.Load("stk_a");

        Assert.Equal((3L, (byte)3), (history.Version, history.Snapshot![0]));
        Assert.Equal([4, 5], history.Tail.Select(commit => (int)commit.Version));
        Assert.Equal(5, (await Journal.ReadAggregate("stk_a", 0, 100)).Length);
    }

    [Fact]
    public async Task An_aggregate_that_nothing_happened_to_has_no_history() => Assert.Equal(History.None, await Journal.Load("ord_none"));

    [Fact]
    public async Task Readers_see_every_commit_once_and_in_order_by_position_and_by_partition()
    {
        var ids = Enumerable.Range(0, 40).Select(i => $"ord_{i}").ToArray();
        var writing = Task.WhenAll(ids.Select(async id =>
        {
            for (var version = 1; version <= 10; version++)
            {
                Assert.True(await Journal.Append(Of(id, version)));
            }
        }));

        var all = await Follow(null, 400);
        await writing;

        Assert.All(all.GroupBy(c => ShardOf(c.Aggregate)), shard => Assert.Equal(shard.Select(c => c.Position).Order(), shard.Select(c => c.Position)));
        Assert.Equal(400, all.Select(Name).Distinct().Count());
        foreach (var id in ids)
        {
            Assert.Equal(Enumerable.Range(1, 10), all.Where(c => c.Aggregate == id).Select(c => (int)c.Version));
        }

        var partitions = new List<Recorded>();
        for (var partition = 0; partition < IJournal.Partitions; partition++)
        {
            var part = await Journal.Read(partition, 0, 1_000);
            Assert.All(part, c => Assert.Equal(partition, Partition.Of(c.Aggregate)));
            partitions.AddRange(part);
        }

        Assert.All(all.GroupBy(c => ShardOf(c.Aggregate)), shard =>
            Assert.Equal(shard.Select(Name), partitions.Where(c => ShardOf(c.Aggregate) == shard.Key).OrderBy(c => c.Position).Select(Name)));
    }

    [Fact]
    public async Task Aggregates_are_listed_by_prefix_in_order_and_by_pages()
    {
        foreach (var id in (string[])["ord_2", "ord_1", "pay_1", "ord_3", "orx_1"])
        {
            await Journal.Append(Of(id, 1));
        }

        Assert.Equal(["ord_1", "ord_2"], (await Journal.Aggregates("ord_", "", 2)).AsEnumerable());
        Assert.Equal(["ord_3"], (await Journal.Aggregates("ord_", "ord_2", 2)).AsEnumerable());
        Assert.Empty(await Journal.Aggregates("ord_", "ord_3", 2));
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_commit_or_with_patience()
    {
        var shard = ShardOf("ord_a");
        var waiting = shard.WaitBeyond(0, TimeSpan.FromMinutes(1), CancellationToken.None);
        Assert.False(waiting.IsCompleted);

        await Journal.Append(Of("ord_a", 1));
        await waiting.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(shard.WaitBeyond(0, TimeSpan.FromMinutes(1), CancellationToken.None).IsCompleted);
        await shard.WaitBeyond(shard.Head, TimeSpan.FromMilliseconds(20), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task What_is_due_is_claimed_once_until_its_lease_ends_the_longest_due_first()
    {
        var lease = TimeSpan.FromSeconds(30);
        var (late, first, middle) = (InOneShard("ord_late"), InOneShard("ord_first"), InOneShard("ord_middle"));
        await Journal.Append(Of(late, 1) with { WakeAt = At.AddSeconds(2) });
        await Journal.Append(Of(first, 1) with { WakeAt = At });
        await Journal.Append(Of(middle, 1) with { WakeAt = At.AddSeconds(1) });
        await Journal.Append(Of(InOneShard("ord_future"), 1) with { WakeAt = At.AddHours(1) });
        await Journal.Append(Of(InOneShard("ord_asleep"), 1));

        var shard = ShardOf(late);
        Assert.Empty(await shard.ClaimDue(At, lease, 10));
        Assert.Equal([first, middle], (await shard.ClaimDue(At.AddSeconds(5), lease, 2)).AsEnumerable());
        Assert.Equal([late], (await shard.ClaimDue(At.AddSeconds(5), lease, 2)).AsEnumerable());
        Assert.Empty(await shard.ClaimDue(At.AddSeconds(34), lease, 10));
        Assert.Equal([first, middle, late], (await shard.ClaimDue(At.AddSeconds(36), lease, 10)).AsEnumerable());
    }

    [Fact]
    public async Task A_commit_ends_the_lease_and_says_when_to_wake_next()
    {
        await Journal.Append(Of("ord_a", 1) with { WakeAt = At });
        Assert.Single(await ShardOf("ord_a").ClaimDue(At.AddSeconds(1), TimeSpan.FromMinutes(5), 10));

        await Journal.Append(Of("ord_a", 2) with { WakeAt = At.AddSeconds(2) });
        Assert.Single(await ShardOf("ord_a").ClaimDue(At.AddSeconds(3), TimeSpan.FromMinutes(5), 10));

        await Journal.Append(Of("ord_a", 3));
        Assert.Empty(await ShardOf("ord_a").ClaimDue(At.AddDays(1), TimeSpan.FromMinutes(5), 10));
    }

    [Fact]
    public async Task A_checkpoint_is_moved_only_by_who_knows_where_it_is()
    {
        var row = new ReadModelRow("model", "key", "1", "id", [1]);
        Assert.Equal(0, await Journal.Checkpoint("reader", 3));

        Assert.True(await Journal.SaveCheckpoint("reader", 3, 0, 10, [row]));
        Assert.False(await Journal.SaveCheckpoint("reader", 3, 0, 17, [row with { Body = [2] }]));
        Assert.False(await Journal.SaveCheckpoint("reader", 3, 7, 17, [row with { Body = null }]));

        Assert.Equal(10, await Journal.Checkpoint("reader", 3));
        Assert.Equal([1], (await Journal.FindReadModel("model", "id"))!.Body!);
        Assert.True(await Journal.SaveCheckpoint("reader", 3, 10, 17, []));
        Assert.Equal(0, await Journal.Checkpoint("reader", 4));
        Assert.Equal(0, await Journal.Checkpoint("other", 3));
    }

    [Fact]
    public async Task A_checkpoint_and_its_rows_are_stored_both_or_neither_and_a_failing_change_fails_alone()
    {
        var good = new ReadModelRow("model", "key", "1", "good", [1]);
        var bad = new ReadModelRow("model", null!, "2", "bad", [2]);

        var failing = Journal.SaveCheckpoint("reader", 0, 0, 10, [good, bad]);
        var beside = Journal.Append(Of("ord_a", 1));

        await Assert.ThrowsAnyAsync<Exception>(() => failing);
        Assert.True(await beside);
        Assert.Equal(0, await Journal.Checkpoint("reader", 0));
        Assert.Null(await Journal.FindReadModel("model", "good"));

        await Journal.SaveCheckpoint("reader", 0, 0, 10, [good]);
        Assert.Equal([1], (await Journal.FindReadModel("model", "good"))!.Body!);
        Assert.Equal(10, await Journal.Checkpoint("reader", 0));
    }

    [Fact]
    public async Task Of_many_checkpoints_that_are_stored_at_once_each_holds_or_is_refused_by_itself()
    {
        Assert.True(await Journal.SaveCheckpoint("reader1", 0, 0, 5, []));

        var saves = Enumerable.Range(0, 24).Select(i => Journal.SaveCheckpoint(
            $"reader{i % 3}", i / 3, 0, 10, [new ReadModelRow($"model{i % 3}", "key", "1", $"id{i}", [(byte)i]), new ReadModelRow($"model{i % 3}", "key", "1", $"gone{i}", null)])).ToArray();
        var again = Journal.SaveCheckpoint("reader2", 7, 0, 11, []);
        var held = await Task.WhenAll(saves);

        Assert.Equal([1], Enumerable.Range(0, 24).Where(i => !held[i]));
        Assert.False(await again);
        Assert.Equal(5, await Journal.Checkpoint("reader1", 0));
        Assert.Null(await Journal.FindReadModel("model1", "id1"));
        Assert.Equal([23], (await Journal.FindReadModel("model2", "id23"))!.Body!);
    }

    [Fact]
    public async Task A_read_model_is_paged_from_the_highest_down_and_a_row_can_be_removed()
    {
        await Journal.SaveCheckpoint("reader", 0, 0, 1, [.. Enumerable.Range(0, 5).Select(i => new ReadModelRow("model", "me", $"{i / 2}", $"id{i}", [(byte)i]))]);
        await Journal.SaveCheckpoint("reader", 0, 1, 2, [new ReadModelRow("model", "me", "1", "id3", null), new ReadModelRow("model", "other", "9", "id9", [9])]);

        var first = await Journal.ReadModel("model", "me", null, 2);
        var second = await Journal.ReadModel("model", "me", (first[^1].Sort, first[^1].Id), 5);

        Assert.Equal(["id4", "id2"], first.Select(row => row.Id));
        Assert.Equal(["id9", "id4"], (await Journal.ReadModel("model", null, null, 2)).Select(row => row.Id));
        Assert.Equal(["id1", "id0"], second.Select(row => row.Id));
    }

    [Fact]
    public async Task Of_two_who_change_the_generations_one_does_and_what_nobody_reads_is_deleted_bit_by_bit()
    {
        var building = new Generations(1, 2, At);
        Assert.Equal(Generations.First, await Journal.Generations("model"));
        Assert.True(await Journal.SaveGenerations("model", Generations.First, building));
        Assert.False(await Journal.SaveGenerations("model", Generations.First, building));
        Assert.Equal(building, await Journal.Generations("model"));
        Assert.True(await Journal.SaveGenerations("model", building, new Generations(2, null, At)));

        await Journal.SaveCheckpoint("old", 0, 0, 5, [.. Enumerable.Range(0, 3).Select(i => new ReadModelRow("old", "", "", $"{i}", [1]))]);
        Assert.Equal(2, await Journal.DeleteReadModel("old", 2));
        Assert.Equal(5, await Journal.Checkpoint("old", 0));
        Assert.Equal(1, await Journal.DeleteReadModel("old", 2));
        Assert.Equal(0, await Journal.Checkpoint("old", 0));
    }

    [Fact]
    public async Task An_event_that_is_parked_again_is_kept_once_with_the_last_reason()
    {
        await Journal.Park(new ParkedEvent("reader", 0, 1, "ord_a/1/0", "first", At));
        await Journal.Park(new ParkedEvent("reader", 0, 1, "ord_a/1/0", "second", At));

        Assert.Equal("second", await Query("select string_agg(reason, ',') from parked_events"));
    }

    /// <summary>What an administrator of the database would see.</summary>
    private protected abstract Task<object?> Query(string sql);

    private protected abstract Task<IJournal> Open();

    private protected abstract Task Close();

    private protected static Commit Of(string aggregate, long version) => new()
    {
        Aggregate = aggregate,
        Version = version,
        FirstSequence = version,
        EventCount = 1,
        Events = "[{\"type\":\"test\",\"data\":{}}]"u8.ToArray(),
        At = At,
    };

    private protected IJournalShard ShardOf(string aggregate) => Journal.ShardOf(Partition.Of(aggregate));

    /// <summary>Such an id, whose aggregate lies where those of all others do that were asked for.</summary>
    private protected static string InOneShard(string id, int partition = 0)
    {
        var number = 0;
        while (Partition.Of($"{id}{number}") != partition)
        {
            number++;
        }

        return $"{id}{number}";
    }

    private protected static string Name(Recorded commit) => $"{commit.Aggregate}/{commit.Version}";

    private protected async Task<List<Recorded>> Follow(int? partition, int count, int page = 7)
    {
        var all = new List<Recorded>();
        var reached = new long[Journal.Shards.Length];
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (all.Count < count && DateTime.UtcNow < deadline)
        {
            await Task.WhenAny(Journal.Shards.Select((shard, number) => shard.WaitBeyond(reached[number], TimeSpan.FromSeconds(1), CancellationToken.None)));
            foreach (var (number, shard) in Journal.Shards.Index())
            {
                if (await shard.Read(partition, reached[number], page) is { IsEmpty: false } commits)
                {
                    all.AddRange(commits);
                    reached[number] = commits[^1].Position;
                }
            }
        }

        return all;
    }
}
