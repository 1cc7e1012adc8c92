using Commerce.Allotments;
using Commerce.Checkouts;
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
    /// <summary>Under operations of this name a cancelled order voids and refunds.</summary>
    private const string CancelOperation = "cancel";

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    private IPaymentGrain Payment => GrainFactory.Payment(State.PaymentId);

    public async Task Place(PlaceOrder command)
    {
        if (State.Status is OrderStatus.None)
        {
            await Commit(
                new OrderPlaced(command.CheckoutId, command.CartId, command.Owner, command.ContactId, command.Destination, command.PaymentId, command.Quote),
                new OrderConfirmed("commerce"));
        }
    }

    public async Task<OrderView?> Get(string? owner) =>
        State.Status is OrderStatus.None || (owner is not null && owner != State.Owner) ? null : await View();

    public async Task<Reply<OrderView>> Cancel(Request request, string? reason)
    {
        Demand(request);
        var repeated = IsRepeated(request);
        if (!repeated)
        {
            await CarryPending();
            await Commit(request, new OrderCancelRequested(reason));
        }

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
        await CarryAll();
        if (State.Status is OrderStatus.Cancelling)
        {
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
            DemandAllowed(step, kind is TransactionKind.Capture ? typeof(OrderCaptureRequested) : typeof(OrderRefundRequested));
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
            (_, false) => payment.Captured - payment.Refunded - Asked(kind),
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

    /// <summary>Takes up what is pending; an operation that the provider refused, or has not answered, is the caller's to know.</summary>
    private async Task CarryPending(string? operationId = null)
    {
        await CarryAll();
        if (operationId is not null && State.Refused.TryGetValue(operationId, out var refused))
        {
            throw new CommerceException(PaymentErrors.Refused(refused.Code, refused.Message));
        }

        if (State.Pending.Any(p => operationId is null || p.OperationId == operationId))
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
                await Commit(new OrderMovementFailed(movement.OperationId, transaction.Reason ?? "refused", $"The {movement.Kind.ToString().ToLowerInvariant()} of {movement.Amount} was refused."));
                break;
            default:
                logger.MovementInDoubt(Id, movement.OperationId);
                break;
        }
    }

    /// <summary>Gives everything back: money first, then stock and the coupons' uses. Each step may be repeated.</summary>
    private async Task CarryOutCancel()
    {
        if (State.Status is not OrderStatus.Cancelling)
        {
            return;
        }

        var payment = await Payment.Get() ?? throw new InvalidOperationException($"'{Id}' has no payment.");
        var refundable = payment.Captured - payment.Refunded;
        var refund = Attempt(payment, TransactionKind.Refund);
        var open = payment.Transactions.Any(t => t.Id == refund && t.Status is TransactionStatus.Pending or TransactionStatus.Unknown);
        if (refundable.Amount > 0 || open)
        {
            payment = await Payment.Refund(refund, refundable, State.Reason);
        }

        payment = await Payment.Void(Attempt(payment, TransactionKind.Void));
        if (payment.Captured != payment.Refunded || (payment.Authorised - payment.Captured - payment.Voided).Amount > 0)
        {
            logger.MovementInDoubt(Id, CancelOperation);
            throw new CommerceException(PaymentErrors.InDoubt(AskAgain));
        }

        var uses = State.Quote.Uses.IsDefault ? [] : State.Quote.Uses;
        await Task.WhenAll(
        [
            .. Needed.Of(State.Quote).Select(need => GrainFactory.Stock(need.Sku).Release(Checkout.ReservationId(State.CheckoutId, need.Sku), "order cancelled")),
            .. uses.Select(use => GrainFactory.Allotment(use.Key).Return(State.CheckoutId, units: 1)),
        ]);
        await Commit(new OrderCancelled(payment.Refunded, payment.Voided));
    }

    /// <summary>A movement that the provider refused is tried again under a new name; one without an answer keeps its own.</summary>
    private static string Attempt(PaymentView payment, TransactionKind kind)
    {
        var stem = $"{CancelOperation}:{kind.ToString().ToLowerInvariant()}:";
        var refused = payment.Transactions.Count(t => t.Status is TransactionStatus.Failed && t.Id.StartsWith(stem, StringComparison.Ordinal));
        return $"{stem}{refused + 1}";
    }

    private void Demand(Request request)
    {
        if (State.Status is OrderStatus.None || (request.Owner is not null && request.Owner != State.Owner))
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }
    }

    private void DemandAllowed(string step, Type begins)
    {
        if (Order.Next(State.Status, begins) is null)
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
        };
    }

    private ImmutableArray<OrderMovement> Movements(TransactionKind kind) =>
    [
        .. from movement in State.Made.Select(m => (m, Made: true)).Concat(State.Pending.Select(m => (m, Made: false)))
           let asked = movement.m
           where asked.Kind == kind
           select new OrderMovement(asked.OperationId, asked.Amount, asked.Reason, asked.At, movement.Made, asked.Shares),
    ];
}

internal static partial class OrderLog
{
    [LoggerMessage(400, LogLevel.Warning, "{Order}: the provider has not answered '{Operation}' yet; it is asked again")]
    public static partial void MovementInDoubt(this ILogger logger, string order, string operation);
}
