using System.Globalization;
using System.Text.RegularExpressions;
using Commerce.Shipping;

namespace Commerce.Pricing;

/// <summary>What promotions do, one row of <c>promotions.csv</c> a case, in words that a shop owner can read.</summary>
public sealed partial class PromotionCaseTests
{
    private static readonly ImmutableArray<Case> Cases =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Pricing", "promotions.csv")).Skip(1).Select(row => row.Split(';'))
            .Select(row => new Case(row[0], row[1], row[2], row[3])),
    ];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_paid(string name)
    {
        var expected = Cases.Single(c => c.Name == name);
        var discounted = Discounting.Apply(expected.Basket);

        var lines = discounted.Basket.Lines.Select((line, i) => $"{line.Sku} {discounted.Lines[i].Payable.Amount / 100m:F2}");
        var all = string.Join(", ", discounted.Shipping is { } shipping ? lines.Append($"shipping {shipping.Payable.Amount / 100m:F2}") : lines);
        var sum = $"{discounted.Goods.Amount / 100m:F2}";

        Assert.Equal(expected.Pays, expected.Pays.Contains(' ') ? all : sum);
    }

    [Fact]
    public void There_are_enough_of_them() => Assert.True(Cases.Length >= 70 && Cases.DistinctBy(c => c.Name).Count() == Cases.Length, $"{Cases.Length} cases");

    private static long Cents(string amount) => decimal.ToInt64(decimal.Parse(amount, CultureInfo.InvariantCulture) * 100);

    private static decimal Percent(string percent) => decimal.Parse(percent, CultureInfo.InvariantCulture) / 100;

    private static ImmutableArray<Money> Euro(string amount) => [new Money(Cents(amount), "EUR")];

    private static ItemSelector? Items(string skus) => skus.Length == 0 ? null : ItemSelector.Sku([.. skus.Split('+')]);

    private static Target On(string target) => Enum.Parse<Target>(target, ignoreCase: true);

    [GeneratedRegex(@"^(?<a>\w+) (?<b>\d+) x (?<c>[\d.]+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LineForm { get; }

    [GeneratedRegex(@"^shipping (?<a>[\d.]+)(?: free from (?<b>[\d.]+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ShippingForm { get; }

    [GeneratedRegex(@"^(?<a>[\d.]+)(?<b> %)? (?<c>off|for) (?<d>lines|order|shipping) ?(?<e>\S*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OffForm { get; }

    [GeneratedRegex(@"^buy (?<a>\d+) ?(?<b>[A-Z+]*) ?get (?<c>\d+) ?(?<d>[A-Z+]*)(?: ?for (?<e>[\d.]+) %)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BuyForm { get; }

    [GeneratedRegex(@"^tiers (?<a>.+) off (?<b>lines|order)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TiersForm { get; }

    [GeneratedRegex(@"^(?:(?<a>\d+) units (?<b>[\d.]+) %|spend (?<c>[\d.]+) (?<d>[\d.]+))$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TierForm { get; }

    [GeneratedRegex(@"^bundle (?<a>.+) (?<b>for|less) (?<c>[\d.]+)(?: %)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BundleForm { get; }

    [GeneratedRegex(@" (?<a>prio|group|times) (?<b>\w+)| (?<c>exclusive)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OptionForm { get; }

    private sealed record Case(string Name, string Lines, string Promotions, string Pays)
    {
        public Basket Basket
        {
            get
            {
                var lines = Lines.Split(", ");
                return new Basket(
                    Baskets.Channel(inclusive: true, RoundingPolicy.Default),
                    "EUR",
                    [.. lines.Select(l => LineForm.Match(l)).Where(m => m.Success).Select(m => Baskets.Of(m.Groups[1].Value, Cents(m.Groups[3].Value), int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)))],
                    Baskets.ByPriority(Promotions.Length == 0 ? [] : Promotions.Split(" | ").Select(Promotion)),
                    lines.Select(l => ShippingForm.Match(l)).FirstOrDefault(m => m.Success) is { } shipping ? Parcel(shipping) : null);
            }
        }

        private static ShippingRate Parcel(Match shipping) =>
            Baskets.Parcel(Cents(shipping.Groups[1].Value), "19", shipping.Groups[2].Success ? Cents(shipping.Groups[2].Value) : null);

        private static Promotion Promotion(string text)
        {
            var (id, body) = (text[..text.IndexOf(':')], text[(text.IndexOf(':') + 2)..]);
            var options = OptionForm.Matches(body).ToDictionary(m => m.Groups[1].Success ? m.Groups[1].Value : m.Groups[3].Value, m => m.Groups[2].Value);

            return new Promotion
            {
                Id = id,
                Reason = "Because",
                Effect = Effect(OptionForm.Replace(body, ""), options.TryGetValue("times", out var times) ? int.Parse(times, CultureInfo.InvariantCulture) : null),
                Priority = options.TryGetValue("prio", out var priority) ? int.Parse(priority, CultureInfo.InvariantCulture) : 0,
                Stacking = options.ContainsKey("exclusive") ? Stacking.Exclusive : options.ContainsKey("group") ? Stacking.BestOf : Stacking.Stackable,
                Group = options.GetValueOrDefault("group"),
            };
        }

        private static Effect Effect(string body, int? times)
        {
            if (OffForm.Match(body) is { Success: true, Groups: var off })
            {
                var (on, items) = (On(off[4].Value), Items(off[5].Value));
                return off[2].Success ? new PercentOff(Percent(off[1].Value), on, items)
                    : off[3].Value == "off" ? new AmountOff(Euro(off[1].Value), on, items)
                    : new FixedPrice(Euro(off[1].Value), on, items);
            }

            if (BuyForm.Match(body) is { Success: true, Groups: var buy })
            {
                return new BuyGet(
                    int.Parse(buy[1].Value, CultureInfo.InvariantCulture),
                    int.Parse(buy[3].Value, CultureInfo.InvariantCulture),
                    Items(buy[2].Value),
                    Items(buy[4].Value),
                    buy[5].Success ? Percent(buy[5].Value) : 1m,
                    times);
            }

            if (TiersForm.Match(body) is { Success: true, Groups: var tiers })
            {
                return new Tiers([.. tiers[1].Value.Split(", ").Select(Tier)], On(tiers[2].Value));
            }

            var bundle = BundleForm.Match(body) is { Success: true } match ? match.Groups : throw new FormatException($"Nobody reads '{body}'.");
            return new Bundle(
                [.. bundle[1].Value.Split(" + ").Select(Part)],
                bundle[2].Value == "for" ? Euro(bundle[3].Value) : [],
                bundle[2].Value == "less" ? Percent(bundle[3].Value) : 0m,
                times);
        }

        private static Tier Tier(string text) => TierForm.Match(text).Groups is var step && step[1].Success
            ? new Tier { FromQuantity = int.Parse(step[1].Value, CultureInfo.InvariantCulture), Percentage = Percent(step[2].Value) }
            : new Tier { FromSpend = Euro(step[3].Value), Amounts = Euro(step[4].Value) };

        private static BundlePart Part(string text) => text.Split(' ') is [var quantity, var sku]
            ? new BundlePart(ItemSelector.Sku(sku), int.Parse(quantity, CultureInfo.InvariantCulture))
            : new BundlePart(ItemSelector.Sku(text));
    }
}
