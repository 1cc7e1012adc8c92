namespace Commerce.Payments;

/// <summary>Whoever actually moves the money.</summary>
/// <remarks>
/// Every implementation promises, and <c>PaymentProviderConformance</c> in the tests holds it to it: the same key never moves money
/// twice; a refusal by the shopper's bank is a value; a lost answer is <see cref="Outcome{T}.InDoubt"/>, which asking again with the same
/// key resolves; amounts are compared as integers of minor units; no vendor exception leaves it.
/// </remarks>
public interface IPaymentProvider
{
    /// <summary>What a request names it by: <c>stripe</c>, <c>manual</c>.</summary>
    string Name { get; }

    PaymentCapabilities Capabilities { get; }

    /// <summary>Whether the token can be one of this provider's; null when it can, else what it takes, for the caller. Called before anything is stored.</summary>
    string? Refuses(string method);

    /// <summary>
    /// Reserves the amount. Asked again with the same key (after a time-out, a crash, a day) it finds the first effect instead of making a second,
    /// even when the vendor has forgotten the key by then.
    /// </summary>
    Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken);

    /// <summary>How an authorisation stands, by our payment id and by the vendor's reference when it is known. <c>Ok(null)</c>: the vendor knows nothing of it.</summary>
    Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken);

    Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>Lets go of what is not captured. One that is void already is <c>Ok</c>.</summary>
    Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken);

    Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken);

    /// <summary>What the vendor booked in a span of time (UTC, from inclusive, to exclusive), oldest first.</summary>
    IAsyncEnumerable<Settlement> Settlements(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Verifies a webhook's signature over its raw bytes and reads it. Throws <see cref="CommerceException"/> with an error of <see cref="WebhookErrors"/>.</summary>
    /// <param name="now">UTC; a signature older or newer than 5 minutes is refused.</param>
    ProviderWebhook ReadWebhook(InboundWebhook webhook, DateTimeOffset now);
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
    TimeSpan MaxRefundAge);

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
    DateTimeOffset FirstAskedAt);

/// <param name="Reference">The vendor's reference of the payment.</param>
/// <param name="State">How it stands at the vendor.</param>
/// <param name="CaptureBefore">UTC, when the vendor lets it lapse; null when it does not say.</param>
public sealed record Authorisation(
    string Reference,
    AuthorisationState State,
    Money Authorised,
    Money Captured,
    Money Refunded,
    PaymentAction? Action = null,
    string? FailureCode = null,
    string? FailureMessage = null,
    DateTimeOffset? CaptureBefore = null);

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
/// <param name="Amount">Positive; for a void what is left.</param>
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
public sealed record Movement(string Reference, Money Amount, Money Released);

public sealed record Settlement(string Reference, string PaymentReference, string Kind, Money Amount, Money Fee, DateTimeOffset At);

/// <param name="EventId">The vendor's id of the event; the same one is applied once.</param>
/// <param name="PaymentId">Ours, from the metadata that we gave; null when the event is about something else.</param>
/// <param name="Reference">The vendor's reference of the payment.</param>
public sealed record ProviderWebhook(string EventId, string Type, string? PaymentId, string? Reference, DateTimeOffset At);
