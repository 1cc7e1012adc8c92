using System.Collections.Frozen;
using Microsoft.Extensions.Hosting;

namespace Commerce.Drops;

/// <summary>Which SKUs are sold to holders of a pass only, as this silo knows it: half a second old at the most, and empty for most shops most of the time.</summary>
internal sealed class DropBoard(IGrainFactory grains)
{
    private readonly Lock gate = new();
    private long version = -1;

    private volatile FrozenDictionary<string, string> drops = FrozenDictionary<string, string>.Empty;

    /// <summary>Nothing is sold in drops: nobody has to look any further.</summary>
    public bool IsEmpty => drops.Count == 0;

    /// <summary>The drop in which a SKU is sold; null: it is sold to everybody.</summary>
    public string? DropOf(string sku) => drops.GetValueOrDefault(sku);

    /// <summary>Takes in what changed in the calendar.</summary>
    public async Task Follow()
    {
        if (await grains.DropCalendar().Current(Volatile.Read(ref version)) is not { } page)
        {
            return;
        }

        lock (gate)
        {
            if (page.Version <= version)
            {
                return; // another has read it meanwhile
            }

            var bySku = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var drop in page.Drops.OrderBy(drop => drop.StartsAt))
            {
                foreach (var sku in drop.Skus)
                {
                    bySku.TryAdd(sku, drop.Id); // the one that comes first
                }
            }

            drops = bySku.ToFrozenDictionary(StringComparer.Ordinal);
            version = page.Version;
        }
    }
}

/// <summary>Keeps the board of this silo up with the calendar.</summary>
internal sealed class DropWatch(DropBoard board, TimeProvider clock, ILogger<DropWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    private bool isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            do
            {
                await Follow(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.WatchStopped();
        }
    }

    private async Task Follow(CancellationToken stoppingToken)
    {
        try
        {
            await board.Follow();
            isAway = false;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested) // a call that somebody else cancelled is a failure like any other
        {
            if (!isAway)
            {
                logger.CannotFollowDrops(failure); // once, not at every tick
                isAway = true;
            }
        }
    }
}

internal static partial class DropLog
{
    [LoggerMessage(900, LogLevel.Warning, "The calendar of drops cannot be read; what is known of it counts until it can")]
    public static partial void CannotFollowDrops(this ILogger logger, Exception failure);

    [LoggerMessage(901, LogLevel.Debug, "The watch over drops stops")]
    public static partial void WatchStopped(this ILogger logger);

    [LoggerMessage(902, LogLevel.Warning, "{Drop} could not go on; it is taken up again")]
    public static partial void DropInterrupted(this ILogger logger, string drop, Exception failure);

    [LoggerMessage(903, LogLevel.Information, "{Drop} opened with {Waiting} waiting, {Drawn} of them drawn")]
    public static partial void Opened(this ILogger logger, string drop, int waiting, int drawn);
}
