using Commerce.Inventory;
using Microsoft.Extensions.Hosting;

namespace Commerce.Catalog;

/// <summary>Gives SKUs that were never stocked what the catalogue's source says they begin with. A SKU that was is left alone, so it may run at every start.</summary>
internal sealed class OpeningStock(ICatalogProvider source, IGrainFactory grains, ILogger<OpeningStock> logger) : BackgroundService
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                logger.Stocked(await Open(stoppingToken));
                return;
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                logger.OpeningFailed(failure);
                await Task.Delay(TryAgain, TimeProvider.System, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> Open(CancellationToken cancellationToken)
    {
        var count = 0;
        string? cursor = null;
        bool more;
        do
        {
            var page = await source.Page(cursor, 200, cancellationToken);
            var opening = page.Products.SelectMany(product => product.Variants)
                .Where(variant => variant.InitialStock is not null)
                .Select(variant => grains.Stock(variant.Sku).Open(variant.InitialStock!.Value))
                .ToArray();
            await Task.WhenAll(opening);
            count += opening.Length;
            (cursor, more) = (page.Next, page.More);
        }
        while (more);

        return count;
    }
}

internal static partial class OpeningStockLog
{
    [LoggerMessage(700, LogLevel.Information, "{Count} SKUs have their opening stock")]
    public static partial void Stocked(this ILogger logger, int count);

    [LoggerMessage(701, LogLevel.Warning, "The opening stock could not be set; it is tried again")]
    public static partial void OpeningFailed(this ILogger logger, Exception failure);
}
