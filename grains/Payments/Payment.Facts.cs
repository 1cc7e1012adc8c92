using static Commerce.Payments.TransactionStatus;

namespace Commerce.Payments;

/// <summary>What follows from what a provider vouches for, whenever it comes.</summary>
internal sealed partial record Payment
{
    /// <summary>
    /// The events that a fact makes. None: it is known already, or older than what is known. Null: it fits nothing that is known here, now or ever.
    /// </summary>
    /// <remarks>Of two that contradict each other the later one holds, by the provider's own time; so the order of arrival decides nothing.</remarks>
    public ImmutableArray<PaymentEvent>? Learn(PaymentFact fact)
    {
        var events = fact.Kind switch
        {
            FactKind.Authorised => LearnAuthorised(fact),
            FactKind.AuthorisationFailed => LearnDeclined(fact),
            FactKind.Adjusted => LearnMovement(TransactionKind.Adjust, fact, done: true),
            FactKind.AdjustmentFailed => LearnMovement(TransactionKind.Adjust, fact, done: false),
            FactKind.Captured => LearnMovement(TransactionKind.Capture, fact, done: true),
            FactKind.CaptureFailed => LearnMovement(TransactionKind.Capture, fact, done: false),
            FactKind.Refunded => LearnMovement(TransactionKind.Refund, fact, done: true),
            FactKind.RefundFailed => LearnMovement(TransactionKind.Refund, fact, done: false),
            FactKind.Voided => LearnMovement(TransactionKind.Void, fact, done: true),
            FactKind.VoidFailed => LearnMovement(TransactionKind.Void, fact, done: false),
            FactKind.Expired => LearnLapse(fact, Declines.Expired),
            FactKind.Disputed => LearnDispute(fact),
            _ => null,
        };
        return events is { } made && made.Aggregate(this, (payment, happened) => payment.Apply(happened, fact.At)).Violation is not null ? null : events;
    }

    private ImmutableArray<PaymentEvent>? LearnAuthorised(PaymentFact fact) => Authorisation switch
    {
        null => null,
        _ when IsOfAnEarlierAttempt(fact) => [],
        { Status: Succeeded } => fact.Until is { } until && LapsesAt is null ? [new AuthorisationExtended(AuthoriseId, until)] : [],
        { Status: Failed } failed when fact.At < Told(failed) => [],
        _ => [new AuthorisationApproved(AuthoriseId, fact.Reference, fact.Amount ?? Requested, fact.Until, fact.At)],
    };

    private ImmutableArray<PaymentEvent>? LearnDeclined(PaymentFact fact) => Authorisation switch
    {
        null => null,
        _ when IsOfAnEarlierAttempt(fact) => [],
        { Status: Failed } => [],
        { Status: Succeeded } made when fact.At <= Told(made) => [],
        { Status: Succeeded } when !Captured.IsZero || !Open(TransactionKind.Capture).IsZero => null,
        _ => [Declined(fact, fact.Code ?? Declines.CardDeclined)],
    };

    private ImmutableArray<PaymentEvent>? LearnMovement(TransactionKind kind, PaymentFact fact, bool done)
    {
        if (Match(kind, fact) is not { } asked)
        {
            return kind switch
            {
                TransactionKind.Capture when done && CaptureNow && Authorisation?.Status is Succeeded && Find(CaptureNowId) is null => CapturedNow(fact.Reference, fact.Amount ?? Authorised, fact.At),
                // Somebody let go of it at the provider itself.
                TransactionKind.Void when done => LearnLapse(fact, Declines.Voided),
                _ => null,
            };
        }

        // Of the same moment the failure holds.
        var isLater = fact.At > Told(asked);
        return (asked.Status, done) switch
        {
            (Pending or Unknown or Accepted, true) => [Done(asked, fact)],
            (Pending or Unknown or Accepted, false) => [NotDone(asked, fact)],
            _ when fact.At < Told(asked) => [],
            (Succeeded, true) when ReversalOf(asked.Id) is { } reversal => isLater ? [new ReversalWithdrawn(reversal.Id, fact.At)] : [],
            (Succeeded, false) when ReversalOf(asked.Id) is null => kind is TransactionKind.Capture or TransactionKind.Refund
                ? [new Reversed(ReversalIdOf(asked.Id), asked.Id, fact.Reference, asked.Amount, fact.Code ?? "failed", fact.Message ?? "", fact.At)]
                : [NotDone(asked, fact)],
            (Failed, true) => isLater ? [Done(asked, fact)] : [],
            _ => isLater ? [new SaidAgain(asked.Id, fact.At)] : [],
        };
    }

    private ImmutableArray<PaymentEvent>? LearnLapse(PaymentFact fact, string code) => Authorisation?.Status switch
    {
        null => null,
        Failed => [],
        Succeeded => Find(LapseId) is null ? [new AuthorisationLapsed(LapseId, fact.Reference, fact.At)] : [],
        _ => [Declined(fact, code)],
    };

    /// <summary>An inquiry moves no money; a dispute does, until it is won.</summary>
    private ImmutableArray<PaymentEvent>? LearnDispute(PaymentFact fact)
    {
        var (id, status) = ($"dispute:{fact.Reference}", fact.Dispute ?? DisputeStatus.NeedsResponse);
        var known = Disputes.FirstOrDefault(dispute => dispute.Reference == fact.Reference);
        if (Authorisation?.Status is not Succeeded)
        {
            return null;
        }

        if (known is not null && (fact.At < ToldAt[id] || (fact.At == ToldAt[id] && status <= known.Status)))
        {
            return [];
        }

        var amount = fact.Amount ?? known?.Amount ?? Captured;
        var (charge, reversal) = (Find(id), ReversalOf(id));
        var events = ImmutableArray.CreateBuilder<PaymentEvent>(2);
        events.Add(new DisputeNoted(id, fact.Reference, amount, status, fact.Code, fact.Until, fact.At));
        switch (status)
        {
            case DisputeStatus.NeedsResponse or DisputeStatus.UnderReview or DisputeStatus.Lost when charge is null && amount.Amount > 0:
                events.Add(new ChargedBack(id, fact.Reference, amount, fact.Code, fact.At));
                break;
            case DisputeStatus.NeedsResponse or DisputeStatus.UnderReview or DisputeStatus.Lost when reversal is not null:
                events.Add(new ReversalWithdrawn(reversal.Id, fact.At));
                break;
            case DisputeStatus.Won when charge is not null && reversal is null:
                events.Add(new Reversed(ReversalIdOf(id), id, fact.Reference, charge.Amount, "won", fact.Message ?? "", fact.At));
                break;
            default:
                break;
        }

        return events.ToImmutable();
    }

    /// <summary>The capture that came with its authorisation, asked for and done at once.</summary>
    public static ImmutableArray<PaymentEvent> CapturedNow(string reference, Money amount, DateTimeOffset? at) =>
        [new CaptureRequested(CaptureNowId, amount), new Captured(CaptureNowId, reference, amount, Money.Zero(amount.Currency), at)];

    /// <summary>Whose movement it is: by our key, by the provider's reference, or because nothing else can be meant.</summary>
    private PaymentTransaction? Match(TransactionKind kind, PaymentFact fact)
    {
        if (fact.Key is { } key && Find(OperationOf(key)) is { } keyed && keyed.Kind == kind)
        {
            return keyed;
        }

        PaymentTransaction? only = null;
        var candidates = 0;
        foreach (var transaction in Ledger)
        {
            if (transaction.Kind != kind || transaction.Id == LapseId)
            {
                continue;
            }

            if (transaction.Reference == fact.Reference && fact.Reference.Length > 0)
            {
                return transaction;
            }

            if (fact.Key is null && IsOpen(transaction) && transaction.Reference is null && (fact.Amount is null || fact.Amount == transaction.Amount))
            {
                (only, candidates) = (transaction, candidates + 1);
            }
        }

        return candidates == 1 ? only : null;
    }

    /// <summary>Of <c>pay_…:capture:op</c> the <c>op</c>.</summary>
    private static string OperationOf(string key) => key.Split(':', 3) is [_, _, var operation] ? operation : "";

    /// <summary>What a provider says that was asked before another took its place tells nothing of the payment.</summary>
    private bool IsOfAnEarlierAttempt(PaymentFact fact) =>
        fact.Key?.Split(':', 3) is [_, AuthoriseId, var attempt] && int.TryParse(attempt, out var number) && number != Attempt;

    private string ReversalIdOf(string operationId) => $"{operationId}:reverse:{Ledger.Count(t => t.Of == operationId) + 1}";

    private static AuthorisationDeclined Declined(PaymentFact fact, string code)
    {
        var why = Declines.Of(code);
        return new AuthorisationDeclined(AuthoriseId, why.Code, why.Message, why.Hard, fact.Reference, why.Advice, why.Code == code ? null : code, fact.At);
    }

    private PaymentEvent Done(PaymentTransaction asked, PaymentFact fact) => asked.Kind switch
    {
        TransactionKind.Capture => new Captured(asked.Id, fact.Reference, fact.Amount ?? asked.Amount, Zero, fact.At),
        TransactionKind.Refund => new Refunded(asked.Id, fact.Reference, fact.Amount ?? asked.Amount, fact.At),
        TransactionKind.Adjust => new Adjusted(asked.Id, fact.Reference, fact.Amount ?? asked.Amount, fact.Until, fact.At),
        _ => new Voided(asked.Id, fact.Reference, asked.Amount, fact.At),
    };

    private static TransactionFailed NotDone(PaymentTransaction asked, PaymentFact fact) => new(asked.Id, fact.Code ?? "failed", fact.Message ?? "", fact.At);
}
