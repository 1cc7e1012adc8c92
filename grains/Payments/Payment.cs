using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Payments.TransactionStatus;

namespace Commerce.Payments;

/// <summary>What happens to a payment. Each <c>…Requested</c> is an intent, stored before the provider is asked.</summary>
[JsonDerivedType(typeof(AuthorisationRequested), "commerce.payment.authorisation-requested.v1")]
[JsonDerivedType(typeof(AuthorisationApproved), "commerce.payment.authorised.v1")]
[JsonDerivedType(typeof(AuthorisationDeclined), "commerce.payment.declined.v1")]
[JsonDerivedType(typeof(ActionRequired), "commerce.payment.action-required.v1")]
[JsonDerivedType(typeof(CaptureRequested), "commerce.payment.capture-requested.v1")]
[JsonDerivedType(typeof(VoidRequested), "commerce.payment.void-requested.v1")]
[JsonDerivedType(typeof(RefundRequested), "commerce.payment.refund-requested.v1")]
[JsonDerivedType(typeof(Captured), "commerce.payment.captured.v1")]
[JsonDerivedType(typeof(Voided), "commerce.payment.voided.v1")]
[JsonDerivedType(typeof(Refunded), "commerce.payment.refunded.v1")]
[JsonDerivedType(typeof(TransactionFailed), "commerce.payment.transaction-failed.v1")]
[JsonDerivedType(typeof(AnswerLost), "commerce.payment.answer-lost.v1")]
internal abstract record PaymentEvent(string OperationId);

internal sealed record AuthorisationRequested(
    string OperationId, string OrderId, string CheckoutId, string Provider, Money Amount, string Method, string? ReturnUrl) : PaymentEvent(OperationId);

internal sealed record AuthorisationApproved(string OperationId, string Reference, Money Amount, DateTimeOffset? CaptureBefore) : PaymentEvent(OperationId);

internal sealed record AuthorisationDeclined(string OperationId, string Code, string Message, bool Hard, string? Reference) : PaymentEvent(OperationId);

internal sealed record ActionRequired(string OperationId, string Reference, PaymentAction Action) : PaymentEvent(OperationId);

internal sealed record CaptureRequested(string OperationId, Money Amount) : PaymentEvent(OperationId);

internal sealed record VoidRequested(string OperationId, Money Amount) : PaymentEvent(OperationId);

internal sealed record RefundRequested(string OperationId, Money Amount, string? Reason) : PaymentEvent(OperationId);

/// <param name="Released">What a provider without multi-capture let go of with this capture.</param>
internal sealed record Captured(string OperationId, string Reference, Money Amount, Money Released) : PaymentEvent(OperationId);

internal sealed record Voided(string OperationId, string Reference, Money Amount) : PaymentEvent(OperationId);

internal sealed record Refunded(string OperationId, string Reference, Money Amount) : PaymentEvent(OperationId);

internal sealed record TransactionFailed(string OperationId, string Code, string Message) : PaymentEvent(OperationId);

internal sealed record AnswerLost(string OperationId, string Why) : PaymentEvent(OperationId);

/// <summary>The rules of one payment: a ledger from which sums and status follow, so that duplicates and the order of arrival do not matter. Pure.</summary>
internal sealed record Payment : IAggregateState<Payment, PaymentEvent>
{
    /// <summary>Operation id of the one authorisation a payment has.</summary>
    public const string AuthoriseId = "authorise";

    public static Payment Initial { get; } = new();

    public string OrderId { get; init; } = "";
    public string CheckoutId { get; init; } = "";
    public string Provider { get; init; } = "";
    public string Reference { get; init; } = "";
    public string Method { get; init; } = "";
    public string? ReturnUrl { get; init; }
    public Money Requested { get; init; }
    public PaymentAction? Action { get; init; }
    public PaymentFailure? Failure { get; init; }

    /// <summary>What captures of a provider without multi-capture let go of.</summary>
    public long ReleasedByCapture { get; init; }

    public ImmutableArray<PaymentTransaction> Ledger { get; init; } = [];

    /// <summary>Nobody wakes a payment: the checkout or the order that asked goes on asking, under its own durable intent.</summary>
    public DateTimeOffset? WakeAt => null;

    public PaymentTransaction? Authorisation => Find(AuthoriseId);

    /// <summary>Sums by kind, of what succeeded.</summary>
    public Money Authorised => Sum(TransactionKind.Authorise);

    public Money Captured => Sum(TransactionKind.Capture);

    public Money Refunded => Sum(TransactionKind.Refund);

    public Money Voided => Sum(TransactionKind.Void) with { Amount = Sum(TransactionKind.Void).Amount + ReleasedByCapture };

    /// <summary>Authorised, and neither captured nor let go of nor asked for.</summary>
    public Money Capturable => Authorised - Captured - Voided - Open(TransactionKind.Capture) - Open(TransactionKind.Void);

    public Money Refundable => Captured - Refunded - Open(TransactionKind.Refund);

    public string? Violation => Ledger.IsEmpty ? null : this switch
    {
        _ when Captured.Amount + Voided.Amount > Authorised.Amount => $"{Captured} captured and {Voided} voided of {Authorised} authorised",
        _ when Refunded > Captured => $"{Refunded} refunded of {Captured} captured",
        _ when Ledger.Any(t => t.Amount.Amount < 0) => "a negative transaction",
        _ => null,
    };

    /// <summary>Derived from the ledger alone.</summary>
    public PaymentStatus Status => Authorisation?.Status switch
    {
        null => PaymentStatus.None,
        Pending => PaymentStatus.Authorizing,
        Unknown => PaymentStatus.Unknown,
        TransactionStatus.RequiresAction => Voided.IsZero && !HasVoided ? PaymentStatus.RequiresAction : PaymentStatus.Voided,
        Failed => PaymentStatus.Failed,
        _ when !Refunded.IsZero => Refunded == Captured ? PaymentStatus.Refunded : PaymentStatus.PartiallyRefunded,
        _ when !Captured.IsZero => Captured == Authorised ? PaymentStatus.Captured : PaymentStatus.PartiallyCaptured,
        _ when HasVoided => PaymentStatus.Voided,
        _ => PaymentStatus.Authorized,
    };

    /// <summary>What may follow what in the life of a transaction; null is one that was never asked for. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static TransactionStatus? Next(TransactionStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from                               what happened                      to
        (null,                                nameof(AuthorisationRequested)) => Pending,
        (null,                                nameof(CaptureRequested))       => Pending,
        (null,                                nameof(VoidRequested))          => Pending,
        (null,                                nameof(RefundRequested))        => Pending,
        (Pending or Unknown,                  nameof(AnswerLost))             => Unknown,
        (Pending or Unknown,                  nameof(ActionRequired))         => TransactionStatus.RequiresAction,
        (Pending or Unknown,                  nameof(AuthorisationApproved))  => Succeeded,
        (TransactionStatus.RequiresAction,    nameof(AuthorisationApproved))  => Succeeded,
        (Pending or Unknown,                  nameof(AuthorisationDeclined))  => Failed,
        (TransactionStatus.RequiresAction,    nameof(AuthorisationDeclined))  => Failed,
        (Pending or Unknown,                  nameof(Payments.Captured))      => Succeeded,
        (Pending or Unknown,                  nameof(Payments.Voided))        => Succeeded,
        (Pending or Unknown,                  nameof(Payments.Refunded))      => Succeeded,
        (Pending or Unknown,                  nameof(TransactionFailed))      => Failed,
        _                                                                     => null,
    };
#pragma warning restore format

    public PaymentTransaction? Find(string operationId)
    {
        foreach (var transaction in Ledger)
        {
            if (transaction.Id == operationId)
            {
                return transaction;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public Payment Apply(PaymentEvent happened, DateTimeOffset at)
    {
        var transaction = Find(happened.OperationId);
        var next = Next(transaction?.Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("transaction", transaction?.Status.ToString() ?? "unknown", happened.GetType().Name, []));
        return happened switch
        {
            AuthorisationRequested e => this with
            {
                OrderId = e.OrderId,
                CheckoutId = e.CheckoutId,
                Provider = e.Provider,
                Method = e.Method,
                ReturnUrl = e.ReturnUrl,
                Requested = e.Amount,
                Ledger = Ledger.Add(new PaymentTransaction(e.OperationId, TransactionKind.Authorise, e.Amount, next, null, at)),
            },
            CaptureRequested e when e.Amount > Capturable => throw new CommerceException(PaymentErrors.CaptureExceedsAuthorised(e.Amount, Capturable)),
            CaptureRequested e => Begin(e.OperationId, TransactionKind.Capture, e.Amount, at, null),
            VoidRequested e => Begin(e.OperationId, TransactionKind.Void, e.Amount, at, null),
            RefundRequested e when e.Amount > Refundable => throw new CommerceException(PaymentErrors.RefundExceedsCaptured(e.Amount, Refundable)),
            RefundRequested e => Begin(e.OperationId, TransactionKind.Refund, e.Amount, at, e.Reason),
            AuthorisationApproved e => End(e.OperationId, next, e.Reference, e.Amount) with { Reference = e.Reference, Action = null },
            AuthorisationDeclined e => End(e.OperationId, next, e.Reference, null, e.Code) with { Reference = e.Reference ?? Reference, Action = null, Failure = new PaymentFailure(e.Code, e.Message, e.Hard) },
            ActionRequired e => End(e.OperationId, next, e.Reference) with { Reference = e.Reference, Action = e.Action },
            Payments.Captured e => End(e.OperationId, next, e.Reference, e.Amount) with { ReleasedByCapture = ReleasedByCapture + e.Released.Amount },
            Payments.Voided e => End(e.OperationId, next, e.Reference, e.Amount) with { Action = null },
            Payments.Refunded e => End(e.OperationId, next, e.Reference, e.Amount),
            TransactionFailed e => End(e.OperationId, next, null, null, e.Code),
            AnswerLost e => End(e.OperationId, next),
            _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
        };
    }

    private bool HasVoided => Ledger.Any(t => t is { Kind: TransactionKind.Void, Status: Succeeded });

    private Payment Begin(string operationId, TransactionKind kind, Money amount, DateTimeOffset at, string? reason) =>
        amount.Amount <= 0 && kind is not TransactionKind.Void
            ? throw new CommerceException(PaymentErrors.AmountNotPositive)
            : this with { Ledger = Ledger.Add(new PaymentTransaction(operationId, kind, amount, Pending, null, at, reason)) };

    private Payment End(string operationId, TransactionStatus status, string? reference = null, Money? amount = null, string? reason = null)
    {
        var before = Find(operationId)!;
        return this with
        {
            Ledger = Ledger.Replace(before, before with
            {
                Status = status,
                Reference = reference ?? before.Reference,
                Amount = amount ?? before.Amount,
                Reason = reason ?? before.Reason,
            }),
        };
    }

    private Money Sum(TransactionKind kind) => Total(kind, static status => status is Succeeded);

    private Money Open(TransactionKind kind) => Total(kind, static status => status is Pending or Unknown);

    private Money Total(TransactionKind kind, Func<TransactionStatus, bool> counts)
    {
        long amount = 0;
        foreach (var transaction in Ledger)
        {
            if (transaction.Kind == kind && counts(transaction.Status))
            {
                amount = checked(amount + transaction.Amount.Amount);
            }
        }

        return new Money(amount, Requested.Currency);
    }
}
