using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Commerce.Carts;
using Commerce.Pricing;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Benchmarks.Pricing;

/// <summary>The pricing function alone: discounts, taxes, totals and the quote's id, from a basket that was looked up to a quote. The aim is 50 µs for ten lines with five promotions.</summary>
[MemoryDiagnoser]
public class Quotes
{
    private static readonly Destination Germany = new("DE", null);
    private static readonly TaxClass Standard = new([new Levy("DE", "USt", 0.19m)]), Reduced = new([new Levy("DE", "USt", 0.07m)]);

    private readonly Basket plain = Of(10, []);
    private readonly Basket five = Of(10, Five);
    private readonly Basket choosing = Of(10, [.. Five[..4], Promotion("three-for-two", new BuyGet(2, 1, ItemSelector.Sku("SKU-03", "SKU-04", "SKU-05")), 50)]);
    private readonly Basket large = Of(100, [.. Five, .. Five.Select(p => p with { Id = p.Id + "-2" })]);

    private static ImmutableArray<Promotion> Five =>
    [
        Promotion("summer", new PercentOff(0.2m, Target.Lines, new ItemSelector { Categories = ["tea"] }), 40),
        Promotion("mug", new AmountOff([new Money(150, "EUR")], Target.Lines, ItemSelector.Sku("SKU-02")), 30),
        Promotion("more", new Tiers([new Tier { FromQuantity = 5, Percentage = 0.02m }, new Tier { FromQuantity = 15, Percentage = 0.05m }]), 20),
        Promotion("ten", new AmountOff([new Money(1000, "EUR")]), 10),
        Promotion("parcel", new PercentOff(0.5m, Target.Shipping), 5),
    ];

    [Benchmark(Baseline = true)]
    public string Ten_lines() => Price(plain);

    [Benchmark]
    public string Ten_lines_five_promotions() => Price(five);

    [Benchmark]
    public string Ten_lines_five_promotions_one_of_which_chooses() => Price(choosing);

    [Benchmark]
    public string A_hundred_lines_ten_promotions() => Price(large);

    private static string Price(Basket basket)
    {
        var discounted = Discounting.Apply(basket);
        var request = discounted.TaxRequest(Germany);
        var classes = new TaxClass[request.Items.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = request.Items[i].TaxCategory == "reduced" ? Reduced : Standard;
        }

        var at = DateTimeOffset.UnixEpoch;

        return Quoting.Total(discounted, new Terms(at, at.AddMinutes(15), Germany), new Assessed(Assessment.Of(request, classes), "rate-tables", Estimated: false)).Id;
    }

    private static Basket Of(int lines, ImmutableArray<Promotion> promotions) => new(
        new Channel { Id = "eu", Name = "Europe", Currencies = ["EUR"], TaxInclusive = true, Countries = ["DE"] },
        "EUR",
        [.. Enumerable.Range(0, lines).Select(i => new BasketLine($"line_{i}", $"SKU-{i:D2}", "A thing", 1 + (i % 3), new Money(795 + (i * 100), "EUR"), i % 2 == 0 ? "reduced" : "standard")
        {
            PriceList = "eu-eur@1",
            Product = $"product-{i}",
            Category = i % 2 == 0 ? "tea" : "kitchen",
            Tags = ["loose-leaf"],
        })],
        [.. promotions.OrderByDescending(p => p.Priority).ThenBy(p => p.Id, StringComparer.Ordinal)],
        new ShippingRate("standard", "Parcel", "EUR", [new ShippingStep(0, 395), new ShippingStep(4_900, 0)], "standard", 1, 3));

    private static Promotion Promotion(string id, Effect effect, int priority) => new() { Id = id, Reason = "Because", Effect = effect, Priority = priority };
}
