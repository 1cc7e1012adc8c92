namespace Commerce.Pricing;

/// <summary>Where the silos read prices, promotions and groups; there may be several.</summary>
/// <param name="Changes">Whether it has to be asked again and again. What it tells then carries its own times, so that every silo prices every moment alike.</param>
internal sealed record PriceSource(IPricingProvider Provider, bool Changes);

/// <summary>The price book of this silo: read from its sources when it is first asked for; follows those that change from then on.</summary>
internal sealed class PriceBooks(IEnumerable<PriceSource> sources)
{
    private const int PageSize = 500;
    private readonly ImmutableArray<PriceSource> sources = [.. sources];
    private readonly Lock reading = new();
    private Task<Reading>? read;

    /// <summary>Whether a source changes, so that <see cref="Follow"/> has to be called.</summary>
    public bool Follows => sources.Any(source => source.Changes);

    /// <summary>The book as it stands. Completes synchronously once it has been read.</summary>
    public ValueTask<PriceBook> Current() => First() is { IsCompletedSuccessfully: true } done ? new(done.Result.Book) : Waited();

    /// <summary>Reads what changed since the last time. For one caller at a time.</summary>
    public async Task Follow(CancellationToken cancellationToken)
    {
        var known = await First();
        var now = await Read(known, changing: true, cancellationToken);
        read = now.Book == known.Book && now.Cursors.SequenceEqual(known.Cursors) ? read : Task.FromResult(now);
    }

    private async ValueTask<PriceBook> Waited() => (await First()).Book;

    private Task<Reading> First()
    {
        if (read is { IsCompletedSuccessfully: true } done)
        {
            return done;
        }

        lock (reading)
        {
            return read is { IsFaulted: false } ? read : read = Read(new Reading(PriceBook.Empty, [.. sources.Select(_ => (string?)null)]), changing: false, CancellationToken.None);
        }
    }

    /// <param name="changing">Only sources that change.</param>
    private async Task<Reading> Read(Reading known, bool changing, CancellationToken cancellationToken)
    {
        var (book, cursors) = known;
        for (var i = 0; i < sources.Length; i++)
        {
            for (var more = !changing || sources[i].Changes; more;)
            {
                var page = await sources[i].Provider.Page(cursors[i], PageSize, cancellationToken);
                book = page is { Lists: [], Promotions: [], Groups: [], Removed: [] } ? book : book.With(page, at: null);
                (cursors, more) = (cursors.SetItem(i, page.Next), page.More);
            }
        }

        return new Reading(book, cursors);
    }

    /// <param name="Cursors">How far each source was read.</param>
    private sealed record Reading(PriceBook Book, ImmutableArray<string?> Cursors);
}
