using System.Text.Json.Serialization;
using Commerce.Shop;

namespace Commerce.Tax;

/// <summary>A country of <c>taxes.json</c>, as it is written.</summary>
/// <param name="Name">Of the tax: <c>USt</c>.</param>
/// <param name="Rates">Fractions by category.</param>
/// <param name="Regions">By region and category, on top of the country's.</param>
/// <param name="PostalCodes">What cities and counties levy on top.</param>
/// <param name="Changes">Rates that replace others for a time.</param>
/// <param name="Holidays">Times at which nothing is levied on some categories.</param>
/// <param name="TimeZone">Whose calendar days count; null: UTC.</param>
/// <param name="Export">Why nothing is levied on what goes there; null: it is.</param>
/// <param name="Shipping">What the shipping is taxed by.</param>
internal sealed record TaxTable(
    string Country,
    string? Name = null,
    Dictionary<string, decimal>? Rates = null,
    Dictionary<string, Dictionary<string, decimal>>? Regions = null,
    ImmutableArray<LocalRates>? PostalCodes = null,
    ImmutableArray<RateChange>? Changes = null,
    ImmutableArray<TaxHoliday>? Holidays = null,
    string? TimeZone = null,
    string? Export = null,
    ShippingTax Shipping = ShippingTax.Own)
{
    private const int LongestPrefix = 5;

    /// <exception cref="ShopFileException">Names the place and the remedy.</exception>
    public void Check(Entry entry)
    {
        entry.Field("country").MustBeCountry(Country);
        if (Export is not null)
        {
            entry.Field("export").Must(Export.Length > 0, "is empty. Say why nothing is levied, as Export, Art. 146 Directive 2006/112/EC.");
            entry.Must(Rates is null && Regions is null && PostalCodes is null && Changes is null && Holidays is null, "has rates beside 'export', where nothing is levied. Remove one of them.");
            return;
        }

        entry.Field("name").Must(Name is { Length: > 0 }, "is missing. Name the tax, as VAT.");
        entry.Must(Rates is { Count: > 0 } || Regions is { Count: > 0 }, "has neither rates nor regions. Give one of them, or 'export'.");
        entry.Field("timeZone").Must(TimeZone is null || TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _), $"'{TimeZone}' is no time zone of this machine. Write it as Europe/Berlin.");
        CheckRates(entry.Field("rates"), Rates);
        foreach (var (region, rates) in Regions ?? [])
        {
            CheckRates(entry.Field($"regions.{region}"), rates);
        }

        for (var i = 0; i < (PostalCodes?.Length ?? 0); i++)
        {
            CheckLocal(entry.Field($"postalCodes[{i}]"), PostalCodes!.Value[i]);
        }

        for (var i = 0; i < (Changes?.Length ?? 0); i++)
        {
            CheckChange(entry.Field($"changes[{i}]"), Changes!.Value[i]);
        }

        for (var i = 0; i < (Holidays?.Length ?? 0); i++)
        {
            CheckHoliday(entry.Field($"holidays[{i}]"), Holidays!.Value[i]);
        }
    }

    private void CheckLocal(Entry entry, LocalRates local)
    {
        entry.Field("prefix").Must(
            local.Prefix.Length is > 0 and <= LongestPrefix && local.Prefix.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c)),
            $"'{local.Prefix}' is no beginning of a postal code. Write 1 to {LongestPrefix} capital letters and digits, as 941.");
        entry.Field("jurisdiction").Must(local.Jurisdiction.Length > 0, "is empty. Say who levies it, as US-CA-San Francisco.");
        entry.Field("rates").Must(local.Rates.Count > 0, "is empty. Give a rate.");
        CheckRates(entry.Field("rates"), local.Rates);
        CheckRegion(entry, local.Region);
        entry.Must(
            PostalCodes!.Value.Count(other => other.Prefix == local.Prefix && other.Jurisdiction == local.Jurisdiction && other.Region == local.Region) == 1,
            $"{local.Prefix} of {local.Jurisdiction} is there twice. Merge the two.");
    }

    private void CheckChange(Entry entry, RateChange change)
    {
        entry.Field("rates").Must(change.Rates.Count > 0, "is empty. Give a rate.");
        CheckRates(entry.Field("rates"), change.Rates);
        CheckRegion(entry, change.Region);
        CheckDays(entry, change.From, change.Until);
        entry.Field("region").Must(change.Region is not null || Rates is { Count: > 0 }, $"is missing: {Country} has rates by region alone. Name the one that changes.");
    }

    private void CheckHoliday(Entry entry, TaxHoliday holiday)
    {
        entry.Field("name").Must(holiday.Name.Length > 0, "is empty. Name the reason, as Back-to-school sales tax holiday.");
        entry.Field("categories").Must(!holiday.Categories.IsDefaultOrEmpty, "is empty. Name what is not taxed.");
        CheckRegion(entry, holiday.Region);
        CheckDays(entry, holiday.From, holiday.Until);
    }

    private void CheckRegion(Entry entry, string? region) =>
        entry.Field("region").Must(region is null || Regions?.ContainsKey(region) is true, $"'{region}' is no region of {Country} here. Add it to the regions, or correct it.");

    private static void CheckDays(Entry entry, DateOnly from, DateOnly? until) =>
        entry.Field("until").Must(until is null || until > from, $"{until:yyyy-MM-dd} is not after {from:yyyy-MM-dd}. It is the first day on which it is over.");

    private static void CheckRates(Entry entry, Dictionary<string, decimal>? rates)
    {
        foreach (var (category, rate) in rates ?? [])
        {
            entry.Field(category).Must(rate is >= 0 and < 1, $"{rate} is no fraction from 0 to 1. Write 0.19 for 19 %.");
            entry.Field(category).Must(decimal.Round(rate, 6) == rate, $"{rate} has more than six digits. Round it.");
        }
    }
}

/// <param name="Prefix">Of postal codes; of several that fit the longest counts. Two with one prefix are both levied.</param>
/// <param name="Jurisdiction">Who levies it: <c>US-CA-San Francisco</c>.</param>
/// <param name="Name">Null: as the country's.</param>
/// <param name="Region">Null: in every region.</param>
internal sealed record LocalRates(string Prefix, string Jurisdiction, Dictionary<string, decimal> Rates, string? Name = null, string? Region = null);

/// <param name="From">The first day, in the country's calendar.</param>
/// <param name="Until">The first day on which it is over; null: for good.</param>
/// <param name="Region">Whose rate changes; null: the country's own.</param>
internal sealed record RateChange(DateOnly From, Dictionary<string, decimal> Rates, DateOnly? Until = null, string? Region = null);

/// <param name="Region">Null: everywhere.</param>
internal sealed record TaxHoliday(string Name, ImmutableArray<string> Categories, DateOnly From, DateOnly Until, string? Region = null);

[JsonConverter(typeof(JsonStringEnumConverter<ShippingTax>))]
internal enum ShippingTax
{
    /// <summary>By its own category.</summary>
    [JsonStringEnumMemberName("own")] Own = 0,

    /// <summary>By the average of the goods' rates, weighted by their net amounts.</summary>
    [JsonStringEnumMemberName("goods")] Goods = 1,
}
