using System.Text.Json;

namespace Commerce.Pricing;

/// <summary>Figures that others arrived at, or that were worked out by hand. V… agree with the published tests of Vendure, T… with those of Solidus.</summary>
public sealed class CaseTests
{
    private static readonly ImmutableArray<Case> Cases = JsonSerializer.Deserialize<ImmutableArray<Case>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pricing", "cases.json")), JsonSerializerOptions.Web);

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_figures_are_these(string name)
    {
        var expected = Cases.Single(c => c.Name == name);
        var quote = expected.Purchase().Quote();

        Assert.Equal(expected.Gross, quote.Totals.Total.Amount);
        Assert.Equal(expected.Net, (quote.Totals.Total - quote.Totals.Tax - quote.Totals.IncludedTax).Amount);
    }

    private sealed record Priced(long Price, string Tax, int Quantity = 1);

    private sealed record Case(
        string Name,
        bool Inclusive,
        RoundingMode Mode,
        RoundingLevel Level,
        ImmutableArray<Priced> Lines,
        long Net,
        long Gross,
        int Increment = 1,
        long? AmountOff = null,
        decimal? PercentOff = null,
        Priced? Shipping = null)
    {
        public Purchase Purchase() => new(
            new Basket(
                Baskets.Channel(Inclusive, new RoundingPolicy(Mode, Level, Increment)),
                "EUR",
                [.. Lines.Select((line, i) => Baskets.Of($"SKU{i}", line.Price, line.Quantity, line.Tax))],
                [.. AmountOff is { } amount ? [Baskets.Fixed("FIXED", amount)] : PercentOff is { } percent ? new[] { Baskets.Percent("PERCENT", percent / 100) } : []],
                Shipping is null ? null : Baskets.Parcel(Shipping.Price, Shipping.Tax)));
    }
}
