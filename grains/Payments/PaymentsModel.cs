using System.Globalization;
using Commerce.Events;
using Commerce.Journal;
using Commerce.Reconciliations;

namespace Commerce.Payments;

/// <summary>
/// Movements of money by provider and time, payments that somebody has to look at, payments by the provider's reference, webhooks by how they stand, and reconciliations. A header row a
/// payment holds what its later events do not say themselves.
/// </summary>
internal sealed class PaymentsModel : ReadModel
{
    private const string Headers = "payments";

    private static readonly string Received = EventCodec<WebhookEvent>.NameOf<WebhookReceived>();
    private static readonly string ReceivedAgain = EventCodec<WebhookEvent>.NameOf<WebhookReceivedAgain>();
    private static readonly string Requested = EventCodec<PaymentEvent>.NameOf<AuthorisationRequested>();

    public override string Name => ReadModels.Payments;

    /// <summary>Operators and reconciliations look here, no shopper: a purchase must not pay for a transaction of its own.</summary>
    public override TimeSpan Patience => TimeSpan.FromMilliseconds(250);

    public static string MovementsOf(string provider) => $"movements:{provider}";

    public static string ReferenceOf(string provider, string reference) => $"reference:{provider}:{reference}";

    public static string KeyOf(PaymentAttention why) => $"attention:{why}";

    public static string KeyOf(InboundWebhookStatus status) => $"webhooks:{status}";

    /// <summary>What rows are sorted by.</summary>
    public static string Sort(DateTimeOffset at) => at.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    public override bool Concerns(string aggregate) =>
        aggregate.StartsWith(Identity.Payment, StringComparison.Ordinal) || aggregate.StartsWith(Identity.Webhook, StringComparison.Ordinal) || ReconciliationRows.IsOne(aggregate);

    public override IEnumerable<string> Needs(LifecycleEvent happened) =>
        IsPayment(happened) ? (happened.Type == Requested ? [] : [happened.Aggregate])
        : IsWebhook(happened) && happened.Type != Received && happened.Type != ReceivedAgain ? [happened.Aggregate]
        : ReconciliationRows.IsOne(happened.Aggregate) ? ReconciliationRows.Needs(happened)
        : [];

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find) =>
        IsPayment(happened) ? OfPayment(happened, find)
        : IsWebhook(happened) ? OfWebhook(happened, find)
        : ReconciliationRows.IsOne(happened.Aggregate) ? ReconciliationRows.Of(happened, find, Write)
        : [];

    private static bool IsPayment(LifecycleEvent happened) => happened.Aggregate.StartsWith(Identity.Payment, StringComparison.Ordinal);

    private static bool IsWebhook(LifecycleEvent happened) => happened.Aggregate.StartsWith(Identity.Webhook, StringComparison.Ordinal);

    private static IEnumerable<ReadModelRow> OfPayment(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (EventCodec<PaymentEvent>.Read(happened.Type, happened.Data) is not { } what)
        {
            yield break;
        }

        if (what is AuthorisationRequested begun)
        {
            yield return Header(new PaymentHeader(
                new PaymentSummary(happened.Aggregate, begun.OrderId, begun.CheckoutId, begun.Provider, "", begun.Amount, null, happened.Time)));
            yield break;
        }

        if (find(happened.Aggregate) is not { Body: { } body })
        {
            yield break;
        }

        var before = Read<PaymentHeader>(body);
        var (after, moved) = Next(before, what, happened.Time);
        if (moved is not null)
        {
            yield return Movement(after, moved);
        }

        if (after == before)
        {
            yield break;
        }

        yield return Header(after);
        foreach (var why in Enum.GetValues<PaymentAttention>())
        {
            if (after.Needs(why) != before.Needs(why) || (after.Needs(why) && after.Summary != before.Summary))
            {
                yield return Attention(after, why, happened.Time);
            }
        }
    }

    /// <summary>The header after an event, and the movement that it is about.</summary>
    private static (PaymentHeader After, BookedMovement? Moved) Next(PaymentHeader known, PaymentEvent what, DateTimeOffset at)
    {
        var summary = known.Summary;
        switch (what)
        {
            case AuthorisationRerouted e:
                return (known with { Summary = summary with { Provider = e.Provider } }, null);
            case AuthorisationApproved e:
                return (known.Answered(e.OperationId) with { Summary = summary with { Reference = e.Reference, CaptureBefore = e.CaptureBefore } }, null);
            case AuthorisationDeclined e:
                return (known.Answered(e.OperationId) with { Summary = summary with { Reference = e.Reference ?? summary.Reference }, IsExpiring = false }, null);
            case ActionRequired e:
                return (known.Answered(e.OperationId) with { Summary = summary with { Reference = e.Reference } }, null);
            case CaptureRequested e:
                return known.Moving(new BookedMovement(e.OperationId, TransactionKind.Capture, TransactionStatus.Pending, e.Amount, null, at));
            case RefundRequested e:
                return known.Moving(new BookedMovement(e.OperationId, TransactionKind.Refund, TransactionStatus.Pending, e.Amount, null, at));
            case TransactionAdopted e:
                return known.Moving(new BookedMovement(e.OperationId, e.Kind, TransactionStatus.Succeeded, e.Amount, e.Reference, at));
            case ChargedBack e:
                return known.Moving(new BookedMovement(e.OperationId, TransactionKind.ChargeBack, TransactionStatus.Succeeded, e.Amount, e.Reference, e.HappenedAt));
            case Reversed e:
                return known.Moving(new BookedMovement(e.OperationId, TransactionKind.Reverse, TransactionStatus.Succeeded, e.Amount, e.Reference, e.HappenedAt)
                {
                    Of = e.Of,
                    OfKind = known.Find(e.Of)?.Kind,
                });
            case ReversalWithdrawn e:
                return known.Moved(e.OperationId, TransactionStatus.Failed, null, null);
            case TransactionAccepted e:
                return known.Answered(e.OperationId).Moved(e.OperationId, TransactionStatus.Accepted, e.Reference, null);
            case Captured e:
                return known.Answered(e.OperationId).Moved(e.OperationId, TransactionStatus.Succeeded, e.Reference, e.Amount);
            case Refunded e:
                return known.Answered(e.OperationId).Moved(e.OperationId, TransactionStatus.Succeeded, e.Reference, e.Amount);
            case TransactionFailed e:
                return known.Answered(e.OperationId).Moved(e.OperationId, TransactionStatus.Failed, null, null);
            case AnswerLost e:
                return (known with { Unknown = known.Unknown.Add(e.OperationId) }).Moved(e.OperationId, TransactionStatus.Unknown, null, null);
            case Voided e:
                return (known.Answered(e.OperationId) with { IsExpiring = false }, null);
            case AuthorisationLapsed:
                return (known with { IsExpiring = false }, null);
            case Adjusted e:
                return (known.Answered(e.OperationId) with { IsExpiring = false, Summary = summary with { CaptureBefore = e.CaptureBefore ?? summary.CaptureBefore } }, null);
            case AuthorisationExtended e:
                return (known with { IsExpiring = false, Summary = summary with { CaptureBefore = e.CaptureBefore } }, null);
            case AuthorisationExpiring e:
                return (known with { IsExpiring = true, Summary = summary with { CaptureBefore = e.CaptureBefore } }, null);
            case DisputeNoted { Status: DisputeStatus.Inquiry or DisputeStatus.NeedsResponse or DisputeStatus.UnderReview } e:
                return (known with { Disputes = known.Disputes.Remove(e.Reference).Add(e.Reference) }, null);
            case DisputeNoted e:
                return (known with { Disputes = known.Disputes.Remove(e.Reference) }, null);
            default:
                return (known, null);
        }
    }

    /// <summary>Found by its id, and by the provider's reference as soon as there is one.</summary>
    private static ReadModelRow Header(PaymentHeader header) => new(
        ReadModels.Payments, header.Summary.Reference is { Length: > 0 } reference ? ReferenceOf(header.Summary.Provider, reference) : Headers, Sort(header.Summary.Since), header.Summary.Id, Write(header));

    private static ReadModelRow Movement(PaymentHeader header, BookedMovement moved)
    {
        var (summary, shown) = (header.Summary, new PaymentMovement(
            header.Summary.Id, header.Summary.OrderId, moved.OperationId, moved.Kind, moved.Status, moved.Amount, moved.Reference, header.Summary.Reference, moved.At)
        { Of = moved.Of, OfKind = moved.OfKind });
        return new ReadModelRow(ReadModels.Payments, MovementsOf(summary.Provider), Sort(moved.At), $"{summary.Id}/{moved.OperationId}", Write(shown));
    }

    private static ReadModelRow Attention(PaymentHeader header, PaymentAttention why, DateTimeOffset at) =>
        new(ReadModels.Payments, KeyOf(why), Sort(header.Summary.Since), $"{header.Summary.Id}#{why}", header.Needs(why) ? Write(header.Summary with { Since = at }) : null);

    private static IEnumerable<ReadModelRow> OfWebhook(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        var what = happened.Type == ReceivedAgain ? null : EventCodec<WebhookEvent>.Read(happened.Type, happened.Data);
        if (what is WebhookReceived e)
        {
            return [Row(new InboundWebhookSummary(happened.Aggregate, e.Provider, e.EventId, e.Type, e.PaymentId, e.Reference, InboundWebhookStatus.Received, e.HappenedAt, happened.Time, null))];
        }

        if (what is null || find(happened.Aggregate) is not { Body: { } body } || Read<InboundWebhookSummary>(body) is var known && Webhook.Next(known.Status, what.GetType()) is not { } next)
        {
            return [];
        }

        var reason = what switch
        {
            WebhookApplied applied => applied.Effect,
            WebhookDelayed delayed => delayed.Why,
            WebhookParked parked => parked.Reason,
            _ => known.Reason,
        };
        var now = known with { Status = next, Reason = reason };
        return now == known ? [] : [Row(now)];
    }

    private static ReadModelRow Row(InboundWebhookSummary webhook) => new(ReadModels.Payments, KeyOf(webhook.Status), Sort(webhook.ReceivedAt), webhook.Id, Write(webhook));
}

/// <summary>What is known of a payment between its events.</summary>
internal sealed record PaymentHeader(PaymentSummary Summary)
{
    public ImmutableArray<BookedMovement> Movements { get; init; } = [];

    /// <summary>Operations whose answers were lost.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>References of the disputes that are open.</summary>
    public ImmutableArray<string> Disputes { get; init; } = [];
    public bool IsExpiring { get; init; }

    public bool Needs(PaymentAttention why) => why switch
    {
        PaymentAttention.Expiring => IsExpiring,
        PaymentAttention.Disputed => !Disputes.IsEmpty,
        _ => !Unknown.IsEmpty,
    };

    public BookedMovement? Find(string operationId) => Movements.FirstOrDefault(moved => moved.OperationId == operationId);

    public PaymentHeader Answered(string operationId) => Unknown.Contains(operationId) ? this with { Unknown = Unknown.Remove(operationId) } : this;

    /// <summary>Seen twice, it is there once.</summary>
    public (PaymentHeader After, BookedMovement Moved) Moving(BookedMovement moved) =>
        (this with { Movements = [.. Movements.Where(known => known.OperationId != moved.OperationId), moved] }, moved);

    /// <summary>Null for an operation that is no capture, refund or charge back.</summary>
    public (PaymentHeader After, BookedMovement? Moved) Moved(string operationId, TransactionStatus status, string? reference, Money? amount)
    {
        if (Find(operationId) is not { } known)
        {
            return (this, null);
        }

        var moved = known with { Status = status, Reference = reference ?? known.Reference, Amount = amount ?? known.Amount };
        return (this with { Movements = Movements.Replace(known, moved) }, moved);
    }
}

internal sealed record BookedMovement(string OperationId, TransactionKind Kind, TransactionStatus Status, Money Amount, string? Reference, DateTimeOffset At)
{
    public string? Of { get; init; }
    public TransactionKind? OfKind { get; init; }
}

/// <inheritdoc cref="PaymentsModel"/>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(ReadModels.Payments)]
internal sealed class PaymentsProjection(IJournal journal, ReadModelCursors cursors, ILogger<PaymentsProjection> logger)
    : Projection(new PaymentsModel(), journal, cursors, logger);
