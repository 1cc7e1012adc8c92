using Commerce.Pricing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce.Catalog;

/// <summary>On every silo: follows what changes in the copy, and sees to it that somebody keeps the copy up to date.</summary>
internal sealed class CatalogWatch(
    CatalogIndex index, ICatalogProvider products, IPricingProvider prices, IGrainFactory grains, IOptions<CatalogSyncOptions> options, TimeProvider clock, ILogger<CatalogWatch> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Prices are followed by their own watch.
        if (!products.IsCopied && !prices.IsCopied)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.FollowPeriod, clock);
        try
        {
            do
            {
                await Task.WhenAll(Look("catalogue", index.Follow), Look("copy", KeepUp));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.FollowingStopped();
        }

        async Task Look(string what, Func<CancellationToken, Task> look)
        {
            try
            {
                await look(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                logger.FollowingFailed(what, failure);
            }
        }
    }

    private Task KeepUp(CancellationToken cancellationToken) =>
        grains.GetGrain<ICatalogReading>(grains.CatalogSync().GetPrimaryKeyString()).TakeUp();
}

internal static partial class CatalogWatchLog
{
    [LoggerMessage(720, LogLevel.Warning, "Following the {What} failed; the next tick looks again")]
    public static partial void FollowingFailed(this ILogger logger, string what, Exception failure);

    [LoggerMessage(721, LogLevel.Debug, "The catalogue is followed no more: the silo stops")]
    public static partial void FollowingStopped(this ILogger logger);
}
