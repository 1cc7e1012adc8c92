using Commerce.Journal;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Commerce.Events;

/// <summary>
/// A read model that follows the journal: one grain a partition, its cursor stored together with what it made of the events, so that each
/// event counts exactly once however often it is delivered.
/// </summary>
/// <remarks>
/// The stream only says that there is something; a batch that does not join onto the cursor is healed by reading the journal. An event that
/// cannot be digested is parked with its reason, and the rest goes on.
/// </remarks>
internal abstract class Projection(IJournal journal, TimeProvider clock, ILogger logger) : Grain, IGrainWithStringKey, IStreamSubscriptionObserver, IAsyncBatchObserver<LifecycleEvent>
{
    private const int PageSize = 256;

    /// <summary>Positions that may pass without a row before the cursor is stored: after a crash they are looked at again, and change nothing again.</summary>
    private const int SaveAfter = 5_000;

    private long cursor, saved;

    /// <summary>Name of the read model; under it the cursor is kept, too. Changing it rebuilds the projection.</summary>
    protected abstract string Name { get; }

    private int Partition => int.Parse(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) =>
        cursor = saved = await journal.Checkpoint(Name, Partition);

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<LifecycleEvent>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<LifecycleEvent>> items)
    {
        var fresh = items.Select(item => item.Item).Where(happened => happened.Cursor.Position > cursor).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        if (fresh[0].Previous > cursor)
        {
            await CatchUp(fresh[0].Previous);
        }

        await Digest(fresh.Where(happened => happened.Cursor.Position > cursor));
    }

    public Task OnErrorAsync(Exception ex)
    {
        logger.StreamFailed(Name, Partition, ex);
        return Task.CompletedTask;
    }

    /// <summary>The row as the event leaves it; null when the event does not concern the read model.</summary>
    /// <param name="find">The row of an id as it stands.</param>
    protected abstract ValueTask<ReadModelRow?> Project(LifecycleEvent happened, Func<string, ValueTask<ReadModelRow?>> find);

    private async Task CatchUp(long until)
    {
        while (cursor < until)
        {
            var page = await journal.Read(Partition, cursor, PageSize);
            if (page.IsEmpty)
            {
                return;
            }

            await Digest(page.SelectMany(commit => Lifecycle.Events(commit, cursor)));
        }
    }

    private async Task Digest(IEnumerable<LifecycleEvent> events)
    {
        var rows = new Dictionary<string, ReadModelRow>(StringComparer.Ordinal);
        var position = cursor;
        foreach (var happened in events)
        {
            try
            {
                if (await Project(happened, Find) is { } row)
                {
                    rows[row.Id] = row;
                }
            }
            catch (Exception failure)
            {
                logger.EventParked(Name, happened.Id, failure);
                await journal.Park(new ParkedEvent(Name, Partition, happened.Cursor.Position, happened.Id, failure.Message, clock.GetUtcNow()));
            }

            position = happened.Cursor.Position;
        }

        if (rows.Count > 0 || position - saved >= SaveAfter)
        {
            if (!await journal.SaveCheckpoint(Name, Partition, saved, position, [.. rows.Values]))
            {
                // An activation on a silo that was thought dead: the other one has gone on. What comes next finds the true cursor.
                logger.CursorMoved(Name, Partition);
                cursor = saved = await journal.Checkpoint(Name, Partition);
                return;
            }

            saved = position;
        }

        cursor = position;

        ValueTask<ReadModelRow?> Find(string id) => rows.TryGetValue(id, out var row) ? ValueTask.FromResult<ReadModelRow?>(row) : journal.FindReadModel(Name, id);
    }
}

internal static partial class ProjectionLog
{
    [LoggerMessage(30, LogLevel.Error, "{Projection} cannot digest {Event}; it is parked")]
    public static partial void EventParked(this ILogger logger, string projection, string @event, Exception failure);

    [LoggerMessage(32, LogLevel.Warning, "Another activation of {Projection}, partition {Partition}, has moved the cursor; this one goes on from there")]
    public static partial void CursorMoved(this ILogger logger, string projection, int partition);

    [LoggerMessage(31, LogLevel.Warning, "The stream of {Projection}, partition {Partition}, reported an error; the journal heals the gap")]
    public static partial void StreamFailed(this ILogger logger, string projection, int partition, Exception failure);
}
