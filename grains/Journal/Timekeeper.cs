using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce.Journal;

/// <summary>When and how eagerly sleeping aggregates are woken. Bound from <c>Commerce:Timekeeper</c>.</summary>
public sealed class TimekeeperOptions
{
    public const string Section = "Commerce:Timekeeper";

    /// <summary>How often to look for what is due. Default: 250 ms, the precision of every durable timeout.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a woken aggregate has before it is woken again. Default: 30 s, longer than the longest vendor call.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most aggregates that are awake at once for their time's sake. Default: 128.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 128;
}

[OptionsValidator]
internal sealed partial class TimekeeperOptionsValidator : IValidateOptions<TimekeeperOptions>;

/// <summary>
/// Wakes aggregates whose time has come: the one clock behind saga recovery, reservation expiry and abandoned carts. What it claims it holds by
/// a lease, so that of several silos one wakes an aggregate, and that a lost wake-up is repeated. Each shard of the journal is looked at by itself: one
/// that does not answer keeps nobody else asleep.
/// </summary>
internal sealed class Timekeeper(IJournal journal, IGrainFactory grains, TimeProvider clock, IOptions<TimekeeperOptions> options, ILogger<Timekeeper> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var awake = new SemaphoreSlim(options.Value.Concurrency);
        try
        {
            await Task.WhenAll(journal.Shards.Select(shard => Watch(shard, awake, stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.TimekeeperStopped();
        }
    }

    private async Task Watch(IJournalShard shard, SemaphoreSlim awake, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.Period, clock);
        var isAway = false;
        do
        {
            isAway = !await WakeWhatIsDue(shard, isAway, awake, cancellationToken);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    /// <returns>Whether the shard answered.</returns>
    private async Task<bool> WakeWhatIsDue(IJournalShard shard, bool wasAway, SemaphoreSlim awake, CancellationToken cancellationToken)
    {
        var atOnce = Math.Max(1, options.Value.Concurrency / journal.Shards.Length);
        try
        {
            ImmutableArray<string> due;
            do
            {
                due = await shard.ClaimDue(clock.GetUtcNow(), options.Value.Lease, atOnce);
                foreach (var id in due)
                {
                    await awake.WaitAsync(cancellationToken);
                    _ = Wake(id, awake);
                }
            }
            while (due.Length == atOnce);

            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested) // a call that somebody else cancelled is a failure like any other
        {
            if (!wasAway)
            {
                logger.ClaimFailed(failure); // once, not at every tick
            }

            return false;
        }
    }

    private async Task Wake(string id, SemaphoreSlim awake)
    {
        try
        {
            if (AggregateKinds.GrainOf(id) is { } grainId)
            {
                await grains.GetGrain<IAggregate>(grainId).Wake();
            }
        }
        catch (Exception failure)
        {
            logger.WakeFailed(id, failure);
        }
        finally
        {
            try
            {
                awake.Release();
            }
            catch (ObjectDisposedException)
            {
                logger.TimekeeperStopped();
            }
        }
    }
}

/// <summary>Which grain an aggregate's id belongs to.</summary>
internal static class AggregateKinds
{
    private static readonly (string Prefix, GrainType Type)[] Kinds =
    [
        (Identity.Cart, GrainType.Create("cart")),
        (Identity.Checkout, GrainType.Create("checkout")),
        (Identity.Order, GrainType.Create("order")),
        (Identity.Payment, GrainType.Create("payment")),
        (Identity.Stock, GrainType.Create("stock-item")),
        (Identity.Webhook, GrainType.Create("webhook")),
        (Identity.Tax, GrainType.Create("order-tax")),
        (Identity.Reconciliation, GrainType.Create("reconciliation")),
        (Identity.Allotment, GrainType.Create("allotment")),
        (Identity.PriceBook, GrainType.Create("price-book")),
        (Identity.Drop, GrainType.Create("drop")),
        (Identity.DropRoom, GrainType.Create("drop-room")),
        (Identity.DropCalendar, GrainType.Create("drop-calendar")),
    ];

    /// <summary>Null for an id of a kind that this version does not know.</summary>
    public static GrainId? GrainOf(string aggregate)
    {
        foreach (var (prefix, type) in Kinds)
        {
            if (aggregate.StartsWith(prefix, StringComparison.Ordinal))
            {
                return GrainId.Create(type, aggregate);
            }
        }

        return null;
    }
}

internal static partial class TimekeeperLog
{
    [LoggerMessage(10, LogLevel.Warning, "Waking {Aggregate} failed; it is woken again when its lease ends")]
    public static partial void WakeFailed(this ILogger logger, string aggregate, Exception failure);

    [LoggerMessage(11, LogLevel.Warning, "Looking for due aggregates failed; every tick looks again")]
    public static partial void ClaimFailed(this ILogger logger, Exception failure);

    [LoggerMessage(12, LogLevel.Debug, "The timekeeper stops")]
    public static partial void TimekeeperStopped(this ILogger logger);
}
