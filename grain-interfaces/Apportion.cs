namespace Commerce;

/// <summary>Spreads an amount over weights by largest remainder, so that the shares add up to the last minor unit.</summary>
/// <remarks>
/// Every share is its exact part rounded down; the units left over go to the largest fractions, of equal fractions to the first. A negative
/// amount gives the mirrored shares. A weight of zero gets nothing, unless all are zero: then all weigh the same. A larger weight never gets less.
/// </remarks>
public static class Apportion
{
    private const int OnStack = 128;

    /// <summary>The share of each weight, in their order.</summary>
    public static long[] LargestRemainder(long amount, ReadOnlySpan<long> weights)
    {
        var shares = new long[weights.Length];
        LargestRemainder(amount, weights, shares);

        return shares;
    }

    /// <summary>Writes the share of each weight to <paramref name="shares"/>, which is as long as <paramref name="weights"/>.</summary>
    /// <exception cref="ArgumentException">A weight is negative, or there is an amount and nothing to spread it over.</exception>
    public static void LargestRemainder(long amount, ReadOnlySpan<long> weights, Span<long> shares)
    {
        if (shares.Length != weights.Length || (weights.IsEmpty && amount != 0))
        {
            throw new ArgumentException("There is a share for each weight, and a weight for any amount.", nameof(shares));
        }

        if (weights.IsEmpty)
        {
            return;
        }

        var sum = Sum(weights);
        var even = sum == 0;
        sum = even ? weights.Length : sum;

        // |amount| ≤ 2^63 and a weight < 2^63: their product fits 128 bits.
        var size = Int128.Abs(amount);
        var sign = amount < 0 ? -1 : 1;
        Span<Int128> fractions = weights.Length <= OnStack ? stackalloc Int128[weights.Length] : new Int128[weights.Length];

        var left = size;
        for (var i = 0; i < weights.Length; i++)
        {
            var (whole, fraction) = Int128.DivRem(size * (even ? 1 : weights[i]), sum);
            fractions[i] = fraction;
            left -= whole;
            shares[i] = checked((long)(whole * sign));
        }

        for (; left > 0; left--)
        {
            var largest = Largest(fractions);
            fractions[largest] = -1;
            shares[largest] = checked(shares[largest] + sign);
        }
    }

    private static Int128 Sum(ReadOnlySpan<long> weights)
    {
        Int128 sum = 0;
        foreach (var weight in weights)
        {
            sum += weight >= 0 ? weight : throw new ArgumentException("A weight is never negative.", nameof(weights));
        }

        return sum;
    }

    private static int Largest(ReadOnlySpan<Int128> fractions)
    {
        var largest = 0;
        for (var i = 1; i < fractions.Length; i++)
        {
            largest = fractions[i] > fractions[largest] ? i : largest;
        }

        return largest;
    }
}
