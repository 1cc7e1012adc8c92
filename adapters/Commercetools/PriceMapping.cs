using Commerce.Catalog;
using Commerce.Pricing;

namespace Commerce.Commercetools;

/// <summary>Embedded prices as price lists. Pure.</summary>
/// <remarks>
/// A list gathers the prices of one scope: our channel, a currency, a customer group or none, a country or none, the vendor's channel or none, with dates or
/// without. commercetools asks for the customer group first, then for its channel, then for the country, and within a scope for a price with dates; that order
/// is the lists' priority. Only where a price for everybody in a country stands beside one of the channel alone does ours differ (it goes by the country
/// first): there the channel's price is put among the country's, too.
/// </remarks>
internal sealed class PriceMapping(ImmutableArray<MarketOptions> markets, IReadOnlyDictionary<string, string> channelKeys, IReadOnlyDictionary<string, string> groupKeys)
{
    private readonly Dictionary<string, PriceList> headers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, ImmutableArray<ListedPrice>>> prices = new(StringComparer.Ordinal);
    private readonly List<string> whole = [];
    private readonly List<NotMapped> notMapped = [];

    public ImmutableArray<PriceList> Lists => [.. prices.OrderBy(list => list.Key, StringComparer.Ordinal).Select(list => headers[list.Key] with { Prices = list.Value.ToImmutableDictionary(StringComparer.Ordinal) })];

    public ImmutableArray<string> Whole => [.. whole];

    public ImmutableArray<NotMapped> NotMapped => [.. notMapped];

    public void Add(WireProduct product)
    {
        foreach (var variant in product.AllVariants)
        {
            if (variant.Sku is not { Length: > 0 } sku)
            {
                continue; // said with the product
            }

            whole.Add(sku);
            if (product.PriceMode == "Standalone")
            {
                notMapped.Add(new NotMapped("product", product.Id, $"{sku} has standalone prices; only embedded prices are mapped"));
                continue;
            }

            foreach (var market in markets)
            {
                Add(product, variant, sku, market);
            }
        }
    }

    private void Add(WireProduct product, WireVariant variant, string sku, MarketOptions market)
    {
        if (variant.Prices.IsDefaultOrEmpty)
        {
            return;
        }

        var scoped = new List<(Scope Scope, ImmutableArray<ListedPrice> Prices)>();
        foreach (var price in variant.Prices)
        {
            if (ScopeOf(price, market) is not { } scope)
            {
                continue; // somebody else's
            }

            if (Read(price) is var (read, why) && why is not null)
            {
                notMapped.Add(new NotMapped("price", price.Id, $"{sku} in {product.Id}: {why}"));
            }
            else
            {
                scoped.Add((scope, read));
            }
        }

        foreach (var (scope, read) in scoped)
        {
            Put(scope, sku, read);
        }

        // Everybody's price of the vendor's channel goes before everybody's price of a country.
        foreach (var (scope, read) in scoped.Where(s => s.Scope is { Group: null, Country: null, OfChannel: true }))
        {
            foreach (var country in scoped.Where(s => s.Scope is { Group: null, Country: not null, OfChannel: false } && s.Scope.Currency == scope.Currency).Select(s => s.Scope.Country).Distinct(StringComparer.Ordinal))
            {
                Put(scope with { Country = country, IsCopy = true }, sku, read);
            }
        }
    }

    private Scope? ScopeOf(WirePrice price, MarketOptions market)
    {
        var channel = price.Channel is { } reference ? Key(reference, channelKeys) ?? "" : null;
        var isOurs = market.Currencies.Contains(price.Value.CurrencyCode, StringComparer.Ordinal)
            && (channel is null || channel == market.PriceChannel)
            && (price.Country is null || market.Countries.Count == 0 || market.Countries.Contains(price.Country, StringComparer.Ordinal));

        return isOurs
            ? new Scope(market.Channel, price.Value.CurrencyCode, price.CustomerGroup is { } group ? Key(group, groupKeys) ?? group.Id : null, price.Country, channel is not null, price.ValidFrom is not null || price.ValidUntil is not null)
            : null;
    }

    private static string? Key(WireReference reference, IReadOnlyDictionary<string, string> keys) => reference.Id is { } id ? keys.GetValueOrDefault(id) : reference.Key;

    private static (ImmutableArray<ListedPrice> Prices, string? Why) Read(WirePrice price)
    {
        if (price.RecurrencePolicy is { ValueKind: not System.Text.Json.JsonValueKind.Null })
        {
            return ([], "prices of subscriptions are not mapped");
        }

        var tiers = price.Tiers.IsDefaultOrEmpty ? [] : price.Tiers;
        if (price.Discounted is not null && !tiers.IsEmpty)
        {
            return ([], "what a product discount takes off its tiers is only known to commercetools");
        }

        var (amount, why) = VendorMoney.Read(price.Value);
        long? before = null;
        if (why is null && price.Discounted is { } discounted)
        {
            before = amount;
            (amount, why) = discounted.Value.CurrencyCode == price.Value.CurrencyCode ? VendorMoney.Read(discounted.Value) : (0, "the discounted price is in another currency");
        }

        var read = ImmutableArray.CreateBuilder<ListedPrice>(tiers.Length + 1);
        read.Add(new ListedPrice(amount, 1, before, price.ValidFrom, price.ValidUntil));
        foreach (var tier in tiers)
        {
            var (step, problem) = VendorMoney.Read(tier.Value);
            why ??= problem ?? (tier.Value.CurrencyCode != price.Value.CurrencyCode ? "a tier is in another currency" : null);
            read.Add(new ListedPrice(step, tier.MinimumQuantity, null, price.ValidFrom, price.ValidUntil));
        }

        return (read.DrainToImmutable(), why);
    }

    private void Put(Scope scope, string sku, ImmutableArray<ListedPrice> read)
    {
        var id = scope.Id;
        headers.TryAdd(id, scope.Header);
        if (!prices.TryGetValue(id, out var list))
        {
            prices.Add(id, list = new(StringComparer.Ordinal));
        }

        list[sku] = list.TryGetValue(sku, out var there) ? there.AddRange(read) : read; // several with dates of their own
    }

    /// <param name="OfChannel">Whether it is a price of the vendor's channel that the market names.</param>
    /// <param name="IsCopy">Whether it stands among a country's prices although it is for every country.</param>
    private readonly record struct Scope(string Channel, string Currency, string? Group, string? Country, bool OfChannel, bool HasDates, bool IsCopy = false)
    {
        private int Rank => (OfChannel ? 4 : 0) + (Country is not null && !IsCopy ? 2 : 0) + (HasDates ? 1 : 0);

        public string Id => string.Join('-', new[]
        {
            "ct", Channel, Currency.ToLowerInvariant(), Country?.ToLowerInvariant(), Group is null ? null : $"g-{Group.ToLowerInvariant()}",
            OfChannel ? "own" : null, IsCopy ? "over" : null, HasDates ? "dated" : null,
        }.OfType<string>());

        public PriceList Header => new()
        {
            Id = Id,
            Channel = Channel,
            Currency = Currency,
            CustomerGroup = Group,
            Countries = Country is null ? [] : [Country],
            Priority = Rank,
        };
    }
}
