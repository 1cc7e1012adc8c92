using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>Something that lowers a price, as data: when it counts, for whom, what it does, and how it gets on with others.</summary>
/// <remarks>
/// Promotions work line by line first, then on the order, then on the shipping; within each, the highest <see cref="Priority"/> first, each on the price
/// that the one before left. Spend and quantity are those of the basket before any discount, so that one promotion never switches another off.
/// </remarks>
[GenerateSerializer, Immutable, Alias("commerce.promotion")]
public sealed record Promotion
{
    /// <summary>Lower case, digits and dashes: <c>summer-sale</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Counted up by every publication, from 1.</summary>
    [Id(1)] public int Version { get; init; } = 1;

    /// <summary>Told to the shopper beside the amount: <c>Summer sale: 20 % off</c>.</summary>
    [Id(2)] public required string Reason { get; init; }

    [Id(3)] public required Effect Effect { get; init; }

    /// <summary>Of several the highest is first; of equal ones the first by id.</summary>
    [Id(4)] public int Priority { get; init; }
    [Id(5)] public Stacking Stacking { get; init; }

    /// <summary>Of the promotions of one group the one that serves the shopper best counts; for <see cref="Stacking.BestOf"/>, which needs it.</summary>
    [Id(6)] public string? Group { get; init; }

    /// <summary>Where it counts; empty: on every channel.</summary>
    [Id(7)] public ImmutableArray<string> Channels { get; init; } = [];

    /// <summary>UTC, the first moment; null: it always was.</summary>
    [Id(8)] public DateTimeOffset? From { get; init; }

    /// <summary>UTC, the first moment after; null: no end.</summary>
    [Id(9)] public DateTimeOffset? Until { get; init; }
    [Id(10)] public PromotionConditions When { get; init; } = PromotionConditions.None;

    /// <summary>Codes that switch it on; empty: it counts by itself.</summary>
    [Id(11)] public ImmutableArray<CouponCodes> Coupons { get; init; } = [];
}

/// <summary>Who and what a promotion is for. Everything that is given must hold.</summary>
[GenerateSerializer, Immutable, Alias("commerce.promotion.conditions")]
public sealed record PromotionConditions
{
    public static PromotionConditions None { get; } = new();

    /// <summary>What the <see cref="Items"/> cost before discounts, by currency, at the least; a currency that is missing never qualifies. Empty: no condition.</summary>
    [Id(0)] public ImmutableArray<Money> MinimumSpend { get; init; } = [];

    /// <summary>Units of the <see cref="Items"/> at the least; 0: no condition.</summary>
    [Id(1)] public int MinimumQuantity { get; init; }

    /// <summary>What counts towards the minimums; null: everything.</summary>
    [Id(2)] public ItemSelector? Items { get; init; }

    /// <summary>For customers of one of these groups; empty: for everybody.</summary>
    [Id(3)] public ImmutableArray<string> CustomerGroups { get; init; } = [];

    /// <summary>For who has not ordered before. Of a guest nothing is known: a guest has not.</summary>
    [Id(4)] public bool FirstOrder { get; init; }

    /// <summary>ISO 3166-1: for these destinations; empty: for any. Does not hold while the destination is unknown.</summary>
    [Id(5)] public ImmutableArray<string> Countries { get; init; } = [];
}

/// <summary>Which lines are meant: those that one of the lists names, less the excluded. All lists empty: every line.</summary>
[GenerateSerializer, Immutable, Alias("commerce.promotion.items")]
public sealed record ItemSelector
{
    [Id(0)] public ImmutableArray<string> Skus { get; init; } = [];
    [Id(1)] public ImmutableArray<string> Products { get; init; } = [];
    [Id(2)] public ImmutableArray<string> Categories { get; init; } = [];
    [Id(3)] public ImmutableArray<string> Tags { get; init; } = [];
    [Id(4)] public ImmutableArray<string> ExceptSkus { get; init; } = [];

    public static ItemSelector Sku(params ImmutableArray<string> skus) => new() { Skus = skus };
}

/// <summary>A code, or many that were made together, that switch a promotion on.</summary>
/// <param name="Code">Capital letters, digits, dashes. Of codes made together: what all of them begin with.</param>
/// <param name="Uses">How often one code can be used by all together; null: without limit.</param>
/// <param name="UsesPerCustomer">How often by one customer, who has to be signed in then; null: without limit.</param>
/// <param name="Generated">How many codes were made; 0: it is one code, as it stands.</param>
/// <param name="Seed">What the generated codes follow from; secret, base 64. Null for one code.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.codes")]
public sealed record CouponCodes(
    [property: Id(0)] string Code,
    [property: Id(1)] int? Uses = null,
    [property: Id(2)] int? UsesPerCustomer = null,
    [property: Id(3)] int Generated = 0,
    [property: Id(4)] string? Seed = null);

[GenerateSerializer, Alias("commerce.promotion.stacking"), JsonConverter(typeof(JsonStringEnumConverter<Stacking>))]
public enum Stacking
{
    /// <summary>Together with any other that stacks.</summary>
    [JsonStringEnumMemberName("stackable")] Stackable = 0,

    /// <summary>Alone, if that serves the shopper better than all the others together.</summary>
    [JsonStringEnumMemberName("exclusive")] Exclusive = 1,

    /// <summary>One of its group: the one that serves the shopper best.</summary>
    [JsonStringEnumMemberName("best_of")] BestOf = 2,
}

[GenerateSerializer, Alias("commerce.promotion.target"), JsonConverter(typeof(JsonStringEnumConverter<Target>))]
public enum Target
{
    /// <summary>Each line by itself, rounded by itself.</summary>
    [JsonStringEnumMemberName("lines")] Lines = 0,

    /// <summary>The lines together, rounded once, spread over them by largest remainder.</summary>
    [JsonStringEnumMemberName("order")] Order = 1,

    [JsonStringEnumMemberName("shipping")] Shipping = 2,
}

/// <summary>What a promotion does.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PercentOff), "percent_off")]
[JsonDerivedType(typeof(AmountOff), "amount_off")]
[JsonDerivedType(typeof(FixedPrice), "fixed_price")]
[JsonDerivedType(typeof(BuyGet), "buy_get")]
[JsonDerivedType(typeof(Tiers), "tiers")]
[JsonDerivedType(typeof(Bundle), "bundle")]
[JsonDerivedType(typeof(Gift), "gift")]
[GenerateSerializer, Immutable, Alias("commerce.promotion.effect")]
public abstract record Effect;

/// <param name="Percentage">A fraction: 0.10 is 10 %. Above 0, at most 1.</param>
/// <param name="Items">Null: every line. No meaning for the shipping.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.percent-off")]
public sealed record PercentOff(
    [property: Id(0)] decimal Percentage, [property: Id(1)] Target On = Target.Lines, [property: Id(2)] ItemSelector? Items = null) : Effect;

/// <summary>On lines the amount is taken off every unit; on the order and the shipping once. Never more than there is.</summary>
/// <param name="Amounts">By currency; a currency that is missing: nothing is taken off.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.amount-off")]
public sealed record AmountOff(
    [property: Id(0)] ImmutableArray<Money> Amounts, [property: Id(1)] Target On = Target.Order, [property: Id(2)] ItemSelector? Items = null) : Effect;

/// <summary>On lines the price of a unit, on the order of all lines together, of the shipping; without effect where that would be dearer.</summary>
[GenerateSerializer, Immutable, Alias("commerce.promotion.fixed-price")]
public sealed record FixedPrice(
    [property: Id(0)] ImmutableArray<Money> Amounts, [property: Id(1)] Target On = Target.Order, [property: Id(2)] ItemSelector? Items = null) : Effect;

/// <summary>For every <paramref name="BuyQuantity"/> units bought, <paramref name="GetQuantity"/> cost less: the cheapest first. A unit that qualifies is not the reward as well.</summary>
/// <param name="Buy">What has to be bought; null: anything.</param>
/// <param name="Get">What costs less; null: the same as bought.</param>
/// <param name="Percentage">By how much, a fraction; 1: free.</param>
/// <param name="Times">How often in one order; null: as often as it fits.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.buy-get")]
public sealed record BuyGet(
    [property: Id(0)] int BuyQuantity,
    [property: Id(1)] int GetQuantity,
    [property: Id(2)] ItemSelector? Buy = null,
    [property: Id(3)] ItemSelector? Get = null,
    [property: Id(4)] decimal Percentage = 1m,
    [property: Id(5)] int? Times = null) : Effect;

/// <summary>The more is bought the more is taken off: the highest step that is reached counts, alone.</summary>
/// <param name="On">Lines: each line reaches its steps by itself. Order: all lines together.</param>
/// <param name="Items">What counts and what costs less; null: every line.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.tiers")]
public sealed record Tiers(
    [property: Id(0)] ImmutableArray<Tier> Steps, [property: Id(1)] Target On = Target.Order, [property: Id(2)] ItemSelector? Items = null) : Effect;

[GenerateSerializer, Immutable, Alias("commerce.promotion.tier")]
public sealed record Tier
{
    /// <summary>Units from which it counts; 0: it goes by spend.</summary>
    [Id(0)] public int FromQuantity { get; init; }

    /// <summary>Spend before discounts from which it counts, by currency; empty: it goes by quantity.</summary>
    [Id(1)] public ImmutableArray<Money> FromSpend { get; init; } = [];

    /// <summary>A fraction; 0: an amount is taken off instead.</summary>
    [Id(2)] public decimal Percentage { get; init; }

    /// <summary>By currency; taken off the order once, off a line once.</summary>
    [Id(3)] public ImmutableArray<Money> Amounts { get; init; } = [];
}

/// <summary>Parts that cost less when they are bought together; as often as all parts are there.</summary>
/// <param name="Prices">What all parts cost together, by currency; empty: a percentage is taken off.</param>
/// <param name="Percentage">A fraction off the parts; 0: they have a price together.</param>
[GenerateSerializer, Immutable, Alias("commerce.promotion.bundle")]
public sealed record Bundle(
    [property: Id(0)] ImmutableArray<BundlePart> Parts,
    [property: Id(1)] ImmutableArray<Money> Prices,
    [property: Id(2)] decimal Percentage = 0m,
    [property: Id(3)] int? Times = null) : Effect;

[GenerateSerializer, Immutable, Alias("commerce.promotion.bundle-part")]
public sealed record BundlePart([property: Id(0)] ItemSelector Items, [property: Id(1)] int Quantity = 1);

/// <summary>A line of its own that costs nothing, as long as there is stock of it.</summary>
[GenerateSerializer, Immutable, Alias("commerce.promotion.gift")]
public sealed record Gift([property: Id(0)] string Sku, [property: Id(1)] int Quantity = 1) : Effect;
