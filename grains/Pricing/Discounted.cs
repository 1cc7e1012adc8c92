using Commerce.Carts;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>A basket after its promotions, before its taxes.</summary>
/// <param name="Basket">Without gifts that are not given.</param>
/// <param name="Lines">In the order of the basket's lines.</param>
/// <param name="Order">Positions of the lines by SKU: what depends on an order, as a tie does, is decided in this one, however the lines are shown.</param>
/// <param name="Applied">Ids of the promotions that took effect.</param>
/// <param name="Goods">What the lines cost after discounts.</param>
/// <param name="Shipping">Null: not shipped, or it is not known whither.</param>
internal sealed record Discounted(
    Basket Basket, ImmutableArray<DiscountedLine> Lines, ImmutableArray<int> Order, ImmutableArray<string> Applied, Money Goods, DiscountedShipping? Shipping)
{
    /// <summary>The <see cref="TaxItem.Id"/> of the shipping: the last item, when there is one.</summary>
    public const string ShippingItem = "shipping";

    /// <summary>What to ask the tax provider: the lines by <see cref="Order"/>, then the shipping.</summary>
    public TaxRequest TaxRequest(Destination destination, DateTimeOffset? at = null)
    {
        var items = new TaxItem[Lines.Length + (Shipping is null ? 0 : 1)];
        for (var i = 0; i < Lines.Length; i++)
        {
            var line = Basket.Lines[Order[i]];
            items[i] = new TaxItem(line.LineId, line.TaxCategory, Lines[Order[i]].Payable, line.Quantity, line.Sku);
        }

        if (Shipping is { } shipping)
        {
            items[^1] = new TaxItem(ShippingItem, shipping.TaxCategory, shipping.Payable, 1);
        }

        return new TaxRequest(
            destination.Country,
            destination.Region,
            Basket.Channel.TaxInclusive,
            Basket.Channel.Rounding,
            ImmutableCollectionsMarshal.AsImmutableArray(items),
            PostalCode: destination.PostalArea,
            At: at,
            BusinessIn: destination.BusinessIn,
            SellerIn: Basket.Channel.SellerCountry);
    }
}

/// <param name="Payable">Subtotal less the adjustments; never negative.</param>
internal readonly record struct DiscountedLine(Money Payable, ImmutableArray<Adjustment> Adjustments);

/// <param name="Price">Before its own discounts.</param>
internal sealed record DiscountedShipping(Money Price, Money Payable, ImmutableArray<Adjustment> Adjustments, string TaxCategory);
