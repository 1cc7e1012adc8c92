using Commerce.Catalog;
using Microsoft.Extensions.Options;

namespace Commerce.Commercetools;

/// <summary>The published products of a project, by time of change; what was deleted or unpublished by its messages.</summary>
/// <remarks>A cursor is a place among the products and one among the messages. A first reading begins among the messages at its own beginning.</remarks>
internal sealed class CommercetoolsCatalog(CommercetoolsReads reads, IOptions<CommercetoolsOptions> options) : ICatalogProvider
{
    private const char Separator = '|';
    private const string Gone = "type in (\"ProductDeleted\",\"ProductUnpublished\")";

    public string Name => "commercetools";

    public bool IsCopied => true;

    public async Task<CatalogPage> Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        limit = Math.Min(limit, CommercetoolsReads.MaxLimit);
        var (place, messages) = Parse(cursor);
        var (page, now) = await Products(place.After("lastModifiedAt"), limit, cancellationToken);
        messages = messages.At is null ? new Place(now - options.Value.Overlap, "") : messages;

        var products = page.Results;
        place = products.IsEmpty ? place : new Place(products[^1].LastModifiedAt, products[^1].Id);
        if (products.Length == limit)
        {
            return Mapped(products, [], place, messages, more: true);
        }

        var (gone, _) = await reads.Get(
            "messages", CommercetoolsJson.Default.WirePageWireMessage, cancellationToken,
            ("where", $"{Gone} and {messages.After("createdAt")}"), ("sort", "createdAt asc"), ("sort", "id asc"), ("limit", limit.ToString()), ("withTotal", "false"));
        var more = gone.Results.Length == limit;
        messages = gone.Results.IsEmpty ? messages : new Place(gone.Results[^1].CreatedAt, gone.Results[^1].Id);

        // What was published again since is not gone: its message is old news.
        var ids = gone.Results.Select(message => message.Resource.Id).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var back = ids.Length == 0 ? [] : (await Products($"id in ({string.Join(',', ids.Select(id => $"\"{id}\""))})", limit, cancellationToken)).Page.Results;
        var removed = ids.Except(back.Select(product => product.Id), StringComparer.Ordinal);

        var overlap = options.Value.Overlap;
        return Mapped([.. products, .. back], [.. removed], more ? place : place.Settled(now, overlap), more ? messages : messages.Settled(now, overlap), more);
    }

    private async Task<(WirePage<WireProduct> Page, DateTimeOffset Now)> Products(string? where, int limit, CancellationToken cancellationToken) => await reads.Get(
        "product-projections", CommercetoolsJson.Default.WirePageWireProduct, cancellationToken,
        ("where", where), ("sort", "lastModifiedAt asc"), ("sort", "id asc"), ("limit", limit.ToString()), ("withTotal", "false"), ("staged", "false"),
        ("expand", "taxCategory"), ("expand", "categories[*]"));

    private CatalogPage Mapped(ImmutableArray<WireProduct> read, ImmutableArray<string> removed, Place place, Place messages, bool more)
    {
        var notMapped = new List<NotMapped>();
        var products = ImmutableArray.CreateBuilder<Product>(read.Length);
        foreach (var product in read)
        {
            if (ProductMapping.Read(product, options.Value, notMapped) is { } mapped)
            {
                products.Add(mapped);
            }
            else
            {
                removed = removed.Add(product.Id); // nothing (any more) that could be sold
            }
        }

        return new CatalogPage(products.DrainToImmutable(), $"{place}{Separator}{messages}", more) { Removed = removed, NotMapped = [.. notMapped] };
    }

    private static (Place Products, Place Messages) Parse(string? cursor) => cursor?.Split(Separator, 2) switch
    {
        null => (Place.First, Place.First),
        [var products, var messages] => (Place.Parse(products), Place.Parse(messages)),
        _ => throw new FormatException($"'{cursor}' is no cursor of this catalogue."),
    };
}
