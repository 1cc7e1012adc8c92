using System.Collections.Concurrent;
using System.Collections.Immutable;
using Commerce.Tax;

namespace Commerce.Tests.Cluster;

/// <summary>A tax vendor that does as the test says. Its rate is not that of the tables: 20 % instead of 19 %.</summary>
internal sealed class ScriptedTaxProvider : ITaxProvider
{
    public const string ProviderName = "scripted-tax";

    private static readonly TaxClass Twenty = new([new Levy("DE", "Scripted VAT", 0.20m)]);

    private readonly ConcurrentDictionary<string, TaxDocument> documents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> calls = new(StringComparer.Ordinal);
    private int quotes;

    public string Name => ProviderName;

    public bool KeepsDocuments => true;

    /// <summary>Nobody is there.</summary>
    public volatile bool Away;

    /// <summary>Quotes take longer than anybody waits.</summary>
    public volatile bool Stuck;

    /// <summary>What is booked is booked, and nobody hears of it.</summary>
    public volatile bool Mute;

    public int Quotes => Volatile.Read(ref quotes);

    public TaxDocument? Document(string code) => documents.GetValueOrDefault(code);

    public ImmutableArray<TaxDocument> RefundsOf(string orderId) => [.. documents.Where(d => d.Key.StartsWith(orderId + "-", StringComparison.Ordinal)).Select(d => d.Value)];

    /// <summary>How often it was asked to book that.</summary>
    public int Calls(string code) => calls.GetValueOrDefault(code);

    public async ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref quotes);
        if (Stuck)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        return Away
            ? new Outcome<TaxQuote>.Unavailable(TimeSpan.FromSeconds(1))
            : new Outcome<TaxQuote>.Ok(Assessment.Of(request, [.. request.Items.Select(_ => Twenty)]) with { Arithmetic = false });
    }

    public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) => Book(sale.Code, sale.Request, 1);

    public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) => Book(refund.Code, refund.Request, -1);

    public Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken)
    {
        if (!Away && documents.TryGetValue(code, out var there))
        {
            documents[code] = there with { Status = TaxDocumentStatus.Voided };
        }

        return Answer(code);
    }

    private Task<Outcome<TaxDocument>> Book(string code, TaxRequest request, int sign)
    {
        calls.AddOrUpdate(code, 1, static (_, count) => count + 1);
        if (!Away)
        {
            var tax = Assessment.Of(request, [.. request.Items.Select(_ => Twenty)]).Items.Sum(i => i.Taxes.Sum(t => t.Amount.Amount));
            documents.TryAdd(code, new TaxDocument(code, $"ref-{code}", TaxDocumentStatus.Committed, new Money(sign * tax, "EUR")));
        }

        return Answer(code);
    }

    private Task<Outcome<TaxDocument>> Answer(string code) => Task.FromResult<Outcome<TaxDocument>>(
        Away ? new Outcome<TaxDocument>.Unavailable(TimeSpan.FromSeconds(1))
        : Mute ? new Outcome<TaxDocument>.InDoubt("nobody heard")
        : new Outcome<TaxDocument>.Ok(documents.GetValueOrDefault(code) ?? new TaxDocument(code, "", TaxDocumentStatus.None, Money.Zero("EUR"))));
}
