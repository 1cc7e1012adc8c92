namespace Commerce.Pricing;

/// <summary>Where price lists, promotions and customer groups come from. Rules of arithmetic are not its business: totals are computed in one place, by the pricing function of the grains.</summary>
public interface IPricingProvider
{
    string Name { get; }

    /// <summary>Whether it is far away: the shop keeps a durable copy, brought up to date by synchronisation, and reads that.</summary>
    bool IsCopied => false;

    /// <summary>What changed since <paramref name="cursor"/> (null: everything), a page at a time.</summary>
    ValueTask<PricingPage> Page(string? cursor, int limit, CancellationToken cancellationToken);
}

/// <summary>Changes of prices and of what lowers them.</summary>
/// <remarks>A price list of an id that is known replaces what the list says of itself and is merged into its prices, SKU by SKU: a SKU without prices is no longer in it.</remarks>
/// <param name="Removed">Ids of lists, promotions and groups that are gone.</param>
/// <param name="Next">Cursor of what comes after; equal to the one asked with when there is nothing new.</param>
/// <param name="More">Whether there is another page now.</param>
public sealed record PricingPage(
    ImmutableArray<PriceList> Lists,
    ImmutableArray<Promotion> Promotions,
    ImmutableArray<CustomerGroup> Groups,
    ImmutableArray<string> Removed,
    string Next,
    bool More)
{
    /// <summary>SKUs whose prices the page tells to the last: in a list that the page does not name them in, they have no price (any more).</summary>
    public ImmutableArray<string> Whole { get; init; } = [];

    /// <summary>Whether the page names every promotion and every group that there is: others are gone.</summary>
    public bool NamesAllPromotions { get; init; }

    /// <summary>What the source has and the shop cannot have, so that nobody has to guess why it is missing.</summary>
    public ImmutableArray<Catalog.NotMapped> NotMapped { get; init; } = [];
}

/// <summary>The channels of the shop.</summary>
public interface IChannels
{
    /// <summary>By id.</summary>
    ImmutableDictionary<string, Channel> All { get; }
}

/// <summary>A market with its own prices, currency and rules.</summary>
public sealed record Channel
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>ISO 4217. The first is the default.</summary>
    public required ImmutableArray<string> Currencies { get; init; }
    public required bool TaxInclusive { get; init; }
    public RoundingPolicy Rounding { get; init; } = RoundingPolicy.Default;

    /// <summary>ISO 3166-1 alpha-2 countries that it ships to.</summary>
    public required ImmutableArray<string> Countries { get; init; }

    /// <summary>Payment provider when the shopper names none and no rule of <see cref="Payments"/> fits.</summary>
    public string PaymentProvider { get; init; } = "stripe";

    /// <summary>Which provider takes which payment, the first choice first.</summary>
    public ImmutableArray<PaymentRule> Payments { get; init; } = [];

    /// <summary>Whether money is taken when the order is placed, instead of when an operator captures it.</summary>
    public bool CaptureAtOnce { get; init; }

    /// <summary>How long a shown price holds.</summary>
    public TimeSpan QuoteLifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Who computes the taxes.</summary>
    public string TaxProvider { get; init; } = "rate-tables";

    /// <summary>What a checkout does when the tax provider does not answer.</summary>
    public TaxFallback TaxFallback { get; init; }

    /// <summary>The country that it sells from, for reverse charge and exports; null: taxes know no seller.</summary>
    public string? SellerCountry { get; init; }

    /// <summary>From where the goods are taken, of a shop with several locations.</summary>
    public Inventory.SourcingPolicy Sourcing { get; init; } = Inventory.SourcingPolicy.Default;
}

/// <summary>A payment provider of a channel, and what it is there for. What is left out holds for everything.</summary>
public sealed record PaymentRule
{
    public required string Provider { get; init; }

    /// <summary>ISO 4217.</summary>
    public ImmutableArray<string> Currencies { get; init; } = [];

    /// <summary>ISO 3166-1 alpha-2 countries that the goods go to.</summary>
    public ImmutableArray<string> Countries { get; init; } = [];

    /// <summary>Smallest amount, in minor units, of the one currency in <see cref="Currencies"/>.</summary>
    public long? From { get; init; }

    /// <summary>Largest amount, likewise; inclusive.</summary>
    public long? To { get; init; }

    /// <summary>A feature flag that has to be on.</summary>
    public string? Flag { get; init; }

    /// <summary>Of the carts that fit so far: how many go here, from 0 to 100. The same cart is always on the same side.</summary>
    public int Percentage { get; init; } = 100;
}

/// <summary>What to do without the tax provider.</summary>
[System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonStringEnumConverter<TaxFallback>))]
public enum TaxFallback
{
    /// <summary>Stop the checkout with a problem that can be retried. The cart shows its taxes as pending.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("stop")] Stop = 0,

    /// <summary>Compute by the rate tables, and mark the order for true-up.</summary>
    [System.Text.Json.Serialization.JsonStringEnumMemberName("tables")] Tables = 1,
}
