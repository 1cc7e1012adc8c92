using Commerce.Pricing;

namespace Commerce.Tax;

public sealed class AssessmentTests
{
    private static readonly Gen<TaxItem> Item = Gen.Select(
        Gen.OneOf<long>(Gen.Long[0, 100], Gen.Long[0, 1_000_000]),
        Gen.Int[1, 40],
        Gen.OneOf("19", "7", "0", "25.5", "5+9.975"),
        (amount, quantity, category) => new TaxItem("line", category, new Money(amount, "EUR"), quantity));

    private static readonly Gen<TaxRequest> Request = Gen.Select(Item.Array[1, 10], Baskets.Policy, Gen.Bool, (items, policy, inclusive) =>
        new TaxRequest("DE", null, inclusive, policy, [.. items]));

    [Fact]
    public void Net_and_tax_are_gross_by_construction() => Request.Sample(request =>
    {
        var quote = Baskets.Taxes(request);

        Assert.All(request.Items.Zip(quote.Items), pair =>
        {
            var gross = pair.Second.Net.Amount + pair.Second.Taxes.Sum(t => t.Amount.Amount);
            Assert.Equal(pair.First.Amount.Amount, request.Inclusive ? gross : pair.Second.Net.Amount);
        });
    });

    [Fact]
    public void One_rounding_for_the_order_is_never_a_whole_cent_away_from_the_exact_tax() =>
        Request.Where(r => r.Rounding is { Level: RoundingLevel.Order, Increment: 1 } && !r.Inclusive).Sample(request =>
        {
            var exact = request.Items.Sum(i => i.Amount.Amount * i.TaxCategory.Split('+').Sum(r => decimal.Parse(r)) / 100);
            var tax = Baskets.Taxes(request).Items.Sum(i => i.Taxes.Sum(t => t.Amount.Amount));

            Assert.True(Math.Abs(exact - tax) < 1);
        });

    [Fact]
    public void Where_nothing_is_taxed_nothing_is_due() => Request.Sample(request =>
        Baskets.Taxes(request).Items.Zip(request.Items).All(p => p.Second.TaxCategory != "0" || p.First.Taxes.All(t => t.Amount.IsZero)));

    [Fact]
    public void Two_authorities_share_what_was_rounded_once()
    {
        var request = new TaxRequest("CA", "QC", false, RoundingPolicy.Default, [new TaxItem("line", "5+9.975", new Money(1000, "CAD"), 1)]);

        Assert.Equal(["J0 50", "J1 100"], Baskets.Taxes(request).Items[0].Taxes.Select(t => $"{t.Jurisdiction} {t.Amount.Amount}"));
    }
}
