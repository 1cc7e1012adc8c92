using System.Text.Json.Serialization;

namespace Commerce.Payments;

/// <summary>What happens to a payment. Each <c>…Requested</c> is an intent, stored before the provider is asked.</summary>
[JsonDerivedType(typeof(AuthorisationRequested), "commerce.payment.authorisation-requested.v1")]
[JsonDerivedType(typeof(AuthorisationRerouted), "commerce.payment.authorisation-rerouted.v1")]
[JsonDerivedType(typeof(AuthorisationApproved), "commerce.payment.authorised.v1")]
[JsonDerivedType(typeof(AuthorisationDeclined), "commerce.payment.declined.v1")]
[JsonDerivedType(typeof(ActionRequired), "commerce.payment.action-required.v1")]
[JsonDerivedType(typeof(ConfirmationRequested), "commerce.payment.confirmation-requested.v1")]
[JsonDerivedType(typeof(CaptureRequested), "commerce.payment.capture-requested.v1")]
[JsonDerivedType(typeof(VoidRequested), "commerce.payment.void-requested.v1")]
[JsonDerivedType(typeof(RefundRequested), "commerce.payment.refund-requested.v1")]
[JsonDerivedType(typeof(AdjustmentRequested), "commerce.payment.adjustment-requested.v1")]
[JsonDerivedType(typeof(TransactionAccepted), "commerce.payment.transaction-accepted.v1")]
[JsonDerivedType(typeof(Captured), "commerce.payment.captured.v1")]
[JsonDerivedType(typeof(Voided), "commerce.payment.voided.v1")]
[JsonDerivedType(typeof(Refunded), "commerce.payment.refunded.v1")]
[JsonDerivedType(typeof(Adjusted), "commerce.payment.adjusted.v1")]
[JsonDerivedType(typeof(TransactionFailed), "commerce.payment.transaction-failed.v1")]
[JsonDerivedType(typeof(AnswerLost), "commerce.payment.answer-lost.v1")]
[JsonDerivedType(typeof(TransactionAdopted), "commerce.payment.transaction-adopted.v1")]
[JsonDerivedType(typeof(Reversed), "commerce.payment.reversed.v1")]
[JsonDerivedType(typeof(ReversalWithdrawn), "commerce.payment.reversal-withdrawn.v1")]
[JsonDerivedType(typeof(ChargedBack), "commerce.payment.charged-back.v1")]
[JsonDerivedType(typeof(AuthorisationLapsed), "commerce.payment.authorisation-lapsed.v1")]
[JsonDerivedType(typeof(AuthorisationExpiring), "commerce.payment.authorisation-expiring.v1")]
[JsonDerivedType(typeof(AuthorisationExtended), "commerce.payment.authorisation-extended.v1")]
[JsonDerivedType(typeof(DisputeNoted), "commerce.payment.dispute-noted.v1")]
[JsonDerivedType(typeof(SaidAgain), "commerce.payment.said-again.v1")]
[JsonDerivedType(typeof(FollowUpDelayed), "commerce.payment.follow-up-delayed.v1")]
internal abstract record PaymentEvent(string OperationId);

/// <param name="CaptureNow">Captured in the same call.</param>
/// <param name="Shopper">The customer as the provider knows him; null for a guest.</param>
/// <param name="Store">The provider keeps the method for the customer.</param>
/// <param name="Alternatives">Where to go when it is certain that nothing happened at the provider.</param>
internal sealed record AuthorisationRequested(
    string OperationId, string OrderId, string CheckoutId, string Provider, Money Amount, string Method, string? ReturnUrl,
    bool? CaptureNow = null, string? Shopper = null, bool? Store = null, ImmutableArray<PaymentRoute>? Alternatives = null) : PaymentEvent(OperationId);

/// <summary>Nothing happened at the provider before, for certain: this one is asked instead, under a key of its own.</summary>
internal sealed record AuthorisationRerouted(string OperationId, string Provider, string Method, string Why) : PaymentEvent(OperationId);

/// <param name="HappenedAt">UTC, at the provider; null: it is an answer to what was asked for.</param>
internal sealed record AuthorisationApproved(string OperationId, string Reference, Money Amount, DateTimeOffset? CaptureBefore, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

/// <inheritdoc cref="AuthorisationApproved"/>
internal sealed record AuthorisationDeclined(
    string OperationId, string Code, string Message, bool Hard, string? Reference, PaymentAdvice? Advice = null, string? VendorCode = null, DateTimeOffset? HappenedAt = null)
    : PaymentEvent(OperationId);

internal sealed record ActionRequired(string OperationId, string Reference, PaymentAction Action) : PaymentEvent(OperationId);

/// <param name="Attempt">From 1 on; the stem of the key that the provider sees.</param>
/// <param name="Details">What the provider's page or library gave the shopper; no card data.</param>
internal sealed record ConfirmationRequested(string OperationId, int Attempt, ImmutableDictionary<string, string> Details) : PaymentEvent(OperationId);

/// <param name="Final">Nothing more is to be captured.</param>
internal sealed record CaptureRequested(string OperationId, Money Amount, bool? Final = null) : PaymentEvent(OperationId);

internal sealed record VoidRequested(string OperationId, Money Amount) : PaymentEvent(OperationId);

internal sealed record RefundRequested(string OperationId, Money Amount, string? Reason) : PaymentEvent(OperationId);

/// <param name="Amount">The whole new sum.</param>
internal sealed record AdjustmentRequested(string OperationId, Money Amount, string? Reason) : PaymentEvent(OperationId);

/// <summary>The provider took it on, and tells the outcome by webhook.</summary>
internal sealed record TransactionAccepted(string OperationId, string Reference) : PaymentEvent(OperationId);

/// <param name="Released">What a provider without multi-capture let go of with this capture.</param>
/// <param name="HappenedAt">UTC, at the provider; null: it is an answer to what was asked for.</param>
internal sealed record Captured(string OperationId, string Reference, Money Amount, Money Released, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

/// <inheritdoc cref="Captured"/>
internal sealed record Voided(string OperationId, string Reference, Money Amount, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

/// <inheritdoc cref="Captured"/>
internal sealed record Refunded(string OperationId, string Reference, Money Amount, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

/// <param name="Amount">The whole new sum.</param>
/// <param name="CaptureBefore">UTC, when the authorisation lapses now; null when the provider does not say.</param>
internal sealed record Adjusted(string OperationId, string Reference, Money Amount, DateTimeOffset? CaptureBefore, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

internal sealed record TransactionFailed(string OperationId, string Code, string Message, DateTimeOffset? HappenedAt = null) : PaymentEvent(OperationId);

internal sealed record AnswerLost(string OperationId, string Why) : PaymentEvent(OperationId);

/// <summary>The provider's books had it and ours did not.</summary>
internal sealed record TransactionAdopted(string OperationId, TransactionKind Kind, string Reference, Money Amount, string Reason) : PaymentEvent(OperationId);

/// <summary>A capture, a refund or a charge back that was done has come to nothing.</summary>
/// <param name="Of">Operation id of what came to nothing.</param>
internal sealed record Reversed(string OperationId, string Of, string? Reference, Money Amount, string Code, string Message, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>What had come to nothing was done after all, the provider says later.</summary>
internal sealed record ReversalWithdrawn(string OperationId, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>The shopper's bank took captured money back.</summary>
internal sealed record ChargedBack(string OperationId, string Reference, Money Amount, string? Reason, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>The provider let go of whatever was authorised and not captured.</summary>
internal sealed record AuthorisationLapsed(string OperationId, string Reference, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>What is authorised and not captured lapses soon, and could not be renewed: somebody has to decide.</summary>
/// <param name="Asks">Whether the provider is asked what became of it, once the time is over.</param>
internal sealed record AuthorisationExpiring(string OperationId, DateTimeOffset CaptureBefore, bool Asks) : PaymentEvent(OperationId);

internal sealed record AuthorisationExtended(string OperationId, DateTimeOffset CaptureBefore) : PaymentEvent(OperationId);

/// <param name="Reason">The provider's own word.</param>
internal sealed record DisputeNoted(
    string OperationId, string Reference, Money Amount, DisputeStatus Status, string? Reason, DateTimeOffset? RespondBy, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>The provider said of a later moment what is known of an earlier one: what it says of the time between is old.</summary>
internal sealed record SaidAgain(string OperationId, DateTimeOffset HappenedAt) : PaymentEvent(OperationId);

/// <summary>The provider was asked and could not say: it is asked again then.</summary>
internal sealed record FollowUpDelayed(string OperationId, DateTimeOffset Until) : PaymentEvent(OperationId);
