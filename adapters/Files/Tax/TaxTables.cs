using Commerce.Shop;

namespace Commerce.Tax;

/// <summary>The rates of <c>taxes.json</c> by country, region, postal code, day and category.</summary>
internal sealed class TaxTables
{
    public const string File = "taxes.json";

    private readonly FrozenDictionary<string, TaxCountry> countries;

    public TaxTables(ShopFolder folder)
    {
        var read = folder.Read<TaxTable>(File);
        var byCode = new Dictionary<string, TaxCountry>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < read.Length; i++)
        {
            var (table, entry) = (read[i], Entry.Of(File, i));
            table.Check(entry);
            entry.Field("country").Must(byCode.TryAdd(table.Country, TaxCountry.Of(table)), $"{table.Country} is there already. Merge the two.");
        }

        countries = byCode.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    public IEnumerable<string> Countries => countries.Keys;

    /// <summary>The country's rates; null when there are none.</summary>
    public TaxCountry? Find(string country) => countries.GetValueOrDefault(country);
}
