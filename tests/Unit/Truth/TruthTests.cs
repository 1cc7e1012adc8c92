using Commerce.Orders;
using Commerce.Pricing;
using static Commerce.Tests.Unit.Tables;

namespace Commerce.Truth;

/// <summary>What is right, case by case, as tables beside this file: each says where its figures come from.</summary>
public sealed class TruthTests
{
    public static TheoryData<string> Roundings => Cases("rounding");

    public static TheoryData<string> Apportionings => Cases("apportioning");

    public static TheoryData<string> Taxes => Cases("taxes");

    public static TheoryData<string> Refunds => Cases("refunds");

    [Theory]
    [MemberData(nameof(Roundings))]
    public void An_amount_is_rounded_so(string name)
    {
        var row = Row("rounding", name);

        Assert.Equal(long.Parse(row[4]), Rounding.Round(decimal.Parse(row[1]), Word<RoundingMode>(row[2]), int.Parse(row[3])));
    }

    [Theory]
    [MemberData(nameof(Apportionings))]
    public void An_amount_is_spread_so(string name)
    {
        var row = Row("apportioning", name);

        Assert.Equal(Numbers(row[3]), Apportion.LargestRemainder(long.Parse(row[1]), Numbers(row[2])));
    }

    [Theory]
    [MemberData(nameof(Taxes))]
    public void A_purchase_is_taxed_so(string name)
    {
        var row = Row("taxes", name);
        var (currency, inclusive) = (row[1], row[2] is "gross");
        var lines = row[3].Split(' ').Select((line, i) =>
        {
            var (price, at) = (line.IndexOf('x', StringComparison.Ordinal), line.IndexOf('@', StringComparison.Ordinal));
            return Baskets.Of($"SKU-{i}", 0, int.Parse(line[(price + 1)..at]), line[(at + 1)..]) with { UnitPrice = new Money(long.Parse(line[..price]), currency) };
        });
        var policy = new RoundingPolicy(Word<RoundingMode>(row[5]), Word<RoundingLevel>(row[4]), int.Parse(row[6]));

        var totals = new Purchase(new Basket(Baskets.Channel(inclusive, policy), currency, [.. lines], [])).Quote().Totals;

        var tax = totals.Tax + totals.IncludedTax;
        Assert.Equal((row[7], row[8], row[9]), (Text(totals.Total - tax), Text(tax), Text(totals.Total)));
    }

    [Theory]
    [MemberData(nameof(Refunds))]
    public void A_line_is_given_back_so(string name)
    {
        var row = Row("refunds", name);
        var (currency, inclusive, quantity) = (row[1], row[2] is "gross", int.Parse(row[4]));
        var (subtotal, discount, tax) = (In(row[3]) * quantity, In(row[5]), In(row[6]));
        var paid = subtotal - discount;
        var (net, total) = inclusive ? (paid - tax, paid) : (paid, paid + tax);
        var line = new QuoteLine
        {
            LineId = "line_1",
            Quantity = quantity,
            UnitPrice = In(row[3]),
            Subtotal = subtotal,
            Discount = discount,
            Taxable = net,
            Taxes = [new AppliedTax("DE", "Tax", 0.19m, net, tax)],
            Total = total,
        };
        var sold = Sold.Line(new Quote { Currency = currency, TaxInclusive = inclusive }, line);
        var from = 0L;

        var parts = Numbers(row[7]).Select(count => sold.Pieces(new UnitRange((from += count) - count, count))).ToArray();

        Assert.Equal(quantity, from);
        Assert.Equal((row[8], row[9]), (Join(parts.Select(p => p.Total)), Join(parts.Select(p => p.Taxes[0].Amount))));
        Assert.Equal((total.Amount, tax.Amount), (parts.Sum(p => p.Total.Amount), parts.Sum(p => p.Taxes[0].Amount.Amount)));

        Money In(string amount) => new(long.Parse(amount), currency);
    }

    [Fact]
    public void Every_case_has_a_name_of_its_own_and_a_source() => Assert.All(["rounding", "apportioning", "taxes", "refunds"], table =>
    {
        var rows = Table($"Truth/{table}.csv");
        Assert.All(rows, row => Assert.NotEmpty(row[^1]));
        Assert.Equal(rows.Count, rows.Select(row => row[0]).Distinct(StringComparer.Ordinal).Count());
    });

    private static TheoryData<string> Cases(string table) => [.. Table($"Truth/{table}.csv").Select(row => row[0])];

    private static string[] Row(string table, string name) => Table($"Truth/{table}.csv").Single(row => row[0] == name);

    /// <summary>A word as the shop's files have it: <c>half_even</c>.</summary>
    private static T Word<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static long[] Numbers(string list) => [.. list.Split(' ').Select(long.Parse)];

    private static string Text(Money money) => money.Amount.ToString();

    private static string Join(IEnumerable<Money> amounts) => string.Join(' ', amounts.Select(Text));
}
