using Commerce.Journal;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Commerce.Events;

/// <summary>One partition of a read model, as those see it who build it anew or look after it. Keyed by the partition's number.</summary>
[Alias("commerce.projection"), GrainInterfaceType("commerce.projection")]
internal interface IProjection : IGrainWithStringKey
{
    /// <summary>
    /// Follows the journal with the generation that is being built, too, from where the one that is read stands. False: it is too far behind
    /// for that yet, or is built no more.
    /// </summary>
    [Alias("join")]
    Task<bool> Join(int generation);

    /// <summary>Follows the generations that there are now, and catches up from the journal with what no stream brought.</summary>
    [Alias("refresh")]
    Task Refresh();
}

/// <summary>
/// A read model that follows the journal while the shop runs: one grain a partition. The stream only says that there is something; a batch that does
/// not join onto the cursor is healed by reading the journal.
/// </summary>
/// <remarks>
/// While the model is built anew, it brings both generations forward once the new one has caught up, the new one always first: whenever the new one
/// takes over, it shows no less than the old one.
/// </remarks>
internal abstract class Projection(ReadModel model, IJournal journal, ReadModelCursors cursors, ILogger logger)
    : Grain, IProjection, IStreamSubscriptionObserver, IAsyncBatchObserver<LifecycleEvent>
{
    private const int PageSize = 256;

    /// <summary>Pages that one turn reads at the most; what is left is read in the next.</summary>
    private const int MaxPages = 20;

    /// <summary>How often activations that write at cross purposes begin again from the stored cursor before they leave it to the next turn.</summary>
    private const int Attempts = 3;

    /// <summary>How long a cursor may have moved without being stored; a model that stores its rows together says itself how long.</summary>
    private static readonly TimeSpan SaveAfter = TimeSpan.FromSeconds(1);

    private ReadModelCursor active = null!;

    /// <summary>The generation that is about to take over.</summary>
    private ReadModelCursor? joined;

    /// <summary>The journal holds more than one turn could read.</summary>
    private bool behind;

    private int Partition => int.Parse(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Open();
        var period = model.Patience > TimeSpan.Zero ? model.Patience : SaveAfter;
        this.RegisterGrainTimer(static (self, _) => self.Tick(), this, new GrainTimerCreationOptions(period, period));
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (!await Save())
        {
            logger.CursorMoved(model.Name, Partition);
        }
    }

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        handleFactory.Create<LifecycleEvent>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<LifecycleEvent>> items)
    {
        var fresh = new List<LifecycleEvent>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i].Item is var happened && happened.Cursor.Position > active.Position)
            {
                fresh.Add(happened);
            }
        }

        if (fresh.Count > 0 && (fresh[0].Previous <= active.Position || await CatchUp(fresh[0].Previous)))
        {
            await Follow(fresh);
        }
    }

    public Task OnErrorAsync(Exception ex)
    {
        logger.StreamFailed(model.Name, Partition, ex);
        return Task.CompletedTask;
    }

    public async Task<bool> Join(int generation)
    {
        if ((await journal.Generations(model.Name)).Building != generation)
        {
            return false;
        }

        var next = await cursors.Open(model, generation, Partition);
        for (var pages = 0; next.Position < active.Position && pages < MaxPages; pages++)
        {
            var events = await ReadAfter(next.Position);
            if (events.Count == 0 || !await next.Take(events))
            {
                return false;
            }
        }

        joined = next.Position >= active.Position ? next : null;
        return joined is not null;
    }

    public async Task Refresh()
    {
        var now = await journal.Generations(model.Name);
        if (now.Active != active.Generation || now.Building != joined?.Generation)
        {
            await Open();
        }

        await CatchUp(long.MaxValue);
        await SaveOrOpen();
    }

    /// <summary>Goes on where the stored cursors are.</summary>
    private async Task Open()
    {
        var now = await journal.Generations(model.Name);
        active = await cursors.Open(model, now.Active, Partition);
        var next = now.Building is { } building ? await cursors.Open(model, building, Partition) : null;
        joined = next?.Position >= active.Position ? next : null;
    }

    /// <summary>Reads the journal up to a position or its end. False: there is more than one turn may read.</summary>
    private async Task<bool> CatchUp(long until)
    {
        for (var pages = 0; active.Position < until; pages++)
        {
            behind = pages == MaxPages;
            var events = behind ? [] : await ReadAfter(active.Position);
            if (events.Count == 0)
            {
                return !behind;
            }

            await Follow(events);
        }

        behind = false;
        return true;
    }

    private async Task<IReadOnlyList<LifecycleEvent>> ReadAfter(long position)
    {
        var commits = await journal.Read(Partition, position, PageSize);
        return [.. commits.SelectMany((commit, i) => Lifecycle.Events(commit, i == 0 ? position : commits[i - 1].Position))];
    }

    private async Task Follow(IReadOnlyList<LifecycleEvent> events)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // The new one is stored at once, row or not, so that it is never behind in the database either.
            if ((joined is null || (await joined.Take(events) && await joined.Save())) && await active.Take(events))
            {
                return;
            }

            // Another activation, of a silo that was thought dead or that thinks this one is, has gone on; or the generation is read no more.
            logger.CursorMoved(model.Name, Partition);
            await Open();
            if (events[0].Previous > active.Position)
            {
                break; // nor do these join onto it
            }
        }

        behind = true;
    }

    private async Task Tick()
    {
        try
        {
            if (joined is { } next && (await journal.Generations(model.Name)).Active == next.Generation)
            {
                (active, joined) = (next, null);
            }

            if (behind)
            {
                await CatchUp(long.MaxValue);
            }

            await SaveOrOpen();
        }
        catch (Exception failure)
        {
            logger.TickFailed(model.Name, Partition, failure);
        }
    }

    private async Task SaveOrOpen()
    {
        if (!await Save())
        {
            logger.CursorMoved(model.Name, Partition);
            await Open();
        }
    }

    private async Task<bool> Save() => (joined is null || await joined.Save()) && await active.Save();
}

internal static partial class ProjectionLog
{
    [LoggerMessage(32, LogLevel.Warning, "Another activation of {Projection}, partition {Partition}, has moved the cursor; this one goes on from there")]
    public static partial void CursorMoved(this ILogger logger, string projection, int partition);

    [LoggerMessage(31, LogLevel.Warning, "The stream of {Projection}, partition {Partition}, reported an error; the journal heals the gap")]
    public static partial void StreamFailed(this ILogger logger, string projection, int partition, Exception failure);

    [LoggerMessage(33, LogLevel.Warning, "The cursor of {Projection}, partition {Partition}, could not be stored; it is tried again")]
    public static partial void TickFailed(this ILogger logger, string projection, int partition, Exception failure);
}
