using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Shipping;

/// <summary>Shipping by the zones of <c>shipping.json</c>.</summary>
internal sealed class RateTableShippingProvider : IShippingProvider
{
    public const string File = "shipping.json";

    private readonly FrozenDictionary<ZoneKey, ImmutableArray<ShippingRate>> zones;

    public RateTableShippingProvider(ShopFolder folder)
    {
        var read = folder.Read<Zone>(File);
        var byPlace = new Dictionary<ZoneKey, ImmutableArray<ShippingRate>>();
        for (var i = 0; i < read.Length; i++)
        {
            var (zone, entry) = (read[i], Entry.Of(File, i));
            entry.Field("methods").Must(!zone.Methods.IsDefaultOrEmpty, "is empty. Give a way to ship.");
            Check(zone, entry);

            foreach (var currency in zone.Methods.SelectMany(m => m.Price.Keys).Distinct(StringComparer.Ordinal))
            {
                ImmutableArray<ShippingRate> offers = [.. zone.Methods.Where(m => m.Price.ContainsKey(currency)).Select(m => m.In(currency)).OrderBy(r => r.Steps[0].Price)];
                foreach (var country in zone.Countries)
                {
                    entry.Field("countries").MustBeCountry(country);
                    entry.Field("countries").Must(
                        byPlace.TryAdd(new ZoneKey(zone.Channel, currency, country), offers),
                        $"{country} is in another zone of '{zone.Channel}' already. Keep it in one.");
                }
            }
        }

        zones = byPlace.ToFrozenDictionary();
    }

    public string Name => "rate-table";

    public bool Serves(string channel, string currency, string country) => zones.ContainsKey(new ZoneKey(channel, currency, country));

    /// <summary>Every tax category that a way of shipping has, with the country it goes to.</summary>
    public IEnumerable<(string Country, string TaxCategory)> TaxCategories => zones.SelectMany(z => z.Value.Select(o => (z.Key.Country, o.TaxCategory)));

    public ValueTask<ImmutableArray<ShippingRate>> Rates(ShippingRequest request, CancellationToken cancellationToken) =>
        new(zones.GetValueOrDefault(new ZoneKey(request.Channel, request.Currency, request.Destination.Country), []));

    private static void Check(Zone zone, Entry entry)
    {
        for (var i = 0; i < zone.Methods.Length; i++)
        {
            var (method, place) = (zone.Methods[i], entry.Field($"methods[{i}]"));
            place.Field("id").Must(method.Id.Length > 0, "is empty. Name it, as standard.");
            place.Field("id").Must(zone.Methods.Count(m => m.Id == method.Id) == 1, $"'{method.Id}' is there twice. Every way to ship has an id of its own.");
            place.Field("maxDays").Must(method.MinDays >= 0 && method.MaxDays >= method.MinDays, "is less than minDays, or negative. Correct them.");

            foreach (var (currency, amount) in method.Price.Concat(method.FreeFrom ?? []))
            {
                place.MustBeCurrency(currency);
                place.Must(amount >= 0, $"the amount {amount} {currency} is negative. Write minor units, as 495 for 4.95.");
            }
        }
    }

    private readonly record struct ZoneKey(string Channel, string Currency, string Country);

    private sealed record Zone(string Channel, ImmutableArray<string> Countries, ImmutableArray<Method> Methods);

    /// <param name="FreeFrom">Goods before discounts by currency from which it costs nothing; null: never.</param>
    private sealed record Method(
        string Id,
        string Name,
        Dictionary<string, long> Price,
        int MinDays,
        int MaxDays,
        Dictionary<string, long>? FreeFrom = null,
        string TaxCategory = "standard")
    {
        public ShippingRate In(string currency)
        {
            var price = new ShippingStep(0, Price[currency]);
            ImmutableArray<ShippingStep> steps = FreeFrom?.TryGetValue(currency, out var from) is true ? [price, new ShippingStep(from, 0)] : [price];

            return new ShippingRate(Id, Name, currency, steps, TaxCategory, MinDays, MaxDays);
        }
    }
}
