using System.Globalization;

namespace Commerce;

/// <summary>ISO 4217 currencies: which codes exist and how many digits their minor unit has.</summary>
/// <remarks>Exponents per ISO 4217 as listed by currency-codes 2.2.0 (list of 2024-06-25). A vendor's own exponents (Stripe's zero-decimal list differs) live in its adapter.</remarks>
public static class Currency
{
    /// <summary>Digits after the point: 0 for JPY, 2 for EUR, 3 for KWD, 4 for CLF.</summary>
    public static int Exponent(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        "CLF" or "UYW" => 4,
        _ => 2,
    };

    /// <summary>An amount of minor units as people write it: 1299 EUR is <c>12.99</c>.</summary>
    public static string Format(long amount, string currency)
    {
        var exponent = Exponent(currency);
        var major = (decimal)amount;
        for (var i = 0; i < exponent; i++)
        {
            major /= 10m;
        }

        return major.ToString("F" + exponent, CultureInfo.InvariantCulture);
    }
}
