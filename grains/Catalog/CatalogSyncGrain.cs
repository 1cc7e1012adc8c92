using Commerce.Journal;
using Commerce.Pricing;
using Microsoft.Extensions.Options;

namespace Commerce.Catalog;

/// <summary>The side of the synchronisation that silos call.</summary>
[Alias("commerce.catalog-reading"), GrainInterfaceType("commerce.catalog-reading")]
internal interface ICatalogReading : IGrainWithStringKey
{
    /// <summary>Begins a reading when it is time for one. May come at any time and twice.</summary>
    [Alias("take-up")]
    Task TakeUp();
}

/// <inheritdoc cref="ICatalogSyncGrain"/>
/// <remarks>
/// What is under way is in the database: how far each copy has come, and whether a full reading was asked for. The grain may die at any moment; whichever
/// comes next goes on from there. While it reads, it answers.
/// </remarks>
[GrainType("catalog-sync")]
internal sealed class CatalogSyncGrain(
    ICatalogProvider products, IPricingProvider prices, IJournal journal, IOptions<CatalogSyncOptions> options, TimeProvider clock, ILogger<CatalogSyncGrain> logger)
    : Grain, ICatalogSyncGrain, ICatalogReading, IDisposable
{
    private static readonly TimeSpan ToldEvery = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private ProductFeed? productFeed;
    private PriceFeed? priceFeed;
    private Task reading = Task.CompletedTask;
    private string? lastError;
    private int failures;
    private bool progressed;
    private DateTimeOffset nextAt = DateTimeOffset.MinValue;
    private long toldAt;

    private bool IsCopied => products.IsCopied || prices.IsCopied;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        productFeed = products.IsCopied ? new ProductFeed(products, journal, GrainFactory, options.Value.PageSize, clock) : null;
        priceFeed = prices.IsCopied ? new PriceFeed(prices, journal, options.Value.PageSize, clock) : null;
        foreach (var feed in Feeds)
        {
            await feed.Open();
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await reading;
    }

    public void Dispose() => stopping.Dispose();

    public Task<CatalogSyncView> Get() => Task.FromResult(new CatalogSyncView
    {
        Source = products.Name,
        State = !IsCopied ? "not_copied" : !reading.IsCompleted ? "reading" : failures > 0 ? "failing" : "idle",
        Full = Feeds.Any(feed => feed.State.Full),
        Products = View(productFeed),
        Prices = View(priceFeed),
        LastError = lastError,
        Failures = failures,
        NextAt = IsCopied && reading.IsCompleted ? nextAt : null,
        NotMapped = [.. Feeds.SelectMany(feed => feed.State.NotMapped).Take(CopyPage.MaxNotMapped).Select(one => new NotMappedView(one.Kind, one.Id, one.Why))],
    });

    public async Task<CatalogSyncView> Start(bool full)
    {
        if (!IsCopied)
        {
            throw new CommerceException(CatalogSyncErrors.NotCopied(products.Name));
        }

        if (full && !Feeds.Any(feed => feed.State.Full))
        {
            var asked = await journal.Checkpoint(CatalogCopy.Wanted, CatalogCopy.Partition);
            await journal.SaveCheckpoint(CatalogCopy.Wanted, CatalogCopy.Partition, asked, asked + 1, []); // or somebody else asked in this moment
        }

        nextAt = DateTimeOffset.MinValue;
        await TakeUp();
        return await Get();
    }

    public Task TakeUp()
    {
        if (IsCopied && reading.IsCompleted && clock.GetUtcNow() >= nextAt)
        {
            reading = Read();
        }

        return Task.CompletedTask;
    }

    private IEnumerable<CopyFeed> Feeds => new CopyFeed?[] { productFeed, priceFeed }.OfType<CopyFeed>();

    /// <summary>Beside the calls of the grain; ends when the grain does.</summary>
    private async Task Read()
    {
        progressed = false;
        try
        {
            var wanted = await journal.Checkpoint(CatalogCopy.Wanted, CatalogCopy.Partition);
            foreach (var feed in Feeds)
            {
                await feed.Pass(wanted, options.Value.FullPeriod, Tell, stopping.Token);
            }

            (lastError, failures, nextAt) = (null, 0, clock.GetUtcNow() + options.Value.Period);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            logger.ReadingStops();
        }
        catch (Exception failure)
        {
            failures = progressed ? 1 : failures + 1; // one that came further is not the same failure again
            var wait = Wait(failures, failure);
            (lastError, nextAt) = (failure.Message, clock.GetUtcNow() + wait);
            logger.ReadingFailed(products.Name, failures, wait, failure);
        }
    }

    private TimeSpan Wait(int failed, Exception failure)
    {
        var wait = options.Value.RetryDelay * (1 << Math.Min(failed - 1, 16));
        wait = wait < options.Value.LongestRetryDelay ? wait : options.Value.LongestRetryDelay;

        return failure is CommerceException { Error.RetryAfter: { } asked } && asked > wait ? asked : wait;
    }

    private void Tell(CopyFeed feed)
    {
        var state = feed.State;
        progressed |= state.Changed > 0 || state.Full;
        if ((state.Changed > 0 || state.Removed > 0 || state.Full) && (toldAt == 0 || clock.GetElapsedTime(toldAt) >= ToldEvery || !state.Full))
        {
            toldAt = clock.GetTimestamp();
            logger.Progress(products.Name, feed == productFeed ? "products" : "prices", state.Seen, state.Changed, state.Removed, feed.PerSecond, state.Full);
        }
    }

    private static CatalogFeedView? View(CopyFeed? feed) => feed is null ? null : new CatalogFeedView(
        feed.State.Cursor,
        feed.Live,
        feed.State.Seen,
        feed.State.Changed,
        feed.State.Removed,
        feed.PerSecond,
        feed.State.Pages == 0 ? null : feed.State.StartedAt,
        feed.LookedAt ?? feed.State.CompletedAt,
        feed.State.FullAt);
}

internal static partial class CatalogSyncLog
{
    [LoggerMessage(710, LogLevel.Information, "The copy of {Source}'s {What}: {Seen} read, {Changed} changed, {Removed} removed, {PerSecond} a second (everything: {Full})")]
    public static partial void Progress(this ILogger logger, string source, string what, long seen, long changed, long removed, long perSecond, bool full);

    [LoggerMessage(711, LogLevel.Warning, "{Source} could not be read to the end, {Failures} times in a row; the copy stays as it is, and goes on in {Wait}")]
    public static partial void ReadingFailed(this ILogger logger, string source, int failures, TimeSpan wait, Exception failure);

    [LoggerMessage(712, LogLevel.Information, "The reading of the vendor stops here; another silo goes on with it")]
    public static partial void ReadingStops(this ILogger logger);
}
