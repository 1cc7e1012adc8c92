using Commerce.Inventory;
using Microsoft.Extensions.Hosting;

namespace Commerce.Catalog;

/// <summary>Gives SKUs that were never stocked what the catalogue's source says they begin with. A SKU that was is left alone, so it may run at every start.</summary>
/// <remarks>Of a source that is copied, whoever copies it does that. The start waits for it, so that nobody is told that a full shop has nothing.</remarks>
internal sealed class OpeningStock(ICatalogProvider source, IGrainFactory grains, TimeProvider clock, ILogger<OpeningStock> logger) : IHostedService
{
    /// <summary>How long a start goes on trying when another silo dies or the database is away in the middle of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1), Pause = TimeSpan.FromSeconds(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (source.IsCopied)
        {
            return;
        }

        for (var from = clock.GetTimestamp(); ;)
        {
            try
            {
                logger.Stocked(await Open(cancellationToken));
                return;
            }
            catch (Exception failure) when (IsPassing(failure) && clock.GetElapsedTime(from) < Patience && !cancellationToken.IsCancellationRequested)
            {
                logger.StockedAgain(failure.Message);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsPassing(Exception failure) => failure is CommerceException { Error.Kind: ErrorKind.Unavailable } or OrleansException or TimeoutException;

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

    [LoggerMessage(701, LogLevel.Warning, "The opening stock could not be looked at in this moment ({Why}); trying again")]
    public static partial void StockedAgain(this ILogger logger, string why);
}
