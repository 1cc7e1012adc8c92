namespace Commerce.Sandbox.Avalara;

/// <summary>A tax at a place.</summary>
/// <param name="Reduced">Whether food is free of it.</param>
internal sealed record Levied(string JurisType, string JurisName, string TaxName, decimal Rate, decimal Reduced);

/// <summary>The few rates that the pretend AvaTax knows: enough to tell places apart, in parts of states finer than a table of states.</summary>
internal static class AvalaraRates
{
    private static readonly HashSet<string> Union = new(StringComparer.Ordinal)
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    };

    private static readonly Dictionary<string, (decimal Standard, decimal Reduced)> Countries = new(StringComparer.Ordinal)
    {
        ["AT"] = (0.20m, 0.10m),
        ["BE"] = (0.21m, 0.06m),
        ["DE"] = (0.19m, 0.07m),
        ["DK"] = (0.25m, 0.25m),
        ["ES"] = (0.21m, 0.10m),
        ["FI"] = (0.255m, 0.135m),
        ["FR"] = (0.20m, 0.055m),
        ["GB"] = (0.20m, 0m),
        ["IE"] = (0.23m, 0m),
        ["IT"] = (0.22m, 0.10m),
        ["JP"] = (0.10m, 0.08m),
        ["NL"] = (0.21m, 0.09m),
        ["PL"] = (0.23m, 0.08m),
        ["SE"] = (0.25m, 0.06m),
    };

    /// <summary>By state: its rate, and the digit that its postal codes begin with.</summary>
    private static readonly Dictionary<string, (decimal Rate, char Zip)> States = new(StringComparer.Ordinal)
    {
        ["CA"] = (0.06m, '9'),
        ["NY"] = (0.04m, '1'),
        ["OR"] = (0m, '9'),
        ["TX"] = (0.0625m, '7'),
        ["WA"] = (0.065m, '9'),
        ["IL"] = (0.0625m, '6'),
        ["FL"] = (0.06m, '3'),
    };

    /// <summary>Null: no jurisdiction is found for the address.</summary>
    public static Levied[]? At(AddressModel to, AddressModel? from, string? business)
    {
        if (to.Country is not { Length: 2 } country)
        {
            return null;
        }

        if (country == "US")
        {
            return State(to);
        }

        if (business is { Length: > 0 } && from?.Country is { } seller && seller != country && Union.Contains(country) && Union.Contains(seller))
        {
            return [new Levied("CNT", Name(country), "VAT reverse charge", 0, 0)];
        }

        return Countries.TryGetValue(country, out var rates) ? [new Levied("CNT", Name(country), "Standard Rate", rates.Standard, rates.Reduced)] : null;
    }

    private static Levied[]? State(AddressModel to)
    {
        if (to.Region is not { } region || !States.TryGetValue(region.ToUpperInvariant(), out var state) || (to.PostalCode is { Length: > 0 } zip && zip[0] != state.Zip))
        {
            return null;
        }

        var levied = new List<Levied> { new("STA", Name(region), $"{region} STATE TAX", state.Rate, 0) };
        if (region == "CA")
        {
            levied.Add(new("CTY", "COUNTY", "CA COUNTY TAX", 0.0125m, 0));
            if (to.PostalCode?.StartsWith("941", StringComparison.Ordinal) is true)
            {
                levied.Add(new("STJ", "SAN FRANCISCO", "CA SPECIAL TAX", 0.01375m, 0));
            }
        }

        return [.. levied];
    }

    private static string Name(string code) => code.ToUpperInvariant();
}
