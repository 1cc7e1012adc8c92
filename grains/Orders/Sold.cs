using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>Something that was sold in units, and what any of them are worth. The units of a line are its pieces, those of the shipping the minor units paid for it. Pure.</summary>
/// <remarks>
/// Units have places. What the first k of n are worth is told from the rest by largest remainder: what is paid for them, of that the taxes, of these each tax.
/// Any units are worth the difference of two such sums. So their worth is never negative, and however units are taken, in whatever order, what all of them
/// are worth is what was paid, in every amount; nothing is borrowed from another line.
/// </remarks>
internal sealed class Sold
{
    private readonly Worth whole;
    private readonly bool inclusive;
    private readonly Money payable;
    private readonly long tax;

    private Sold(Worth whole, long units, bool inclusive)
    {
        (this.whole, Units, this.inclusive) = (whole, units, inclusive);
        payable = whole.Price - whole.Discount;
        tax = whole.Taxes.Sum(t => t.Amount.Amount);
    }

    public long Units { get; }

    private string Currency => whole.Total.Currency;

    public static Sold Line(Quote quote, QuoteLine line) => new(
        new Worth(line.Subtotal, line.Discount, line.Taxable, line.Taxes, line.Total),
        line.Quantity,
        quote.TaxInclusive);

    public static Sold Shipping(Quote quote, QuoteShipping shipping) => new(
        new Worth(shipping.Price, shipping.Discount ?? Money.Zero(quote.Currency), shipping.Taxable, shipping.Taxes, shipping.Total),
        shipping.Total.Amount,
        quote.TaxInclusive);

    /// <summary>What those of a line's pieces are worth.</summary>
    public Worth Pieces(UnitRange units) => Between(units, PiecesUpTo);

    /// <summary>What those of the minor units paid are made of.</summary>
    public Worth Paid(UnitRange units) => Between(units, PaidUpTo);

    private Worth Between(UnitRange units, Func<long, Worth> upTo)
    {
        var (before, after) = (UpTo(units.From), UpTo(units.End));
        return new Worth(
            after.Price - before.Price,
            after.Discount - before.Discount,
            after.Net - before.Net,
            [.. after.Taxes.Zip(before.Taxes, static (a, b) => a with { Taxable = a.Taxable - b.Taxable, Amount = a.Amount - b.Amount })],
            after.Total - before.Total);

        Worth UpTo(long count) => count == Units ? whole : count == 0 ? Nothing : upTo(count);
    }

    private Worth Nothing
    {
        get
        {
            var none = Money.Zero(Currency);
            return new Worth(none, none, none, [.. whole.Taxes.Select(t => t with { Taxable = none, Amount = none })], none);
        }
    }

    private Worth PiecesUpTo(long count)
    {
        var price = Part(whole.Price.Amount, count, Units);
        var paid = Part(payable.Amount, count, Units);
        if (inclusive)
        {
            var contained = Part(tax, paid, payable.Amount);
            return Of(price, price - paid, paid - contained, contained, paid);
        }

        var added = Part(tax, count, Units);
        return Of(price, price - paid, paid, added, checked(paid + added));
    }

    private Worth PaidUpTo(long amount)
    {
        var taxes = Part(tax, amount, Units);
        var discount = Part(whole.Discount.Amount, amount, Units);
        var net = amount - taxes;
        return Of(checked((inclusive ? amount : net) + discount), discount, net, taxes, amount);
    }

    private Worth Of(long price, long discount, long net, long taxes, long total) =>
        new(In(price), In(discount), In(net), Taxes(taxes, net), In(total));

    /// <summary>Tells each tax from those after it, so that none of them ever shrinks while their sum grows.</summary>
    private ImmutableArray<AppliedTax> Taxes(long sum, long net)
    {
        var (left, of) = (sum, tax);
        var taxes = ImmutableArray.CreateBuilder<AppliedTax>(whole.Taxes.Length);
        foreach (var each in whole.Taxes)
        {
            var amount = Part(each.Amount.Amount, left, of);
            var taxable = each.Taxable == whole.Net ? net : Part(each.Taxable.Amount, net, whole.Net.Amount);
            taxes.Add(each with { Taxable = In(taxable), Amount = In(amount) });
            (left, of) = (left - amount, of - each.Amount.Amount);
        }

        return taxes.MoveToImmutable();
    }

    /// <summary>What of an amount belongs to so many of all, by largest remainder against the others.</summary>
    private static long Part(long amount, long count, long all)
    {
        if (all == 0)
        {
            return 0;
        }

        Span<long> shares = stackalloc long[2];
        Apportion.LargestRemainder(amount, [count, all - count], shares);
        return shares[0];
    }

    private Money In(long amount) => new(amount, Currency);
}

/// <summary>Units that follow one another.</summary>
internal readonly record struct UnitRange(long From, long Count)
{
    public long End => From + Count;
}

/// <summary>Units of one line, or of the shipping, by their places.</summary>
internal static class UnitRanges
{
    extension(IEnumerable<UnitRange> ranges)
    {
        /// <summary>Those that are in none of <paramref name="taken"/>, in order of their places.</summary>
        public ImmutableArray<UnitRange> Without(IEnumerable<UnitRange> taken)
        {
            var left = ranges.ToImmutableArray();
            foreach (var gone in taken)
            {
                left = [.. left.SelectMany(range => Cut(range, gone))];
            }

            return [.. left.OrderBy(range => range.From)];
        }

        public long Count() => ranges.Sum(range => range.Count);
    }

    extension(ImmutableArray<UnitRange> free)
    {
        /// <summary>The first so many, of neighbours as few ranges as there are.</summary>
        public ImmutableArray<UnitRange> First(long count)
        {
            var first = ImmutableArray.CreateBuilder<UnitRange>();
            foreach (var range in free)
            {
                var taken = Math.Min(range.Count, count);
                if (taken == 0)
                {
                    break;
                }

                if (first is [.., var last] && last.End == range.From)
                {
                    first[^1] = last with { Count = last.Count + taken };
                }
                else
                {
                    first.Add(range with { Count = taken });
                }

                count -= taken;
            }

            return first.DrainToImmutable();
        }
    }

    private static IEnumerable<UnitRange> Cut(UnitRange range, UnitRange gone)
    {
        var (from, end) = (Math.Max(range.From, gone.From), Math.Min(range.End, gone.End));
        if (from >= end)
        {
            return [range];
        }

        return ((UnitRange[])[new(range.From, from - range.From), new(end, range.End - end)]).Where(left => left.Count > 0);
    }
}
