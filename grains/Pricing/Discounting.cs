
namespace Commerce.Pricing;

/// <summary>What coupons take off a basket. Pure, and blind to the order in which lines and coupons were added.</summary>
/// <remarks>
/// Coupons apply by <see cref="Coupon.SortOrder"/>, highest first. Each works on the price that the one before left: half off and then a
/// tenth off leave 45 of 100. A line never falls below zero, and so neither does the order.
/// </remarks>
internal static class Discounting
{
    public static Discounted Apply(Basket basket)
    {
        var lines = basket.Lines;
        var order = Canonical(lines);
        var payable = new long[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            payable[i] = lines[i].Subtotal.Amount;
        }

        var subtotal = Sum(payable);
        var applied = ImmutableArray.CreateBuilder<Coupon>();
        var adjustments = basket.Coupons.IsEmpty ? null : new ImmutableArray<Adjustment>[lines.Length];

        foreach (var coupon in InOrder(basket.Coupons))
        {
            var off = TakesEffect(coupon, basket.Currency, subtotal) ? Off(coupon, basket, order, payable) : [];
            if (off.AsSpan().ContainsAnyExcept(0L))
            {
                Take(off, coupon, basket.Currency, payable, adjustments!);
                applied.Add(coupon);
            }
        }

        var discounted = new DiscountedLine[lines.Length];
        for (var i = 0; i < lines.Length; i++)
        {
            var whys = adjustments is null || adjustments[i].IsDefault ? [] : adjustments[i];
            discounted[i] = new DiscountedLine(new Money(payable[i], basket.Currency), whys);
        }

        return new Discounted(
            basket,
            ImmutableCollectionsMarshal.AsImmutableArray(discounted),
            ImmutableCollectionsMarshal.AsImmutableArray(order),
            applied.DrainToImmutable(),
            new Money(Sum(payable), basket.Currency));
    }

    /// <summary>Positions of the lines by SKU.</summary>
    private static int[] Canonical(ImmutableArray<BasketLine> lines)
    {
        var order = new int[lines.Length];
        var sorted = true;
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            sorted = sorted && (i == 0 || Compare(lines[i - 1], lines[i]) <= 0);
        }

        if (!sorted)
        {
            Array.Sort(order, (a, b) => Compare(lines[a], lines[b]) is var difference and not 0 ? difference : a.CompareTo(b));
        }

        return order;
    }

    private static int Compare(in BasketLine left, in BasketLine right) =>
        string.CompareOrdinal(left.Sku, right.Sku) is var bySku and not 0 ? bySku : left.Quantity.CompareTo(right.Quantity);

    private static ImmutableArray<Coupon> InOrder(ImmutableArray<Coupon> coupons) => coupons.Length < 2
        ? coupons
        : [.. coupons.DistinctBy(c => c.Code, StringComparer.Ordinal).OrderByDescending(c => c.SortOrder).ThenBy(c => c.Code, StringComparer.Ordinal)];

    private static bool TakesEffect(Coupon coupon, string currency, long subtotal) =>
        coupon.Minimum.IsEmpty || (coupon.Minimum.TryGetValue(currency, out var minimum) && subtotal >= minimum);

    /// <summary>How much a coupon takes off each line.</summary>
    private static long[] Off(Coupon coupon, Basket basket, int[] order, ReadOnlySpan<long> payable) => coupon.Percentage is { } percentage
        ? Share(percentage, basket.Channel.Rounding, payable)
        : Spread(coupon.Amounts.GetValueOrDefault(basket.Currency), order, payable);

    private static long[] Share(decimal percentage, RoundingPolicy rounding, ReadOnlySpan<long> payable)
    {
        var off = new long[payable.Length];
        for (var i = 0; i < off.Length; i++)
        {
            off[i] = Math.Clamp(Rounding.Round(payable[i] * percentage, rounding), 0, payable[i]);
        }

        return off;
    }

    private static long[] Spread(long amount, int[] order, ReadOnlySpan<long> payable)
    {
        var capped = Math.Clamp(amount, 0, Sum(payable));
        if (capped == 0)
        {
            return [];
        }

        var weights = new long[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            weights[i] = payable[order[i]];
        }

        var off = new long[order.Length];
        var shares = Apportion.LargestRemainder(capped, weights);
        for (var i = 0; i < order.Length; i++)
        {
            off[order[i]] = shares[i];
        }

        return off;
    }

    private static void Take(long[] off, Coupon coupon, string currency, long[] payable, ImmutableArray<Adjustment>[] adjustments)
    {
        var source = "coupon:" + coupon.Code;
        for (var i = 0; i < off.Length; i++)
        {
            if (off[i] == 0)
            {
                continue;
            }

            var adjustment = new Adjustment(source, coupon.Reason, new Money(off[i], currency));
            adjustments[i] = adjustments[i].IsDefault ? [adjustment] : adjustments[i].Add(adjustment);
            payable[i] -= off[i];
        }
    }

    private static long Sum(ReadOnlySpan<long> amounts)
    {
        var sum = 0L;
        foreach (var amount in amounts)
        {
            sum = checked(sum + amount);
        }

        return sum;
    }
}
