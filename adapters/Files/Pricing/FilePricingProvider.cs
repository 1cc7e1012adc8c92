using System.Text.Json;
using System.Text.Json.Serialization;
using Commerce.Payments;
using Commerce.Shop;

namespace Commerce.Pricing;

/// <summary>Channels, price lists, promotions, coupons and customer groups from the shop's files. Read once: everything is one page, and never changes.</summary>
internal sealed class FilePricingProvider : IPricingProvider, IChannels
{
    public const string
        ChannelsFile = "channels.json",
        PricesFolder = "prices",
        CouponsFile = "coupons.json",
        PromotionsFile = "promotions.json",
        GroupsFile = "customer-groups.json";

    private const string Cursor = "files";

    private readonly PricingPage everything;

    public FilePricingProvider(ShopFolder folder)
    {
        All = Channels(folder.Read<Channel>(ChannelsFile));
        var codes = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        everything = new PricingPage(
            Lists(folder),
            [.. Promotions(folder.ReadOptional<Promotion>(PromotionsFile), codes), .. Coupons(folder.Read<CouponEntry>(CouponsFile), codes)],
            [.. Groups(folder.ReadOptional<CustomerGroup>(GroupsFile))],
            Removed: [],
            Cursor,
            More: false);
    }

    public string Name => "files";

    public ImmutableDictionary<string, Channel> All { get; }

    public PricingPage Everything => everything;

    public ValueTask<PricingPage> Page(string? cursor, int limit, CancellationToken cancellationToken) =>
        new(cursor == Cursor ? new PricingPage([], [], [], [], Cursor, More: false) : everything);

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

            entry.Field("payments").MustHold(PaymentRules.Check(channel));

            if (channel.SellerCountry is { } seller)
            {
                entry.Field("sellerCountry").MustBeCountry(seller);
            }

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

    private ImmutableArray<PriceList> Lists(ShopFolder folder)
    {
        var read = new Dictionary<string, PriceList>(StringComparer.Ordinal);
        foreach (var file in folder.Files(PricesFolder))
        {
            var entries = folder.Read<PriceListEntry>(file);
            for (var i = 0; i < entries.Length; i++)
            {
                var (list, entry) = (entries[i], Entry.Of(file, i));
                entry.Field("currency").MustBeCurrency(list.Currency);
                entry.Field("channel").Must(All.ContainsKey(list.Channel), $"'{list.Channel}' is not in {ChannelsFile}. Add the channel, or correct its id.");
                entry.Field("currency").Must(
                    All[list.Channel].Currencies.Contains(list.Currency, StringComparer.Ordinal),
                    $"the channel '{list.Channel}' does not sell in {list.Currency}. Add it to its currencies in {ChannelsFile}, or remove the list.");

                var id = list.Id ?? string.Join('-', new[] { list.Channel, list.Currency.ToLowerInvariant(), list.CustomerGroup, list.Customer }.OfType<string>());
                entry.MustHold(PriceListRules.Check(list.As(id), this));
                entry.Must(read.TryAdd(id, list.As(id)), $"is a second list of the id '{id}'. Merge the two, or give each an id of its own.");
            }
        }

        return [.. read.Values.OrderBy(list => list.Id, StringComparer.Ordinal)];
    }

    private IEnumerable<Promotion> Promotions(ImmutableArray<Promotion> read, HashSet<string> codes)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < read.Length; i++)
        {
            var (promotion, entry) = (read[i], Entry.Of(PromotionsFile, i));
            entry.MustHold(PromotionRules.Check(promotion, this));
            entry.Field("id").Must(ids.Add(promotion.Id), $"'{promotion.Id}' is there already. Every promotion has an id of its own.");
            foreach (var coupon in promotion.Coupons)
            {
                entry.Field("coupons").Must(codes.Add(coupon.Code), $"'{coupon.Code}' is there already. Every code switches on one promotion.");
            }

            yield return promotion;
        }
    }

    private IEnumerable<Promotion> Coupons(ImmutableArray<CouponEntry> read, HashSet<string> codes)
    {
        for (var i = 0; i < read.Length; i++)
        {
            var (coupon, entry) = (read[i], Entry.Of(CouponsFile, i));
            entry.Field("code").Must(
                coupon.Code.Length is > 0 and <= 40 && coupon.Code.All(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-'),
                $"'{coupon.Code}' cannot be typed. Use capital letters, digits and dashes, 40 at the most.");
            entry.Field("code").Must(codes.Add(coupon.Code), $"'{coupon.Code}' is there already. Every coupon has a code of its own.");
            entry.Field("percentage").Must(coupon.Percentage is null or (> 0 and <= 1), $"{coupon.Percentage} is no fraction from 0 to 1. Write 0.10 for 10 %.");
            entry.Must((coupon.Percentage is null) == (coupon.Amounts is { Count: > 0 }), "has both a percentage and amounts, or neither. Keep one of them.");

            foreach (var (currency, amount) in (coupon.Amounts ?? []).Concat(coupon.Minimum ?? []))
            {
                entry.MustBeCurrency(currency);
                entry.Must(amount > 0, $"the amount {amount} {currency} is not positive. Write minor units, as 500 for 5.00.");
            }

            foreach (var channel in coupon.Channels)
            {
                entry.Field("channels").Must(All.ContainsKey(channel), $"'{channel}' is not in {ChannelsFile}. Add the channel, or correct its id.");
            }

            entry.Field("until").Must(coupon.From is null || coupon.Until is null || coupon.From < coupon.Until, "is not after 'from'. Correct one of them.");
            entry.MustHold(PromotionRules.Check(coupon.Promotion, this));
            yield return coupon.Promotion;
        }
    }

    private static IEnumerable<CustomerGroup> Groups(ImmutableArray<CustomerGroup> read)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < read.Length; i++)
        {
            var (group, entry) = (read[i], Entry.Of(GroupsFile, i));
            entry.MustHold(PriceListRules.Check(group));
            entry.Field("id").Must(ids.Add(group.Id), $"'{group.Id}' is there already. Every group has an id of its own.");
            yield return group;
        }
    }

    /// <summary>One price list. A customer's own may be short: what it lacks is in the list of everybody.</summary>
    private sealed record PriceListEntry(
        string Channel,
        string Currency,
        [property: JsonConverter(typeof(PricesConverter))] ImmutableDictionary<string, ImmutableArray<ListedPrice>> Prices,
        string? Id = null,
        string? Customer = null,
        string? CustomerGroup = null,
        DateTimeOffset? From = null,
        DateTimeOffset? Until = null,
        int Priority = 0)
    {
        public ImmutableArray<string> Countries { get; init; } = [];

        public PriceList As(string id) => new()
        {
            Id = id,
            Channel = Channel,
            Currency = Currency,
            Customer = Customer,
            CustomerGroup = CustomerGroup,
            Countries = Countries,
            From = From,
            Until = Until,
            Priority = Priority,
            Prices = Prices,
        };
    }

    /// <param name="From">First moment; null: always was.</param>
    /// <param name="Until">First moment after; null: no end.</param>
    private sealed record CouponEntry(
        string Code,
        string Reason,
        decimal? Percentage = null,
        Dictionary<string, long>? Amounts = null,
        Dictionary<string, long>? Minimum = null,
        int SortOrder = 0,
        DateTimeOffset? From = null,
        DateTimeOffset? Until = null,
        int? Uses = null,
        int? UsesPerCustomer = null)
    {
        /// <summary>Where it is taken; empty: everywhere.</summary>
        public ImmutableArray<string> Channels { get; init; } = [];

        public Promotion Promotion => new()
        {
            Id = "coupon-" + Code.ToLowerInvariant(),
            Reason = Reason,
            Effect = Percentage is { } percentage ? new PercentOff(percentage) : new AmountOff(In(Amounts)),
            Priority = SortOrder,
            Channels = Channels,
            From = From,
            Until = Until,
            When = new PromotionConditions { MinimumSpend = In(Minimum) },
            Coupons = [new CouponCodes(Code, Uses, UsesPerCustomer)],
        };

        private static ImmutableArray<Money> In(Dictionary<string, long>? amounts) => amounts is null ? [] : [.. amounts.Select(a => new Money(a.Value, a.Key))];
    }

    /// <summary>A price is a number of minor units, or one or several objects with their quantities and times.</summary>
    private sealed class PricesConverter : JsonConverter<ImmutableDictionary<string, ImmutableArray<ListedPrice>>>
    {
        public override ImmutableDictionary<string, ImmutableArray<ListedPrice>> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var prices = ImmutableDictionary.CreateBuilder<string, ImmutableArray<ListedPrice>>(StringComparer.Ordinal);
            foreach (var (sku, price) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader, options) ?? [])
            {
                prices.Add(sku, price.ValueKind switch
                {
                    JsonValueKind.Array => price.Deserialize<ImmutableArray<ListedPrice>>(options),
                    JsonValueKind.Object => [price.Deserialize<ListedPrice>(options)!],
                    _ => [new ListedPrice(price.Deserialize<long>(options))],
                });
            }

            return prices.ToImmutable();
        }

        public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, ImmutableArray<ListedPrice>> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToDictionary(p => p.Key, p => p.Value), options);
    }
}
