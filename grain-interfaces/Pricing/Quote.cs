using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>What a basket costs, line by line, and why. Immutable once made: what was shown is what is charged.</summary>
/// <remarks>
/// On every channel <c>total = subtotal − discount + shipping + tax</c>. On a tax-inclusive channel the taxes are already in the prices:
/// <see cref="Totals.Tax"/> is zero then and <see cref="Totals.IncludedTax"/> tells how much of the total is tax.
/// </remarks>
[GenerateSerializer, Immutable, Alias("commerce.quote")]
public sealed record Quote
{
    /// <summary>Hash of everything that went in: the same inputs have the same id on every channel.</summary>
    [Id(0)] public string Id { get; init; } = "";

    [Id(1)] public string Channel { get; init; } = "";

    [Id(2)] public string Currency { get; init; } = "";

    /// <summary>Whether prices contain their taxes.</summary>
    [Id(3)] public bool TaxInclusive { get; init; }

    /// <summary>How it was rounded; replayed with the order.</summary>
    [Id(4)] public RoundingPolicy Rounding { get; init; } = RoundingPolicy.Default;

    [Id(5)] public ImmutableArray<QuoteLine> Lines { get; init; } = [];

    [Id(6)] public QuoteShipping? Shipping { get; init; }

    /// <summary>All taxes by jurisdiction and rate, lines and shipping together.</summary>
    [Id(7)] public ImmutableArray<AppliedTax> Taxes { get; init; } = [];

    [Id(8)] public Totals Totals { get; init; } = new();

    /// <summary>Coupons that took effect.</summary>
    [Id(9)] public ImmutableArray<string> Coupons { get; init; } = [];

    /// <summary>UTC. After this the price may have changed.</summary>
    [Id(10)] public DateTimeOffset ValidUntil { get; init; }

    /// <summary>False while the destination is unknown: taxes are then not in the totals of an exclusive channel.</summary>
    [Id(11)] public bool TaxKnown { get; init; }

    /// <summary>UTC: the moment whose price lists, promotions and rates these are.</summary>
    [Id(12)] public DateTimeOffset? PricedAt { get; init; }

    /// <summary>The promotions that were in force for this basket, as they stood then, so that it can be computed again.</summary>
    [Id(13)] public ImmutableArray<Promotion> Promotions { get; init; } = [];

    /// <summary>What became of every coupon that was given, and why.</summary>
    [Id(14)] public ImmutableArray<CouponOutcome> CouponOutcomes { get; init; } = [];

    /// <summary>Uses of coupons that a checkout takes, and gives back when it fails.</summary>
    [Id(15)] public ImmutableArray<LimitedUse> Uses { get; init; } = [];

    /// <summary>Who computed the taxes: <c>rate-tables</c>, <c>avalara</c>; null while they are not known.</summary>
    [Id(16)] public string? TaxedBy { get; init; }

    /// <summary>Whether the tables had to stand in for the tax provider: the order is trued up when it is back.</summary>
    [Id(17)] public bool TaxEstimated { get; init; }

    /// <summary>Whether the taxes are not known because who computes them does not answer; they are asked for again.</summary>
    [Id(18)] public bool TaxPending { get; init; }

    /// <summary>Where it goes; null while that is unknown.</summary>
    [Id(19)] public Carts.Destination? Destination { get; init; }

    /// <summary>The customer's groups at that time.</summary>
    [Id(20)] public ImmutableArray<string> CustomerGroups { get; init; } = [];

    /// <summary>Whether the taxes follow from their rates by the rounding policy; false: they are as somebody answered them.</summary>
    [Id(21)] public bool TaxArithmetic { get; init; }
}

/// <summary>What became of a coupon.</summary>
/// <param name="Code">As it was given.</param>
/// <param name="Why">Null when it took effect; otherwise a code: <c>coupon-minimum-not-reached</c>, …, see <see cref="CouponRefusals"/>.</param>
/// <param name="Message">Null when it took effect; otherwise a sentence for the shopper.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.coupon")]
public sealed record CouponOutcome(
    [property: Id(0)] string Code,
    [property: Id(1)] string? Promotion,
    [property: Id(2)] string? Why = null,
    [property: Id(3)] string? Message = null);

/// <summary>Something that can be used so many times by all together, or by one customer.</summary>
/// <param name="Key">Of the allotment that counts it: <c>coupon:WELCOME10</c>, <c>coupon:WELCOME10:cus_ann</c>.</param>
/// <param name="Limit">Uses in all.</param>
/// <param name="Code">The coupon, or the promotion that counts by itself, for the message when it has run out.</param>
/// <param name="Promotion">Id of the promotion that it is a use of: taken only where that takes effect.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.use")]
public sealed record LimitedUse([property: Id(0)] string Key, [property: Id(1)] int Limit, [property: Id(2)] string Code, [property: Id(3)] string? Promotion = null);

[GenerateSerializer, Immutable, Alias("commerce.quote.line")]
public sealed record QuoteLine
{
    [Id(0)] public string LineId { get; init; } = "";
    [Id(1)] public string Sku { get; init; } = "";
    [Id(2)] public string Name { get; init; } = "";
    [Id(3)] public int Quantity { get; init; }
    [Id(4)] public Money UnitPrice { get; init; }

    /// <summary>Unit price × quantity, before discounts.</summary>
    [Id(5)] public Money Subtotal { get; init; }

    /// <summary>What lowered the price, in the order applied.</summary>
    [Id(6)] public ImmutableArray<Adjustment> Adjustments { get; init; } = [];

    /// <summary>Sum of the adjustments, as a positive amount, never more than the subtotal.</summary>
    [Id(7)] public Money Discount { get; init; }

    /// <summary>The net amount that the tax is computed on.</summary>
    [Id(8)] public Money Taxable { get; init; }

    [Id(9)] public ImmutableArray<AppliedTax> Taxes { get; init; } = [];

    /// <summary>What the shopper pays for this line, taxes included on every channel.</summary>
    [Id(10)] public Money Total { get; init; }

    /// <summary>The price list that gave the unit price, with its version: <c>eu-eur@3</c>.</summary>
    [Id(11)] public string? PriceList { get; init; }

    /// <summary>What a unit is shown to have cost before; null: nothing is shown.</summary>
    [Id(12)] public Money? CompareAt { get; init; }

    /// <summary>Which tax rates apply: <c>standard</c>, <c>reduced</c>, <c>zero</c>.</summary>
    [Id(13)] public string? TaxCategory { get; init; }

    /// <summary>The promotion that added the line as a gift; null: the shopper did.</summary>
    [Id(14)] public string? GiftOf { get; init; }

    /// <summary>What promotions select by: the product's id, category and tags; left out where none is in force.</summary>
    [Id(15)] public string? Product { get; init; }
    [Id(16)] public string? Category { get; init; }
    [Id(17)] public ImmutableArray<string> Tags { get; init; } = [];
}

/// <param name="Source">What did it: <c>coupon:WELCOME10</c>, <c>promotion:summer-sale</c>.</param>
/// <param name="Reason">For the shopper: <c>10 % off your first order</c>.</param>
/// <param name="Amount">By how much the price went down; positive.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.adjustment")]
public sealed record Adjustment([property: Id(0)] string Source, [property: Id(1)] string Reason, [property: Id(2)] Money Amount)
{
    /// <summary>The promotion with its version: <c>summer-sale@2</c>.</summary>
    [Id(3)] public string? Promotion { get; init; }
}

/// <param name="Jurisdiction">Who levies it: <c>DE</c>, <c>US-CA</c>.</param>
/// <param name="Rate">A fraction: 0.19 is 19 %.</param>
/// <param name="Taxable">Net amount it was computed on.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.tax")]
public sealed record AppliedTax(
    [property: Id(0)] string Jurisdiction,
    [property: Id(1)] string Name,
    [property: Id(2)] decimal Rate,
    [property: Id(3)] Money Taxable,
    [property: Id(4)] Money Amount);

[GenerateSerializer, Immutable, Alias("commerce.quote.shipping")]
public sealed record QuoteShipping
{
    [Id(0)] public string Method { get; init; } = "";
    [Id(1)] public string Name { get; init; } = "";
    [Id(2)] public Money Price { get; init; }
    [Id(3)] public Money Taxable { get; init; }
    [Id(4)] public ImmutableArray<AppliedTax> Taxes { get; init; } = [];

    /// <summary>What the shopper pays for it, taxes included.</summary>
    [Id(5)] public Money Total { get; init; }

    /// <summary>What lowered the price, in the order applied.</summary>
    [Id(6)] public ImmutableArray<Adjustment> Adjustments { get; init; } = [];

    /// <summary>Sum of the adjustments, as a positive amount, never more than the price.</summary>
    [Id(7)] public Money? Discount { get; init; }
    [Id(8)] public string? TaxCategory { get; init; }

    /// <summary>What it costs by what the goods cost before discounts; the price before its own discounts is one of these.</summary>
    [Id(9)] public ImmutableArray<ShippingStep> Steps { get; init; } = [];
}

/// <param name="From">Minor units: what the goods cost before discounts, from which it counts.</param>
/// <param name="Price">Minor units; 0: free.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.shipping-step")]
public readonly record struct ShippingStep([property: Id(0)] long From, [property: Id(1)] long Price);

/// <summary><c>Total = Subtotal − Discount + Shipping + Tax</c>, all of one currency and none negative.</summary>
[GenerateSerializer, Immutable, Alias("commerce.totals")]
public sealed record Totals
{
    /// <summary>Sum of the lines before discounts.</summary>
    [Id(0)] public Money Subtotal { get; init; }
    /// <summary>Sum of the lines' discounts. What the shipping is lowered by is in <see cref="Shipping"/>.</summary>
    [Id(1)] public Money Discount { get; init; }

    /// <summary>What the shipping costs after its discounts.</summary>
    [Id(2)] public Money Shipping { get; init; }

    /// <summary>Taxes on top of the prices; zero on a tax-inclusive channel.</summary>
    [Id(3)] public Money Tax { get; init; }

    /// <summary>Taxes that the prices contain already; zero on a tax-exclusive channel.</summary>
    [Id(4)] public Money IncludedTax { get; init; }

    [Id(5)] public Money Total { get; init; }
}

/// <summary>How to round, as data: it differs by market, is kept on the quote and the order, and is replayed with them.</summary>
[GenerateSerializer, Immutable, Alias("commerce.rounding")]
public sealed record RoundingPolicy(
    [property: Id(0)] RoundingMode Mode,
    [property: Id(1)] RoundingLevel Level,
    [property: Id(2)] int Increment = 1,
    [property: Id(3)] SpreadBy SpreadBy = SpreadBy.Price)
{
    /// <summary>Line by line, half away from zero, to one minor unit.</summary>
    public static RoundingPolicy Default { get; } = new(RoundingMode.HalfUp, RoundingLevel.Line);
}

/// <summary>What an amount that belongs to several lines is spread by.</summary>
[GenerateSerializer, Alias("commerce.rounding-spread"), JsonConverter(typeof(JsonStringEnumConverter<SpreadBy>))]
public enum SpreadBy
{
    /// <summary>What the lines cost as the channel prices them.</summary>
    [JsonStringEnumMemberName("price")] Price = 0,

    /// <summary>What they cost with their taxes, where these are known before the discounts are.</summary>
    [JsonStringEnumMemberName("gross")] Gross = 1,
}

[GenerateSerializer, Alias("commerce.rounding-mode"), JsonConverter(typeof(JsonStringEnumConverter<RoundingMode>))]
public enum RoundingMode
{
    /// <summary>Half away from zero: 0.5 → 1, −0.5 → −1.</summary>
    [JsonStringEnumMemberName("half_up")] HalfUp = 0,

    /// <summary>Half to the even neighbour.</summary>
    [JsonStringEnumMemberName("half_even")] HalfEven = 1,

    /// <summary>Half toward +∞: −0.5 → 0.</summary>
    [JsonStringEnumMemberName("half_up_positive")] HalfUpPositive = 2,

    /// <summary>Half toward zero.</summary>
    [JsonStringEnumMemberName("half_down")] HalfDown = 3,

    /// <summary>Away from zero.</summary>
    [JsonStringEnumMemberName("up")] Up = 4,

    /// <summary>Toward zero.</summary>
    [JsonStringEnumMemberName("down")] Down = 5,
}

/// <summary>Why a coupon that is there had no effect: codes for programs, sentences for shoppers.</summary>
public static class CouponRefusals
{
    public const string
        Unknown = "unknown-coupon",
        NotYet = "coupon-not-started",
        Over = "coupon-expired",
        OtherChannel = "coupon-not-on-this-channel",
        MinimumNotReached = "coupon-minimum-not-reached",
        NotYourGroup = "coupon-not-for-this-customer",
        NotFirstOrder = "coupon-first-order-only",
        NotThere = "coupon-not-for-this-destination",
        SignIn = "coupon-needs-sign-in",
        UsedUp = "coupon-used-up",
        NothingMatches = "coupon-matches-nothing",
        BetterOne = "coupon-outdone";

    /// <summary>The refusal of a code that was given to a cart.</summary>
    public static CommerceError Error(string code, string message) => new(code, ErrorKind.Invalid, message) { Pointer = "/code" };
}

[GenerateSerializer, Alias("commerce.rounding-level"), JsonConverter(typeof(JsonStringEnumConverter<RoundingLevel>))]
public enum RoundingLevel
{
    [JsonStringEnumMemberName("line")] Line = 0,
    [JsonStringEnumMemberName("unit")] Unit = 1,

    /// <summary>One rounding for each tax rate of the order, handed back to the lines by largest remainder.</summary>
    [JsonStringEnumMemberName("rate")] Rate = 2,
    [JsonStringEnumMemberName("order")] Order = 3,
}
