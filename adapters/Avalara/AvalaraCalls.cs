using Commerce.Vendors;

namespace Commerce.Tax;

/// <summary>The questions to AvaTax, each through its operation's pipeline. Repeating is safe because a document has a code of ours, and a quote has no effect.</summary>
internal sealed class AvalaraCalls(AvalaraConnection connection, VendorCalls calls)
{
    public Task<VendorReply<Transaction>> Create(string operation, CreateTransaction document, CancellationToken cancellationToken) => calls.Make(
        operation,
        (connection, document),
        static (ask, cancellation) => ask.connection.Send(HttpMethod.Post, "transactions/create?$include=Lines,Details", ask.document, AvalaraJson.Default.CreateTransaction, cancellation),
        cancellationToken);

    public Task<VendorReply<Transaction>> Find(string company, string code, string type, CancellationToken cancellationToken) => calls.Make(
        AvalaraOperations.Find,
        (connection, path: Path(company, code, "", type)),
        static (ask, cancellation) => ask.connection.Send<VoidTransaction>(HttpMethod.Get, ask.path, null, null, cancellation),
        cancellationToken);

    public Task<VendorReply<Transaction>> Void(string company, string code, string type, CancellationToken cancellationToken) => calls.Make(
        AvalaraOperations.Void,
        (connection, path: Path(company, code, "/void", type)),
        static (ask, cancellation) => ask.connection.Send(HttpMethod.Post, ask.path, new VoidTransaction("DocVoided"), AvalaraJson.Default.VoidTransaction, cancellation),
        cancellationToken);

    private static string Path(string company, string code, string step, string type) =>
        $"companies/{Uri.EscapeDataString(company)}/transactions/{Uri.EscapeDataString(code)}{step}?documentType={type}";
}
