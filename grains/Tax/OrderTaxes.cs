using System.Security.Cryptography;
using System.Text;
using Commerce.Orders;
using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>What an order says to a tax provider. Pure.</summary>
internal static class OrderTaxes
{
    /// <summary>Name of the refund that gives back what is left of an order that was cancelled after parts of it had been given back.</summary>
    public const string Rest = "cancel";

    /// <summary>The sale: what was paid for each line and the shipping, taxed as of the moment of its prices.</summary>
    public static TaxRequest Sale(OrderView order, string? sellerIn)
    {
        var quote = order.Quote;
        ImmutableArray<TaxItem> items =
        [
            .. quote.Lines.Select(line => new TaxItem(line.LineId, line.TaxCategory ?? "standard", line.Subtotal - line.Discount, line.Quantity, line.Sku)),
            .. quote.Shipping is { } shipping
                ? [new TaxItem(Discounted.ShippingItem, shipping.TaxCategory ?? "standard", shipping.Price - (shipping.Discount ?? Money.Zero(quote.Currency)), 1)]
                : Array.Empty<TaxItem>(),
        ];

        return new TaxRequest(
            order.Destination.Country, order.Destination.Region, quote.TaxInclusive, quote.Rounding, items,
            PostalCode: order.Destination.PostalArea, At: quote.PricedAt ?? order.PlacedAt, BusinessIn: order.Destination.BusinessIn, SellerIn: sellerIn);
    }

    /// <summary>What was paid for what is given back; items of which nothing is are left out.</summary>
    /// <param name="earlier">The refunds before it, in their order.</param>
    public static TaxRequest Return(OrderView order, TaxRequest sale, TaxRefund refund, ImmutableArray<TaxRefund> earlier)
    {
        var before = Sum(sale, earlier.Select(r => Shares(order, sale, r)));
        var amounts = refund.OperationId == Rest
            ? [.. sale.Items.Select((item, i) => item.Amount.Amount - before[i])]
            : Shares(order, sale, refund);

        return sale with
        {
            Items = [.. sale.Items.Select((item, i) => item with { Amount = new Money(Math.Clamp(amounts[i], 0, item.Amount.Amount), item.Amount.Currency) }).Where(item => item.Amount.Amount > 0)],
        };
    }

    /// <summary>Names the refund's document: short enough for any vendor, the same for the same operation.</summary>
    public static string CodeOf(string orderId, string operationId) =>
        $"{orderId}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(operationId)))[..16]}";

    /// <summary>By item: what the order says is given back of each; an amount that belongs to no line is spread over all by what was paid for them.</summary>
    private static long[] Shares(OrderView order, TaxRequest sale, TaxRefund refund)
    {
        if (order.Refunds.FirstOrDefault(r => r.OperationId == refund.OperationId)?.Shares is { IsEmpty: false } shares)
        {
            return [.. sale.Items.Select(item => item.Sku is null
                ? shares.Shipping.Sum(share => Paid(share.Worth))
                : shares.Lines.Where(share => share.LineId == item.Id).Sum(share => Paid(share.Worth)))];
        }

        var weights = sale.Items.Select(item => item.Amount.Amount).ToArray();
        var total = order.Quote.Totals.Total.Amount;
        var paid = total == 0 ? 0 : decimal.ToInt64(decimal.Round((decimal)weights.Sum() * refund.Amount.Amount / total, MidpointRounding.AwayFromZero));

        return Apportion.LargestRemainder(paid, weights);
    }

    private static long Paid(Worth worth) => worth.Price.Amount - worth.Discount.Amount;

    private static long[] Sum(TaxRequest sale, IEnumerable<long[]> refunds)
    {
        var sum = new long[sale.Items.Length];
        foreach (var refund in refunds)
        {
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] = checked(sum[i] + refund[i]);
            }
        }

        return sum;
    }
}
