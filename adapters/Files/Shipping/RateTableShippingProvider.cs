using Commerce.Shop;

namespace Commerce.Shipping;

/// <summary>Shipping by the zones of <c>shipping.json</c>: by destination, weight and value, with a promise of when it arrives.</summary>
internal sealed class RateTableShippingProvider : IShippingProvider
{
    public const string File = "shipping.json";

    private readonly FrozenDictionary<ZoneKey, ImmutableArray<Area>> zones;

    public RateTableShippingProvider(ShopFolder folder)
    {
        var read = folder.Read<ShippingZone>(File);
        var byPlace = new Dictionary<ZoneKey, ImmutableArray<Area>>();
        for (var i = 0; i < read.Length; i++)
        {
            var (zone, entry) = (read[i], Entry.Of(File, i));
            zone.Check(entry);
            var calendar = zone.Calendar?.Read(entry.Field("calendar"));
            ImmutableArray<string> postcodes = zone.Postcodes.IsDefaultOrEmpty ? [""] : zone.Postcodes;
            foreach (var currency in zone.Methods.SelectMany(m => m.Bands[0].Price.Keys).Distinct(StringComparer.Ordinal))
            {
                ImmutableArray<Offer> offers = [.. zone.Methods.Where(m => m.Bands[0].Price.ContainsKey(currency)).Select(m => new Offer([.. m.Bands.Select(band => (band.UpToGrams ?? long.MaxValue, m.In(currency, band)))]))];
                foreach (var country in zone.Countries)
                {
                    var key = new ZoneKey(zone.Channel, currency, country);
                    var areas = byPlace.GetValueOrDefault(key, []);
                    foreach (var postcode in postcodes)
                    {
                        entry.Field("countries").Must(
                            areas.All(area => area.Postcode != postcode),
                            $"{country}{(postcode.Length == 0 ? "" : $", {postcode}…,")} is in another zone of '{zone.Channel}' already. Keep it in one.");
                        areas = areas.Add(new Area(postcode, offers, calendar));
                    }

                    // The longest that fits counts.
                    byPlace[key] = areas.Sort(static (one, other) => other.Postcode.Length.CompareTo(one.Postcode.Length));
                }
            }
        }

        zones = byPlace.ToFrozenDictionary();
    }

    public string Name => "rate-table";

    public bool Serves(string channel, string currency, string country) => zones.ContainsKey(new ZoneKey(channel, currency, country));

    /// <summary>Every tax category that a way of shipping has, with the country it goes to.</summary>
    public IEnumerable<(string Country, string TaxCategory)> TaxCategories =>
        zones.SelectMany(zone => zone.Value.SelectMany(area => area.Offers.Select(offer => (zone.Key.Country, offer.Bands[0].Rate.TaxCategory))));

    public ValueTask<ImmutableArray<ShippingRate>> Rates(ShippingRequest request, CancellationToken cancellationToken)
    {
        foreach (var area in zones.GetValueOrDefault(new ZoneKey(request.Channel, request.Currency, request.Destination.Country), []))
        {
            if (area.Postcode.Length == 0 || request.Destination.PostalArea?.StartsWith(area.Postcode, StringComparison.Ordinal) is true)
            {
                return new(area.Rates(request.Grams, request.At));
            }
        }

        return new([]);
    }

    private readonly record struct ZoneKey(string Channel, string Currency, string Country);

    /// <summary>The part of a country whose postal codes begin so.</summary>
    private sealed class Area(string postcode, ImmutableArray<Offer> offers, DeliveryCalendar? calendar)
    {
        /// <summary>What was answered last: most carts of a day are of the lightest band.</summary>
        private Answer? last;

        public string Postcode => postcode;

        public ImmutableArray<Offer> Offers => offers;

        public ImmutableArray<ShippingRate> Rates(long grams, DateTimeOffset at)
        {
            var leaves = calendar?.LeavesOn(at);
            if (last is { } known && known.Leaves == leaves && grams > known.Above && grams <= known.UpTo)
            {
                return known.Rates;
            }

            var limits = offers.SelectMany(offer => offer.Bands).Select(band => band.UpToGrams).ToArray();
            var answer = new Answer(
                leaves,
                limits.Where(limit => limit < grams).DefaultIfEmpty(-1).Max(),
                limits.Where(limit => limit >= grams).DefaultIfEmpty(long.MaxValue).Min(),
                [.. offers.Select(offer => offer.For(grams)).OfType<ShippingRate>().OrderBy(rate => rate.Steps[0].Price).Select(rate => Promised(rate, leaves))]);
            last = answer;
            return answer.Rates;
        }

        private ShippingRate Promised(ShippingRate rate, DateOnly? leaves)
        {
            if (calendar is null || leaves is null)
            {
                return rate;
            }

            var (earliest, latest) = calendar.Arrives(leaves.Value, rate.MinDays, rate.MaxDays);
            return rate with { Earliest = earliest, Latest = latest };
        }

        /// <param name="Leaves">The day on which parcels leave.</param>
        /// <param name="Above">Grams: it holds for what is heavier,</param>
        /// <param name="UpTo">up to this.</param>
        private sealed record Answer(DateOnly? Leaves, long Above, long UpTo, ImmutableArray<ShippingRate> Rates);
    }

    /// <summary>A way to ship in one currency, the lightest band first.</summary>
    private sealed record Offer(ImmutableArray<(long UpToGrams, ShippingRate Rate)> Bands)
    {
        /// <summary>What it costs to carry so much; null when that is too heavy.</summary>
        public ShippingRate? For(long grams)
        {
            foreach (var (upTo, rate) in Bands)
            {
                if (grams <= upTo)
                {
                    return rate;
                }
            }

            return null;
        }
    }
}
