namespace Commerce.Shopping;

/// <summary>What the sample shop sells, as far as these tests buy it, and where they send it.</summary>
public static class Goods
{
    /// <summary>There are plenty of these.</summary>
    public const string Coffee = "AMBE-COAS-250", Tea = "DARJ-FIRS-250", Pen = "FOUN-PEN-M", Mug = "STON-MUG-KLP", Flask = "VACU-FLAS-05", Kilo = "AMBE-COAS-1000";

    /// <summary>There are few of this.</summary>
    public const string Scarce = "WOOL-BLAN-HEA";

    public static IReadOnlyDictionary<string, object> Addresses { get; } = new Dictionary<string, object>
    {
        ["eu"] = new { name = "Ada Lovelace", line1 = "Unter den Linden 1", city = "Berlin", postalCode = "10117", country = "DE" },
        ["us"] = new { name = "Ada Lovelace", line1 = "1 Market Street", city = "San Francisco", region = "CA", postalCode = "94105", country = "US" },
        ["jp"] = new { name = "Ada Lovelace", line1 = "1-1 Chiyoda", city = "Tokyo", postalCode = "100-0001", country = "JP" },
        ["partner"] = new { name = "Ada Lovelace", line1 = "Herengracht 1", city = "Amsterdam", postalCode = "1015 BA", country = "NL" },
    };
}
