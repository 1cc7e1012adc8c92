using System.Text.Json.Serialization;
using Commerce.Carts;
using Commerce.Inventory;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>What was bought. Keyed by <c>ord_…</c>, sharing the checkout's suffix. It alone decides what may be captured and refunded.</summary>
[Alias("commerce.order"), GrainInterfaceType("commerce.order")]
public interface IOrderGrain : IGrainWithStringKey
{
    /// <summary>The order comes to be. Repeated, it does nothing. Only its checkout calls it.</summary>
    [Alias("place")]
    Task Place(PlaceOrder command);

    [Alias("get")]
    Task<OrderView?> Get(string? owner);

    /// <summary>Undoes the order: voids or refunds the money, gives the stock back. <c>not-now</c> names what is allowed instead.</summary>
    [Alias("cancel"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<OrderView>> Cancel(Request request, string? reason);

    /// <summary>Stops anything further from happening until <see cref="Resume"/>.</summary>
    [Alias("hold")]
    Task<Reply<OrderView>> Hold(Request request, string? reason);

    [Alias("resume")]
    Task<Reply<OrderView>> Resume(Request request);

    /// <summary>Takes money that was authorised; null takes all that is left.</summary>
    [Alias("capture"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<OrderView>> Capture(Request request, Money? amount);

    /// <summary>Takes what those parts cost, to the minor unit. More than is left of one is <c>more-than-left</c>.</summary>
    [Alias("capture-parts"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<OrderView>> CaptureParts(Request request, OrderParts parts);

    /// <summary>Gives captured money back; null gives all that is left.</summary>
    [Alias("refund"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<OrderView>> Refund(Request request, Money? amount, string? reason);

    /// <summary>Gives back what was paid for those parts, to the minor unit: however an order is given back, in the end it is what was paid. More than is left of one is <c>more-than-left</c>.</summary>
    [Alias("refund-parts"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<OrderView>> RefundParts(Request request, OrderParts parts, string? reason);
}

[GenerateSerializer, Immutable, Alias("commerce.order.place")]
public sealed record PlaceOrder(
    [property: Id(0)] string CheckoutId,
    [property: Id(1)] string CartId,
    [property: Id(2)] string Owner,
    [property: Id(3)] string ContactId,
    [property: Id(4)] Destination Destination,
    [property: Id(5)] string PaymentId,
    [property: Id(6)] Quote Quote)
{
    /// <summary>Which stock items its goods are allocated at; empty: the default item of each SKU.</summary>
    [Id(7)] public ImmutableArray<Sourced> Sources { get; init; } = [];

    /// <summary>What of the goods was not there yet when they were reserved.</summary>
    [Id(8)] public ImmutableArray<Backordered> Backordered { get; init; } = [];
}

[GenerateSerializer, Immutable, Alias("commerce.order.view")]
public sealed record OrderView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public OrderStatus Status { get; init; }
    [Id(3)] public string Owner { get; init; } = "";
    [Id(4)] public string CheckoutId { get; init; } = "";
    [Id(5)] public string CartId { get; init; } = "";
    [Id(6)] public string ContactId { get; init; } = "";
    [Id(7)] public Destination Destination { get; init; } = new("", null);
    [Id(8)] public Quote Quote { get; init; } = new();
    [Id(9)] public PaymentView Payment { get; init; } = new();
    [Id(10)] public DateTimeOffset PlacedAt { get; init; }
    [Id(11)] public DateTimeOffset? ConfirmedAt { get; init; }
    [Id(12)] public DateTimeOffset? EndedAt { get; init; }
    [Id(13)] public string? Reason { get; init; }

    /// <summary>What may be asked for now: <c>cancel</c>, <c>capture</c>, <c>refund</c>, <c>hold</c>, <c>resume</c>.</summary>
    [Id(14)] public ImmutableArray<string> Allowed { get; init; } = [];

    /// <summary>What the order asked to be taken, made or not answered yet; a cancelled order's own movements are in its payment alone.</summary>
    [Id(15)] public ImmutableArray<OrderMovement> Captures { get; init; } = [];

    /// <summary>What the order asked to be given back.</summary>
    [Id(16)] public ImmutableArray<OrderMovement> Refunds { get; init; } = [];

    /// <summary>What of the goods was not there yet when they were bought.</summary>
    [Id(17)] public ImmutableArray<Backordered> Backordered { get; init; } = [];
}

[GenerateSerializer, Alias("commerce.order.status"), JsonConverter(typeof(JsonStringEnumConverter<OrderStatus>))]
public enum OrderStatus
{
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("placed")] Placed = 1,
    [JsonStringEnumMemberName("on_hold")] OnHold = 2,

    /// <summary>Asked for and being undone.</summary>
    [JsonStringEnumMemberName("cancelling")] Cancelling = 3,
    [JsonStringEnumMemberName("cancelled")] Cancelled = 4,
    [JsonStringEnumMemberName("completed")] Completed = 5,
}

/// <summary>Orders, newest first: a projection that follows the journal within milliseconds.</summary>
[Alias("commerce.order-list"), GrainInterfaceType("commerce.order-list")]
public interface IOrderList : IGrainWithIntegerKey
{
    /// <summary>A page of summaries; a cursor that cannot be read is <c>invalid-cursor</c>.</summary>
    [Alias("page")]
    Task<Page<OrderSummary>> Page(string owner, string? cursor, int limit);

    /// <summary>Everybody's. A page may hold fewer than asked for although there are more: what the filter lets through is looked for in portions.</summary>
    [Alias("all")]
    Task<Page<OrderSummary>> All(PageRequest page, OrderFilter filter);
}

/// <param name="From">UTC: placed then or later.</param>
/// <param name="To">UTC: placed before.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.filter")]
public sealed record OrderFilter(
    [property: Id(0)] DateTimeOffset? From = null,
    [property: Id(1)] DateTimeOffset? To = null,
    [property: Id(2)] OrderStatus? Status = null);

/// <param name="Owner">Whose it is, in a list of everybody's; null in the owner's own.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.summary")]
public sealed record OrderSummary(
    [property: Id(0)] string Id,
    [property: Id(1)] OrderStatus Status,
    [property: Id(2)] string Channel,
    [property: Id(3)] Money Total,
    [property: Id(4)] int Units,
    [property: Id(5)] DateTimeOffset PlacedAt,
    [property: Id(6)] string? Owner = null);

public static class OrderErrors
{
    public static CommerceError InvalidCursor { get; } = new(
        "invalid-cursor", ErrorKind.Malformed, "This cursor was not given out here. Start without one.")
    { Pointer = "/cursor" };

    public static CommerceError NothingToRefund { get; } = new(
        "nothing-to-refund", ErrorKind.Conflict, "Nothing of this order is captured and not refunded yet.");

    public static CommerceError UnknownLine(string lineId, string pointer) => new(
        "unknown-line", ErrorKind.Invalid, $"The order has no line '{lineId}'.")
    { Pointer = pointer };

    public static CommerceError NoShipping { get; } = new(
        "more-than-left", ErrorKind.Conflict, "Nothing was charged for the shipping of this order.")
    { Pointer = "/shipping" };

    /// <param name="verb">What was to be done: <c>captured</c>, <c>refunded</c>.</param>
    public static CommerceError MoreThanLeft(string asked, string left, string verb, string pointer) => new(
        "more-than-left", ErrorKind.Conflict, $"{asked} cannot be {verb}: {left} can still be.")
    { Pointer = pointer };

    public static CommerceError NothingToCapture { get; } = new(
        "nothing-to-capture", ErrorKind.Conflict, "Nothing of this order is authorised and not captured yet.");
}

public static class OrderGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The order of that id, whether or not it was ever placed.</summary>
        public IOrderGrain Order(string id) => grains.GetGrain<IOrderGrain>(id);

        public IOrderList Orders() => grains.GetGrain<IOrderList>(0);
    }
}
