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
        Gen.Int[0, 100_000],
        Gen.OneOf<long>(Gen.Long[0, 500], Gen.Long[0, 20_000], Gen.Long[0, 100_000_000]),
        Gen.OneOf<int>(Gen.Int[1, 5], Gen.Int[1, CartErrors.MaxQuantity]),
        Category,
        (sku, price, quantity, category) => new BasketLine($"line_{sku}", $"SKU-{sku}", "A thing", quantity, new Money(price, "EUR"), category));

    private static readonly Gen<Coupon> Coupon = Gen.Select(
        Gen.Int[0, 5],
        Gen.OneOf<decimal?>(Gen.Int[1, 100].Select(p => (decimal?)(p / 100m)), Gen.Const((decimal?)null)),
        Gen.OneOf<long>(Gen.Long[1, 1000], Gen.Long[1, 10_000_000]),
        Gen.OneOf<long>(Gen.Const(0L), Gen.Long[1, 50_000]),
        Gen.Int[0, 3],
        (name, percentage, amount, minimum, order) => new Coupon(
            $"C{name}", "Because", percentage, In(percentage is null ? amount : 0), In(minimum), order));

    private static readonly Gen<ShippingRate?> Rate = Gen.OneOf<ShippingRate?>(
        Gen.Const((ShippingRate?)null),
        Gen.Select(Gen.Long[0, 3000], Category, (price, category) => (ShippingRate?)new ShippingRate("standard", "Parcel", new Money(price, "EUR"), category, 1, 3)));

    public static readonly Gen<Purchase> Any = Gen.Select(
        Line.Array[0, 8], Coupon.Array[0, 3], Rate, Policy, Gen.Bool, Gen.Frequency((4, true), (1, false)),
        (lines, coupons, rate, policy, inclusive, known) => new Purchase(
            new Basket(Channel(inclusive, policy), "EUR", [.. lines.DistinctBy(l => l.Sku)], [.. coupons.DistinctBy(c => c.Code)]),
            known ? rate : null,
            known));

    public static Channel Channel(bool inclusive, RoundingPolicy policy) =>
        new() { Id = "test", Name = "Test", Currencies = ["EUR"], TaxInclusive = inclusive, Rounding = policy, Countries = ["DE"] };

    public static Coupon Percent(string code, decimal fraction, int order = 0) => new(code, "Because", fraction, In(0), In(0), order);

    public static Coupon Fixed(string code, long amount, long minimum = 0) => new(code, "Because", null, In(amount), In(minimum));

    public static BasketLine Of(string sku, long price, int quantity = 1, string category = "19") =>
        new($"line_{sku}", sku, sku, quantity, new Money(price, "EUR"), category);

    public static TaxQuote Taxes(TaxRequest request) => Assessment.Of(request, [.. request.Items.Select(i => Class(i.TaxCategory))]);

    private static TaxClass Class(string rates) => new([.. rates.Split('+').Select((rate, i) => new Levy($"J{i}", "Tax", decimal.Parse(rate) / 100))]);

    private static ImmutableDictionary<string, long> In(long amount) =>
        amount == 0 ? ImmutableDictionary<string, long>.Empty : ImmutableDictionary<string, long>.Empty.Add("EUR", amount);
}

/// <summary>A basket, how it is shipped, and whether it is known whither.</summary>
internal sealed record Purchase(Basket Basket, ShippingRate? Rate = null, bool Known = true)
{
    public Quote Quote(DateTimeOffset? until = null)
    {
        var discounted = Discounting.Apply(Basket);

        return Known
            ? Quoting.Total(discounted, Baskets.Somewhere, Rate, Baskets.Taxes(discounted.TaxRequest(Baskets.Somewhere, Rate)), until ?? Baskets.Noon)
            : Quoting.Total(discounted, null, null, null, until ?? Baskets.Noon);
    }
}
