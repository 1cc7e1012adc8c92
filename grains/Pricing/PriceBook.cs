using System.Collections.Frozen;

namespace Commerce.Pricing;

/// <summary>For whom, where and when a price is looked up.</summary>
/// <param name="At">UTC.</param>
internal sealed record PriceQuestion(string Channel, string Currency, string? CustomerId, ImmutableArray<string> Groups, string? Country, DateTimeOffset At);

/// <param name="List">The list that gave it, with its version: <c>eu-eur@3</c>.</param>
internal readonly record struct Listed(string List, ListedPrice Price);

/// <summary>All prices and promotions of the shop, those to come and those just over included, so that a price can be told for a moment ago. Immutable.</summary>
internal sealed class PriceBook
{
    /// <summary>How long what is over is kept: no quote holds longer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public static PriceBook Empty { get; } = new([], [], []);

    private readonly FrozenDictionary<(string Channel, string Currency), ImmutableArray<(PriceList List, string Name)>> byMarket;
    private readonly FrozenDictionary<string, ImmutableArray<string>> groupsOf;
    private readonly FrozenDictionary<string, ImmutableArray<(Promotion Promotion, CouponCodes Codes)>> byCode, byPrefix;

    private PriceBook(ImmutableArray<PriceList> lists, ImmutableArray<Promotion> promotions, ImmutableArray<CustomerGroup> groups)
    {
        Lists = lists;
        Groups = groups;
        Promotions = [.. promotions.OrderByDescending(p => p.Priority).ThenBy(p => p.Id, StringComparer.Ordinal).ThenByDescending(p => p.Version)];
        byMarket = lists.GroupBy(l => (l.Channel, l.Currency)).ToFrozenDictionary(
            market => market.Key,
            market => market.OrderByDescending(Particularity).ThenByDescending(l => l.Priority).ThenByDescending(l => l.From).ThenBy(l => l.Id, StringComparer.Ordinal)
                .Select(l => (l, $"{l.Id}@{l.Version}")).ToImmutableArray());
        groupsOf = groups.SelectMany(g => g.Customers.Select(customer => (customer, g.Id))).GroupBy(m => m.customer, StringComparer.Ordinal).ToFrozenDictionary(
            of => of.Key, of => of.Select(m => m.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);
        byCode = Coupons(Promotions, generated: false);
        byPrefix = Coupons(Promotions, generated: true);
    }

    public ImmutableArray<PriceList> Lists { get; }

    public ImmutableArray<CustomerGroup> Groups { get; }

    /// <summary>The highest priority first; several versions of one, each with its time.</summary>
    public ImmutableArray<Promotion> Promotions { get; }

    /// <summary>The groups that a customer is in.</summary>
    public ImmutableArray<string> GroupsOf(string? customerId) => customerId is not null && groupsOf.TryGetValue(customerId, out var of) ? of : [];

    /// <summary>What a unit costs when so many are bought; null: it is not sold there.</summary>
    public Listed? Price(PriceQuestion question, string sku, int quantity)
    {
        if (byMarket.TryGetValue((question.Channel, question.Currency), out var market))
        {
            foreach (var (list, name) in market)
            {
                if (Fits(list, question) && list.Prices.TryGetValue(sku, out var prices) && Best(prices, quantity, question.At) is { } price)
                {
                    return new Listed(price.Version == 0 || price.Version == list.Version ? name : $"{list.Id}@{price.Version}", price);
                }
            }
        }

        return null;
    }

    /// <summary>The list of that id; null: there is none.</summary>
    public PriceList? List(string id) => Lists.FirstOrDefault(l => l.Id == id);

    /// <summary>The promotion that a code switches on at that moment, or, when there is none in force, one whose time it is not; null: nobody knows the code.</summary>
    /// <remarks>It has that code alone: whoever uses one learns of no other, nor of what they follow from.</remarks>
    public (Promotion Promotion, CouponCodes Codes)? Coupon(string code, DateTimeOffset at)
    {
        (Promotion Promotion, CouponCodes Codes)? found = null;
        code = code.ToUpperInvariant();
        foreach (var coupon in byCode.GetValueOrDefault(code, []))
        {
            found = Better(found, coupon, at);
        }

        if (byPrefix.Count > 0 && code.Length > GeneratedCodes.Length)
        {
            foreach (var made in byPrefix.GetValueOrDefault(code[..^GeneratedCodes.Length], []))
            {
                found = GeneratedCodes.Have(made.Codes, code) ? Better(found, (Alone(made.Promotion, made.Codes with { Code = code }), made.Codes), at) : found;
            }
        }

        return found;
    }

    /// <summary>Whether the promotion counts at that moment.</summary>
    public static bool InForce(Promotion promotion, DateTimeOffset at) => !(at < promotion.From) && !(at >= promotion.Until);

    /// <summary>The book after a publication.</summary>
    public PriceBook With(Publication publication)
    {
        var at = publication.At;
        var ends = publication.IsWithdrawal ? (DateTimeOffset?)at : null;

        return With(
            new PricingPage(
                publication.List is { } list ? [(publication.IsPartial ? list : Whole(list)) with { Until = ends ?? list.Until }] : [],
                publication.Promotion is { } promotion ? [promotion with { Until = ends ?? promotion.Until }] : [],
                publication.Group is { } group ? [group] : [],
                Removed: [],
                Next: "",
                More: false),
            at);
    }

    /// <summary>The list as a change of the one that is known: what it does not name is no longer in it.</summary>
    private PriceList Whole(PriceList list) => List(list.Id) is { } known
        ? list with { Prices = list.Prices.SetItems(known.Prices.Keys.Where(sku => !list.Prices.ContainsKey(sku)).Select(sku => KeyValuePair.Create(sku, ImmutableArray<ListedPrice>.Empty))) }
        : list;

    private static FrozenDictionary<string, ImmutableArray<(Promotion Promotion, CouponCodes Codes)>> Coupons(ImmutableArray<Promotion> promotions, bool generated) =>
        promotions.SelectMany(p => p.Coupons.Where(c => c.Generated > 0 == generated).Select(c => (Promotion: generated ? p : Alone(p, c), Codes: c))).GroupBy(c => c.Codes.Code, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(of => of.Key, of => of.ToImmutableArray(), StringComparer.OrdinalIgnoreCase);

    /// <summary>The promotion with no code but that one.</summary>
    private static Promotion Alone(Promotion promotion, CouponCodes codes) => promotion with { Coupons = [new CouponCodes(codes.Code, codes.Uses, codes.UsesPerCustomer)] };

    private static (Promotion Promotion, CouponCodes Codes) Better((Promotion Promotion, CouponCodes Codes)? found, (Promotion Promotion, CouponCodes Codes) other, DateTimeOffset at) =>
        found is { } known && (InForce(known.Promotion, at) || !InForce(other.Promotion, at)) ? known : other;

    /// <summary>The book after a change that was made at <paramref name="at"/> (null: it always was so): what is replaced ends then, what replaces it begins then.</summary>
    public PriceBook With(PricingPage page, DateTimeOffset? at)
    {
        var removed = page.Removed.ToFrozenSet(StringComparer.Ordinal);
        var over = at - Kept;

        return new PriceBook(
            [.. page.Lists.Aggregate(Lists, (all, list) => Merged(all, list, at)).Select(l => removed.Contains(l.Id) ? l with { Until = Earlier(l.Until, at) } : l).Where(l => !(l.Until <= over))],
            [
                .. Promotions.Where(p => !Ends(p.Id)), // one that is over stays: whoever gives its code is told so
                .. Promotions.Where(p => Ends(p.Id)).Select(p => p with { Until = Earlier(p.Until, at ?? DateTimeOffset.MinValue) }).Where(p => !(p.Until <= (over ?? DateTimeOffset.MinValue))),
                .. page.Promotions.Select(p => p with { From = Later(p.From, at) }),
            ],
            [.. Groups.Where(g => !removed.Contains(g.Id) && page.Groups.All(n => n.Id != g.Id)), .. page.Groups]);

        bool Ends(string id) => removed.Contains(id) || page.Promotions.Any(p => p.Id == id);
    }

    private static ImmutableArray<PriceList> Merged(ImmutableArray<PriceList> all, PriceList changed, DateTimeOffset? at)
    {
        var known = all.FirstOrDefault(l => l.Id == changed.Id);
        var stays = known is null ? ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty : known.Version == changed.Version ? known.Prices : Versioned(known);
        var prices = stays.ToBuilder();
        foreach (var (sku, entries) in changed.Prices)
        {
            var before = at is null || !stays.TryGetValue(sku, out var old) ? [] : old.Select(p => p with { Until = Earlier(p.Until, at) }).Where(p => !(p.Until <= at - Kept));
            prices[sku] = [.. Beginning(entries, Later(changed.From, at), changed.Version), .. before];
        }

        // Every price begins by itself: what the list had before it is changed goes on counting until then.
        var list = changed with { Prices = prices.ToImmutable() };

        return known is null ? all.Add(list) : all.Replace(known, list with { From = Earliest(known.From, list.From) });
    }

    /// <summary>The prices from that moment on. Of those that began before it the last one counts: it is put first, since they begin together now.</summary>
    private static IEnumerable<ListedPrice> Beginning(ImmutableArray<ListedPrice> prices, DateTimeOffset? from, int version) =>
        prices.OrderByDescending(p => p.From ?? DateTimeOffset.MinValue).Select(p => p with { From = Later(p.From, from), Version = p.Version == 0 ? version : p.Version });

    /// <summary>Prices that stay keep the version that brought them.</summary>
    public static ImmutableDictionary<string, ImmutableArray<ListedPrice>> Versioned(PriceList list) =>
        list.Prices.SetItems(list.Prices.Where(prices => prices.Value.Any(p => p.Version == 0)).Select(prices => KeyValuePair.Create(
            prices.Key, prices.Value.Select(p => p.Version == 0 ? p with { Version = list.Version } : p).ToImmutableArray())));

    private static int Particularity(PriceList list) => list switch
    {
        { Customer: not null } => 3,
        { CustomerGroup: not null } => 2,
        { Countries.IsEmpty: false } => 1,
        _ => 0,
    };

    /// <summary>When it begins stands with each of its prices.</summary>
    private static bool Fits(PriceList list, PriceQuestion question) =>
        (list.Customer is null || list.Customer == question.CustomerId)
        && (list.CustomerGroup is null || question.Groups.Contains(list.CustomerGroup))
        && (list.Countries.IsEmpty || (question.Country is { } country && list.Countries.Contains(country)))
        && !(question.At >= list.Until);

    private static ListedPrice? Best(ImmutableArray<ListedPrice> prices, int quantity, DateTimeOffset at)
    {
        ListedPrice? best = null;
        foreach (var price in prices)
        {
            if (quantity >= price.FromQuantity && !(at < price.From) && !(at >= price.Until)
                && (best is null || price.FromQuantity > best.FromQuantity
                    || (price.FromQuantity == best.FromQuantity && (price.From ?? DateTimeOffset.MinValue) > (best.From ?? DateTimeOffset.MinValue))))
            {
                best = price;
            }
        }

        return best;
    }

    /// <summary>Where nothing is said, it always was.</summary>
    private static DateTimeOffset? Earliest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other is null ? null : Earlier(one, other);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
