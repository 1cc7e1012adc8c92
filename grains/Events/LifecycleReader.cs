using Commerce.Journal;
using Orleans.Placement;

namespace Commerce.Events;

/// <inheritdoc cref="ILifecycleReader"/>
/// <remarks>
/// Of several shards each has an order of its own, and a cursor a place in each of them. What was read of them is told by the time of the commits, as
/// far as it lies at hand; nothing hangs on that order.
/// </remarks>
[GrainType("lifecycle-reader"), Reentrant, PreferLocalPlacement]
internal sealed class LifecycleReader(IJournal journal, Export export) : Grain, ILifecycleReader
{
    private const int MaxLimit = 1_000;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    public async Task<LifecyclePage> Read(EventCursor after, int limit, TimeSpan wait)
    {
        var patience = wait < MaxWait ? wait : MaxWait;
        var heads = journal.Shards.Select(static shard => shard.Head).ToArray();
        var isBehind = heads.Index().Any(head => head.Item > after.In(head.Index).Position);
        if (!isBehind && wait > TimeSpan.Zero)
        {
            await AnyBeyond([.. heads.Index().Select(head => after.In(head.Index).Position)], patience);
        }

        var commits = await Task.WhenAll(journal.Shards.Select((shard, number) => Commits(shard, Before(after, number), limit, follows: wait > TimeSpan.Zero)));
        var page = Page(commits, after, limit);
        if (page.Events.IsEmpty && isBehind && wait > TimeSpan.Zero)
        {
            await AnyBeyond(heads, patience); // what is there cannot be read at the moment: nobody asks for it again without a pause
        }

        return page;
    }

    public async Task<LifecyclePage> ReadAggregate(string aggregate, EventCursor after, int limit)
    {
        var shard = Partition.Of(aggregate) % journal.Shards.Length;
        var commits = await journal.ReadAggregate(aggregate, Before(after, shard), Math.Clamp(limit, 1, MaxLimit) + 1);
        return Page([.. journal.Shards.Select((_, number) => number == shard ? commits : [])], after, limit);
    }

    public Task<EventCursor> Head() => Task.FromResult(journal.Shards.Index().Aggregate(
        EventCursor.Start, (head, shard) => head.To(shard.Index, new EventPlace(shard.Item.Head, int.MaxValue), journal.Shards.Length)));

    public IAsyncEnumerable<string> Export(string table) => export.Rows(table);

    /// <summary>The commit that the cursor stands in is read again: it may hold events after the cursor's.</summary>
    private static long Before(EventCursor after, int shard) => Math.Max(0, after.In(shard).Position - 1);

    private static LifecyclePage Page(ImmutableArray<Recorded>[] shards, EventCursor after, int limit)
    {
        if (after.Shards > shards.Length)
        {
            throw new CommerceException(Orders.OrderErrors.InvalidCursor); // of another journal
        }

        var events = ImmutableArray.CreateBuilder<LifecycleEvent>();
        var (next, reached) = (new int[shards.Length], after);
        while (Oldest(shards, next) is var shard and >= 0)
        {
            var number = next[shard]++;
            var previous = number == 0 ? Before(after, shard) : shards[shard][number - 1].Position;
            foreach (var happened in Lifecycle.Events(shards[shard][number], previous))
            {
                if (after.In(shard) >= happened.Cursor.Place)
                {
                    continue;
                }

                if (events.Count == limit)
                {
                    return new LifecyclePage(events.ToImmutable(), reached);
                }

                reached = reached.To(shard, happened.Cursor.Place, shards.Length);
                events.Add(shards.Length == 1 ? happened : happened with { Cursor = reached });
            }
        }

        return new LifecyclePage(events.ToImmutable(), reached);
    }

    /// <summary>The shard whose next commit is the oldest; −1 when none has any left.</summary>
    private static int Oldest(ImmutableArray<Recorded>[] shards, int[] next)
    {
        var oldest = -1;
        for (var shard = 0; shard < shards.Length; shard++)
        {
            if (next[shard] < shards[shard].Length && (oldest < 0 || shards[shard][next[shard]].At < shards[oldest][next[oldest]].At))
            {
                oldest = shard;
            }
        }

        return oldest;
    }

    /// <param name="follows">The reader comes again: of several shards one that is away is passed over. Nobody else is told that there is nothing.</param>
    private async Task<ImmutableArray<Recorded>> Commits(IJournalShard shard, long after, int limit, bool follows)
    {
        try
        {
            return await shard.Read(null, after, Math.Clamp(limit, 1, MaxLimit) + 1);
        }
        catch (CommerceException away) when (follows && journal.Shards.Length > 1 && away.Error.Kind is ErrorKind.Unavailable)
        {
            return [];
        }
    }

    private async Task AnyBeyond(long[] positions, TimeSpan wait)
    {
        using var found = new CancellationTokenSource();
        await Task.WhenAny(journal.Shards.Select((shard, number) => shard.WaitBeyond(positions[number], wait, found.Token)));
        await found.CancelAsync();
    }
}
