namespace Commerce.Pricing;

/// <summary>The price book of this silo: read from its provider when it is first asked for.</summary>
internal sealed class PriceBooks(IPricingProvider provider)
{
    private const int PageSize = 500;
    private readonly Lock reading = new();
    private Task<PriceBook>? book;

    /// <summary>The book as it stands. Completes synchronously once it has been read.</summary>
    public ValueTask<PriceBook> Current()
    {
        if (book is { IsCompletedSuccessfully: true } read)
        {
            return new(read.Result);
        }

        lock (reading)
        {
            return new(book is { IsFaulted: false } ? book : book = Read());
        }
    }

    private async Task<PriceBook> Read()
    {
        var all = PriceBook.Empty;
        string? cursor = null;
        bool more;
        do
        {
            var page = await provider.Page(cursor, PageSize, CancellationToken.None);
            all = all.With(page, at: null);
            (cursor, more) = (page.Next, page.More);
        }
        while (more);

        return all;
    }
}
