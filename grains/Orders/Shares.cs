using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>Which units of an order can still be charged, or given back, and what those that are asked for are worth. Pure.</summary>
internal sealed class Shares
{
    private readonly Quote quote;
    private readonly string verb;
    private readonly ImmutableArray<(QuoteLine Line, Sold Sold, ImmutableArray<UnitRange> Left)> lines;
    private readonly (Sold Sold, ImmutableArray<UnitRange> Left)? shipping;

    private Shares(Quote quote, string verb, Func<string?, long, ImmutableArray<UnitRange>> left)
    {
        (this.quote, this.verb) = (quote, verb);
        lines = [.. quote.Lines.Select(line => (line, Sold.Line(quote, line), left(line.LineId, line.Quantity)))];
        if (quote.Shipping is { } carriage)
        {
            var sold = Sold.Shipping(quote, carriage);
            shipping = (sold, left(null, sold.Units));
        }
    }

    /// <summary>What can be charged: everything that was not.</summary>
    public static Shares ToCapture(Order order) => new(order.Quote, "captured", (line, units) => All(units).Without(order.Units(TransactionKind.Capture, line)));

    /// <summary>What can be given back: whatever was charged and was not given back. Money that was charged as a plain amount may be any line's.</summary>
    /// <param name="captured">All that was charged, in parts or not.</param>
    public static Shares ToRefund(Order order, Money captured)
    {
        var inParts = order.Made.Where(m => m is { Kind: TransactionKind.Capture, Shares: not null }).Sum(m => m.Amount.Amount);
        return new(order.Quote, "refunded", (line, units) =>
            (captured.Amount > inParts ? All(units) : [.. order.Charged(line)]).Without(order.Units(TransactionKind.Refund, line)));
    }

    /// <summary>Everything that is left.</summary>
    public OrderShares Rest => new(
        [.. lines.SelectMany(each => Of(each.Line, each.Sold, each.Left))],
        shipping is { } all ? Of(all.Sold, all.Left) : []);

    /// <summary>The shares of those parts.</summary>
    /// <exception cref="CommerceException">A line that the order does not have, or more than is left.</exception>
    public OrderShares Of(OrderParts parts) => new(
        [.. parts.Lines.SelectMany(Of)],
        parts.Shipping is { } some ? Of(some) : []);

    private IEnumerable<LineShare> Of(PartOfLine part, int position)
    {
        var (line, sold, left) = lines.FirstOrDefault(each => each.Line.LineId == part.LineId);
        if (line is null)
        {
            throw new CommerceException(OrderErrors.UnknownLine(part.LineId, $"/lines/{position}/lineId"));
        }

        return part.Quantity <= left.Count()
            ? Of(line, sold, left.First(part.Quantity))
            : throw new CommerceException(OrderErrors.MoreThanLeft($"{part.Quantity} of the line '{line.LineId}'", $"{left.Count()} of {line.Quantity}", verb, $"/lines/{position}/quantity"));
    }

    private ImmutableArray<ShippingShare> Of(PartOfShipping part)
    {
        var (sold, left) = shipping ?? throw new CommerceException(OrderErrors.NoShipping);
        var all = new Money(left.Count(), quote.Currency);
        var asked = part.Amount ?? all;
        return asked <= all
            ? Of(sold, left.First(asked.Amount))
            : throw new CommerceException(OrderErrors.MoreThanLeft($"{asked} of the shipping", all.ToString(), verb, "/shipping/amount"));
    }

    private static IEnumerable<LineShare> Of(QuoteLine line, Sold sold, ImmutableArray<UnitRange> units) =>
        units.Select(range => new LineShare(line.LineId, checked((int)range.From), checked((int)range.Count), sold.Pieces(range)));

    private static ImmutableArray<ShippingShare> Of(Sold sold, ImmutableArray<UnitRange> units) =>
        [.. units.Select(range => new ShippingShare(range.From, sold.Paid(range)))];

    private static ImmutableArray<UnitRange> All(long units) => units == 0 ? [] : [new UnitRange(0, units)];
}
