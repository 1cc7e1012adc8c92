namespace Commerce.Tax;

/// <summary>Minor units as AvaTax writes them: decimals in major units. What is no whole number of minor units is refused, never rounded.</summary>
internal static class AvalaraAmounts
{
    private static readonly decimal[] Scales = [1m, 10m, 100m, 1_000m, 10_000m];

    public static decimal Write(Money money) => money.Amount / Scales[Currency.Exponent(money.Currency)];

    /// <summary>Null when no such amount can exist.</summary>
    public static Money? Read(decimal? amount, string currency)
    {
        if (amount is not { } said || Math.Abs(said) > 100_000_000_000m)
        {
            return null;
        }

        var minor = said * Scales[Currency.Exponent(currency)];

        return minor == decimal.Truncate(minor) ? new Money(decimal.ToInt64(minor), currency) : null;
    }
}
