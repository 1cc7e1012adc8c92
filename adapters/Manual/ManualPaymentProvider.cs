namespace Commerce.Payments;

/// <summary>Money that somebody else moves: an invoice that is paid later, a bank transfer that came. Notes what was agreed, asks nobody.</summary>
/// <remarks>Without memory: every reference follows from the key, so that a repetition gives the same one.</remarks>
internal sealed class ManualPaymentProvider : IPaymentProvider
{
    private const string Invoice = "invoice", BankTransfer = "bank_transfer";

    public string Name => "manual";

    public PaymentCapabilities Capabilities { get; } = new(
        OutsideEffects: false,
        PartialCapture: true,
        MultiCapture: true,
        PartialVoid: true,
        IncrementalAuthorisation: false,
        MaxRefundAge: TimeSpan.FromDays(3650));

    public string? Refuses(string method) => method is Invoice or BankTransfer ? null : "The methods are 'invoice' and 'bank_transfer'.";

    public Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken) => Task.FromResult<Outcome<Authorisation>>(
        Refuses(request.Method) is { } refusal ? new Outcome<Authorisation>.Rejected("invalid_method", refusal)
        : request.Amount.Amount <= 0 ? new Outcome<Authorisation>.Rejected("invalid_amount", "An amount is above zero.")
        : new Outcome<Authorisation>.Ok(new(
            Reference(request.Key),
            AuthorisationState.Authorised,
            request.Amount,
            Money.Zero(request.Amount.Currency),
            Money.Zero(request.Amount.Currency))));

    /// <summary>Nothing is known here that the payment's own ledger does not know.</summary>
    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Authorisation?>>(new Outcome<Authorisation?>.Ok(null));

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public async IAsyncEnumerable<Settlement> Settlements(
        DateTimeOffset from, DateTimeOffset to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public ProviderWebhook ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => throw new CommerceException(WebhookErrors.Signature("'manual' sends no webhooks."));

    private static Task<Outcome<Movement>> Note(MovementRequest request) => Task.FromResult<Outcome<Movement>>(
        request.Amount.Amount <= 0
            ? new Outcome<Movement>.Rejected("invalid_amount", "An amount is above zero.")
            : new Outcome<Movement>.Ok(new(Reference(request.Key), request.Amount, Money.Zero(request.Amount.Currency))));

    private static string Reference(string key) => Identity.Derive("man_", "commerce.manual"u8, key);
}
