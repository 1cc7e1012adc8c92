namespace Commerce.Payments;

/// <summary>Whoever actually moves the money.</summary>
/// <remarks>
/// Every implementation promises, and <c>PaymentProviderConformance</c> in the tests holds it to it: the same key never moves money
/// twice; a refusal by the shopper's bank is a value; a lost answer is <see cref="Outcome{T}.InDoubt"/>, which asking again with the same
/// key resolves; amounts are compared as integers of minor units; no vendor exception leaves it. <c>docs/write-an-adapter.md</c> is the way in.
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>What a request names it by: <c>stripe</c>, <c>adyen</c>, <c>manual</c>.</summary>
    string Name { get; }

    PaymentCapabilities Capabilities { get; }

    /// <summary>Whether the token can be one of this provider's; null when it can, else what it takes, for the caller. Called before anything is stored.</summary>
    string? Refuses(string method);

    /// <summary>Whether such an amount can be paid here at all (currency, smallest and largest amount, steps); null when it can, else why not. Asks nobody.</summary>
    string? Refuses(Money amount);

    /// <summary>
    /// Reserves the amount. Asked again with the same key (after a time-out, a crash, a day) it finds the first effect instead of making a second,
    /// even when the vendor has forgotten the key by then.
    /// </summary>
    Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken);

    /// <summary>Goes on with an authorisation that required an action of the shopper's, and says how it ended. Repeatable under its key.</summary>
    Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Sets the authorised sum anew, or extends the time it is good for when the sum is the same. A provider without
    /// <see cref="PaymentCapabilities.IncrementalAuthorisation"/> answers <c>Rejected("not_supported")</c>.
    /// </summary>
    Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// How an authorisation stands, by our payment id and by the vendor's reference when it is known. <c>Ok(null)</c>: the vendor knows nothing of it.
    /// A vendor that cannot be asked (<see cref="PaymentCapabilities.CanBeAsked"/>) answers <c>Rejected("not_supported")</c>.
    /// </summary>
    Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken);

    /// <summary>
    /// What became of a capture, void, refund or adjustment that was asked for under that key. <c>Ok(null)</c>: the vendor knows nothing of it; <c>Rejected</c>: it came
    /// to nothing. A vendor that cannot be asked answers <c>Rejected("not_supported")</c>.
    /// </summary>
    Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken);

    /// <summary>Takes part or all of what is held. <see cref="MovementRequest.Final"/>: nothing more will be captured.</summary>
    Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>Lets go of what is not captured. One that is void already is <c>Ok</c>.</summary>
    Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>Gives captured money back, all or in part, several times.</summary>
    Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>What the vendor booked on a day (UTC), a page at a time; the order does not matter.</summary>
    /// <param name="cursor">Null for the first page, then <see cref="SettlementPage.Next"/>.</param>
    Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken);

    /// <summary>The disputes of a payment, by the vendor's reference of the payment. A vendor that tells them by webhook only answers <c>Rejected("not_supported")</c>.</summary>
    Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken);

    /// <summary>The methods that a shopper keeps at the vendor, by reference; empty for one that keeps none.</summary>
    /// <param name="shopper">Our pseudonym of the shopper, as in <see cref="AuthorisationRequest.Shopper"/>.</param>
    Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken);

    /// <summary>Makes the vendor forget a stored method. <c>Ok(false)</c>: the shopper has no such method.</summary>
    Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken);

    /// <summary>
    /// Verifies a webhook's signature over its raw bytes, in constant time, and reads what it tells: one request may carry several events. Throws
    /// <see cref="CommerceException"/> with an error of <see cref="WebhookErrors"/>; then nothing of it counts.
    /// </summary>
    /// <param name="now">UTC; where the vendor signs a time, a signature older or newer than 5 minutes is refused.</param>
    ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now);
}

/// <param name="OutsideEffects">False for a provider that only notes: no intent needs to be stored before it is asked.</param>
/// <param name="PartialCapture">Less than the authorised amount can be captured.</param>
/// <param name="MultiCapture">Several captures; without it the first capture lets the rest go.</param>
/// <param name="PartialVoid">What is left after a capture can be voided on request.</param>
/// <param name="IncrementalAuthorisation">The authorised amount can be raised later.</param>
/// <param name="MaxRefundAge">How long after its capture money can be given back.</param>
public sealed record PaymentCapabilities(
    bool OutsideEffects,
    bool PartialCapture,
    bool MultiCapture,
    bool PartialVoid,
    bool IncrementalAuthorisation,
    TimeSpan MaxRefundAge)
{
    /// <summary>Captures, voids and refunds are accepted first, and their outcome is told by webhook: <see cref="MovementState.Accepted"/>.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>Whether the vendor tells how things stand when it is asked. One that cannot is asked again under the same key, and otherwise tells by webhook.</summary>
    public bool CanBeAsked { get; init; } = true;

    /// <summary>Adjusting an authorisation to the sum that it has extends its life.</summary>
    public bool RenewsAuthorisation { get; init; }

    /// <summary>Sends webhooks, under <c>/v1/webhooks/{name}</c>.</summary>
    public bool SendsWebhooks { get; init; } = true;

    /// <summary>Has settlements to reconcile with.</summary>
    public bool ListsSettlements { get; init; } = true;

    /// <summary>Keeps a shopper's methods for later purchases.</summary>
    public bool StoresMethods { get; init; }
}

/// <param name="Key">Idempotency key, derived from checkout, step and attempt; at most 255 characters.</param>
/// <param name="FirstAskedAt">UTC, when this key was first sent: past the vendor's memory of keys the adapter looks before it repeats.</param>
public sealed record AuthorisationRequest(
    string PaymentId,
    string CheckoutId,
    string OrderId,
    Money Amount,
    string Method,
    string? ReturnUrl,
    string Key,
    DateTimeOffset FirstAskedAt)
{
    /// <summary>Captures in the same call.</summary>
    public bool CaptureNow { get; init; }

    /// <summary>Our pseudonym of the customer; null for a guest.</summary>
    public string? Shopper { get; init; }

    /// <summary>Keeps the method for the customer's next purchase.</summary>
    public bool Store { get; init; }
}

/// <param name="Details">What the vendor's page or browser library gave back, by the vendor's names; empty when the shopper only came back.</param>
/// <param name="Authorisation">The request that required the action.</param>
/// <param name="Reference">The vendor's reference of the payment; null when it gave none with the action.</param>
/// <param name="Key">Idempotency key of this confirmation.</param>
public sealed record ConfirmationRequest(
    AuthorisationRequest Authorisation,
    string? Reference,
    ImmutableDictionary<string, string> Details,
    string Key,
    DateTimeOffset FirstAskedAt);

/// <param name="Reference">The vendor's reference of the payment.</param>
/// <param name="State">How it stands at the vendor.</param>
/// <param name="Failure">Why it failed, in <see cref="AuthorisationState.Failed"/>.</param>
/// <param name="CaptureBefore">UTC, when the vendor lets it lapse; null when it does not say.</param>
/// <param name="CaptureReference">The vendor's reference of the capture, when it was captured in the same call.</param>
public sealed record Authorisation(
    string Reference,
    AuthorisationState State,
    Money Authorised,
    Money Captured,
    Money Refunded,
    PaymentAction? Action = null,
    Decline? Failure = null,
    DateTimeOffset? CaptureBefore = null,
    string? CaptureReference = null);

public enum AuthorisationState
{
    /// <summary>The vendor still works on it.</summary>
    Pending = 0,
    RequiresAction = 1,
    Authorised = 2,

    /// <summary>Captured, at least in part.</summary>
    Captured = 3,

    /// <summary>Declined, or the shopper failed to authenticate; nothing is held.</summary>
    Failed = 4,
    Voided = 5,
}

/// <param name="Reference">The vendor's reference of the authorisation.</param>
/// <param name="Amount">Positive; for a void what is left, for an adjustment the whole new sum.</param>
/// <param name="Final">For a capture: nothing more will be captured.</param>
public sealed record MovementRequest(
    string PaymentId,
    string Reference,
    Money Amount,
    string Key,
    DateTimeOffset FirstAskedAt,
    string? Reason = null,
    bool Final = false);

/// <param name="Reference">The vendor's reference of this very movement.</param>
/// <param name="Released">What a non-final capture let go of at a vendor without multi-capture; zero otherwise.</param>
/// <param name="State">Whether it is done, or only accepted: then its outcome is a webhook.</param>
public sealed record Movement(string Reference, Money Amount, Money Released, MovementState State = MovementState.Done)
{
    /// <summary>UTC, for an adjustment: when the authorisation lapses now; null when the vendor does not say.</summary>
    public DateTimeOffset? CaptureBefore { get; init; }
}

public enum MovementState
{
    Done = 0,

    /// <summary>Taken on; it will be done or fail later, and a webhook says so.</summary>
    Accepted = 1,
}

/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record SettlementPage(ImmutableArray<Settlement> Lines, string? Next);

/// <summary>A line of the vendor's own books.</summary>
/// <param name="Id">The vendor's id of the line; the same line again has the same.</param>
/// <param name="PaymentReference">The vendor's reference of the payment.</param>
/// <param name="MovementReference">The vendor's reference of the movement that it settles, as <see cref="Movement.Reference"/> gave it; null when the vendor does not say.</param>
/// <param name="PaymentId">Ours, when the vendor gives it back.</param>
/// <param name="Amount">Signed, as it moved the merchant's balance, before fees: a refund is negative.</param>
/// <param name="Fee">What the vendor kept for it; zero when it takes its fees apart.</param>
/// <param name="At">UTC, when it was booked.</param>
public sealed record Settlement(
    string Id,
    SettlementKind Kind,
    string PaymentReference,
    string? MovementReference,
    string? PaymentId,
    Money Amount,
    Money Fee,
    DateTimeOffset At);

public enum SettlementKind
{
    Capture = 0,
    Refund = 1,
    ChargeBack = 2,

    /// <summary>A charge back, a refund or a capture that was taken back.</summary>
    Reversal = 3,

    /// <summary>Fees and payouts: no movement of ours.</summary>
    Other = 4,
}

/// <param name="Reason">The vendor's own word, lower case.</param>
/// <param name="RespondBy">UTC; null when no answer is wanted.</param>
public sealed record Dispute(string Reference, string PaymentReference, Money Amount, DisputeStatus Status, string? Reason, DateTimeOffset OpenedAt, DateTimeOffset? RespondBy);

/// <summary>A method that a shopper keeps at the vendor.</summary>
/// <param name="Method">The reference to pay with: what <see cref="AuthorisationRequest.Method"/> takes.</param>
/// <param name="Kind"><c>card</c>, <c>sepa_debit</c>, … as the vendor names it.</param>
/// <param name="Brand"><c>visa</c>, <c>mastercard</c>, …; null when it has none.</param>
/// <param name="Last4">Last four digits, for the shopper to recognise it; null when it has none.</param>
/// <param name="Expires">Last month in which it is good, as <c>2027-04</c>; null when it does not end.</param>
public sealed record StoredMethod(string Method, string Kind, string? Brand, string? Last4, string? Expires);

/// <param name="EventId">The vendor's id of the event; the same one is applied once. Letters, digits, <c>_ - . :</c> only, at most 200.</param>
/// <param name="PaymentId">Ours, from the metadata that we gave; null when the event is about something else.</param>
/// <param name="Reference">The vendor's reference of the payment.</param>
/// <param name="At">UTC, when it happened at the vendor.</param>
/// <param name="Fact">What it says happened, when it says so; null: that something did, and the vendor is asked.</param>
public sealed record ProviderWebhook(string EventId, string Type, string? PaymentId, string? Reference, DateTimeOffset At, PaymentFact? Fact = null);
