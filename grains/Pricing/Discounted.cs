using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>A basket after its coupons, before its taxes.</summary>
/// <param name="Lines">In the order of the basket's lines.</param>
/// <param name="Order">Positions of the lines by SKU: what depends on an order, as a tie does, is decided in this one, however the lines are shown.</param>
/// <param name="Applied">Coupons that took effect, in that order.</param>
/// <param name="Goods">What the lines cost after discounts.</param>
internal sealed record Discounted(Basket Basket, ImmutableArray<DiscountedLine> Lines, ImmutableArray<int> Order, ImmutableArray<Coupon> Applied, Money Goods)
{
    /// <summary>The <see cref="TaxItem.Id"/> of the shipping: the last item, when there is one.</summary>
    public const string ShippingItem = "shipping";

    /// <summary>What to ask the tax provider: the lines by <see cref="Order"/>, then the shipping.</summary>
    public TaxRequest TaxRequest(Destination destination, ShippingRate? shipping)
    {
        var items = new TaxItem[Lines.Length + (shipping is null ? 0 : 1)];
        for (var i = 0; i < Lines.Length; i++)
        {
            var line = Basket.Lines[Order[i]];
            items[i] = new TaxItem(line.LineId, line.TaxCategory, Lines[Order[i]].Payable, line.Quantity);
        }

        if (shipping is not null)
        {
            items[^1] = new TaxItem(ShippingItem, shipping.TaxCategory, shipping.Price, 1);
        }

        return new TaxRequest(
            destination.Country,
            destination.Region,
            Basket.Channel.TaxInclusive,
            Basket.Channel.Rounding,
            ImmutableCollectionsMarshal.AsImmutableArray(items));
    }
}

/// <param name="Payable">Subtotal less the adjustments; never negative.</param>
internal readonly record struct DiscountedLine(Money Payable, ImmutableArray<Adjustment> Adjustments);
