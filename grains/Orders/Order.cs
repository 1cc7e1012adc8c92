using System.Text.Json.Serialization;
using Commerce.Carts;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Payments;
using Commerce.Pricing;
using static Commerce.Orders.OrderStatus;

namespace Commerce.Orders;

/// <summary>What happens to an order.</summary>
[JsonDerivedType(typeof(OrderPlaced), "commerce.order.placed.v1")]
[JsonDerivedType(typeof(OrderConfirmed), "commerce.order.confirmed.v1")]
[JsonDerivedType(typeof(OrderHeld), "commerce.order.held.v1")]
[JsonDerivedType(typeof(OrderResumed), "commerce.order.resumed.v1")]
[JsonDerivedType(typeof(OrderCancelRequested), "commerce.order.cancel-requested.v1")]
[JsonDerivedType(typeof(OrderCancelled), "commerce.order.cancelled.v1")]
[JsonDerivedType(typeof(OrderCompleted), "commerce.order.completed.v1")]
[JsonDerivedType(typeof(OrderCaptureRequested), "commerce.order.capture-requested.v1")]
[JsonDerivedType(typeof(OrderCaptured), "commerce.order.captured.v1")]
[JsonDerivedType(typeof(OrderRefundRequested), "commerce.order.refund-requested.v1")]
[JsonDerivedType(typeof(OrderRefunded), "commerce.order.refunded.v1")]
[JsonDerivedType(typeof(OrderMovementFailed), "commerce.order.movement-failed.v1")]
[JsonDerivedType(typeof(OrderMovementAccepted), "commerce.order.movement-accepted.v1")]
[JsonDerivedType(typeof(OrderMovementReversed), "commerce.order.movement-reversed.v1")]
internal abstract record OrderEvent;

/// <param name="Sources">Which stock items its goods are allocated at; null: the default item of each SKU.</param>
/// <param name="Backordered">What of the goods was not there yet; null: nothing.</param>
internal sealed record OrderPlaced(
    string CheckoutId, string CartId, string Owner, string ContactId, Destination Destination, string PaymentId, Quote Quote,
    ImmutableArray<Sourced>? Sources = null,
    ImmutableArray<Backordered>? Backordered = null) : OrderEvent;

/// <param name="By">Who accepted it: an order management system, or <c>commerce</c> itself.</param>
internal sealed record OrderConfirmed(string By) : OrderEvent;

internal sealed record OrderHeld(string? Reason) : OrderEvent;

internal sealed record OrderResumed : OrderEvent;

internal sealed record OrderCancelRequested(string? Reason) : OrderEvent;

internal sealed record OrderCancelled(Money Refunded, Money Voided) : OrderEvent;

/// <summary>Everything was delivered.</summary>
internal sealed record OrderCompleted : OrderEvent;

/// <param name="Shares">Whose money it is; null: an amount that belongs to no line.</param>
internal sealed record OrderCaptureRequested(string OperationId, Money Amount, OrderShares? Shares = null) : OrderEvent;

internal sealed record OrderCaptured(string OperationId, Money Amount) : OrderEvent;

/// <param name="Shares">Whose money it is; null: an amount that belongs to no line.</param>
internal sealed record OrderRefundRequested(string OperationId, Money Amount, string? Reason, OrderShares? Shares = null) : OrderEvent;

internal sealed record OrderRefunded(string OperationId, Money Amount) : OrderEvent;

/// <param name="Late">The provider had accepted it before.</param>
internal sealed record OrderMovementFailed(string OperationId, string Code, string Message, bool? Late = null) : OrderEvent;

/// <summary>The provider took it on, and tells the outcome by webhook; said again each time it was asked and still had none.</summary>
internal sealed record OrderMovementAccepted(string OperationId) : OrderEvent;

/// <summary>What had been made came to nothing, perhaps days later: it can be asked for again.</summary>
/// <param name="ReversalId">The transaction that took it back.</param>
internal sealed record OrderMovementReversed(string OperationId, string ReversalId, Money Amount, string Code) : OrderEvent;

/// <summary>Money that the order asked for.</summary>
/// <param name="Shares">Whose money it is; null: an amount that belongs to no line.</param>
internal sealed record Movement(string OperationId, TransactionKind Kind, Money Amount, string? Reason, OrderShares? Shares, DateTimeOffset At);

/// <summary>Money that the order asked for, and that did not move in the end.</summary>
/// <param name="Late">The provider had accepted it before.</param>
/// <param name="Reversed">It had been made before.</param>
internal sealed record EndedMovement(Movement Asked, string Code, bool Late, bool Reversed);

/// <summary>The rules of one order. Pure: no clock, no storage, no payment provider.</summary>
internal sealed record Order : IAggregateState<Order, OrderEvent>
{
    /// <summary>How long after its last step an unfinished operation is taken up again.</summary>
    public static readonly TimeSpan RecoverAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long an order waits for the webhook that tells what became of an accepted movement, before it asks.</summary>
    public static readonly TimeSpan AcceptedPatience = TimeSpan.FromHours(1);

    /// <summary>Under operations of this name a cancelled order voids and refunds.</summary>
    public const string CancelOperation = "cancel";

    public static Order Initial { get; } = new();

    public OrderStatus Status { get; init; }
    public string CheckoutId { get; init; } = "";
    public string CartId { get; init; } = "";
    public string Owner { get; init; } = "";
    public string ContactId { get; init; } = "";
    public Destination Destination { get; init; } = new("", null);
    public string PaymentId { get; init; } = "";
    public Quote Quote { get; init; } = new();

    /// <summary>The plan by which its goods were taken; empty: from the default item of each SKU.</summary>
    public ImmutableArray<Sourced> Sources { get; init; } = [];

    /// <summary>What of the goods was not there yet when they were bought.</summary>
    public ImmutableArray<Backordered> Backordered { get; init; } = [];
    public DateTimeOffset PlacedAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public string? Reason { get; init; }

    /// <summary>Asked for and not answered: what a crash leaves behind.</summary>
    public ImmutableArray<Movement> Pending { get; init; } = [];

    /// <summary>Asked for and made, in the order of the answers.</summary>
    public ImmutableArray<Movement> Made { get; init; } = [];

    /// <summary>Operations that the provider refused, so that their repetition is refused alike.</summary>
    public ImmutableDictionary<string, OrderMovementFailed> Refused { get; init; } = ImmutableDictionary<string, OrderMovementFailed>.Empty;

    /// <summary>What came to nothing after it had been asked for, in the order in which that came to be known.</summary>
    public ImmutableArray<EndedMovement> Ended { get; init; } = [];

    /// <summary>Operations that the provider accepted: their outcome is a webhook.</summary>
    public ImmutableHashSet<string> Accepted { get; init; } = [];

    /// <summary>Transactions that took something back, and are known of.</summary>
    public ImmutableHashSet<string> Reversals { get; init; } = [];

    public DateTimeOffset? WakeAt => Status is not Cancelling && Pending.IsEmpty ? null : UpdatedAt + (IsAnswerMissing ? RecoverAfter : AcceptedPatience);

    private bool IsAnswerMissing => (Status is Cancelling && !Accepted.Contains(CancelOperation)) || Pending.Any(p => !Accepted.Contains(p.OperationId));

    public string? Violation
    {
        get
        {
            var totals = Quote.Totals;
            return Status is None ? null : this switch
            {
                _ when totals.Total != totals.Subtotal - totals.Discount + totals.Shipping + totals.Tax => $"the total {totals.Total} is not the sum of its parts",
                _ when totals.Total.IsNegative || totals.Discount.IsNegative || totals.Shipping.IsNegative || totals.Tax.IsNegative => "a negative total",
                _ when Quote.Lines.Sum(line => line.UnitPrice.Amount * line.Quantity) != totals.Subtotal.Amount => "the subtotal is not the sum of the lines",
                _ when Quote.Lines.Any(line => line.Quantity < 1 || line.UnitPrice.Currency != Quote.Currency) => "a line without units, or of another currency",
                _ => null,
            };
        }
    }

    /// <summary>What may follow what. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static OrderStatus? Next(OrderStatus from, Type happened) => (from, happened.Name) switch
    {
        // from               what happened                      to
        (None,                nameof(OrderPlaced))            => Placed,
        (Placed,              nameof(OrderConfirmed))         => Placed,
        (Placed,              nameof(OrderHeld))              => OnHold,
        (OnHold,              nameof(OrderResumed))           => Placed,
        (Placed or OnHold,    nameof(OrderCancelRequested))   => Cancelling,
        (Cancelling,          nameof(OrderCancelled))         => Cancelled,
        (Placed,              nameof(OrderCompleted))         => Completed,
        (Placed,              nameof(OrderCaptureRequested))  => Placed,
        (Placed,              nameof(OrderRefundRequested))   => Placed,
        (Completed,           nameof(OrderRefundRequested))   => Completed,
        // only what had been given back and came back: see Allowed
        (Cancelled,           nameof(OrderRefundRequested))   => Cancelled,
        // an answer may come when the order has moved on, and be taken back days later
        (not None,            nameof(OrderCaptured))          => from,
        (not None,            nameof(OrderRefunded))          => from,
        (not None,            nameof(OrderMovementFailed))    => from,
        (not None,            nameof(OrderMovementAccepted))  => from,
        (not None,            nameof(OrderMovementReversed))  => from,
        _                                                     => null,
    };
#pragma warning restore format

    /// <summary>What people may ask of an order, and the event that begins it.</summary>
    private static readonly ImmutableArray<(string Ask, Type Begins)> Asks =
    [
        ("cancel", typeof(OrderCancelRequested)),
        ("capture", typeof(OrderCaptureRequested)),
        ("refund", typeof(OrderRefundRequested)),
        ("hold", typeof(OrderHeld)),
        ("resume", typeof(OrderResumed)),
    ];

    /// <summary>What may be asked for in this state.</summary>
    public ImmutableArray<string> Allowed => [.. Asks.Where(ask => Next(Status, ask.Begins) is not null && (Status is not Cancelled || !Reversals.IsEmpty)).Select(ask => ask.Ask)];

    /// <inheritdoc/>
    public Order Apply(OrderEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("order", Status.ToString().ToLowerInvariant(), happened.GetType().Name, Allowed));
        return Remember(happened, at) with { Status = next, UpdatedAt = at };
    }

    private Order Remember(OrderEvent happened, DateTimeOffset at) => happened switch
    {
        OrderPlaced e => this with
        {
            CheckoutId = e.CheckoutId,
            CartId = e.CartId,
            Owner = e.Owner,
            ContactId = e.ContactId,
            Destination = e.Destination,
            PaymentId = e.PaymentId,
            Quote = e.Quote,
            Sources = e.Sources ?? [],
            Backordered = e.Backordered ?? [],
            PlacedAt = at,
        },
        OrderConfirmed => this with { ConfirmedAt = at },
        OrderHeld e => this with { Reason = e.Reason },
        OrderResumed => this with { Reason = null },
        OrderCancelRequested e => this with { Reason = e.Reason },
        OrderCancelled or OrderCompleted => this with { EndedAt = at },
        OrderCaptureRequested e => this with { Pending = Pending.Add(new Movement(e.OperationId, TransactionKind.Capture, e.Amount, null, e.Shares, at)) },
        OrderRefundRequested e => this with { Pending = Pending.Add(new Movement(e.OperationId, TransactionKind.Refund, e.Amount, e.Reason, e.Shares, at)) },
        OrderCaptured e => Succeeded(e.OperationId, e.Amount),
        OrderRefunded e => Succeeded(e.OperationId, e.Amount),
        OrderMovementFailed e => Done(e.OperationId) with
        {
            Refused = Refused.SetItem(e.OperationId, e),
            Ended = Pending.FirstOrDefault(p => p.OperationId == e.OperationId) is { } asked ? Ended.Add(new EndedMovement(asked, e.Code, e.Late ?? false, Reversed: false)) : Ended,
        },
        OrderMovementAccepted e => this with { Accepted = Accepted.Add(e.OperationId) },
        OrderMovementReversed e => this with
        {
            Reversals = Reversals.Add(e.ReversalId),
            Ended = Made.FirstOrDefault(m => m.OperationId == e.OperationId) is { } made ? Ended.Add(new EndedMovement(made, e.Code, Late: true, Reversed: true)) : Ended,
            Made = Made.RemoveAll(m => m.OperationId == e.OperationId),
        },
        _ => this,
    };

    /// <summary>Units of a line, or of the shipping (null), that are charged or given back, or about to be.</summary>
    public IEnumerable<UnitRange> Units(TransactionKind kind, string? lineId) => Units(Made.Concat(Pending).Where(m => m.Kind == kind), lineId);

    /// <summary>Units of a line, or of the shipping (null), that are charged.</summary>
    public IEnumerable<UnitRange> Charged(string? lineId) => Units(Made.Where(m => m.Kind is TransactionKind.Capture), lineId);

    private static IEnumerable<UnitRange> Units(IEnumerable<Movement> movements, string? lineId) =>
        from shares in movements.Select(movement => movement.Shares).OfType<OrderShares>()
        from units in lineId is null
            ? shares.Shipping.Select(share => new UnitRange(share.From, share.Worth.Total.Amount))
            : shares.Lines.Where(share => share.LineId == lineId).Select(share => new UnitRange(share.From, share.Quantity))
        select units;

    /// <summary>Of an amount that is not the one asked for nobody knows whose it is.</summary>
    private Order Succeeded(string operationId, Money amount) =>
        (Pending.FirstOrDefault(p => p.OperationId == operationId) ?? Ended.FirstOrDefault(ended => ended.Asked.OperationId == operationId)?.Asked) is { } asked
            ? Done(operationId) with
            {
                Made = Made.Add(asked.Amount == amount ? asked : asked with { Amount = amount, Shares = null }),
                Ended = Ended.RemoveAll(ended => ended.Asked.OperationId == operationId),
                Refused = Refused.Remove(operationId),
            }
            : this;

    private Order Done(string operationId) => this with { Pending = Pending.RemoveAll(p => p.OperationId == operationId), Accepted = Accepted.Remove(operationId) };
}
