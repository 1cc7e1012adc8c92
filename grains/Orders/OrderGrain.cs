using Commerce.Allotments;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Payments;
using Orleans.Placement;

namespace Commerce.Orders;

/// <inheritdoc cref="IOrderGrain"/>
/// <remarks>
/// Money and stock are moved under a stored intent: whatever was asked for and not answered is taken up again by the repeated request, or by
/// the order's own wake-up.
/// </remarks>
[GrainType("order"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed class OrderGrain(ILogger<OrderGrain> logger) : AggregateGrain<Order, OrderEvent>, IOrderGrain
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private IPaymentGrain Payment => GrainFactory.Payment(State.PaymentId);

    public async Task Place(PlaceOrder command)
    {
        if (State.Status is OrderStatus.None)
        {
            await Commit(
                new OrderPlaced(command.CheckoutId, command.CartId, command.Owner, command.ContactId, command.Destination, command.PaymentId, command.Quote,
                    command.Sources.IsDefaultOrEmpty ? null : command.Sources, command.Backordered.IsDefaultOrEmpty ? null : command.Backordered),
                new OrderConfirmed("commerce"));
        }
    }

    public async Task<OrderView?> Get(string? owner)
    {
        await DemandNew();
        return State.Status is OrderStatus.None || (owner is not null && owner != State.Owner) ? null : await View();
    }

    public async Task<Reply<OrderView>> Cancel(Request request, string? reason)
    {
        Demand(request);
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            await CarryPending();
            await Commit(request, new OrderCancelRequested(reason));
        }

        await CarryAll();
        await CarryOutCancel();
        return new Reply<OrderView>(await View(), repeated);
    }

    public Task<Reply<OrderView>> Hold(Request request, string? reason) => Change(request, new OrderHeld(reason));

    public Task<Reply<OrderView>> Resume(Request request) => Change(request, new OrderResumed());

    public Task<Reply<OrderView>> Capture(Request request, Money? amount) => Move(request, TransactionKind.Capture, amount, null, null);

    public Task<Reply<OrderView>> CaptureParts(Request request, OrderParts parts) => Move(request, TransactionKind.Capture, null, parts, null);

    public Task<Reply<OrderView>> Refund(Request request, Money? amount, string? reason) => Move(request, TransactionKind.Refund, amount, null, reason);

    public Task<Reply<OrderView>> RefundParts(Request request, OrderParts parts, string? reason) => Move(request, TransactionKind.Refund, null, parts, reason);

    public override async Task Wake()
    {
        if (State.Status is not OrderStatus.None)
        {
            await CarryAll();
            await FollowPayment();
            await CarryOutCancel();
        }
    }

    private async Task<Reply<OrderView>> Move(Request request, TransactionKind kind, Money? amount, OrderParts? parts, string? reason)
    {
        Demand(request);
        var step = kind is TransactionKind.Capture ? "capture" : "refund";
        var operationId = OperationOf(request, step);
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            DemandAllowed(step);
            await CarryAll();
            var (asked, shares) = Asked(kind, await Payment.Get(), amount, parts);
            (OrderEvent intent, OrderEvent done) = kind is TransactionKind.Capture
                ? ((OrderEvent)new OrderCaptureRequested(operationId, asked, shares), (OrderEvent)new OrderCaptured(operationId, asked))
                : (new OrderRefundRequested(operationId, asked, reason, shares), new OrderRefunded(operationId, asked));
            // Units that are worth nothing move no money: nobody is asked.
            await (asked.IsZero ? Commit(request, intent, done) : Commit(request, intent));
        }

        await CarryPending(operationId);
        return new Reply<OrderView>(await View(), repeated);
    }

    /// <summary>How much is to be moved, and whose money it is.</summary>
    private (Money Amount, OrderShares? Shares) Asked(TransactionKind kind, PaymentView? payment, Money? amount, OrderParts? parts)
    {
        var (capturing, none) = (kind is TransactionKind.Capture, Money.Zero(State.Quote.Currency));
        var left = (payment, capturing) switch
        {
            (null, _) => none,
            (_, true) => payment.Authorised - payment.Captured - payment.Voided - Asked(kind),
            (_, false) => payment.Captured - payment.Refunded - payment.ChargedBack - Asked(kind),
        };
        if (left.Amount < 0 || (left.IsZero && (parts is null || payment is null || (capturing ? payment.Authorised : payment.Captured).IsZero)))
        {
            throw new CommerceException(capturing ? OrderErrors.NothingToCapture : OrderErrors.NothingToRefund);
        }

        if (amount is not null)
        {
            return (Within(amount.Value, left, capturing ? PaymentErrors.CaptureExceedsAuthorised : PaymentErrors.RefundExceedsCaptured), null);
        }

        var open = capturing ? Shares.ToCapture(State) : Shares.ToRefund(State, payment!.Captured);
        if (parts is null)
        {
            var rest = open.Rest;
            return (left, rest.Total(left.Currency) == left ? rest : null);
        }

        var shares = open.Of(parts);
        var worth = shares.Total(left.Currency);
        return worth <= left
            ? (worth, shares)
            : throw new CommerceException(OrderErrors.MoreThanLeft(worth.ToString(), left.ToString(), capturing ? "captured" : "refunded", ""));
    }

    private async Task<Reply<OrderView>> Change(Request request, OrderEvent happened)
    {
        Demand(request);
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            await Commit(request, happened);
        }

        return new Reply<OrderView>(await View(), repeated);
    }

    /// <summary>Takes up what is pending; an operation that the provider refused, or has not answered, is the caller's to know. One that it accepted stays pending.</summary>
    private async Task CarryPending(string? operationId = null)
    {
        await CarryAll();
        if (operationId is not null && State.Refused.TryGetValue(operationId, out var refused))
        {
            throw new CommerceException(PaymentErrors.Refused(refused.Code, refused.Message));
        }

        if (State.Pending.Any(p => (operationId is null || p.OperationId == operationId) && !State.Accepted.Contains(p.OperationId)))
        {
            throw new CommerceException(PaymentErrors.InDoubt(AskAgain));
        }
    }

    private async Task CarryAll()
    {
        foreach (var pending in State.Pending)
        {
            await Carry(pending);
        }
    }

    /// <summary>Asked for and not answered.</summary>
    private Money Asked(TransactionKind kind) => new(State.Pending.Where(p => p.Kind == kind).Sum(p => p.Amount.Amount), State.Quote.Currency);

    private async Task Carry(Movement movement)
    {
        PaymentView payment;
        try
        {
            payment = movement.Kind is TransactionKind.Capture
                ? await Payment.Capture(movement.OperationId, movement.Amount)
                : await Payment.Refund(movement.OperationId, movement.Amount, movement.Reason);
        }
        catch (CommerceException refusal) when (refusal.Error.Kind is ErrorKind.Invalid or ErrorKind.Conflict)
        {
            // The payment itself refuses, for good: asking again for ever would stand in the way of everything else.
            await Commit(new OrderMovementFailed(movement.OperationId, refusal.Error.Code, refusal.Error.Detail));
            return;
        }

        var transaction = payment.Transactions.First(t => t.Id == movement.OperationId);
        switch (transaction.Status)
        {
            case TransactionStatus.Succeeded when movement.Kind is TransactionKind.Capture:
                await Commit(new OrderCaptured(movement.OperationId, transaction.Amount));
                break;
            case TransactionStatus.Succeeded:
                await Commit(new OrderRefunded(movement.OperationId, transaction.Amount));
                break;
            case TransactionStatus.Failed:
                await Commit(new OrderMovementFailed(
                    movement.OperationId, transaction.Reason ?? "refused", $"The {movement.Kind.ToString().ToLowerInvariant()} of {movement.Amount} was refused.",
                    State.Accepted.Contains(movement.OperationId) ? true : null));
                break;
            case TransactionStatus.Accepted:
                await NoteAccepted(movement.OperationId);
                break;
            default:
                logger.MovementInDoubt(Id, movement.OperationId);
                break;
        }
    }

    /// <summary>Once, and again whenever it was time to ask: so that the next time is an hour away, not ten seconds.</summary>
    private Task NoteAccepted(string operationId) =>
        !State.Accepted.Contains(operationId) || State.WakeAt <= Now ? Commit(new OrderMovementAccepted(operationId)) : Task.CompletedTask;

    /// <summary>What the payment's ledger says of movements that had come to their end here: taken back since, or done after all.</summary>
    private async Task FollowPayment()
    {
        if ((State.Made.IsEmpty && State.Ended.IsEmpty && State.Status is not OrderStatus.Cancelled) || await Payment.Get() is not { } payment)
        {
            return;
        }

        var reversals = payment.Transactions.Where(t => t is { Kind: TransactionKind.Reverse, Status: TransactionStatus.Succeeded, Of: not null }).ToLookup(t => t.Of!);
        foreach (var transaction in payment.Transactions.Where(t => t.Kind is TransactionKind.Capture or TransactionKind.Refund && t.Status is TransactionStatus.Succeeded))
        {
            var reversal = reversals[transaction.Id].LastOrDefault();
            if (reversal is not null && !State.Reversals.Contains(reversal.Id))
            {
                await Commit(new OrderMovementReversed(transaction.Id, reversal.Id, transaction.Amount, reversal.Reason ?? "failed"));
            }
            else if (reversal is null && State.Ended.Any(ended => ended.Asked.OperationId == transaction.Id))
            {
                await Commit(transaction.Kind is TransactionKind.Capture ? new OrderCaptured(transaction.Id, transaction.Amount) : new OrderRefunded(transaction.Id, transaction.Amount));
            }
        }
    }

    /// <summary>Gives everything back: money first, then stock and the coupons' uses. Each step may be repeated. What the provider accepted ends by its webhook.</summary>
    private async Task CarryOutCancel()
    {
        if (State.Status is not OrderStatus.Cancelling)
        {
            return;
        }

        var payment = await Payment.Get() ?? throw new InvalidOperationException($"'{Id}' has no payment.");
        var refundable = payment.Captured - payment.Refunded - payment.ChargedBack;
        var refund = Attempt(payment, TransactionKind.Refund);
        if (refundable.Amount > 0 || payment.Transactions.Any(t => t.Id == refund && IsOpen(t)))
        {
            payment = await Payment.Refund(refund, refundable, State.Reason);
        }

        payment = await Payment.Void(Attempt(payment, TransactionKind.Void));
        var open = payment.Transactions.Where(t => t.Kind is not TransactionKind.Authorise && IsOpen(t)).ToList();
        if (open.Count > 0 || (payment.Captured - payment.Refunded - payment.ChargedBack).Amount > 0 || (payment.Authorised - payment.Captured - payment.Voided).Amount > 0)
        {
            if (open.Count > 0 && open.TrueForAll(t => t.Status is TransactionStatus.Accepted))
            {
                await NoteAccepted(Order.CancelOperation);
                return;
            }

            logger.MovementInDoubt(Id, Order.CancelOperation);
            throw new CommerceException(PaymentErrors.InDoubt(AskAgain));
        }

        var uses = State.Quote.Uses.IsDefault ? [] : State.Quote.Uses;
        await Task.WhenAll(
        [
            .. Sourcing.Of(State.Sources, State.Quote).Select(part => GrainFactory.StockItem(part.StockId).Return(part.ReservationOf(State.CheckoutId), part.Quantity, "order cancelled")),
            .. uses.Select(use => GrainFactory.Allotment(use.Key).Return(State.CheckoutId, units: 1)),
        ]);
        await Commit(new OrderCancelled(payment.Refunded, payment.Voided));
    }

    private static bool IsOpen(PaymentTransaction transaction) => transaction.Status is TransactionStatus.Pending or TransactionStatus.Unknown or TransactionStatus.Accepted;

    /// <summary>A movement that the provider refused, or that came back, is tried again under a new name; one without an answer keeps its own.</summary>
    private static string Attempt(PaymentView payment, TransactionKind kind)
    {
        var stem = $"{Order.CancelOperation}:{kind.ToString().ToLowerInvariant()}:";
        var reversed = payment.Transactions.Where(t => t is { Kind: TransactionKind.Reverse, Status: TransactionStatus.Succeeded }).Select(t => t.Of).ToHashSet();
        var over = payment.Transactions.Count(t => t.Id.StartsWith(stem, StringComparison.Ordinal) && t.Kind == kind && (t.Status is TransactionStatus.Failed || reversed.Contains(t.Id)));
        return $"{stem}{over + 1}";
    }

    private void Demand(Request request)
    {
        if (State.Status is OrderStatus.None || (request.Owner is not null && request.Owner != State.Owner))
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }
    }

    private void DemandAllowed(string step)
    {
        if (!State.Allowed.Contains(step))
        {
            throw new CommerceException(CommonErrors.NotNow("order", State.Status.ToString().ToLowerInvariant(), step, State.Allowed));
        }
    }

    private static Money Within(Money asked, Money left, Func<Money, Money, CommerceError> exceeds) =>
        asked.Amount <= 0 ? throw new CommerceException(PaymentErrors.AmountNotPositive)
        : asked > left ? throw new CommerceException(exceeds(asked, left))
        : asked;

    private string OperationOf(Request request, string step) => $"{step}:{request.Key ?? (Version + 1).ToString()}";

    private async Task<OrderView> View()
    {
        var payment = await Payment.Get();
        return new OrderView
        {
            Id = Id,
            Version = Version,
            Status = State.Status,
            Owner = State.Owner,
            CheckoutId = State.CheckoutId,
            CartId = State.CartId,
            ContactId = State.ContactId,
            Destination = State.Destination,
            Quote = State.Quote,
            Payment = payment ?? new PaymentView(),
            PlacedAt = State.PlacedAt,
            ConfirmedAt = State.ConfirmedAt,
            EndedAt = State.EndedAt,
            Reason = State.Reason,
            Allowed = State.Allowed,
            Captures = Movements(TransactionKind.Capture),
            Refunds = Movements(TransactionKind.Refund),
            Backordered = State.Backordered,
        };
    }

    private ImmutableArray<OrderMovement> Movements(TransactionKind kind) =>
    [
        .. from movement in State.Made.Select(m => (m, Made: true)).Concat(State.Pending.Select(m => (m, Made: false)))
           let asked = movement.m
           where asked.Kind == kind
           select new OrderMovement(asked.OperationId, asked.Amount, asked.Reason, asked.At, movement.Made, asked.Shares),
        .. from ended in State.Ended
           let asked = ended.Asked
           where asked.Kind == kind && ended.Late
           select new OrderMovement(asked.OperationId, asked.Amount, asked.Reason, asked.At, Made: false, asked.Shares) { FailedBecause = ended.Code, Reversed = ended.Reversed },
    ];
}

internal static partial class OrderLog
{
    [LoggerMessage(400, LogLevel.Warning, "{Order}: the provider has not answered '{Operation}' yet; it is asked again")]
    public static partial void MovementInDoubt(this ILogger logger, string order, string operation);
}
