using Commerce.Inventory;
using Microsoft.Extensions.Hosting;

namespace Commerce.Catalog;

/// <summary>Gives SKUs that were never stocked what the catalogue's source says they begin with. A SKU that was is left alone, so it may run at every start.</summary>
/// <remarks>The start waits for it, so that nobody is told that a full shop has nothing.</remarks>
internal sealed class OpeningStock(ICatalogProvider source, IGrainFactory grains, ILogger<OpeningStock> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken) => logger.Stocked(await Open(cancellationToken));

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

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
}
