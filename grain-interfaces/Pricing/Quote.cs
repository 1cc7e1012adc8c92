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
}

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
}

/// <param name="Source">What did it: <c>coupon:WELCOME10</c>.</param>
/// <param name="Reason">For the shopper: <c>10 % off your first order</c>.</param>
/// <param name="Amount">By how much the price went down; positive.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.adjustment")]
public sealed record Adjustment([property: Id(0)] string Source, [property: Id(1)] string Reason, [property: Id(2)] Money Amount);

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
}

/// <summary><c>Total = Subtotal − Discount + Shipping + Tax</c>, all of one currency and none negative.</summary>
[GenerateSerializer, Immutable, Alias("commerce.totals")]
public sealed record Totals
{
    /// <summary>Sum of the lines before discounts.</summary>
    [Id(0)] public Money Subtotal { get; init; }
    [Id(1)] public Money Discount { get; init; }
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
    [property: Id(2)] int Increment = 1)
{
    /// <summary>Line by line, half away from zero, to one minor unit.</summary>
    public static RoundingPolicy Default { get; } = new(RoundingMode.HalfUp, RoundingLevel.Line);
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

[GenerateSerializer, Alias("commerce.rounding-level"), JsonConverter(typeof(JsonStringEnumConverter<RoundingLevel>))]
public enum RoundingLevel
{
    [JsonStringEnumMemberName("line")] Line = 0,
    [JsonStringEnumMemberName("unit")] Unit = 1,

    /// <summary>One rounding for each tax rate of the order, handed back to the lines by largest remainder.</summary>
    [JsonStringEnumMemberName("rate")] Rate = 2,
    [JsonStringEnumMemberName("order")] Order = 3,
}
