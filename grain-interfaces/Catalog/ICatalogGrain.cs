namespace Commerce.Catalog;

/// <summary>The products as shoppers see them: priced for a channel, with what is available. A read model; any activation serves any call.</summary>
[Alias("commerce.catalog"), GrainInterfaceType("commerce.catalog")]
public interface ICatalogGrain : IGrainWithIntegerKey
{
    /// <summary>A page of products, in a stable order; refused as <c>unknown-channel</c>, <c>currency-mismatch</c> or <c>invalid-cursor</c>.</summary>
    [Alias("search")]
    Task<Page<ProductView>> Search(ProductQuery query);

    /// <summary>One product; null when the channel does not sell it.</summary>
    [Alias("get")]
    Task<ProductView?> Get(string productId, string channel, string? currency);

    /// <summary>The channels of the shop.</summary>
    [Alias("channels")]
    Task<ImmutableArray<ChannelView>> Channels();
}

/// <param name="Text">Words that must all occur in name, description, brand, category, tags or SKU; null: everything.</param>
[GenerateSerializer, Immutable, Alias("commerce.catalog.query")]
public sealed record ProductQuery(
    [property: Id(0)] string Channel,
    [property: Id(1)] string? Currency,
    [property: Id(2)] string? Text,
    [property: Id(3)] string? Category,
    [property: Id(4)] string? Cursor,
    [property: Id(5)] int Limit);

[GenerateSerializer, Immutable, Alias("commerce.catalog.product")]
public sealed record ProductView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public string Name { get; init; } = "";
    [Id(2)] public string Description { get; init; } = "";
    [Id(3)] public string Brand { get; init; } = "";
    [Id(4)] public string Category { get; init; } = "";
    [Id(5)] public ImmutableArray<string> Tags { get; init; } = [];
    [Id(6)] public ImmutableArray<VariantView> Variants { get; init; } = [];
}

/// <param name="Attributes">What tells it from its siblings: <c>size: 250 g</c>.</param>
/// <param name="Available">Units that can be bought now.</param>
[GenerateSerializer, Immutable, Alias("commerce.catalog.variant")]
public sealed record VariantView(
    [property: Id(0)] string Sku,
    [property: Id(1)] string Name,
    [property: Id(2)] Money Price,
    [property: Id(3)] int Available,
    [property: Id(4)] ImmutableDictionary<string, string> Attributes)
{
    /// <summary>What a unit is shown to have cost before; null: nothing is shown.</summary>
    [Id(5)] public Money? CompareAt { get; init; }
}

[GenerateSerializer, Immutable, Alias("commerce.catalog.channel")]
public sealed record ChannelView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string Currency,
    [property: Id(3)] bool TaxInclusive,
    [property: Id(4)] ImmutableArray<string> Countries);

public static class CatalogGrains
{
    extension(IGrainFactory grains)
    {
        public ICatalogGrain Catalog() => grains.GetGrain<ICatalogGrain>(0);
    }
}
