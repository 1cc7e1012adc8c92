using Commerce.Vendors;

namespace Commerce.Tax;

/// <summary>Speaks AvaTax's dialect; decides nothing.</summary>
internal sealed class AvalaraTaxProvider(AvalaraCalls calls, VendorSettings<AvalaraOptions> settings, TimeProvider time) : ITaxProvider
{
    public string Name => "avalara";

    public bool KeepsDocuments => true;

    public async ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken)
    {
        if (request.Items.IsEmpty)
        {
            return new Outcome<TaxQuote>.Ok(new TaxQuote([]));
        }

        var reply = await calls.Create(AvalaraOperations.Quote, AvalaraDocuments.Quote(request, settings.Current, time.GetUtcNow()), cancellationToken);

        return reply.Value is { } answer ? AvalaraAnswers.Quote(answer, request) : AvalaraFailures.OfFailure<TaxQuote>(reply.Failure!, maybeDone: false);
    }

    public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) =>
        Book(AvalaraOperations.Commit, AvalaraDocuments.Sale(sale, settings.Current, time.GetUtcNow()), cancellationToken);

    public async Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken)
    {
        var reply = await calls.Void(settings.Current.CompanyCode, code, AvalaraDocuments.SalesInvoice, cancellationToken);
        if (AvalaraFailures.IsMissing(reply.Failure))
        {
            return new Outcome<TaxDocument>.Ok(new TaxDocument(code, "", TaxDocumentStatus.None, default));
        }

        if (reply.Value is { } voided)
        {
            return AvalaraAnswers.Document(voided, code, AvalaraDocuments.SalesInvoice, currency: null);
        }

        // Void already, perhaps by an attempt whose answer was lost: AvaTax says that it cannot be changed, and the document says why.
        return AvalaraFailures.Instance.IsAnswer(reply.Failure!)
            && await Find(code, AvalaraDocuments.SalesInvoice, null, cancellationToken) is Outcome<TaxDocument>.Ok { Value.Status: TaxDocumentStatus.Voided } found
                ? found
                : AvalaraFailures.OfFailure<TaxDocument>(reply.Failure!, reply.MaybeDone);
    }

    public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) =>
        Book(AvalaraOperations.Refund, AvalaraDocuments.Return(refund, settings.Current, time.GetUtcNow()), cancellationToken);

    private async Task<Outcome<TaxDocument>> Book(string operation, CreateTransaction document, CancellationToken cancellationToken)
    {
        var reply = await calls.Create(operation, document, cancellationToken);
        if (reply.Value is { } booked)
        {
            return AvalaraAnswers.Document(booked, document.Code!, document.Type, document.CurrencyCode);
        }

        return AvalaraFailures.IsDuplicate(reply.Failure)
            ? await Find(document.Code!, document.Type, document.CurrencyCode, cancellationToken)
            : AvalaraFailures.OfFailure<TaxDocument>(reply.Failure!, reply.MaybeDone);
    }

    /// <summary>Of a document that is there: what cannot be read of it is in doubt, whatever happened to the question.</summary>
    private async Task<Outcome<TaxDocument>> Find(string code, string type, string? currency, CancellationToken cancellationToken)
    {
        var reply = await calls.Find(settings.Current.CompanyCode, code, type, cancellationToken);

        return reply.Value is { } found
            ? AvalaraAnswers.Document(found, code, type, currency)
            : AvalaraFailures.OfFailure<TaxDocument>(reply.Failure!, maybeDone: true);
    }
}
