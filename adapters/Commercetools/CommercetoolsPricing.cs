using Commerce.Pricing;
using Microsoft.Extensions.Options;

namespace Commerce.Commercetools;

/// <summary>Embedded prices by the time at which their product changed; cart discounts, codes and customer groups as a whole whenever one of them changed.</summary>
/// <remarks>A cursor is a place among the products, and what was the newest of the discounts, codes, groups and customers, and how many there were.</remarks>
internal sealed class CommercetoolsPricing(CommercetoolsReads reads, IOptions<CommercetoolsOptions> options) : IPricingProvider
{
    private const char Separator = '|';
    private const string InGroups = "customerGroup is defined or customerGroupAssignments is not empty";

    private readonly ImmutableArray<MarketOptions> markets = [.. options.Value.Markets];

    public string Name => "commercetools";

    public bool IsCopied => true;

    public async ValueTask<PricingPage> Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        limit = Math.Min(limit, CommercetoolsReads.MaxLimit);
        var (place, seen) = Parse(cursor);
        var (page, now) = await reads.Get(
            "product-projections", CommercetoolsJson.Default.WirePageWireProduct, cancellationToken,
            ("where", place.After("lastModifiedAt")), ("sort", "lastModifiedAt asc"), ("sort", "id asc"), ("limit", limit.ToString()), ("withTotal", "false"), ("staged", "false"));
        place = page.Results.IsEmpty ? place : new Place(page.Results[^1].LastModifiedAt, page.Results[^1].Id);

        var groups = await Keys("customer-groups", cancellationToken);
        var prices = new PriceMapping(markets, await Keys("channels", cancellationToken), groups);
        foreach (var product in page.Results)
        {
            prices.Add(product);
        }

        if (page.Results.Length == limit)
        {
            return new PricingPage(prices.Lists, [], [], [], $"{place}{Separator}{seen}", More: true) { Whole = prices.Whole, NotMapped = prices.NotMapped };
        }

        place = place.Settled(now, options.Value.Overlap);
        var stamp = await Stamp(now, cancellationToken);
        if (stamp == seen)
        {
            return new PricingPage(prices.Lists, [], [], [], $"{place}{Separator}{stamp}", More: false) { Whole = prices.Whole, NotMapped = prices.NotMapped };
        }

        var promotions = new PromotionMapping(options.Value, markets, groups).Add(
            await reads.All("cart-discounts", CommercetoolsJson.Default.WirePageWireCartDiscount, null, cancellationToken),
            await reads.All("discount-codes", CommercetoolsJson.Default.WirePageWireDiscountCode, null, cancellationToken));
        var members = await reads.All("customers", CommercetoolsJson.Default.WirePageWireCustomer, InGroups, cancellationToken);

        return new PricingPage(prices.Lists, promotions.Promotions, Groups(groups, members), [], $"{place}{Separator}{stamp}", More: false)
        {
            Whole = prices.Whole,
            NamesAllPromotions = true,
            NotMapped = prices.NotMapped.AddRange(promotions.NotMapped),
        };
    }

    private ImmutableArray<CustomerGroup> Groups(Dictionary<string, string> groups, ImmutableArray<WireCustomer> members) =>
    [
        .. groups.OrderBy(group => group.Value, StringComparer.Ordinal).Select(group => new CustomerGroup(
            group.Value,
            [.. members.Where(member => IsIn(member, group.Key)).Select(Identity).OfType<string>().Order(StringComparer.Ordinal)])),
    ];

    private static bool IsIn(WireCustomer customer, string group) =>
        customer.CustomerGroup?.Id == group || (!customer.CustomerGroupAssignments.IsDefaultOrEmpty && customer.CustomerGroupAssignments.Any(assigned => assigned.CustomerGroup.Id == group));

    private string? Identity(WireCustomer customer) => options.Value.CustomerIdentity switch { "id" => customer.Id, "key" => customer.Key, _ => customer.ExternalId };

    /// <summary>Our ids of channels or groups by theirs: the key in lower case, or the id where there is none.</summary>
    private async Task<Dictionary<string, string>> Keys(string resource, CancellationToken cancellationToken) =>
        (await reads.All(resource, CommercetoolsJson.Default.WirePageWireKeyed, null, cancellationToken))
        .ToDictionary(keyed => keyed.Id, keyed => (keyed.Key ?? keyed.Id).ToLowerInvariant(), StringComparer.Ordinal);

    /// <summary>Changes with whatever changes, comes or goes among them. While the newest is younger than the overlap it says so, and is not trusted yet.</summary>
    private async Task<string> Stamp(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stamps = new List<string>();
        foreach (var resource in (string[])["cart-discounts", "discount-codes", "customer-groups", "customers"])
        {
            var (newest, _) = await reads.Get(
                resource, CommercetoolsJson.Default.WirePageWireStamp, cancellationToken,
                ("where", resource == "customers" ? InGroups : null), ("sort", "lastModifiedAt desc"), ("limit", "1"), ("withTotal", "true"));
            stamps.Add(newest.Results.IsEmpty ? "0" : $"{newest.Total}/{new Place(newest.Results[0].LastModifiedAt, newest.Results[0].Id)}{(newest.Results[0].LastModifiedAt > now - options.Value.Overlap ? "?" : "")}");
        }

        return string.Join(',', stamps);
    }

    private static (Place Place, string Seen) Parse(string? cursor) => cursor?.Split(Separator, 2) switch
    {
        null => (Place.First, ""),
        [var place, var seen] => (Place.Parse(place), seen),
        _ => throw new FormatException($"'{cursor}' is no cursor of these prices."),
    };
}
