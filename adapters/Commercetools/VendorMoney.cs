namespace Commerce.Commercetools;

/// <summary>Their money as ours: minor units, never altered to fit.</summary>
internal static class VendorMoney
{
    /// <summary>The amount in minor units; null, with the reason, when it has none.</summary>
    public static (long Amount, string? Why) Read(WireMoney money)
    {
        if (!Currency.IsKnown(money.CurrencyCode))
        {
            return (0, $"'{money.CurrencyCode}' is no currency of ISO 4217");
        }

        var exponent = Currency.Exponent(money.CurrencyCode);
        if (money.CentAmount < 0)
        {
            return (0, "the amount is negative");
        }

        if (money.Type != "highPrecision")
        {
            return money.FractionDigits is { } digits && digits != exponent
                ? (0, $"{money.CurrencyCode} has {exponent} digits by ISO 4217, and {digits} there")
                : (money.CentAmount, null);
        }

        // What is finer than a minor unit cannot be a unit price here, where a price is exactly what is charged for a unit.
        return money is { PreciseAmount: { } precise, FractionDigits: { } finer } && finer >= exponent && finer - exponent <= 18 && precise == Scaled(money.CentAmount, finer - exponent)
            ? (money.CentAmount, null)
            : (0, "the price is finer than a minor unit");
    }

    private static Int128 Scaled(long amount, int digits)
    {
        Int128 scaled = amount;
        for (var i = 0; i < digits; i++)
        {
            scaled *= 10;
        }

        return scaled;
    }
}
