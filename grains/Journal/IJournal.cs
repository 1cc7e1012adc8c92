namespace Commerce.Journal;

/// <summary>
/// Where aggregates are kept: one row a commit, fenced by its version, in the order of its shard, which readers follow by position. SQLite and
/// PostgreSQL behave alike behind it.
/// </summary>
internal interface IJournal
{
    /// <summary>Number of partitions that readers share the journal in. Part of the stream's identity: never changed once events exist.</summary>
    const int Partitions = 8;

    /// <summary>The databases that it is kept in: 1, 2, 4 or 8, each with positions of its own. A partition lies whole in the shard <c>partition % count</c>.</summary>
    ImmutableArray<IJournalShard> Shards { get; }

    /// <summary>
    /// Makes a commit durable together with whatever else is waiting. False: its fence was lost (the aggregate is not at <c>Version − 1</c>),
    /// nothing was written. An exception: it is not known whether it was written.
    /// </summary>
    Task<bool> Append(Commit commit);

    /// <summary>Head, snapshot and the commits after it; <see cref="History.None"/> for an aggregate that nothing has happened to.</summary>
    ValueTask<History> Load(string aggregate);

    /// <summary>Commits of one aggregate after a position, oldest first.</summary>
    ValueTask<ImmutableArray<Recorded>> ReadAggregate(string aggregate, long after, int limit);

    /// <summary>Ids of the aggregates whose id begins with <paramref name="prefix"/>, in order, after <paramref name="after"/>.</summary>
    ValueTask<ImmutableArray<string>> Aggregates(string prefix, string after, int limit);

    /// <summary>The position a reader has come to in a partition; 0 for one that never read.</summary>
    ValueTask<long> Checkpoint(string reader, int partition);

    /// <summary>
    /// Moves a reader from one position to a later one and stores what it made of the events between, both or neither. False: the reader is not at
    /// <paramref name="from"/> (any more), somebody else has taken over; nothing was stored.
    /// </summary>
    Task<bool> SaveCheckpoint(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows);

    /// <summary>Keeps an event that a reader could not digest, with the reason.</summary>
    Task Park(ParkedEvent parked);

    /// <summary>How many events a reader could not digest.</summary>
    ValueTask<int> Parked(string reader);

    /// <summary>Rows of a read model with this key (null: with any) below <paramref name="before"/> (null: from the top), the highest sort key first.</summary>
    ValueTask<ImmutableArray<ReadModelRow>> ReadModel(string model, string? key, (string Sort, string Id)? before, int limit);

    /// <summary>One row of a read model; null when there is none.</summary>
    ValueTask<ReadModelRow?> FindReadModel(string model, string id);

    /// <summary>Which generation of a read model is read, and which is being built; <see cref="Generations.First"/> for one that was never rebuilt.</summary>
    ValueTask<Generations> Generations(string model);

    /// <summary>Stores them if they still are <paramref name="from"/>; false: somebody else was first, nothing was stored.</summary>
    Task<bool> SaveGenerations(string model, Generations from, Generations to);

    /// <summary>Deletes up to <paramref name="limit"/> rows of a read model that nobody reads any more, and the checkpoints of its reader with the last of them.</summary>
    /// <returns>How many rows it deleted.</returns>
    Task<int> DeleteReadModel(string model, int limit);
}

/// <summary>A part of the journal that is one database: its commits have one order, and nothing in it waits for another.</summary>
internal interface IJournalShard
{
    /// <summary>The highest position that this process knows to be durable and safe to read up to.</summary>
    long Head { get; }

    /// <summary>Commits after a position up to the safe horizon, oldest first; of one partition, or of all that are here (null).</summary>
    ValueTask<ImmutableArray<Recorded>> Read(int? partition, long after, int limit);

    /// <summary>Completes when something is committed beyond <paramref name="after"/>, or after <paramref name="wait"/>.</summary>
    Task WaitBeyond(long after, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Takes a lease on aggregates whose wake-up is due, the longest due first. A commit of the aggregate ends its lease.</summary>
    Task<ImmutableArray<string>> ClaimDue(DateTimeOffset now, TimeSpan lease, int limit);
}

/// <summary>One step of one aggregate, on its way into the journal.</summary>
internal sealed record Commit
{
    public required string Aggregate { get; init; }

    /// <summary>The version this commit makes: 1 for the first.</summary>
    public required long Version { get; init; }

    /// <summary>Number of its first event in the aggregate, from 1.</summary>
    public required long FirstSequence { get; init; }
    public required int EventCount { get; init; }

    /// <summary>The events: a JSON array of envelopes (UTF-8), see <see cref="EventCodec{TEvent}"/>.</summary>
    public required ReadOnlyMemory<byte> Events { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>UTC, when the aggregate wants to be woken next; null: not at all.</summary>
    public DateTimeOffset? WakeAt { get; init; }
    public string? CorrelationId { get; init; }
    public string? CausationId { get; init; }
    public string? TraceParent { get; init; }

    /// <summary>The request that this step was made for, so that its repetition is recognised.</summary>
    public string? IdempotencyKey { get; init; }
    public string? Fingerprint { get; init; }

    /// <summary>The state after this step, when it is time to keep one; replaces the older one.</summary>
    public byte[]? Snapshot { get; init; }
}

/// <summary>A commit as it lies in the journal.</summary>
internal sealed record Recorded(
    long Position,
    string Aggregate,
    long Version,
    long FirstSequence,
    byte[] Events,
    DateTimeOffset At,
    string? CorrelationId,
    string? CausationId,
    string? TraceParent,
    string? IdempotencyKey,
    string? Fingerprint);

/// <param name="Version">Version that the snapshot was taken at, 0 without one.</param>
internal sealed record History(long Version, byte[]? Snapshot, ImmutableArray<Recorded> Tail)
{
    public static History None { get; } = new(0, null, []);
}

/// <summary>A row of a projection, one for each id. A null body removes the row.</summary>
/// <param name="Key">What it is looked up by: the owner of an order.</param>
/// <param name="Sort">What it is ordered by, as text.</param>
internal sealed record ReadModelRow(string Model, string Key, string Sort, string Id, byte[]? Body);

/// <summary>A read model is rebuilt beside the one that is read, and takes its place when it has caught up.</summary>
/// <param name="Active">The generation that is read, from 1.</param>
/// <param name="Building">The generation that is being built; null when none is.</param>
/// <param name="Since">UTC, when the building began, or when the active one took its place; null for the first.</param>
internal sealed record Generations(int Active, int? Building, DateTimeOffset? Since)
{
    public static Generations First { get; } = new(1, null, null);
}

internal sealed record ParkedEvent(string Reader, int Partition, long Position, string EventId, string Reason, DateTimeOffset At);

internal static class Partition
{
    /// <summary>The partition of an aggregate: FNV-1a of its id, the same on every machine and for good.</summary>
    public static int Of(string aggregate)
    {
        var hash = 2166136261u;
        foreach (var c in aggregate)
        {
            hash = unchecked((hash ^ c) * 16777619u);
        }

        return (int)(hash % IJournal.Partitions);
    }
}

internal static class JournalShards
{
    extension(IJournal journal)
    {
        /// <summary>Where a partition lies.</summary>
        public IJournalShard ShardOf(int partition) => journal.Shards[partition % journal.Shards.Length];

        /// <summary>Commits of a partition after a position up to the safe horizon, oldest first.</summary>
        public ValueTask<ImmutableArray<Recorded>> Read(int partition, long after, int limit) => journal.ShardOf(partition).Read(partition, after, limit);
    }
}
