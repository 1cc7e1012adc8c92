namespace Commerce.Pricing;

public sealed class RecomputingTests
{
    [Fact]
    public void A_stored_quote_comes_out_again_byte_for_byte() => Baskets.Any.Sample(purchase =>
    {
        var verified = Recomputing.Verify(purchase.Quote());

        Assert.Empty(verified.Differences);
        Assert.Equal(QuoteVerdict.Same, verified.Verdict);
    });

    [Fact]
    public void It_still_does_after_it_was_in_the_journal() => Baskets.Any.Sample(purchase =>
    {
        var bytes = Recomputing.Bytes(purchase.Quote());
        var read = System.Text.Json.JsonSerializer.Deserialize(bytes, Journal.JournalJson.Default.Quote)!;

        Assert.Equal(QuoteVerdict.Same, Recomputing.Verify(read).Verdict);
    });

    [Fact]
    public void A_quote_that_somebody_touched_is_told_from_a_true_one() => Baskets.Any.Where(p => !p.Basket.Lines.IsEmpty).Sample(purchase =>
    {
        var quote = purchase.Quote();
        var touched = quote with { Totals = quote.Totals with { Total = quote.Totals.Total + new Money(1, "EUR") } };

        var verified = Recomputing.Verify(touched);

        Assert.Equal(QuoteVerdict.Different, verified.Verdict);
        Assert.Contains(verified.Differences, d => d is { Of: "order", What: "total" });
    });

    [Fact]
    public void A_quote_from_before_quotes_carried_their_inputs_cannot_be_judged() =>
        Assert.Equal(QuoteVerdict.NotRecomputable, Recomputing.Verify(new Quote()).Verdict);

    [Fact]
    public void Every_cent_is_explained() => Baskets.Any.Where(p => p.Known).Sample(purchase =>
    {
        var quote = purchase.Quote();
        var steps = Explaining.Of(quote);

        foreach (var line in quote.Lines)
        {
            var about = steps.Where(s => s.Of == line.LineId).ToList();
            Assert.Equal(line.Total.Amount, about.Where(s => s.Step is ExplanationKind.ListPrice or ExplanationKind.Promotion or ExplanationKind.Tax).Sum(s => s.Amount.Amount));
            Assert.Equal(line.Total, about.Single(s => s.Step is ExplanationKind.Total).Amount);
        }

        var all = steps.Where(s => s.Step is ExplanationKind.ListPrice or ExplanationKind.Promotion or ExplanationKind.Tax or ExplanationKind.Shipping).Sum(s => s.Amount.Amount);
        Assert.Equal(quote.Totals.Total.Amount, all);
        Assert.All(steps, s => Assert.EndsWith(".", s.Sentence, StringComparison.Ordinal));
    });
}
