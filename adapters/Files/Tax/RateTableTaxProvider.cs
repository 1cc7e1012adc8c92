using System.Buffers;

namespace Commerce.Tax;

/// <summary>Taxes by the rates of <c>taxes.json</c>.</summary>
internal sealed class RateTableTaxProvider(TaxTables tables, TimeProvider clock) : ITaxProvider
{
    /// <summary>What is sold to a business of another member is taxed at the buyer's, who owes it.</summary>
    private static readonly FrozenDictionary<string, TaxClass> ReverseCharge = EuVatArea.Members.ToFrozenDictionary(
        c => c, c => new TaxClass([new Levy(c, "Reverse charge, Art. 196 Directive 2006/112/EC", 0)]), StringComparer.Ordinal);

    public string Name => ITaxProvider.RateTables;

    public bool KeepsDocuments => false;

    public ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken) => new(Quote(request));

    public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) => Done(sale.Code);

    public Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken) => Done(code);

    public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) => Done(refund.Code);

    private static Task<Outcome<TaxDocument>> Done(string code) =>
        Task.FromResult<Outcome<TaxDocument>>(new Outcome<TaxDocument>.Ok(new TaxDocument(code, "", TaxDocumentStatus.None, default)));

    private Outcome<TaxQuote> Quote(TaxRequest request)
    {
        var country = tables.Find(request.Country);
        if (request.Export)
        {
            return Untaxed(request, country?.Export ?? new TaxClass([new Levy(request.Country, "Export", 0)]));
        }

        if (country is null)
        {
            return new Outcome<TaxQuote>.Rejected("unknown-country", $"There are no tax rates for {request.Country}. Add them to {TaxTables.File}.");
        }

        if (country.Export is { } export)
        {
            return Untaxed(request, export);
        }

        if (EuVatArea.ReversesCharge(request))
        {
            return Untaxed(request, ReverseCharge[request.Country]);
        }

        if (country.At(request.Region, request.PostalCode, request.At ?? clock.GetUtcNow()) is not { } rates)
        {
            return new Outcome<TaxQuote>.Rejected(TaxErrors.UnknownRegionCode, TaxErrors.UnknownRegion(request.Country, request.Region).Detail);
        }

        var rented = ArrayPool<TaxClass>.Shared.Rent(request.Items.Length);
        try
        {
            var classes = rented.AsSpan(0, request.Items.Length);
            for (var i = 0; i < classes.Length; i++)
            {
                if (!rates.TryGetValue(request.Items[i].TaxCategory, out classes[i]!))
                {
                    return new Outcome<TaxQuote>.Rejected(
                        "unknown-tax-category", $"There is no '{request.Items[i].TaxCategory}' rate for {request.Country}. Add it to {TaxTables.File}.");
                }
            }

            if (country.Shipping is ShippingTax.Goods)
            {
                ShippingByGoods.Apply(request, classes);
            }

            return new Outcome<TaxQuote>.Ok(Assessment.Of(request, classes));
        }
        finally
        {
            ArrayPool<TaxClass>.Shared.Return(rented);
        }
    }

    private static Outcome<TaxQuote>.Ok Untaxed(TaxRequest request, TaxClass why)
    {
        var classes = new TaxClass[request.Items.Length];
        Array.Fill(classes, why);

        return new Outcome<TaxQuote>.Ok(Assessment.Of(request, classes));
    }
}
