using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Commerce.Journal;

namespace Commerce.Events;

/// <summary>How far a reader of the journal has come, as its stored cursors tell.</summary>
internal sealed record Standing(DateTimeOffset MeasuredAt, ImmutableArray<PartitionStanding> Partitions)
{
    /// <summary>UTC: everything that was committed before is in what the reader made of it.</summary>
    public DateTimeOffset AsOf => Partitions.Min(partition => partition.OldestUnseen) is { } oldest && oldest < MeasuredAt ? oldest : MeasuredAt;

    public TimeSpan Lag => MeasuredAt - AsOf;
}

/// <param name="Cursor">The last commit that was seen.</param>
/// <param name="OldestUnseen">UTC, of the first commit that was not; null when all were.</param>
internal sealed record PartitionStanding(int Partition, long Cursor, DateTimeOffset? OldestUnseen)
{
    public TimeSpan LagAt(DateTimeOffset now) => OldestUnseen is { } oldest && oldest < now ? now - oldest : TimeSpan.Zero;
}

/// <summary>
/// Measures how far readers are behind the journal: from what they have stored, not from what they say, so that one that is stuck or cannot be
/// activated shows.
/// </summary>
internal sealed class ReadModelLag
{
    /// <summary>How old a measurement may be that somebody is answered with.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    /// <summary>Longer than the longest pause between two measurements: what was not measured for so long may lag, and counts as if it did.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(15);

    /// <summary>How long a shard is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly IJournal journal;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, Standing> measured = new(StringComparer.Ordinal);

    public ReadModelLag(IJournal journal, TimeProvider clock, IMeterFactory meters)
    {
        (this.journal, this.clock) = (journal, clock);
        var meter = meters.Create("CommerceGrains");
        meter.CreateObservableGauge("commerce.read_model.lag", () => ReadModels.All.SelectMany(model => Seconds(model, new KeyValuePair<string, object?>("model", model))), "s", "Time since the oldest event that a read model has not seen; 0 when it has seen all.");
        meter.CreateObservableGauge("commerce.streams.lag", () => Seconds(PartitionReceiver.Reader), "s", "Time since the oldest event that was not delivered to its streams; 0 when all were.");
    }

    /// <summary>How far a read model has come, not much older than this moment.</summary>
    public async ValueTask<Standing> Of(string model) =>
        measured.TryGetValue(model, out var last) && clock.GetUtcNow() - last.MeasuredAt < Fresh ? last : await Measure(model);

    /// <summary>How far a read model has come now, in the generation that is read; or the streams.</summary>
    public async Task<Standing> Measure(string reader)
    {
        var stored = reader == PartitionReceiver.Reader ? reader : ReadModel.Stored(reader, (await journal.Generations(reader)).Active);
        var partitions = ImmutableArray.CreateBuilder<PartitionStanding>(IJournal.Partitions);
        var now = clock.GetUtcNow();
        for (var partition = 0; partition < IJournal.Partitions; partition++)
        {
            var cursor = await journal.Checkpoint(stored, partition);
            partitions.Add(new PartitionStanding(partition, cursor, await OldestUnseen(reader, partition, cursor)));
        }

        return measured[reader] = new Standing(now, partitions.MoveToImmutable());
    }

    /// <summary>Of a shard that does not answer it is not known what was committed there since somebody looked.</summary>
    private async Task<DateTimeOffset?> OldestUnseen(string reader, int partition, long cursor)
    {
        try
        {
            return await journal.Read(partition, cursor, 1).AsTask().WaitAsync(Patience) is [var next] ? next.At : null;
        }
        catch (Exception away) when (journal.Shards.Length > 1 && away is TimeoutException or CommerceException { Error.Kind: ErrorKind.Unavailable })
        {
            return measured.TryGetValue(reader, out var last) ? last.Partitions[partition].OldestUnseen ?? last.MeasuredAt : clock.GetUtcNow() - Trusted;
        }
    }

    private IEnumerable<Measurement<double>> Seconds(string reader, params KeyValuePair<string, object?>[] tags)
    {
        if (!measured.TryGetValue(reader, out var last))
        {
            return [];
        }

        var now = clock.GetUtcNow();
        var lag = last.Lag == TimeSpan.Zero && now - last.MeasuredAt < Trusted ? TimeSpan.Zero : now - last.AsOf;
        return [new Measurement<double>(lag.TotalSeconds, tags)];
    }
}

/// <summary>What read models could not digest.</summary>
internal sealed class ReadModelMeters(IMeterFactory meters)
{
    private readonly Counter<long> parked = meters.Create("CommerceGrains")
        .CreateCounter<long>("commerce.read_model.parked", "{event}", "Events that a read model could not digest; they are kept with the reason.");

    public void Parked(string model) => parked.Add(1, new KeyValuePair<string, object?>("model", model));
}
