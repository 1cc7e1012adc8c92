using Commerce.Events;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Pricing;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Commerce.Tax;

/// <summary>One partition's orders, as those see it whose taxes are to be booked. Keyed by the partition's number.</summary>
[Alias("commerce.tax-follower"), GrainInterfaceType("commerce.tax-follower")]
internal interface ITaxFollower : IGrainWithStringKey;

/// <summary>
/// Tells the tax documents what became of their orders. The stream only says that there is something: what did not join onto the cursor, and what
/// could not be told, is read from the journal again, so that no order is passed over. Nothing is done for orders that the rate tables taxed.
/// </summary>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType("tax-follower")]
internal sealed class TaxFollower(IJournal journal, IChannels channels, TaxDesk desk, ILogger<TaxFollower> logger)
    : Grain, ITaxFollower, IStreamSubscriptionObserver, IAsyncBatchObserver<LifecycleEvent>
{
    /// <summary>Under this name the followers keep their cursors.</summary>
    public const string Reader = "order-taxes";

    private const int PageSize = 256, MaxPages = 20;

    /// <summary>How long a cursor may have moved without being stored, and what failed may wait.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private long position, saved;

    /// <summary>The journal holds more than was told.</summary>
    private bool behind;

    private int Partition => int.Parse(this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        position = saved = await journal.Checkpoint(Reader, Partition);
        this.RegisterGrainTimer(static (self, _) => self.Tick(), this, new GrainTimerCreationOptions(Period, Period));
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Save();

    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<LifecycleEvent>().ResumeAsync(this);

    public async Task OnNextAsync(IList<SequentialItem<LifecycleEvent>> items)
    {
        try
        {
            var fresh = items.Select(item => item.Item).Where(happened => happened.Cursor.Position > position).ToList();
            if (fresh.Count == 0)
            {
                return;
            }

            if (fresh[0].Previous <= position || await CatchUp(fresh[0].Previous))
            {
                await Follow(fresh);
            }
        }
        catch (Exception failure)
        {
            // The cursor stands before what failed: the next tick takes it up there.
            behind = true;
            logger.NotFollowed(Partition, failure);
        }
    }

    public Task OnErrorAsync(Exception ex)
    {
        behind = true;
        logger.NotFollowed(Partition, ex);
        return Task.CompletedTask;
    }

    private async Task Tick()
    {
        try
        {
            if (behind)
            {
                await CatchUp(long.MaxValue);
            }

            await Save();
        }
        catch (Exception failure)
        {
            logger.NotFollowed(Partition, failure);
        }
    }

    /// <summary>Reads the journal up to a position or its end. False: there is more than one turn may read.</summary>
    private async Task<bool> CatchUp(long until)
    {
        for (var pages = 0; position < until; pages++)
        {
            behind = pages == MaxPages;
            var commits = behind ? [] : await journal.Read(Partition, position, PageSize);
            if (commits.IsEmpty)
            {
                return !behind;
            }

            foreach (var commit in commits)
            {
                await Follow([.. Lifecycle.Events(commit, position)]);
                position = commit.Position;
            }
        }

        behind = false;
        return true;
    }

    private async Task Follow(List<LifecycleEvent> events)
    {
        foreach (var happened in events)
        {
            if (happened.Aggregate.StartsWith(Identity.Order, StringComparison.Ordinal))
            {
                await Follow(happened);
            }
        }

        position = events.Count > 0 ? events[^1].Cursor.Position : position;
    }

    private Task Follow(LifecycleEvent happened) => happened.Type switch
    {
        "commerce.order.placed.v1" => Placed(happened),
        "commerce.order.cancelled.v1" => Book(happened).Cancel(EventCodec<OrderEvent>.Read<OrderCancelled>(happened.Data).Refunded),
        "commerce.order.refunded.v1" when EventCodec<OrderEvent>.Read<OrderRefunded>(happened.Data) is var refunded => Book(happened).Refund(refunded.OperationId, refunded.Amount),
        _ => Task.CompletedTask,
    };

    private Task Placed(LifecycleEvent happened)
    {
        if (IsByTables(happened.Data))
        {
            return Task.CompletedTask;
        }

        var quote = EventCodec<OrderEvent>.Read<OrderPlaced>(happened.Data).Quote;
        var provider = quote.TaxEstimated ? channels.All.GetValueOrDefault(quote.Channel)?.TaxProvider : quote.TaxedBy;

        return provider is null || !desk.KeepsDocuments(provider)
            ? Task.CompletedTask
            : Book(happened).Sell(happened.Aggregate, provider, new Money(quote.Taxes.Sum(t => t.Amount.Amount), quote.Currency), quote.TaxEstimated);
    }

    /// <summary>Without reading the whole order: most are taxed by the tables, and nothing is to be done for them.</summary>
    private static bool IsByTables(ReadOnlySpan<byte> placed) =>
        placed.IndexOf("\"taxEstimated\":true"u8) < 0 && (placed.IndexOf("\"taxedBy\":\"rate-tables\""u8) >= 0 || placed.IndexOf("\"taxedBy\":"u8) < 0);

    private IOrderTaxBook Book(LifecycleEvent happened) => GrainFactory.GetGrain<IOrderTaxBook>(happened.Aggregate.As(Identity.Tax));

    private async Task Save()
    {
        if (position <= saved)
        {
            return;
        }

        if (!await journal.SaveCheckpoint(Reader, Partition, saved, position, []))
        {
            logger.CursorMoved(Partition);
        }

        saved = await journal.Checkpoint(Reader, Partition); // whoever follows the partition too, during a hand-over, may be ahead
    }
}

internal static partial class TaxFollowerLog
{
    [LoggerMessage(630, LogLevel.Warning, "The tax documents of partition {Partition} could not be told of their orders; the journal is read again")]
    public static partial void NotFollowed(this ILogger logger, int partition, Exception failure);

    [LoggerMessage(631, LogLevel.Information, "Another follower of partition {Partition} has moved its cursor")]
    public static partial void CursorMoved(this ILogger logger, int partition);
}
