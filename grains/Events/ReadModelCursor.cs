using Commerce.Journal;

namespace Commerce.Events;

/// <summary>
/// Brings one generation of a read model forward in one partition. The cursor is stored together with what was made of the events, so that each
/// counts once however often it is delivered, and only by who knows where it stands: of two that write, one is told so and stores nothing.
/// </summary>
internal sealed class ReadModelCursor(IJournal journal, ReadModel model, int generation, int partition, ReadModelMeters meters, TimeProvider clock, ILogger logger)
{
    /// <summary>Rows that are remembered, so that what changes often is not read each time.</summary>
    private const int MaxKnown = 1_000;

    private readonly string reader = ReadModel.Stored(model.Name, generation);
    private readonly Dictionary<string, ReadModelRow?> known = new(StringComparer.Ordinal);
    private long saved;

    public int Generation => generation;

    /// <summary>The last commit that was digested.</summary>
    public long Position { get; private set; }

    /// <summary>Begins where the stored cursor is.</summary>
    public async Task<ReadModelCursor> Open()
    {
        known.Clear();
        Position = saved = await journal.Checkpoint(reader, partition);
        return this;
    }

    /// <summary>Digests those of the events that come after the cursor. False: somebody else has moved the stored cursor; nothing was stored.</summary>
    public async Task<bool> Take(IReadOnlyList<LifecycleEvent> events)
    {
        var changed = new Dictionary<string, ReadModelRow>(StringComparer.Ordinal);
        var unborn = new HashSet<string>(StringComparer.Ordinal);
        var position = Position;
        try
        {
            foreach (var happened in events)
            {
                if (happened.Cursor.Position > Position)
                {
                    await Digest(happened, changed, unborn);
                    position = happened.Cursor.Position;
                }
            }

            // What came and went between two looks (a checkout that took milliseconds) was never stored, and has not to be removed.
            var rows = changed.Values.Where(row => row.Body is not null || !unborn.Contains(row.Id)).ToImmutableArray();
            if (!rows.IsEmpty && !await Save(position, rows))
            {
                return false;
            }
        }
        catch
        {
            known.Clear(); // what is not stored, or not known to be
            throw;
        }

        Position = position;
        if (known.Count > MaxKnown)
        {
            known.Clear();
        }

        return true;
    }

    /// <summary>Stores how far it has come when that was not stored with a row: this is how its lag is known. False as in <see cref="Take"/>.</summary>
    public async Task<bool> Save() => Position == saved || await Save(Position, []);

    private async Task<bool> Save(long position, ImmutableArray<ReadModelRow> rows)
    {
        if (await journal.SaveCheckpoint(reader, partition, saved, position, rows))
        {
            saved = position;
            return true;
        }

        known.Clear();
        return false;
    }

    /// <param name="unborn">Ids of rows that are not in the database.</param>
    private async Task Digest(LifecycleEvent happened, Dictionary<string, ReadModelRow> changed, HashSet<string> unborn)
    {
        var rows = ImmutableArray<ReadModelRow>.Empty;
        var needs = ImmutableArray<string>.Empty;
        if (await Digests(happened, () => needs = [.. model.Needs(happened)]))
        {
            // Outside of what is parked: a database that does not answer says nothing about the event.
            foreach (var id in needs)
            {
                if (!known.ContainsKey(id))
                {
                    known[id] = await journal.FindReadModel(reader, id);
                }
            }

            await Digests(happened, () => rows = [.. model.Apply(happened, id => known[id])]);
        }

        foreach (var row in rows)
        {
            if (!changed.ContainsKey(row.Id) && known.TryGetValue(row.Id, out var before) && before is null)
            {
                unborn.Add(row.Id);
            }

            changed[row.Id] = row with { Model = reader };
            known[row.Id] = row.Body is null ? null : changed[row.Id];
        }
    }

    /// <summary>False: the event cannot be digested, and is parked with the reason.</summary>
    private async Task<bool> Digests(LifecycleEvent happened, Action fold)
    {
        try
        {
            fold();
            return true;
        }
        catch (Exception failure)
        {
            logger.EventParked(reader, happened.Id, failure);
            await journal.Park(new ParkedEvent(reader, partition, happened.Cursor.Position, happened.Id, failure.Message, clock.GetUtcNow()));
            meters.Parked(model.Name);
            return false;
        }
    }
}

/// <summary>Makes the cursors of read models.</summary>
internal sealed class ReadModelCursors(IJournal journal, ReadModelMeters meters, TimeProvider clock, ILogger<ReadModelCursor> logger)
{
    public Task<ReadModelCursor> Open(ReadModel model, int generation, int partition) =>
        new ReadModelCursor(journal, model, generation, partition, meters, clock, logger).Open();
}

internal static partial class ReadModelCursorLog
{
    [LoggerMessage(30, LogLevel.Error, "{ReadModel} cannot digest {Event}; it is parked")]
    public static partial void EventParked(this ILogger logger, string readModel, string @event, Exception failure);
}
