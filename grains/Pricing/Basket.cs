using Commerce.Carts;

namespace Commerce.Pricing;

/// <summary>What is to be priced, as a caller knows it.</summary>
/// <param name="Currency">Null for the channel's default.</param>
/// <param name="Coupons">Codes. One that is not of the channel, or whose time is over, has no effect.</param>
/// <param name="ShippingMethod">Counts once a destination is known.</param>
/// <param name="CustomerId">Whose price list applies; null for a guest.</param>
internal sealed record BasketRequest(
    string Channel,
    string? Currency,
    ImmutableArray<BasketItem> Items,
    ImmutableArray<string> Coupons,
    Destination? Destination = null,
    string? ShippingMethod = null,
    string? CustomerId = null);

/// <param name="Name">For the shopper; not a price matter.</param>
/// <param name="TaxCategory">As the product's in the catalog.</param>
internal sealed record BasketItem(string LineId, string Sku, string Name, int Quantity, string TaxCategory);

/// <summary>What is to be priced, with everything that was looked up for it: the same basket always has the same discounts.</summary>
internal sealed record Basket(Channel Channel, string Currency, ImmutableArray<BasketLine> Lines, ImmutableArray<Coupon> Coupons);

internal readonly record struct BasketLine(string LineId, string Sku, string Name, int Quantity, Money UnitPrice, string TaxCategory)
{
    public Money Subtotal => UnitPrice * Quantity;
}
