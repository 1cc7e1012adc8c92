using System.Collections.Immutable;
using Commerce.Journal;

namespace Commerce.Storage.Postgres;

/// <summary>
/// The journal in several databases: each a journal by itself, with a writer, a loader and a horizon of its own, of the aggregates of its partitions. What
/// readers made of it (read models, checkpoints, what they could not digest) is kept in the first, the shop's home.
/// </summary>
/// <remarks>
/// One that does not answer makes its own aggregates <c>temporarily-unavailable</c> and no others. A checkpoint and the rows stored with it are both at
/// home, so that they stay one transaction; only the position that it names is another database's.
/// </remarks>
internal sealed class ShardedJournal(ImmutableArray<PostgresJournal> shards) : IJournal, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private readonly PostgresJournal home = shards[0];

    public ImmutableArray<IJournalShard> Shards { get; } = ImmutableArray<IJournalShard>.CastUp(shards);

    public Task<bool> Append(Commit commit) => Of(commit.Aggregate).Append(commit);

    public ValueTask<History> Load(string aggregate) => Of(aggregate).Load(aggregate);

    public ValueTask<ImmutableArray<Recorded>> ReadAggregate(string aggregate, long after, int limit) => Of(aggregate).ReadAggregate(aggregate, after, limit);

    public async ValueTask<ImmutableArray<string>> Aggregates(string prefix, string after, int limit)
    {
        var pages = await Task.WhenAll(shards.Select(shard => shard.Aggregates(prefix, after, limit).AsTask()));
        return [.. pages.SelectMany(static page => page).Order(StringComparer.Ordinal).Take(limit)];
    }

    public ValueTask<long> Checkpoint(string reader, int partition) => home.Checkpoint(reader, partition);

    public Task<bool> SaveCheckpoint(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows) => home.SaveCheckpoint(reader, partition, from, to, rows);

    public Task Park(ParkedEvent parked) => home.Park(parked);

    public ValueTask<int> Parked(string reader) => home.Parked(reader);

    public ValueTask<ImmutableArray<ReadModelRow>> ReadModel(string model, string? key, (string Sort, string Id)? before, int limit) => home.ReadModel(model, key, before, limit);

    public ValueTask<ReadModelRow?> FindReadModel(string model, string id) => home.FindReadModel(model, id);

    public ValueTask<Generations> Generations(string model) => home.Generations(model);

    public Task<bool> SaveGenerations(string model, Generations from, Generations to) => home.SaveGenerations(model, from, to);

    public Task<int> DeleteReadModel(string model, int limit) => home.DeleteReadModel(model, limit);

    /// <inheritdoc cref="PostgresJournal.Participate"/>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ShardedJournal), ServiceLifecycleStage.RuntimeInitialize, cancellationToken => Task.WhenAll(shards.Select(static shard => shard.Known)).WaitAsync(cancellationToken));

    public async ValueTask DisposeAsync() => await Task.WhenAll(shards.Select(static shard => shard.DisposeAsync().AsTask()));

    private PostgresJournal Of(string aggregate) => shards[Partition.Of(aggregate) % shards.Length];
}
