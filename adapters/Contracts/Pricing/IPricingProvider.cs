namespace Commerce.Pricing;

/// <summary>Where price lists, channels and coupons come from. Rules of arithmetic are not its business: totals are computed in one place, by the pricing function of the grains.</summary>
public interface IPricingProvider
{
    string Name { get; }

    /// <summary>The channels of the shop, by id.</summary>
    ValueTask<ImmutableDictionary<string, Channel>> Channels(CancellationToken cancellationToken);

    /// <summary>The unit price of a SKU for a channel, currency and customer; null when it is not sold there.</summary>
    ValueTask<Money?> Price(string channel, string currency, string sku, string? customerId, CancellationToken cancellationToken);

    /// <summary>The coupon of that code for a channel at a time (UTC), whatever its letters' case; null when there is none or its time is over.</summary>
    ValueTask<Coupon?> Coupon(string channel, string code, DateTimeOffset now, CancellationToken cancellationToken);
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

    /// <summary>Payment provider when the shopper names none.</summary>
    public string PaymentProvider { get; init; } = "stripe";

    /// <summary>How long a shown price holds.</summary>
    public TimeSpan QuoteLifetime { get; init; } = TimeSpan.FromMinutes(15);
}

/// <summary>A code that lowers the price before tax: a percentage of every line, or a fixed amount spread over the lines.</summary>
/// <param name="Code">Capital letters.</param>
/// <param name="Percentage">A fraction, 0.10 is 10 %; null for a fixed amount.</param>
/// <param name="Amounts">Fixed amount by currency; empty for a percentage.</param>
/// <param name="Minimum">Subtotal by currency from which it takes effect; empty: always; a currency that is not in it: never.</param>
/// <param name="SortOrder">Of several coupons the highest is first, the next works on the price that it left.</param>
public sealed record Coupon(
    string Code,
    string Reason,
    decimal? Percentage,
    ImmutableDictionary<string, long> Amounts,
    ImmutableDictionary<string, long> Minimum,
    int SortOrder = 0);
