using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Baskets of every shape, and what they cost. A tax category is its rates in per cent: <c>19</c>, or <c>5+9.975</c> for two authorities.</summary>
internal static class Baskets
{
    public static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Destination Somewhere = new("DE", null);

    public static readonly Gen<RoundingPolicy> Policy = Gen.Select(
        Gen.Enum<RoundingMode>(),
        Gen.Enum<RoundingLevel>(),
        Gen.OneOf(1, 1, 1, 5, 10),
        (mode, level, increment) => new RoundingPolicy(mode, level, increment));

    private static readonly Gen<string> Category = Gen.OneOf("19", "7", "0", "7.25", "25.5", "5+9.975");

    private static readonly Gen<BasketLine> Line = Gen.Select(
        Gen.Int[0, 12],
        Gen.OneOf<long>(Gen.Long[0, 500], Gen.Long[0, 20_000], Gen.Long[0, 100_000_000]),
        Gen.OneOf<int>(Gen.Int[1, 5], Gen.Int[1, CartErrors.MaxQuantity]),
        Category,
        (sku, price, quantity, category) => Of($"SKU-{sku}", price, quantity, category) with { Product = $"p{sku / 2}", Category = $"c{sku / 4}", Tags = [$"t{sku % 3}"] });

    private static readonly Gen<ItemSelector?> Items = Gen.OneOf<ItemSelector?>(
        Gen.Const((ItemSelector?)null),
        Gen.Int[0, 12].Array[1, 3].Select(skus => (ItemSelector?)ItemSelector.Sku([.. skus.Select(s => $"SKU-{s}")])),
        Gen.Int[0, 3].Select(c => (ItemSelector?)new ItemSelector { Categories = [$"c{c}"] }),
        Gen.Int[0, 2].Select(t => (ItemSelector?)new ItemSelector { Tags = [$"t{t}"], ExceptSkus = ["SKU-1"] }));

    private static readonly Gen<decimal> Fraction = Gen.Int[1, 100].Select(p => p / 100m);

    private static readonly Gen<ImmutableArray<Money>> Amount = Gen.OneOf<long>(Gen.Long[1, 1000], Gen.Long[1, 10_000_000]).Select(In);

    private static readonly Gen<Effect> AnyEffect = Gen.OneOf<Effect>(
        Gen.Select(Fraction, Gen.Enum<Target>(), Items, (f, on, items) => (Effect)new PercentOff(f, on, items)),
        Gen.Select(Amount, Gen.Enum<Target>(), Items, (a, on, items) => (Effect)new AmountOff(a, on, items)),
        Gen.Select(Amount, Gen.Enum<Target>(), Items, (a, on, items) => (Effect)new FixedPrice(a, on, items)),
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 2], Items, Items, Fraction, (buy, get, what, reward, f) => (Effect)new BuyGet(buy, get, what, reward, f)),
        Gen.Select(Gen.Enum<Target>().Where(t => t is not Target.Shipping), Items, Fraction, Amount, (on, items, f, a) => (Effect)new Tiers(
            [new Tier { FromQuantity = 2, Percentage = f / 2 }, new Tier { FromQuantity = 6, Percentage = f }, new Tier { FromQuantity = 20, Amounts = a }], on, items)),
        Gen.Select(Items, Items, Amount, Fraction, Gen.Bool, (one, other, a, f, priced) => (Effect)new Bundle(
            [new BundlePart(one ?? new ItemSelector(), 1), new BundlePart(other ?? new ItemSelector(), 2)], priced ? a : [], priced ? 0m : f)));

    public static readonly Gen<Promotion> AnyPromotion = Gen.Select(
        Gen.Int[0, 9], AnyEffect, Gen.Int[0, 3], Gen.Frequency((6, Stacking.Stackable), (1, Stacking.Exclusive), (2, Stacking.BestOf)), Gen.Int[0, 1],
        (name, effect, priority, stacking, group) => new Promotion
        {
            Id = $"p{name}",
            Reason = "Because",
            Effect = effect,
            Priority = priority,
            Stacking = stacking,
            Group = stacking is Stacking.BestOf ? $"g{group}" : null,
        });

    private static readonly Gen<ShippingRate?> Rate = Gen.OneOf<ShippingRate?>(
        Gen.Const((ShippingRate?)null),
        Gen.Select(Gen.Long[0, 3000], Category, Gen.Long[1, 50_000], (price, category, free) => (ShippingRate?)Parcel(price, category, free)));

    public static readonly Gen<Purchase> Any = Gen.Select(
        Line.Array[0, 8], AnyPromotion.Array[0, 4], Rate, Policy, Gen.Bool, Gen.Frequency((4, true), (1, false)),
        (lines, promotions, rate, policy, inclusive, known) => new Purchase(
            new Basket(Channel(inclusive, policy), "EUR", [.. lines.DistinctBy(l => l.Sku)], ByPriority(promotions), known ? rate : null),
            known));

    /// <summary>As the price book hands them out.</summary>
    public static ImmutableArray<Promotion> ByPriority(IEnumerable<Promotion> promotions) =>
        [.. promotions.DistinctBy(p => p.Id).OrderByDescending(p => p.Priority).ThenBy(p => p.Id, StringComparer.Ordinal)];

    public static Channel Channel(bool inclusive, RoundingPolicy policy) =>
        new() { Id = "test", Name = "Test", Currencies = ["EUR"], TaxInclusive = inclusive, Rounding = policy, Countries = ["DE"] };

    public static Promotion Percent(string id, decimal fraction, int priority = 0) => Promotion(id, new PercentOff(fraction), priority);

    public static Promotion Fixed(string id, long amount, long minimum = 0) =>
        Promotion(id, new AmountOff(In(amount))) with { When = new PromotionConditions { MinimumSpend = minimum == 0 ? [] : In(minimum) } };

    public static Promotion Promotion(string id, Effect effect, int priority = 0) => new() { Id = id, Reason = "Because", Effect = effect, Priority = priority };

    public static BasketLine Of(string sku, long price, int quantity = 1, string category = "19") =>
        new($"line_{sku}", sku, sku, quantity, new Money(price, "EUR"), category);

    public static ShippingRate Parcel(long price, string category, long? free = null) =>
        new("standard", "Parcel", "EUR", free is { } from ? [new(0, price), new(from, 0)] : [new(0, price)], category, 1, 3);

    public static TaxQuote Taxes(TaxRequest request) => Assessment.Of(request, [.. request.Items.Select(i => Class(i.TaxCategory))]);

    private static TaxClass Class(string rates) => new([.. rates.Split('+').Select((rate, i) => new Levy($"J{i}", "Tax", decimal.Parse(rate) / 100))]);

    public static ImmutableArray<Money> In(long amount) => [new Money(amount, "EUR")];
}

/// <summary>A basket, and whether it is known whither it goes.</summary>
internal sealed record Purchase(Basket Basket, bool Known = true)
{
    public Quote Quote(DateTimeOffset? at = null)
    {
        var discounted = Discounting.Apply(Basket);
        var terms = new Terms(at ?? Baskets.Noon, (at ?? Baskets.Noon).AddMinutes(15), Known ? Baskets.Somewhere : null);

        return Quoting.Total(discounted, terms, Known ? new Assessed(Baskets.Taxes(discounted.TaxRequest(Baskets.Somewhere)), "rate-tables", Estimated: false) : null);
    }
}
