using Commerce.Pricing;
using Commerce.Tax;

namespace Commerce.Tests.Tax;

/// <summary>What every tax provider promises. Deriving and naming the adapter is all it takes.</summary>
public abstract class TaxProviderConformance : IAsyncLifetime
{
    private ITaxProvider provider = null!;

    /// <summary>A request that the provider has rates for: one that taxes, one with several jurisdictions if it knows any.</summary>
    public static TheoryData<string, string?, string, string, bool> Places => new()
    {
        { "DE", null, "10115", "EUR", true },
        { "DE", null, "10115", "EUR", false },
        { "US", "CA", "94107", "USD", false },
        { "US", "CA", "94107", "USD", true },
        { "JP", null, "10000", "JPY", true },
        { "JP", null, "10000", "JPY", false },
    };

    protected abstract Task<ITaxProvider> Open();

    protected virtual Task Close() => Task.CompletedTask;

    public async Task InitializeAsync() => provider = await Open();

    public Task DisposeAsync() => Close();

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Net_and_taxes_make_up_what_is_paid(string country, string? region, string postalCode, string currency, bool inclusive)
    {
        var request = Request(country, region, postalCode, currency, inclusive, 1_99, 45_00, 1, 0, 333_33);
        var quote = Ok(await provider.Quote(request, default));

        Assert.Equal(request.Items.Select(i => i.Id), quote.Items.Select(i => i.Id));
        foreach (var (item, asked) in quote.Items.Zip(request.Items))
        {
            var due = item.Taxes.Sum(t => t.Amount.Amount);
            Assert.Equal(asked.Amount.Amount, inclusive ? item.Net.Amount + due : item.Net.Amount);
            Assert.All(item.Taxes, t => Assert.True(t is { Amount.IsNegative: false, Rate: >= 0 and < 1, Jurisdiction.Length: >= 2 } && t.Amount.Currency == currency));
        }

        Assert.Contains(quote.Items, i => i.Taxes.Sum(t => t.Amount.Amount) > 0);
    }

    [Fact]
    public async Task What_is_asked_twice_is_answered_alike()
    {
        var request = Request("DE", null, "10115", "EUR", inclusive: true, 19_99);

        Assert.Equal(Amounts(Ok(await provider.Quote(request, default))), Amounts(Ok(await provider.Quote(request, default))));
    }

    [Fact]
    public async Task A_sale_is_booked_once_however_often_it_is_committed()
    {
        var sale = Sale("ord_1", 119_00);
        var first = Ok(await provider.Commit(sale, default));
        var again = Ok(await provider.Commit(sale, default));

        Assert.Equal(first, again);
        Assert.Equal(provider.KeepsDocuments ? (TaxDocumentStatus.Committed, 19_00) : (TaxDocumentStatus.None, 0), (first.Status, first.Tax.Amount));
        Assert.Equal(provider.KeepsDocuments, first.Reference.Length > 0);
    }

    [Fact]
    public async Task A_sale_is_voided_once_and_stays_void()
    {
        await provider.Commit(Sale("ord_2", 119_00), default);

        Assert.Equal(provider.KeepsDocuments ? TaxDocumentStatus.Voided : TaxDocumentStatus.None, Ok(await provider.Void("ord_2", default)).Status);
        Assert.Equal(provider.KeepsDocuments ? TaxDocumentStatus.Voided : TaxDocumentStatus.None, Ok(await provider.Void("ord_2", default)).Status);
    }

    [Fact]
    public async Task What_was_never_booked_is_voided_without_a_word() =>
        Assert.Equal(TaxDocumentStatus.None, Ok(await provider.Void("ord_nobody", default)).Status);

    [Fact]
    public async Task Parts_are_given_back_each_once_and_the_taxes_with_them()
    {
        await provider.Commit(Sale("ord_3", 119_00), default);
        var first = Ok(await provider.Refund(Return("ref_1", "ord_3", 11_90), default));
        var again = Ok(await provider.Refund(Return("ref_1", "ord_3", 11_90), default));
        var rest = Ok(await provider.Refund(Return("ref_2", "ord_3", 107_10), default));

        Assert.Equal(first, again);
        Assert.Equal(provider.KeepsDocuments ? -19_00 : 0, first.Tax.Amount + rest.Tax.Amount);
        Assert.Equal(provider.KeepsDocuments, first.Reference != rest.Reference);
    }

    [Fact]
    public async Task A_place_that_nobody_knows_is_refused_and_never_free() =>
        Assert.IsType<Outcome<TaxQuote>.Rejected>(await provider.Quote(Request("US", "Bavaria", "80331", "USD", inclusive: false, 10_00), default));

    protected static TaxRequest Request(string country, string? region, string? postalCode, string currency, bool inclusive, params ReadOnlySpan<long> amounts)
    {
        var items = ImmutableArray.CreateBuilder<TaxItem>();
        foreach (var amount in amounts)
        {
            items.Add(new TaxItem($"line_{items.Count + 1}", items.Count % 2 == 0 ? "standard" : "reduced", new Money(amount, currency), 1, $"SKU-{items.Count}"));
        }

        items.Add(new TaxItem("shipping", "standard", new Money(4_95, currency), 1));

        return new TaxRequest(country, region, inclusive, RoundingPolicy.Default, items.ToImmutable(), PostalCode: postalCode, At: DateTimeOffset.Parse("2026-05-05T10:00:00Z"));
    }

    protected static TaxSale Sale(string code, long gross) => new(code, Only(gross), "con_1", null, null, new Money(19_00, "EUR"));

    protected static TaxReturn Return(string code, string of, long gross) => new(code, of, Only(gross), "con_1", null);

    protected static T Ok<T>(Outcome<T> outcome) => outcome is Outcome<T>.Ok ok ? ok.Value : throw new Xunit.Sdk.XunitException($"Not Ok: {outcome}");

    private static TaxRequest Only(long gross) =>
        new("DE", null, Inclusive: true, RoundingPolicy.Default, [new TaxItem("line_1", "standard", new Money(gross, "EUR"), 1, "SKU-0")], PostalCode: "10115", At: DateTimeOffset.Parse("2026-05-05T10:00:00Z"));

    private static IEnumerable<(string, long, string)> Amounts(TaxQuote quote) => quote.Items.SelectMany(i => i.Taxes, (i, t) => (i.Id, t.Amount.Amount, t.Jurisdiction));
}
