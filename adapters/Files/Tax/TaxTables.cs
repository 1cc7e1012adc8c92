using Commerce.Shop;

namespace Commerce.Tax;

/// <summary>The rates of <c>taxes.json</c> by country, region and category.</summary>
internal sealed class TaxTables
{
    public const string File = "taxes.json";

    private readonly FrozenDictionary<string, Country> countries;

    public TaxTables(ShopFolder folder)
    {
        var read = folder.Read<Table>(File);
        var byCode = new Dictionary<string, Country>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < read.Length; i++)
        {
            var (table, entry) = (read[i], Entry.Of(File, i));
            entry.Field("country").MustBeCountry(table.Country);
            entry.Must(table.Rates is { Count: > 0 } || table.Regions is { Count: > 0 }, "has neither rates nor regions. Give one of them.");
            Check(table, entry);
            entry.Field("country").Must(byCode.TryAdd(table.Country, Build(table)), $"{table.Country} is there already. Merge the two.");
        }

        countries = byCode.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public IEnumerable<string> Countries => countries.Keys;

    /// <summary>The country's rates; null when there are none.</summary>
    public Country? Find(string country) => countries.GetValueOrDefault(country);

    private static void Check(Table table, Entry entry)
    {
        var everywhere = (table.Rates ?? []).Select(r => ($"rates.{r.Key}", r.Value));
        var somewhere = (table.Regions ?? []).SelectMany(p => p.Value.Select(r => ($"regions.{p.Key}.{r.Key}", r.Value)));
        foreach (var (field, rate) in everywhere.Concat(somewhere))
        {
            entry.Field(field).Must(rate is >= 0 and < 1, $"{rate} is no fraction from 0 to 1. Write 0.19 for 19 %.");
        }
    }

    private static Country Build(Table table)
    {
        var national = table.Rates ?? [];
        if (table.Regions is not { Count: > 0 } regions)
        {
            return new Country(table.Country, Classes(table, national, null, []), Regions: null);
        }

        return new Country(
            table.Country,
            FrozenDictionary<string, TaxClass>.Empty,
            regions.ToFrozenDictionary(r => r.Key, r => Classes(table, national, r.Key, r.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The country's rate, and on top of it the region's.</summary>
    private static FrozenDictionary<string, TaxClass> Classes(Table table, Dictionary<string, decimal> national, string? region, Dictionary<string, decimal> regional)
    {
        var classes = new Dictionary<string, TaxClass>(StringComparer.Ordinal);
        foreach (var category in national.Keys.Union(regional.Keys, StringComparer.Ordinal))
        {
            ImmutableArray<Levy> levies =
            [
                .. national.TryGetValue(category, out var rate) ? [new Levy(table.Country, table.Name, rate)] : Array.Empty<Levy>(),
                .. regional.TryGetValue(category, out rate) ? [new Levy($"{table.Country}-{region}", table.Name, rate)] : Array.Empty<Levy>(),
            ];
            classes.Add(category, new TaxClass(levies));
        }

        return classes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <param name="Classes">By category; empty where the region decides.</param>
    /// <param name="Regions">By region and category; null where there are none.</param>
    public sealed record Country(
        string Code,
        FrozenDictionary<string, TaxClass> Classes,
        FrozenDictionary<string, FrozenDictionary<string, TaxClass>>? Regions)
    {
        /// <summary>The rates at a place by category; null when the region is missing or unknown where one is needed. <c>CA</c> and <c>US-CA</c> are one.</summary>
        public FrozenDictionary<string, TaxClass>? At(string? region)
        {
            if (Regions is null)
            {
                return Classes;
            }

            var bare = region is not null && region.Length > 3 && region[2] == '-' && region.StartsWith(Code, StringComparison.OrdinalIgnoreCase)
                ? region[3..]
                : region;

            return bare is null ? null : Regions.GetValueOrDefault(bare);
        }

        public IEnumerable<FrozenDictionary<string, TaxClass>> Places => Regions is null ? [Classes] : Regions.Values;
    }

    private sealed record Table(
        string Country,
        string Name,
        Dictionary<string, decimal>? Rates = null,
        Dictionary<string, Dictionary<string, decimal>>? Regions = null);
}
