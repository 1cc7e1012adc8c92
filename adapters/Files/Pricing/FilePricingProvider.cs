using Commerce.Shop;

namespace Commerce.Pricing;

/// <summary>Channels, price lists and coupons from <c>channels.json</c>, <c>prices/*.json</c> and <c>coupons.json</c>.</summary>
internal sealed class FilePricingProvider : IPricingProvider
{
    public const string ChannelsFile = "channels.json", PricesFolder = "prices", CouponsFile = "coupons.json";

    private readonly ImmutableDictionary<string, Channel> channels;
    private readonly FrozenDictionary<ListKey, FrozenDictionary<string, Money>> lists;
    private readonly FrozenDictionary<string, CouponEntry> coupons;

    public FilePricingProvider(ShopFolder folder)
    {
        channels = Channels(folder.Read<Channel>(ChannelsFile));
        lists = Lists(folder);
        coupons = Coupons(folder.Read<CouponEntry>(CouponsFile));
    }

    public string Name => "files";

    /// <summary>Every SKU with a price, and the file that gives it.</summary>
    public IEnumerable<(string Sku, string List)> Priced =>
        lists.SelectMany(list => list.Value.Keys.Select(sku => (sku, $"{list.Key.Channel} {list.Key.Currency} {list.Key.Customer}".TrimEnd())));

    public ImmutableDictionary<string, Channel> All => channels;

    public ValueTask<ImmutableDictionary<string, Channel>> Channels(CancellationToken cancellationToken) => new(channels);

    public ValueTask<Money?> Price(string channel, string currency, string sku, string? customerId, CancellationToken cancellationToken)
    {
        if (customerId is not null
            && lists.TryGetValue(new ListKey(channel, currency, customerId), out var own)
            && own.TryGetValue(sku, out var agreed))
        {
            return new(agreed);
        }

        return new(lists.TryGetValue(new ListKey(channel, currency, null), out var list) && list.TryGetValue(sku, out var price) ? price : null);
    }

    public ValueTask<Coupon?> Coupon(string channel, string code, DateTimeOffset now, CancellationToken cancellationToken) =>
        new(coupons.TryGetValue(code, out var entry) && entry.Holds(channel, now) ? entry.Coupon : null);

    private static ImmutableDictionary<string, Channel> Channels(ImmutableArray<Channel> read)
    {
        Entry.Of(ChannelsFile, 0).Must(!read.IsEmpty, "is missing. A shop has one channel at the least.");

        var byId = ImmutableDictionary.CreateBuilder<string, Channel>(StringComparer.Ordinal);
        for (var i = 0; i < read.Length; i++)
        {
            var (channel, entry) = (read[i], Entry.Of(ChannelsFile, i));
            entry.Field("id").Must(channel.Id.Length > 0 && byId.TryAdd(channel.Id, channel), $"'{channel.Id}' is empty or there already. Every channel has an id of its own.");
            entry.Field("currencies").Must(!channel.Currencies.IsDefaultOrEmpty, "is empty. Name the currency that it sells in.");
            entry.Field("countries").Must(!channel.Countries.IsDefaultOrEmpty, "is empty. Name the countries that it ships to.");
            entry.Field("rounding.increment").Must(channel.Rounding.Increment is >= 1 and <= 1000, "is not within 1 to 1000 minor units. Leave it out for 1.");
            entry.Field("quoteLifetime").Must(channel.QuoteLifetime > TimeSpan.Zero, "is not positive. Write 00:15:00 for a quarter of an hour.");

            foreach (var currency in channel.Currencies)
            {
                entry.Field("currencies").MustBeCurrency(currency);
            }

            foreach (var country in channel.Countries)
            {
                entry.Field("countries").MustBeCountry(country);
            }
        }

        return byId.ToImmutable();
    }

    private FrozenDictionary<ListKey, FrozenDictionary<string, Money>> Lists(ShopFolder folder)
    {
        var read = new Dictionary<ListKey, FrozenDictionary<string, Money>>();
        foreach (var file in folder.Files(PricesFolder))
        {
            var entries = folder.Read<PriceList>(file);
            for (var i = 0; i < entries.Length; i++)
            {
                var (list, entry) = (entries[i], Entry.Of(file, i));
                entry.Field("currency").MustBeCurrency(list.Currency);
                entry.Field("channel").Must(channels.ContainsKey(list.Channel), $"'{list.Channel}' is not in {ChannelsFile}. Add the channel, or correct its id.");
                entry.Field("currency").Must(
                    channels[list.Channel].Currencies.Contains(list.Currency, StringComparer.Ordinal),
                    $"the channel '{list.Channel}' does not sell in {list.Currency}. Add it to its currencies in {ChannelsFile}, or remove the list.");

                foreach (var (sku, price) in list.Prices)
                {
                    entry.Field($"prices['{sku}']").Must(price >= 0, $"{price} is negative. Write minor units, as 1295 for 12.95.");
                }

                var prices = list.Prices.ToFrozenDictionary(p => p.Key, p => new Money(p.Value, list.Currency), StringComparer.Ordinal);
                entry.Must(
                    read.TryAdd(new ListKey(list.Channel, list.Currency, list.Customer), prices),
                    "is a second list of that channel, currency and customer. Merge the two.");
            }
        }

        return read.ToFrozenDictionary();
    }

    private FrozenDictionary<string, CouponEntry> Coupons(ImmutableArray<CouponEntry> read)
    {
        var byCode = new Dictionary<string, CouponEntry>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < read.Length; i++)
        {
            var (coupon, entry) = (read[i], Entry.Of(CouponsFile, i));
            entry.Field("code").Must(
                coupon.Code.Length is > 0 and <= 40 && coupon.Code.All(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-'),
                $"'{coupon.Code}' cannot be typed. Use capital letters, digits and dashes, 40 at the most.");
            entry.Field("code").Must(byCode.TryAdd(coupon.Code, coupon), $"'{coupon.Code}' is there already. Every coupon has a code of its own.");
            entry.Field("percentage").Must(coupon.Percentage is null or (> 0 and <= 1), $"{coupon.Percentage} is no fraction from 0 to 1. Write 0.10 for 10 %.");
            entry.Must((coupon.Percentage is null) == (coupon.Amounts is { Count: > 0 }), "has both a percentage and amounts, or neither. Keep one of them.");

            foreach (var (currency, amount) in (coupon.Amounts ?? []).Concat(coupon.Minimum ?? []))
            {
                entry.MustBeCurrency(currency);
                entry.Must(amount > 0, $"the amount {amount} {currency} is not positive. Write minor units, as 500 for 5.00.");
            }

            foreach (var channel in coupon.Channels ?? [])
            {
                entry.Field("channels").Must(channels.ContainsKey(channel), $"'{channel}' is not in {ChannelsFile}. Add the channel, or correct its id.");
            }

            entry.Field("until").Must(coupon.From is null || coupon.Until is null || coupon.From < coupon.Until, "is not after 'from'. Correct one of them.");
        }

        return byCode.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>One price list. A customer's own may be short: what it lacks is in the list of everybody.</summary>
    private sealed record PriceList(string Channel, string Currency, ImmutableSortedDictionary<string, long> Prices, string? Customer = null);

    private readonly record struct ListKey(string Channel, string Currency, string? Customer);

    /// <param name="Channels">Where it is taken; null: everywhere.</param>
    /// <param name="From">First moment; null: always was.</param>
    /// <param name="Until">First moment after; null: no end.</param>
    private sealed record CouponEntry(
        string Code,
        string Reason,
        decimal? Percentage = null,
        Dictionary<string, long>? Amounts = null,
        Dictionary<string, long>? Minimum = null,
        int SortOrder = 0,
        ImmutableHashSet<string>? Channels = null,
        DateTimeOffset? From = null,
        DateTimeOffset? Until = null)
    {
        public Coupon Coupon { get; } = new(
            Code, Reason, Percentage, (Amounts ?? []).ToImmutableDictionary(), (Minimum ?? []).ToImmutableDictionary(), SortOrder);

        public bool Holds(string channel, DateTimeOffset now) =>
            (Channels is null || Channels.Contains(channel)) && !(now < From) && !(now >= Until);
    }
}
