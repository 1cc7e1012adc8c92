namespace Commerce.Inventory;

/// <summary>How a SKU is sold: what is kept back, and what may be sold before it is there.</summary>
[GenerateSerializer, Immutable, Alias("commerce.stock.policy")]
public sealed record StockPolicy
{
    public static StockPolicy Default { get; } = new();

    /// <summary>Units that are never promised to a shopper; a claim that waits for a receipt gets them all the same.</summary>
    [Id(0)] public int SafetyStock { get; init; }

    /// <summary>At so many sellable units, or fewer, shoppers are told that it is low. Default: 5.</summary>
    [Id(1)] public int LowAt { get; init; } = 5;

    /// <summary>What may be sold when it is sold out, and comes again; null: nothing.</summary>
    [Id(2)] public BackorderPolicy? Backorder { get; init; }

    /// <summary>What may be sold before it is out; null: nothing.</summary>
    [Id(3)] public PreOrderPolicy? PreOrder { get; init; }
}

/// <param name="Limit">Units that may be owed at once.</param>
/// <param name="ExpectedAt">When they are expected (UTC); null: nobody says.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.backorder-policy")]
public sealed record BackorderPolicy([property: Id(0)] int Limit, [property: Id(1)] DateTimeOffset? ExpectedAt = null);

/// <param name="From">UTC: from then on it can be ordered ahead.</param>
/// <param name="Until">UTC: from then on no more.</param>
/// <param name="Limit">Units that may be owed at once.</param>
/// <param name="ReleaseAt">When it comes out (UTC).</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.preorder-policy")]
public sealed record PreOrderPolicy(
    [property: Id(0)] DateTimeOffset From, [property: Id(1)] DateTimeOffset Until, [property: Id(2)] int Limit, [property: Id(3)] DateTimeOffset ReleaseAt);
