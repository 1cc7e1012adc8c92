using Commerce.Carts;
using Commerce.Shipping;

namespace Commerce.Pricing;

/// <summary>What is to be priced, as a caller knows it.</summary>
/// <param name="Currency">Null for the channel's default.</param>
/// <param name="Coupons">Codes, as they were given.</param>
/// <param name="ShippingMethod">Counts once a destination is known; null: the cheapest way there.</param>
/// <param name="CustomerId">Whose prices apply; null for a guest.</param>
/// <param name="At">UTC: the moment whose prices are meant; null: now.</param>
internal sealed record BasketRequest(
    string Channel,
    string? Currency,
    ImmutableArray<BasketItem> Items,
    ImmutableArray<string> Coupons,
    Destination? Destination = null,
    string? ShippingMethod = null,
    string? CustomerId = null,
    DateTimeOffset? At = null);

/// <param name="Name">For the shopper; not a price matter.</param>
/// <param name="TaxCategory">As the product's in the catalog.</param>
/// <param name="Product">Id of the product.</param>
/// <param name="Category">Of the product.</param>
/// <param name="Grams">What a unit weighs.</param>
internal sealed record BasketItem(string LineId, string Sku, string Name, int Quantity, string TaxCategory, string? Product = null, string? Category = null, long Grams = 0)
{
    public ImmutableArray<string> Tags { get; init; } = [];
}

/// <summary>What is to be priced, with everything that was looked up for it: the same basket always has the same discounts.</summary>
/// <param name="Promotions">Those in force for this basket, the highest priority first, as <see cref="PriceBook.Promotions"/> has them.</param>
/// <param name="Shipping">Null: not shipped, or it is not known whither.</param>
internal sealed record Basket(Channel Channel, string Currency, ImmutableArray<BasketLine> Lines, ImmutableArray<Promotion> Promotions, ShippingRate? Shipping = null)
{
    /// <summary>Codes that were given, by the promotion that they switched on.</summary>
    public ImmutableDictionary<string, string> CodeOf { get; init; } = ImmutableDictionary<string, string>.Empty;
}

internal readonly record struct BasketLine(string LineId, string Sku, string Name, int Quantity, Money UnitPrice, string TaxCategory)
{
    /// <summary>The price list that gave the unit price, with its version.</summary>
    public string? PriceList { get; init; }
    public long? CompareAt { get; init; }
    public string? Product { get; init; }
    public string? Category { get; init; }

    /// <summary>Of the product; default: none.</summary>
    public ImmutableArray<string> Tags { get; init; }

    /// <summary>The promotion whose gift it is; null: the shopper put it there.</summary>
    public string? GiftOf { get; init; }

    /// <summary>The rate of its taxes, where that is known before the discounts are, for <see cref="SpreadBy.Gross"/>.</summary>
    public decimal TaxRate { get; init; }

    public Money Subtotal => UnitPrice * Quantity;
}
