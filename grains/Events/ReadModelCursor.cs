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

    /// <summary>Rows that wait at the most, where they may.</summary>
    private const int MaxWaiting = 500;

    private readonly string reader = ReadModel.Stored(model.Name, generation);
    private readonly Dictionary<string, ReadModelRow?> known = new(StringComparer.Ordinal);

    /// <summary>Rows that are folded and not stored yet.</summary>
    private readonly Dictionary<string, ReadModelRow> changed = new(StringComparer.Ordinal);

    /// <summary>Ids of those that are not in the database.</summary>
    private readonly HashSet<string> unborn = new(StringComparer.Ordinal);
    private Func<string, ReadModelRow?>? find;
    private long saved;

    public int Generation => generation;

    /// <summary>The last commit that was digested.</summary>
    public long Position { get; private set; }

    /// <summary>Begins where the stored cursor is.</summary>
    public async Task<ReadModelCursor> Open()
    {
        Forget();
        Position = saved = await journal.Checkpoint(reader, partition);
        return this;
    }

    /// <summary>Digests those of the events that come after the cursor. False: somebody else has moved the stored cursor; nothing was stored.</summary>
    public async Task<bool> Take(IReadOnlyList<LifecycleEvent> events)
    {
        var position = Position;
        try
        {
            foreach (var happened in events)
            {
                if (happened.Cursor.Position <= Position)
                {
                    continue;
                }

                position = happened.Cursor.Position;
                if (model.Concerns(happened.Aggregate))
                {
                    await Digest(happened);
                }
            }

            if (model.Patience == TimeSpan.Zero || changed.Count >= MaxWaiting || known.Count > MaxKnown)
            {
                if (Waiting() is { IsEmpty: false } rows && !await Save(position, rows))
                {
                    return false;
                }

                changed.Clear();
                unborn.Clear();
            }
        }
        catch
        {
            // What is not stored, or not known to be, is folded again.
            Forget();
            Position = saved;
            throw;
        }

        Position = position;
        if (known.Count > MaxKnown && changed.Count == 0)
        {
            known.Clear();
        }

        return true;
    }

    /// <summary>Stores what waits, and how far it has come when that was not stored with a row: this is how its lag is known. False as in <see cref="Take"/>.</summary>
    public async Task<bool> Save() => Position == saved || await Save(Position, Waiting());

    /// <summary>What came and went between two looks (a checkout that took milliseconds) was never stored, and has not to be removed.</summary>
    private ImmutableArray<ReadModelRow> Waiting() => [.. changed.Values.Where(row => row.Body is not null || !unborn.Contains(row.Id))];

    private void Forget()
    {
        known.Clear();
        changed.Clear();
        unborn.Clear();
    }

    private async Task<bool> Save(long position, ImmutableArray<ReadModelRow> rows)
    {
        if (await journal.SaveCheckpoint(reader, partition, saved, position, rows))
        {
            saved = position;
            changed.Clear();
            unborn.Clear();
            return true;
        }

        Forget();
        return false;
    }

    private async Task Digest(LifecycleEvent happened)
    {
        ImmutableArray<string> needs;
        try
        {
            needs = [.. model.Needs(happened)];
        }
        catch (Exception failure)
        {
            await Park(happened, failure);
            return;
        }

        // Outside of what is parked: a database that does not answer says nothing about the event.
        foreach (var id in needs)
        {
            if (!known.ContainsKey(id))
            {
                known[id] = await journal.FindReadModel(reader, id);
            }
        }

        try
        {
            foreach (var row in model.Apply(happened, find ??= id => known[id]).ToArray())
            {
                Change(row);
            }
        }
        catch (Exception failure)
        {
            await Park(happened, failure);
        }
    }

    private void Change(ReadModelRow row)
    {
        if (!changed.ContainsKey(row.Id) && known.TryGetValue(row.Id, out var before) && before is null)
        {
            unborn.Add(row.Id);
        }

        changed[row.Id] = row with { Model = reader };
        known[row.Id] = row.Body is null ? null : changed[row.Id];
    }

    /// <summary>An event that cannot be digested is kept with the reason.</summary>
    private async Task Park(LifecycleEvent happened, Exception failure)
    {
        logger.EventParked(reader, happened.Id, failure);
        await journal.Park(new ParkedEvent(reader, partition, happened.Cursor.Position, happened.Id, failure.Message, clock.GetUtcNow()));
        meters.Parked(model.Name);
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
