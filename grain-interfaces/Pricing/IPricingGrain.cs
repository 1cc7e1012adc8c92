using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>Looks at prices without touching anything: tries baskets out, explains quotes, computes stored ones again. Any activation serves any call.</summary>
[Alias("commerce.pricing"), GrainInterfaceType("commerce.pricing")]
public interface IPricingGrain : IGrainWithIntegerKey
{
    /// <summary>Prices a made-up basket by the function that prices carts.</summary>
    [Alias("simulate")]
    Task<SimulationResult> Simulate(Simulation simulation);

    /// <summary>Every cent of a quote, step by step.</summary>
    [Alias("explain")]
    Task<ImmutableArray<ExplanationStep>> Explain(Quote quote);

    /// <summary>A quote that a checkout was started with; null when none was. Follows the journal within milliseconds.</summary>
    [Alias("find")]
    Task<StoredQuote?> Find(string quoteId);

    /// <summary>Computes a stored quote again from what went into it and compares the two; null when there is no such quote.</summary>
    [Alias("verify")]
    Task<QuoteVerification?> Verify(string quoteId);
}

/// <summary>A basket as somebody made it up.</summary>
/// <param name="Promotions">In the order in which they apply within their phase.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulation")]
public sealed record Simulation(
    [property: Id(0)] string Currency,
    [property: Id(1)] bool PricesIncludeTax,
    [property: Id(2)] RoundingPolicy Policy,
    [property: Id(3)] ImmutableArray<SimulatedLine> Lines,
    [property: Id(4)] ImmutableArray<Promotion> Promotions,
    [property: Id(5)] ImmutableArray<SimulatedCharge> Shipping,
    [property: Id(6)] ImmutableArray<SimulatedCharge> Surcharges)
{
    /// <summary>The SKU of the line at a position, for promotions that select by it. Sorted as the lines are, so that ties go to the first.</summary>
    public static string Sku(int line) => line.ToString("D4", System.Globalization.CultureInfo.InvariantCulture);
}

/// <param name="UnitPrice">Minor units.</param>
/// <param name="Rates">Of its taxes, as fractions; several are levied side by side on the same amount.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulated-line")]
public sealed record SimulatedLine(
    [property: Id(0)] long UnitPrice, [property: Id(1)] int Quantity, [property: Id(2)] ImmutableArray<decimal> Rates);

/// <summary>Shipping, or a surcharge: taxed, and not discounted.</summary>
/// <param name="IncludesTax">Whether the price contains its tax.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulated-charge")]
public sealed record SimulatedCharge(
    [property: Id(0)] long Price, [property: Id(1)] ImmutableArray<decimal> Rates, [property: Id(2)] bool IncludesTax);

/// <summary>What a made-up basket costs, in minor units. Shipping and surcharges are in the sums, not in the lines.</summary>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulation-result")]
public sealed record SimulationResult(
    [property: Id(0)] long Net,
    [property: Id(1)] long Tax,
    [property: Id(2)] long Gross,
    [property: Id(3)] ImmutableArray<SimulatedTotal> Lines,
    [property: Id(4)] ImmutableArray<SimulatedTax> TaxSummary,
    [property: Id(5)] ImmutableArray<ExplanationStep> Explanation);

/// <param name="Discount">What the promotions took off it, as a positive amount; with taxes where prices contain them.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulated-total")]
public sealed record SimulatedTotal([property: Id(0)] long Net, [property: Id(1)] long Tax, [property: Id(2)] long Gross, [property: Id(3)] long Discount);

/// <param name="RatePct">Per cent.</param>
/// <param name="Base">What it was computed on, without tax.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.simulated-tax")]
public sealed record SimulatedTax([property: Id(0)] decimal RatePct, [property: Id(1)] long Base, [property: Id(2)] long Tax);

/// <summary>One step on the way from a list price to what is paid.</summary>
/// <param name="Of">What it is about: a line's id, <c>shipping</c>, <c>order</c>.</param>
/// <param name="Amount">What the step adds (positive) or takes off (negative); a sum for <c>total</c>; a tax that the price contains for <c>included_tax</c>.</param>
/// <param name="Source">The price list, promotion or jurisdiction that it comes from.</param>
/// <param name="Sentence">To be read out.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.explanation-step")]
public sealed record ExplanationStep(
    [property: Id(0)] string Of,
    [property: Id(1)] ExplanationKind Step,
    [property: Id(2)] Money Amount,
    [property: Id(3)] string? Source,
    [property: Id(4)] string Sentence)
{
    /// <summary>What the step was before it was rounded, minor units as a decimal text; null where nothing was rounded.</summary>
    [Id(5)] public string? Exact { get; init; }
}

[GenerateSerializer, Alias("commerce.pricing.explanation-kind"), JsonConverter(typeof(JsonStringEnumConverter<ExplanationKind>))]
public enum ExplanationKind
{
    [JsonStringEnumMemberName("list_price")] ListPrice = 0,
    [JsonStringEnumMemberName("promotion")] Promotion = 1,

    /// <summary>On top of the price.</summary>
    [JsonStringEnumMemberName("tax")] Tax = 2,

    /// <summary>Contained in the price.</summary>
    [JsonStringEnumMemberName("included_tax")] IncludedTax = 3,
    [JsonStringEnumMemberName("shipping")] Shipping = 4,
    [JsonStringEnumMemberName("total")] Total = 5,

    /// <summary>How amounts are rounded and spread here, or what became of a coupon.</summary>
    [JsonStringEnumMemberName("note")] Note = 6,
}

/// <param name="CheckoutId">The last checkout that was started with it.</param>
/// <param name="At">UTC, when that was.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.stored-quote")]
public sealed record StoredQuote([property: Id(0)] Quote Quote, [property: Id(1)] string CheckoutId, [property: Id(2)] DateTimeOffset At);

/// <param name="Verdict">Whether the two are the same, byte for byte.</param>
/// <param name="Differences">What is not: a path, what is stored, what comes out now. Empty when they are the same.</param>
[GenerateSerializer, Immutable, Alias("commerce.pricing.verification")]
public sealed record QuoteVerification(
    [property: Id(0)] string QuoteId,
    [property: Id(1)] QuoteVerdict Verdict,
    [property: Id(2)] ImmutableArray<QuoteChange> Differences,
    [property: Id(3)] Quote Stored,
    [property: Id(4)] Quote? Recomputed);

[GenerateSerializer, Alias("commerce.pricing.verdict"), JsonConverter(typeof(JsonStringEnumConverter<QuoteVerdict>))]
public enum QuoteVerdict
{
    [JsonStringEnumMemberName("same")] Same = 0,
    [JsonStringEnumMemberName("different")] Different = 1,

    /// <summary>It was stored before quotes carried what went into them.</summary>
    [JsonStringEnumMemberName("not_recomputable")] NotRecomputable = 2,
}

/// <summary>One thing in which two quotes differ.</summary>
/// <param name="Of">A SKU, <c>shipping</c> or <c>order</c>.</param>
/// <param name="What">What differs: <c>line</c>, <c>quantity</c>, <c>unit_price</c>, <c>discount</c>, <c>tax</c>, <c>shipping</c>, <c>total</c>, <c>id</c>.</param>
/// <param name="Was">As shown; null: it was not there.</param>
/// <param name="Is">As it is now; null: it is gone.</param>
[GenerateSerializer, Immutable, Alias("commerce.quote.change")]
public sealed record QuoteChange([property: Id(0)] string Of, [property: Id(1)] string What, [property: Id(2)] string? Was, [property: Id(3)] string? Is);

public static class PricingGrains
{
    extension(IGrainFactory grains)
    {
        public IPricingGrain Pricing() => grains.GetGrain<IPricingGrain>(0);
    }
}
