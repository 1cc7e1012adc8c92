using System.Collections.Frozen;
using System.Globalization;

namespace Commerce;

/// <summary>ISO 4217 currencies: which codes exist and how many digits their minor unit has.</summary>
/// <remarks>
/// ISO 4217, list one, as it is since 2026-01-01: CUC, ANG and BGN are historic, XAD and XCG have come. What has no minor unit of its own in the list (XAU, XDR)
/// has two digits here. A vendor's own exponents (Stripe's zero-decimal list differs) live in its adapter.
/// </remarks>
public static class Currency
{
    private static readonly FrozenSet<string> Codes = """
        AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD
        BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK
        DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
        IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
        LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
        NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
        SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
        TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA
        XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every code of the list, in no order.</summary>
    public static ImmutableArray<string> All => Codes.Items;

    /// <summary>Whether ISO 4217 lists that code. Codes are three capital letters.</summary>
    public static bool IsKnown(string? currency) => currency is not null && Codes.Contains(currency);

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
