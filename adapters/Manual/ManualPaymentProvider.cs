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
        IncrementalAuthorisation: true,
        MaxRefundAge: TimeSpan.FromDays(3650))
    {
        CanBeAsked = false,
        SendsWebhooks = false,
        ListsSettlements = false,
    };

    public string? Refuses(string method) => method is Invoice or BankTransfer ? null : "The methods are 'invoice' and 'bank_transfer'.";

    public string? Refuses(Money amount) => amount.Amount > 0 ? null : "An amount is above zero.";

    public Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken) => Task.FromResult<Outcome<Authorisation>>(
        Refuses(request.Method) is { } refusal ? new Outcome<Authorisation>.Rejected("invalid_method", refusal)
        : Refuses(request.Amount) is { } amount ? new Outcome<Authorisation>.Rejected("invalid_amount", amount)
        : new Outcome<Authorisation>.Ok(new(
            Reference(request.Key),
            AuthorisationState.Authorised,
            request.Amount,
            Money.Zero(request.Amount.Currency),
            Money.Zero(request.Amount.Currency))));

    /// <summary>Nothing is known here that the payment's own ledger does not know.</summary>
    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Authorisation?>>(new Outcome<Authorisation?>.Rejected("not_supported", "'manual' keeps no books of its own."));

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    public Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken) => Authorise(request.Authorisation, cancellationToken);

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) => Note(request);

    /// <summary>Nothing is known here that the payment's own ledger does not know.</summary>
    public Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Movement?>>(new Outcome<Movement?>.Rejected("not_supported", "'manual' keeps no books of its own."));

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<SettlementPage>>(new Outcome<SettlementPage>.Ok(new SettlementPage([], null)));

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<Dispute>>>(new Outcome<ImmutableArray<Dispute>>.Ok([]));

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<StoredMethod>>>(new Outcome<ImmutableArray<StoredMethod>>.Ok([]));

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) => Task.FromResult<Outcome<bool>>(new Outcome<bool>.Ok(false));

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => throw new CommerceException(WebhookErrors.Signature("'manual' sends no webhooks."));

    private static Task<Outcome<Movement>> Note(MovementRequest request) => Task.FromResult<Outcome<Movement>>(
        request.Amount.Amount <= 0
            ? new Outcome<Movement>.Rejected("invalid_amount", "An amount is above zero.")
            : new Outcome<Movement>.Ok(new(Reference(request.Key), request.Amount, Money.Zero(request.Amount.Currency))));

    private static string Reference(string key) => Identity.Derive("man_", "commerce.manual"u8, key);
}
