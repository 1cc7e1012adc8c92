using System.Buffers;

namespace Commerce.Tax;

/// <summary>Taxes by the rates of <c>taxes.json</c>.</summary>
internal sealed class RateTableTaxProvider(TaxTables tables) : ITaxProvider
{
    public string Name => "rate-tables";

    public bool KeepsDocuments => false;

    public ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken) => new(Quote(request));

    public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) => Done(sale.Code);

    public Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken) => Done(code);

    public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) => Done(refund.Code);

    private static Task<Outcome<TaxDocument>> Done(string code) =>
        Task.FromResult<Outcome<TaxDocument>>(new Outcome<TaxDocument>.Ok(new TaxDocument(code, "", TaxDocumentStatus.None, default)));

    private Outcome<TaxQuote> Quote(TaxRequest request)
    {
        if (request.Export)
        {
            return new Outcome<TaxQuote>.Ok(new TaxQuote([.. request.Items.Select(i => new ItemTax(i.Id, i.Amount, []))], Arithmetic: true));
        }

        if (tables.Find(request.Country) is not { } country)
        {
            return new Outcome<TaxQuote>.Rejected("unknown-country", $"There are no tax rates for {request.Country}. Add them to {TaxTables.File}.");
        }

        if (country.At(request.Region) is not { } rates)
        {
            return new Outcome<TaxQuote>.Rejected(TaxErrors.UnknownRegionCode, TaxErrors.UnknownRegion(request.Country, request.Region).Detail);
        }

        var classes = ArrayPool<TaxClass>.Shared.Rent(request.Items.Length);
        try
        {
            for (var i = 0; i < request.Items.Length; i++)
            {
                if (!rates.TryGetValue(request.Items[i].TaxCategory, out classes[i]!))
                {
                    return new Outcome<TaxQuote>.Rejected(
                        "unknown-tax-category", $"There is no '{request.Items[i].TaxCategory}' rate for {request.Country}. Add it to {TaxTables.File}.");
                }
            }

            return new Outcome<TaxQuote>.Ok(Assessment.Of(request, classes.AsSpan(0, request.Items.Length)));
        }
        finally
        {
            ArrayPool<TaxClass>.Shared.Return(classes);
        }
    }
}
