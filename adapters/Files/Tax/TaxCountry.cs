namespace Commerce.Tax;

/// <summary>The taxes of one country, worked out once: what is asked for a sale is looked up.</summary>
internal sealed class TaxCountry
{
    private readonly string code;
    private readonly TimeZoneInfo zone;

    /// <summary>Null where regions decide.</summary>
    private readonly TaxArea? whole;
    private readonly FrozenDictionary<string, TaxArea>? regions;

    private TaxCountry(TaxTable table)
    {
        code = table.Country;
        zone = table.TimeZone is { } id ? TimeZoneInfo.FindSystemTimeZoneById(id) : TimeZoneInfo.Utc;
        Shipping = table.Shipping;
        Export = table.Export is { } why ? new TaxClass([new Levy(table.Country, why, 0)]) : null;
        if (table.Regions is { Count: > 0 } byRegion)
        {
            regions = byRegion.Keys.ToFrozenDictionary(r => r, r => Area(table, r), StringComparer.OrdinalIgnoreCase);
        }
        else
        {
            whole = Area(table, null);
        }
    }

    public ShippingTax Shipping { get; }

    /// <summary>The one class of everything that goes to a country outside the tax area; null: it is inside.</summary>
    public TaxClass? Export { get; }

    public static TaxCountry Of(TaxTable table) => new(table);

    /// <summary>
    /// The taxes at a place at a time by category; null when the region is missing or unknown where one is needed. <c>CA</c> and <c>US-CA</c> are one.
    /// </summary>
    public FrozenDictionary<string, TaxClass>? At(string? region, string? postalCode, DateTimeOffset at)
    {
        if (AreaOf(region) is not { } area)
        {
            return null;
        }

        var place = area.At(postalCode);

        return place.On(place.Changes ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime) : DateOnly.MinValue);
    }

    /// <summary>Whether some place of the country has no rate for the category, at some time.</summary>
    public bool Lacks(string category) =>
        Export is null && (regions?.Values ?? (IEnumerable<TaxArea>)[whole!]).SelectMany(a => a.Places).SelectMany(p => p.Spans).Any(s => !s.ContainsKey(category));

    private TaxArea? AreaOf(string? region)
    {
        if (regions is null)
        {
            return whole;
        }

        var bare = region is not null && region.Length > 3 && region[2] == '-' && region.StartsWith(code, StringComparison.OrdinalIgnoreCase) ? region[3..] : region;

        return bare is null ? null : regions.GetValueOrDefault(bare);
    }

    private static TaxArea Area(TaxTable table, string? region)
    {
        var local = (table.PostalCodes ?? []).Where(l => l.Region is null || string.Equals(l.Region, region, StringComparison.OrdinalIgnoreCase));

        return new TaxArea(
            Place(table, region, []),
            local.GroupBy(l => l.Prefix, StringComparer.Ordinal).ToFrozenDictionary(l => l.Key, l => Place(table, region, [.. l]), StringComparer.Ordinal));
    }

    private static TaxPlace Place(TaxTable table, string? region, ImmutableArray<LocalRates> local)
    {
        ImmutableArray<RateChange> changes = [.. (table.Changes ?? []).Where(c => Holds(c.Region, region))];
        ImmutableArray<TaxHoliday> holidays = [.. (table.Holidays ?? []).Where(h => Holds(h.Region, region))];
        ImmutableArray<DateOnly> days =
        [
            .. changes.SelectMany(c => c.Until is { } until ? new[] { c.From, until } : [c.From])
                .Concat(holidays.SelectMany(h => new[] { h.From, h.Until }))
                .Prepend(DateOnly.MinValue).Distinct().Order(),
        ];

        return new TaxPlace(days, [.. days.Select(day => Classes(table, region, local, [.. changes.Where(c => c.From <= day && !(c.Until <= day))], [.. holidays.Where(h => h.From <= day && day < h.Until)]))]);
    }

    private static bool Holds(string? of, string? region) => of is null || string.Equals(of, region, StringComparison.OrdinalIgnoreCase);

    /// <summary>The country's rate, on top of it the region's, on top of that what is levied locally; nothing of it on a holiday.</summary>
    private static FrozenDictionary<string, TaxClass> Classes(
        TaxTable table, string? region, ImmutableArray<LocalRates> local, ImmutableArray<RateChange> changes, ImmutableArray<TaxHoliday> holidays)
    {
        var national = Changed(table.Rates ?? [], changes.Where(c => c.Region is null));
        var regional = Changed(region is null ? [] : table.Regions![region], changes.Where(c => c.Region is not null));
        var (name, jurisdiction) = (table.Name!, region is null ? table.Country : $"{table.Country}-{region}");
        var classes = new Dictionary<string, TaxClass>(StringComparer.Ordinal);
        foreach (var category in national.Keys.Union(regional.Keys, StringComparer.Ordinal))
        {
            if (holidays.FirstOrDefault(h => h.Categories.Contains(category, StringComparer.Ordinal)) is { } holiday)
            {
                classes.Add(category, new TaxClass([new Levy(jurisdiction, holiday.Name, 0)]));
                continue;
            }

            ImmutableArray<Levy> levies =
            [
                .. national.TryGetValue(category, out var rate) ? [new Levy(table.Country, name, rate)] : Array.Empty<Levy>(),
                .. regional.TryGetValue(category, out rate) ? [new Levy(jurisdiction, name, rate)] : Array.Empty<Levy>(),
                .. local.Where(l => l.Rates.GetValueOrDefault(category) > 0).Select(l => new Levy(l.Jurisdiction, l.Name ?? name, l.Rates[category])),
            ];
            classes.Add(category, new TaxClass(levies));
        }

        return classes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Of two changes that are in force for one category the later one counts.</summary>
    private static Dictionary<string, decimal> Changed(Dictionary<string, decimal> rates, IEnumerable<RateChange> changes)
    {
        var changed = new Dictionary<string, decimal>(rates, StringComparer.Ordinal);
        foreach (var (category, rate) in changes.OrderBy(c => c.From).SelectMany(c => c.Rates))
        {
            changed[category] = rate;
        }

        return changed;
    }
}
