using Commerce.Pricing;

namespace Commerce;

/// <summary>Turns a fraction of a minor unit into whole ones. Exact: no floating point, and one rounding only.</summary>
public static class Rounding
{
    /// <summary>The multiple of <paramref name="increment"/> that <paramref name="mode"/> chooses for an amount of minor units.</summary>
    /// <param name="minorUnits">Any sign, any fraction.</param>
    /// <param name="increment">1 for whole minor units; 5 or 10 where cash has no smaller coin.</param>
    /// <exception cref="OverflowException">The result is no <see cref="long"/>.</exception>
    public static long Round(decimal minorUnits, RoundingMode mode, int increment = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(increment);

        // Remainder and difference are exact for decimals, a quotient would not be.
        var rest = minorUnits % increment;
        var towardZero = decimal.ToInt64(minorUnits - rest);

        return rest == 0m || !Away(rest, towardZero, mode, increment)
            ? towardZero
            : checked(towardZero + (rest > 0m ? increment : -increment));
    }

    public static long Round(decimal minorUnits, RoundingPolicy policy) => Round(minorUnits, policy.Mode, policy.Increment);

    /// <summary>Whether the neighbour away from zero is the right one.</summary>
    private static bool Away(decimal rest, long towardZero, RoundingMode mode, int increment)
    {
        var half = decimal.Compare(2m * Math.Abs(rest), increment);

        return mode switch
        {
            RoundingMode.HalfUp => half >= 0,
            RoundingMode.HalfEven => half > 0 || (half == 0 && towardZero / increment % 2 != 0),
            RoundingMode.HalfUpPositive => half > 0 || (half == 0 && rest > 0m),
            RoundingMode.HalfDown => half > 0,
            RoundingMode.Up => true,
            RoundingMode.Down => false,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Not a rounding mode."),
        };
    }
}
