using Commerce.Journal;
using static Commerce.Payments.TransactionStatus;

namespace Commerce.Payments;

/// <summary>The rules of one payment: a ledger from which sums and status follow, so that duplicates and the order of arrival do not matter. Pure.</summary>
internal sealed partial record Payment : IAggregateState<Payment, PaymentEvent>
{
    /// <summary>Operation id of the one authorisation a payment has.</summary>
    public const string AuthoriseId = "authorise";

    /// <summary>Operation id of the capture that comes with its authorisation.</summary>
    public const string CaptureNowId = "capture:now";

    /// <summary>Operation id under which the provider lets go by itself.</summary>
    public const string LapseId = "lapse";

    /// <summary>How long before it lapses an authorisation is renewed, or reported.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromHours(24);

    /// <summary>When a provider is asked again for an answer that was lost, if nobody else has asked by then.</summary>
    public static readonly TimeSpan FollowUpAfter = TimeSpan.FromMinutes(1);

    /// <summary>When a provider is asked for what it accepted and has told nothing of since.</summary>
    public static readonly TimeSpan AcceptedPatience = TimeSpan.FromHours(6);

    public static Payment Initial { get; } = new();

    public string OrderId { get; init; } = "";
    public string CheckoutId { get; init; } = "";
    public string Provider { get; init; } = "";
    public string Reference { get; init; } = "";
    public string Method { get; init; } = "";
    public string? ReturnUrl { get; init; }
    public bool CaptureNow { get; init; }
    public string? Shopper { get; init; }
    public bool Store { get; init; }
    public Money Requested { get; init; }
    public PaymentAction? Action { get; init; }
    public PaymentFailure? Failure { get; init; }

    /// <summary>Where to go when it is certain that nothing happened, the next one first.</summary>
    public ImmutableArray<PaymentRoute> Alternatives { get; init; } = [];

    /// <summary>How often the payment was begun, each time at another provider.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The confirmation that is under way, or was the last.</summary>
    public ConfirmationRequested? Confirmation { get; init; }

    /// <summary>UTC, when <see cref="Confirmation"/> was asked for first.</summary>
    public DateTimeOffset ConfirmationAt { get; init; }

    /// <summary>UTC, when what is authorised lapses; null when the provider does not say.</summary>
    public DateTimeOffset? LapsesAt { get; init; }

    /// <summary>The expiry that was reported; it is not reported again.</summary>
    public AuthorisationExpiring? Expiring { get; init; }

    /// <summary>What captures of a provider without multi-capture let go of.</summary>
    public long ReleasedByCapture { get; init; }

    /// <summary>UTC, not before: the provider was asked, and could not say.</summary>
    public DateTimeOffset? DelayedUntil { get; init; }

    /// <summary>How often in a row it could not say.</summary>
    public int Delays { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ImmutableArray<PaymentTransaction> Ledger { get; init; } = [];

    public ImmutableArray<PaymentDispute> Disputes { get; init; } = [];

    /// <summary>Captures after which nothing more was to be captured.</summary>
    public ImmutableHashSet<string> Finals { get; init; } = [];

    /// <summary>Up to when the provider's word on a transaction or a dispute is known, by operation id, where it gave a time: what is older tells nothing new.</summary>
    public ImmutableDictionary<string, DateTimeOffset> ToldAt { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

    /// <summary>
    /// A movement that the provider has not settled, and an authorisation about to lapse, wake the payment. An authorisation that is not answered does not: its checkout
    /// goes on asking, under its own durable intent.
    /// </summary>
    public DateTimeOffset? WakeAt => Earlier(FollowUpAt, ExpiryAt);

    public PaymentTransaction? Authorisation => Find(AuthoriseId);

    /// <summary>The last adjustment's sum, else what was authorised at first.</summary>
    public Money Authorised => Authorisation is { Status: Succeeded } asked ? LastAdjustment ?? asked.Amount : Zero;

    public Money Captured => Sum(TransactionKind.Capture);

    public Money Refunded => Sum(TransactionKind.Refund);

    public Money ChargedBack => Sum(TransactionKind.ChargeBack);

    public Money Voided => Sum(TransactionKind.Void) is var voided ? voided with { Amount = voided.Amount + ReleasedByCapture } : default;

    /// <summary>Authorised, and neither captured nor let go of nor asked for.</summary>
    public Money Capturable => AtLeastZero(Authorised - Captured - Voided - Open(TransactionKind.Capture) - Open(TransactionKind.Void));

    public Money Refundable => AtLeastZero(Captured - Refunded - ChargedBack - Open(TransactionKind.Refund));

    /// <summary>When what is authorised and not captured lapses; null when nothing is left, or nobody says.</summary>
    public DateTimeOffset? CaptureBefore => Authorisation?.Status is Succeeded && Capturable.Amount > 0 ? LapsesAt : null;

    public string? Violation => Ledger.IsEmpty ? null : this switch
    {
        _ when Captured.Amount + Voided.Amount > Authorised.Amount => $"{Captured} captured and {Voided} voided of {Authorised} authorised",
        _ when Refunded > Captured => $"{Refunded} refunded of {Captured} captured",
        _ when Captured.IsNegative || Refunded.IsNegative || ChargedBack.IsNegative => "more taken back than was done",
        _ when Ledger.Any(t => t.Amount.Amount < 0) => "a negative transaction",
        _ => null,
    };

    /// <summary>Derived from the ledger and the disputes alone.</summary>
    public PaymentStatus Status => Authorisation?.Status switch
    {
        null => PaymentStatus.None,
        Pending => PaymentStatus.Authorizing,
        Unknown => PaymentStatus.Unknown,
        TransactionStatus.RequiresAction => HasVoided ? PaymentStatus.Voided : PaymentStatus.RequiresAction,
        Failed => PaymentStatus.Failed,
        _ when Disputes.Any(dispute => dispute.Status is DisputeStatus.NeedsResponse or DisputeStatus.UnderReview) => PaymentStatus.Disputed,
        _ when !ChargedBack.IsZero => PaymentStatus.ChargedBack,
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
        (null,                                nameof(AdjustmentRequested))    => Pending,
        // the provider did it by itself
        (null,                                nameof(TransactionAdopted))     => Succeeded,
        (null,                                nameof(AuthorisationLapsed))    => Succeeded,
        (null,                                nameof(Payments.ChargedBack))   => Succeeded,
        (null,                                nameof(Reversed))               => Succeeded,
        (Succeeded,                           nameof(ReversalWithdrawn))      => Failed,
        // the authorisation, and the shopper's part in it
        (Pending,                             nameof(AuthorisationRerouted))  => Pending,
        (Pending or Unknown,                  nameof(ActionRequired))         => TransactionStatus.RequiresAction,
        (TransactionStatus.RequiresAction,    nameof(ConfirmationRequested))  => Pending,
        (Pending or Unknown,                  nameof(ConfirmationRequested))  => Pending,
        (Pending or Unknown,                  nameof(AuthorisationApproved))  => Succeeded,
        (TransactionStatus.RequiresAction,    nameof(AuthorisationApproved))  => Succeeded,
        (Pending or Unknown,                  nameof(AuthorisationDeclined))  => Failed,
        (TransactionStatus.RequiresAction,    nameof(AuthorisationDeclined))  => Failed,
        // what came of a movement
        (Pending or Unknown,                  nameof(AnswerLost))             => Unknown,
        (Pending or Unknown,                  nameof(TransactionAccepted))    => Accepted,
        (Pending or Unknown or Accepted,      nameof(Payments.Captured))      => Succeeded,
        (Pending or Unknown or Accepted,      nameof(Payments.Voided))        => Succeeded,
        (Pending or Unknown or Accepted,      nameof(Payments.Refunded))      => Succeeded,
        (Pending or Unknown or Accepted,      nameof(Adjusted))               => Succeeded,
        (Pending or Unknown or Accepted,      nameof(TransactionFailed))      => Failed,
        // what the provider says later takes the place of what it said before
        (Succeeded,                           nameof(AuthorisationDeclined))  => Failed,
        (Failed,                              nameof(AuthorisationApproved))  => Succeeded,
        (Succeeded,                           nameof(TransactionFailed))      => Failed,
        (Failed,                              nameof(Payments.Captured))      => Succeeded,
        (Failed,                              nameof(Payments.Voided))        => Succeeded,
        (Failed,                              nameof(Payments.Refunded))      => Succeeded,
        (Failed,                              nameof(Adjusted))               => Succeeded,
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

    /// <summary>What takes a transaction back now; null when nothing does.</summary>
    public PaymentTransaction? ReversalOf(string operationId) => Ledger.FirstOrDefault(t => t is { Kind: TransactionKind.Reverse, Status: Succeeded } && t.Of == operationId);

    /// <summary>Whether the provider has not settled it: asked and not answered, or accepted.</summary>
    public static bool IsOpen(PaymentTransaction transaction) => transaction.Status is Pending or Unknown or Accepted;

    /// <inheritdoc/>
    public Payment Apply(PaymentEvent happened, DateTimeOffset at)
    {
        if (Note(happened, at) is { } noted)
        {
            return noted;
        }

        var transaction = Find(happened.OperationId);
        var next = Next(transaction?.Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("transaction", transaction?.Status.ToString() ?? "unknown", happened.GetType().Name, []));
        return (Moved(happened, next, at) with { UpdatedAt = at, DelayedUntil = null, Delays = 0 }).WithLapseOfTheRest();
    }

    /// <summary>What is no transaction's step; null for what is.</summary>
    private Payment? Note(PaymentEvent happened, DateTimeOffset at) => happened switch
    {
        AuthorisationExpiring e => this with { Expiring = e, UpdatedAt = at, DelayedUntil = null, Delays = 0 },
        AuthorisationExtended e => this with { LapsesAt = e.CaptureBefore, Expiring = null, UpdatedAt = at, DelayedUntil = null, Delays = 0 },
        FollowUpDelayed e => this with { DelayedUntil = e.Until, Delays = Delays + 1, UpdatedAt = at },
        SaidAgain e => this with { ToldAt = ToldAt.SetItem(e.OperationId, e.HappenedAt), UpdatedAt = at },
        DisputeNoted e => Noted(e) with { UpdatedAt = at },
        _ => null,
    };

    private Payment Moved(PaymentEvent happened, TransactionStatus next, DateTimeOffset at) => happened switch
    {
        AuthorisationRequested e => this with
        {
            OrderId = e.OrderId,
            CheckoutId = e.CheckoutId,
            Provider = e.Provider,
            Method = e.Method,
            ReturnUrl = e.ReturnUrl,
            CaptureNow = e.CaptureNow ?? false,
            Shopper = e.Shopper,
            Store = e.Store ?? false,
            Alternatives = e.Alternatives is { IsDefault: false } others ? others : [],
            Requested = e.Amount,
            Ledger = Ledger.Add(new PaymentTransaction(e.OperationId, TransactionKind.Authorise, e.Amount, next, null, at)),
        },
        AuthorisationRerouted e => this with { Provider = e.Provider, Method = e.Method, Attempt = Attempt + 1, Alternatives = Alternatives.RemoveAt(0) },
        ConfirmationRequested e => End(e.OperationId, next) with { Confirmation = e, ConfirmationAt = at },
        AuthorisationApproved e => End(e.OperationId, next, e.Reference, e.Amount, at: e.HappenedAt) with { Reference = e.Reference, Action = null, Failure = null, LapsesAt = e.CaptureBefore },
        AuthorisationDeclined e => End(e.OperationId, next, e.Reference, null, e.Code, e.HappenedAt) with
        {
            Reference = e.Reference ?? Reference,
            Action = null,
            Failure = new PaymentFailure(e.Code, e.Message, e.Hard) { Advice = e.Advice ?? PaymentAdvice.OtherCard, VendorCode = e.VendorCode },
        },
        ActionRequired e => End(e.OperationId, next, e.Reference) with { Reference = e.Reference, Action = e.Action },
        CaptureRequested e when e.Amount > Capturable => throw new CommerceException(PaymentErrors.CaptureExceedsAuthorised(e.Amount, Capturable)),
        CaptureRequested e => Begin(e.OperationId, TransactionKind.Capture, e.Amount, at, null) with { Finals = e.Final is true ? Finals.Add(e.OperationId) : Finals },
        VoidRequested e => Begin(e.OperationId, TransactionKind.Void, e.Amount, at, null),
        RefundRequested e when e.Amount > Refundable => throw new CommerceException(PaymentErrors.RefundExceedsCaptured(e.Amount, Refundable)),
        RefundRequested e => Begin(e.OperationId, TransactionKind.Refund, e.Amount, at, e.Reason),
        AdjustmentRequested e => Begin(e.OperationId, TransactionKind.Adjust, e.Amount, at, e.Reason),
        TransactionAccepted e => End(e.OperationId, next, e.Reference),
        Payments.Captured e => End(e.OperationId, next, e.Reference, e.Amount, at: e.HappenedAt) with { ReleasedByCapture = ReleasedByCapture + e.Released.Amount },
        Payments.Voided e => End(e.OperationId, next, e.Reference, e.Amount, at: e.HappenedAt) with { Action = null },
        Payments.Refunded e => End(e.OperationId, next, e.Reference, e.Amount, at: e.HappenedAt),
        Adjusted e => End(e.OperationId, next, e.Reference, e.Amount, at: e.HappenedAt) with
        {
            // One that was renewed, nobody says until when, is no longer good until the old time; one whose sum alone was changed is.
            LapsesAt = e.CaptureBefore ?? (e.Amount == Authorised ? null : LapsesAt),
            Expiring = null,
        },
        TransactionFailed e => End(e.OperationId, next, null, null, e.Code, e.HappenedAt),
        AnswerLost e => End(e.OperationId, next),
        TransactionAdopted e => Book(new PaymentTransaction(e.OperationId, e.Kind, e.Amount, next, e.Reference, at, e.Reason), null),
        Payments.ChargedBack e => Book(new PaymentTransaction(e.OperationId, TransactionKind.ChargeBack, e.Amount, next, e.Reference, e.HappenedAt, e.Reason), null),
        AuthorisationLapsed e => Book(new PaymentTransaction(e.OperationId, TransactionKind.Void, Zero, next, e.Reference, e.HappenedAt, "lapsed"), e.HappenedAt) with { Action = null },
        Reversed e => Book(new PaymentTransaction(e.OperationId, TransactionKind.Reverse, e.Amount, next, e.Reference, e.HappenedAt, e.Code) { Of = e.Of }, null) with { ToldAt = ToldAt.SetItem(e.Of, e.HappenedAt) },
        ReversalWithdrawn e => End(e.OperationId, next) with { ToldAt = ToldAt.SetItem(Find(e.OperationId)!.Of!, e.HappenedAt) },
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };

    private DateTimeOffset? FollowUpAt
    {
        get
        {
            DateTimeOffset? soonest = null;
            foreach (var transaction in Ledger)
            {
                if (transaction.Kind is not TransactionKind.Authorise && IsOpen(transaction))
                {
                    soonest = Earlier(soonest, DelayedUntil ?? UpdatedAt + (transaction.Status is Accepted ? AcceptedPatience : FollowUpAfter));
                }
            }

            return soonest;
        }
    }

    private DateTimeOffset? ExpiryAt => CaptureBefore is not { } lapses || !Open(TransactionKind.Adjust).IsZero ? null
        : Expiring is null ? lapses - RenewBefore
        : Expiring.Asks ? Later(lapses, DelayedUntil)
        : null;

    private Money Zero => Money.Zero(Requested.Currency);

    private bool HasVoided => Ledger.Any(t => t is { Kind: TransactionKind.Void, Status: Succeeded });

    /// <summary>The whole sum of the adjustment that the provider made last.</summary>
    private Money? LastAdjustment
    {
        get
        {
            PaymentTransaction? last = null;
            foreach (var transaction in Ledger)
            {
                if (transaction is { Kind: TransactionKind.Adjust, Status: Succeeded } && (last is null || Told(transaction) >= Told(last)))
                {
                    last = transaction;
                }
            }

            return last?.Amount;
        }
    }

    /// <summary>Up to when the provider's word on it is known: an answer counts from the moment at which it was asked for.</summary>
    private DateTimeOffset Told(PaymentTransaction transaction) => ToldAt.TryGetValue(transaction.Id, out var at) ? at : transaction.At;

    private Payment Begin(string operationId, TransactionKind kind, Money amount, DateTimeOffset at, string? reason) =>
        amount.Amount <= 0 && kind is not TransactionKind.Void
            ? throw new CommerceException(PaymentErrors.AmountNotPositive)
            : this with { Ledger = Ledger.Add(new PaymentTransaction(operationId, kind, amount, Pending, null, at, reason)) };

    private Payment Book(PaymentTransaction transaction, DateTimeOffset? at) => this with
    {
        Ledger = Ledger.Add(transaction),
        ToldAt = at is { } told ? ToldAt.SetItem(transaction.Id, told) : ToldAt,
    };

    private Payment End(string operationId, TransactionStatus status, string? reference = null, Money? amount = null, string? reason = null, DateTimeOffset? at = null)
    {
        var before = Find(operationId)!;
        return this with
        {
            ToldAt = at is { } told ? ToldAt.SetItem(operationId, told) : ToldAt,
            Ledger = Ledger.Replace(before, before with
            {
                Status = status,
                Reference = reference ?? before.Reference,
                Amount = amount ?? before.Amount,
                Reason = reason ?? before.Reason,
            }),
        };
    }

    /// <summary>What lapsed is whatever is captured neither before nor after it came to be known: a capture that is told of late was made before.</summary>
    private Payment WithLapseOfTheRest()
    {
        if (Find(LapseId) is not { } lapse)
        {
            return this;
        }

        var others = this with { Ledger = Ledger.Remove(lapse) };
        var rest = AtLeastZero(others.Authorised - others.Captured - others.Voided);
        return lapse.Amount == rest ? this : this with { Ledger = Ledger.Replace(lapse, lapse with { Amount = rest }) };
    }

    private Payment Noted(DisputeNoted e)
    {
        var known = Disputes.FirstOrDefault(dispute => dispute.Reference == e.Reference);
        var now = new PaymentDispute(
            e.Reference, e.Amount, e.Status, e.Reason ?? known?.Reason, known?.OpenedAt ?? e.HappenedAt, e.RespondBy, known?.AfterRefund ?? !Refunded.IsZero);
        return this with
        {
            Disputes = known is null ? Disputes.Add(now) : Disputes.Replace(known, now),
            ToldAt = ToldAt.SetItem(e.OperationId, e.HappenedAt),
        };
    }

    /// <summary>What was done of a kind, less what was taken back of it.</summary>
    private Money Sum(TransactionKind kind)
    {
        long amount = 0;
        foreach (var transaction in Ledger)
        {
            if (transaction.Kind == kind && transaction.Status is Succeeded)
            {
                amount = checked(amount + transaction.Amount.Amount);
            }
            else if (transaction is { Kind: TransactionKind.Reverse, Status: Succeeded, Of: { } of } && Find(of)?.Kind == kind)
            {
                amount = checked(amount - transaction.Amount.Amount);
            }
        }

        return new Money(amount, Requested.Currency);
    }

    private Money Open(TransactionKind kind)
    {
        long amount = 0;
        foreach (var transaction in Ledger)
        {
            if (transaction.Kind == kind && IsOpen(transaction))
            {
                amount = checked(amount + transaction.Amount.Amount);
            }
        }

        return new Money(amount, Requested.Currency);
    }

    private static Money AtLeastZero(Money sum) => sum.IsNegative ? sum with { Amount = 0 } : sum;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;
}
