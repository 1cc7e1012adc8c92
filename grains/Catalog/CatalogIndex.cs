using System.Collections.Frozen;
using Commerce.Pricing;

namespace Commerce.Catalog;

/// <summary>The products of the catalogue's source, in a stable order, ready to be searched. One a silo, filled on first use; follows its source from then on.</summary>
internal sealed class CatalogIndex(ICatalogProvider source)
{
    private const int PageSize = 500;
    private readonly Lock filling = new();
    private Task<Contents>? contents;

    /// <summary>Products with an id above <paramref name="id"/> (null: all).</summary>
    public async ValueTask<IEnumerable<Entry>> After(string? id)
    {
        var all = (await Filled()).Entries;
        return id is null ? all : all.Skip(Position(all, id));
    }

    public async ValueTask<Product?> Find(string id) => (await Filled()).Products.GetValueOrDefault(id);

    /// <summary>What a SKU is; null when no product has it.</summary>
    public async ValueTask<(Product Product, Variant Variant)?> FindSku(string sku) =>
        (await Filled()).Skus.TryGetValue(sku, out var found) ? found : null;

    /// <summary>So many units of a SKU as pricing sees them; null when no product has it.</summary>
    public async ValueTask<BasketItem?> Item(string lineId, string sku, int quantity) => await FindSku(sku) is var (product, variant)
        ? new BasketItem(lineId, sku, variant.Name, quantity, product.TaxCategory, product.Id, product.Category, variant.Grams) { Tags = product.Tags }
        : null;

    /// <summary>Reads what changed since the last time. For one caller at a time.</summary>
    public async Task Follow(CancellationToken cancellationToken)
    {
        var known = await Filled();
        var now = await Read(known, cancellationToken);
        if (now != known)
        {
            contents = Task.FromResult(now);
        }
    }

    private Task<Contents> Filled()
    {
        if (contents is { IsCompletedSuccessfully: true } filled)
        {
            return filled;
        }

        lock (filling)
        {
            return contents is { IsFaulted: false } ? contents : contents = Read(Contents.Empty, CancellationToken.None);
        }
    }

    private async Task<Contents> Read(Contents known, CancellationToken cancellationToken)
    {
        var (cursor, more, products) = (known.Cursor, true, (Dictionary<string, Product>?)null);
        while (more)
        {
            var page = await source.Page(cursor, PageSize, cancellationToken);
            if (!page.Products.IsEmpty || !page.Removed.IsEmpty)
            {
                products ??= new(known.Products, StringComparer.Ordinal);
                foreach (var product in page.Products)
                {
                    products[product.Id] = product;
                }

                foreach (var gone in page.Removed)
                {
                    products.Remove(gone);
                }
            }

            (cursor, more) = (page.Next, page.More);
        }

        return products is not null ? Contents.Of(products, cursor) : cursor == known.Cursor ? known : known with { Cursor = cursor };
    }

    /// <summary>How many have an id that is not above.</summary>
    private static int Position(ImmutableArray<Entry> all, string id)
    {
        var (low, high) = (0, all.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(all[middle].Product.Id, id) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private sealed record Contents(
        string? Cursor, ImmutableArray<Entry> Entries, FrozenDictionary<string, Product> Products, FrozenDictionary<string, (Product Product, Variant Variant)> Skus)
    {
        public static Contents Empty { get; } = Of([], null);

        public static Contents Of(Dictionary<string, Product> products, string? cursor) => new(
            cursor,
            [.. products.Values.OrderBy(product => product.Id, StringComparer.Ordinal).Select(Entry.Of)],
            products.ToFrozenDictionary(StringComparer.Ordinal),
            products.Values.SelectMany(product => product.Variants.Select(variant => (product, variant)))
                .DistinctBy(pair => pair.variant.Sku, StringComparer.Ordinal) // of two that claim a SKU for a moment, one
                .ToFrozenDictionary(pair => pair.variant.Sku, pair => pair, StringComparer.Ordinal));
    }

    internal sealed record Entry(Product Product, string Text)
    {
        public static Entry Of(Product product) => new(product, string.Join(
            ' ',
            [product.Name, product.Description, product.Brand, product.Category, .. product.Tags, .. product.Variants.SelectMany(v => new[] { v.Sku, v.Name })]));

        public bool Matches(string[] words, string? category) =>
            (category is null || Product.Category.Equals(category, StringComparison.OrdinalIgnoreCase))
            && Array.TrueForAll(words, word => Text.Contains(word, StringComparison.OrdinalIgnoreCase));
    }
}
