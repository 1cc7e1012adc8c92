namespace Commerce.Catalog;

/// <summary>Where products come from.</summary>
public interface ICatalogProvider
{
    string Name { get; }

    /// <summary>Whether it is far away: the shop keeps a durable copy, brought up to date by synchronisation, and reads that.</summary>
    bool IsCopied => false;

    /// <summary>Products that changed since <paramref name="cursor"/> (null: all), a page at a time, in a stable order.</summary>
    Task<CatalogPage> Page(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <param name="Next">Cursor of what comes after; equal to the one asked with when there is nothing new.</param>
/// <param name="More">Whether there is another page now.</param>
public sealed record CatalogPage(ImmutableArray<Product> Products, string Next, bool More)
{
    /// <summary>Ids of products that are gone.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    /// <summary>What the source has and the shop cannot have, so that nobody has to guess why it is missing.</summary>
    public ImmutableArray<NotMapped> NotMapped { get; init; } = [];
}

/// <summary>Something of a vendor's that has no faithful counterpart here, and was left out.</summary>
/// <param name="Kind">The vendor's word: <c>product</c>, <c>price</c>, <c>cart-discount</c>.</param>
/// <param name="Id">The vendor's id of it.</param>
/// <param name="Why">One sentence for who looks after the catalogue.</param>
public sealed record NotMapped(string Kind, string Id, string Why);

/// <summary>A product as its source describes it. Prices are the pricing provider's, stock is our own.</summary>
public sealed record Product
{
    /// <summary>Lower case, stable, fit for a URL: <c>darjeeling-first-flush</c>.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string Description { get; init; } = "";
    public string Brand { get; init; } = "";
    public string Category { get; init; } = "";
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Which tax rates apply: <c>standard</c>, <c>reduced</c>, <c>zero</c>.</summary>
    public string TaxCategory { get; init; } = "standard";
    public required ImmutableArray<Variant> Variants { get; init; }
}

public sealed record Variant
{
    public required string Sku { get; init; }

    /// <summary>For the shopper, whole: <c>Darjeeling First Flush, 250 g</c>.</summary>
    public required string Name { get; init; }
    public ImmutableDictionary<string, string> Attributes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What a unit weighs, with its packing; 0: nothing is charged for its weight.</summary>
    public int Grams { get; init; }

    /// <summary>Units to stock a SKU with that was never stocked; null: none.</summary>
    public int? InitialStock { get; init; }
}
