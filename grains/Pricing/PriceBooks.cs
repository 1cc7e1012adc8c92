using Microsoft.Extensions.Hosting;

namespace Commerce.Pricing;

/// <summary>The price book of this silo: what its provider says, and over it what the shop's people publish. Follows both; a provider's changes carry their own times.</summary>
/// <param name="publications">What was published after a version of the book; null: nothing ever is.</param>
internal sealed class PriceBooks(IPricingProvider provider, Func<long, Task<ImmutableArray<Publication>>>? publications = null) : IDisposable
{
    private const int PageSize = 500;
    private readonly SemaphoreSlim following = new(1, 1);
    private volatile Known? known;

    /// <summary>The book as it stands. Completes synchronously once it has been read.</summary>
    public ValueTask<PriceBook> Current() => known is { } read ? new(read.Book) : Awaited(static read => read.Book);

    /// <summary>The provider's part of it.</summary>
    public ValueTask<PriceBook> Base() => known is { } read ? new(read.Base) : Awaited(static read => read.Base);

    /// <summary>Takes in what was published since.</summary>
    public async Task<Known> Follow()
    {
        await following.WaitAsync();
        try
        {
            var read = await FromProvider(known ?? Known.Nothing);
            var news = publications is null ? [] : await publications(read.Version);

            return known = news.IsEmpty ? read : read with
            {
                Book = news.Aggregate(read.Book, static (book, publication) => book.With(publication)),
                Published = read.Published.AddRange(news),
            };
        }
        finally
        {
            following.Release();
        }
    }

    /// <summary>The same, unless that publication is in already.</summary>
    public async Task CatchUp(long version)
    {
        if (!(known?.Version >= version))
        {
            await Follow();
        }
    }

    public void Dispose() => following.Dispose();

    private async ValueTask<PriceBook> Awaited(Func<Known, PriceBook> part) => part(await Follow());

    /// <summary>Reads on where it stopped. What was published stays over it.</summary>
    private async Task<Known> FromProvider(Known read)
    {
        var (below, cursor, more) = (read.Base, read.Cursor, true);
        while (more)
        {
            var page = await provider.Page(cursor, PageSize, CancellationToken.None);
            below = page is { Lists: [], Promotions: [], Groups: [], Removed: [] } ? below : below.With(page, at: null);
            (cursor, more) = (page.Next, page.More);
        }

        return below == read.Base
            ? read with { Cursor = cursor }
            : read with { Base = below, Cursor = cursor, Book = read.Published.Aggregate(below, static (book, publication) => book.With(publication)) };
    }

    /// <param name="Base">What the provider says.</param>
    /// <param name="Cursor">How far the provider was read.</param>
    /// <param name="Book">With what was published over it.</param>
    /// <param name="Published">What was published, the oldest first.</param>
    internal sealed record Known(PriceBook Base, string? Cursor, PriceBook Book, ImmutableArray<Publication> Published)
    {
        public static Known Nothing { get; } = new(PriceBook.Empty, null, PriceBook.Empty, []);

        /// <summary>Of the last publication that is in it.</summary>
        public long Version => Published.IsEmpty ? 0 : Published[^1].Version;
    }
}

/// <summary>Keeps this silo's prices up with what is published: a publication is in force everywhere within half a second.</summary>
internal sealed class PriceWatch(PriceBooks books, TimeProvider clock, ILogger<PriceWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    private bool isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await Follow(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.Stopped();
        }
    }

    private async Task Follow(CancellationToken stoppingToken)
    {
        try
        {
            await books.Follow();
            isAway = false;
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested) // a call that somebody else cancelled is a failure like any other
        {
            if (!isAway)
            {
                logger.CannotFollow(failure); // once, not at every tick
                isAway = true;
            }
        }
    }
}

internal static partial class PriceLog
{
    [LoggerMessage(800, LogLevel.Warning, "What was published of prices cannot be read; what is known of them counts until it can")]
    public static partial void CannotFollow(this ILogger logger, Exception failure);

    [LoggerMessage(801, LogLevel.Debug, "The watch over prices stops")]
    public static partial void Stopped(this ILogger logger);
}
