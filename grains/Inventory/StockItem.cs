using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Inventory.ReservationStatus;

namespace Commerce.Inventory;

/// <summary>What happens to the stock of one SKU.</summary>
[JsonDerivedType(typeof(StockOpened), "commerce.stock.opened.v1")]
[JsonDerivedType(typeof(StockReceived), "commerce.stock.received.v1")]
[JsonDerivedType(typeof(StockAdjusted), "commerce.stock.adjusted.v1")]
[JsonDerivedType(typeof(UnitsReserved), "commerce.stock.reserved.v1")]
[JsonDerivedType(typeof(ReservationExtended), "commerce.stock.reservation-extended.v1")]
[JsonDerivedType(typeof(UnitsAllocated), "commerce.stock.allocated.v1")]
[JsonDerivedType(typeof(UnitsReleased), "commerce.stock.released.v1")]
[JsonDerivedType(typeof(ReservationExpired), "commerce.stock.reservation-expired.v1")]
internal abstract record StockEvent;

internal sealed record StockOpened(int Quantity) : StockEvent;

internal sealed record StockReceived(int Quantity, string? Reason) : StockEvent;

/// <param name="Quantity">Up or down.</param>
internal sealed record StockAdjusted(int Quantity, string? Reason) : StockEvent;

internal sealed record UnitsReserved(string ReservationId, string CartId, int Quantity, DateTimeOffset ExpiresAt) : StockEvent;

internal sealed record ReservationExtended(string ReservationId, DateTimeOffset ExpiresAt) : StockEvent;

internal sealed record UnitsAllocated(string ReservationId, string OrderId, int Quantity) : StockEvent;

internal sealed record UnitsReleased(string ReservationId, int Quantity, string Reason) : StockEvent;

internal sealed record ReservationExpired(string ReservationId, int Quantity) : StockEvent;

/// <summary>A claim on units: held for a checkout, or allocated to an order.</summary>
internal sealed record Reservation(ReservationStatus Status, int Quantity, string CartId, DateTimeOffset ExpiresAt, string? OrderId = null);

/// <summary>The rules of one SKU's stock. Pure: no clock, no storage.</summary>
internal sealed record StockItem : IAggregateState<StockItem, StockEvent>
{
    /// <summary>Closed reservations that are remembered, so that a late repetition is recognised.</summary>
    public const int RememberedClosed = 1_000;

    public static StockItem Initial { get; } = new();

    public bool Exists { get; init; }

    /// <summary>Units that nobody has a claim on.</summary>
    public int Available { get; init; }

    /// <summary>Units in reservations that are held.</summary>
    public int Reserved { get; init; }

    /// <summary>Units that belong to orders.</summary>
    public int Allocated { get; init; }

    public int InitialQuantity { get; init; }
    public long Received { get; init; }
    public long Adjusted { get; init; }

    /// <summary>Held and allocated.</summary>
    public ImmutableDictionary<string, Reservation> Open { get; init; } = ImmutableDictionary<string, Reservation>.Empty;

    /// <summary>The held ones by the time they expire.</summary>
    public ImmutableSortedSet<Expiry> Expiries { get; init; } = [];

    public ImmutableDictionary<string, ReservationStatus> Closed { get; init; } = ImmutableDictionary<string, ReservationStatus>.Empty;

    public ImmutableQueue<string> ClosedOrder { get; init; } = [];

    [JsonIgnore]
    public int OnHand => Available + Reserved + Allocated;

    [JsonIgnore]
    public DateTimeOffset? WakeAt => Expiries.IsEmpty ? null : Expiries[0].At;

    [JsonIgnore]
    public string? Violation => this switch
    {
        { Available: < 0 } or { Reserved: < 0 } or { Allocated: < 0 } => $"a negative quantity: {Available} available, {Reserved} reserved, {Allocated} allocated",
        _ when InitialQuantity + Received + Adjusted != OnHand => $"{OnHand} on hand, but {InitialQuantity} + {Received} + {Adjusted} came in",
        _ => null,
    };

    /// <summary>What may follow what in the life of a reservation; null is one that was never made. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static ReservationStatus? Next(ReservationStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from                         what happened                     to
        (null,                        nameof(UnitsReserved))       => Held,
        (Expired,                     nameof(UnitsReserved))       => Held,
        (Held,                        nameof(ReservationExtended)) => Held,
        (Held,                        nameof(UnitsAllocated))      => ReservationStatus.Allocated,
        (Held,                        nameof(UnitsReleased))       => Released,
        (Held,                        nameof(ReservationExpired))  => Expired,
        (ReservationStatus.Allocated, nameof(UnitsReleased))       => Released,
        _                                                          => null,
    };
#pragma warning restore format

    /// <summary>Null for a reservation that is not known (any more).</summary>
    public ReservationStatus? StatusOf(string reservationId) =>
        Open.TryGetValue(reservationId, out var open) ? open.Status
        : Closed.TryGetValue(reservationId, out var closed) ? closed
        : null;

    /// <inheritdoc/>
    public StockItem Apply(StockEvent happened, DateTimeOffset at) => happened switch
    {
        StockOpened e => this with { Exists = true, InitialQuantity = e.Quantity, Available = e.Quantity },
        StockReceived e => this with { Exists = true, Received = Received + e.Quantity, Available = Available + e.Quantity },
        StockAdjusted e when Available + e.Quantity < 0 => throw new CommerceException(StockErrors.Insufficient(-e.Quantity, Available)),
        StockAdjusted e => this with { Exists = true, Adjusted = Adjusted + e.Quantity, Available = Available + e.Quantity },
        UnitsReserved e => Reserve(e),
        ReservationExtended e => Extend(e),
        UnitsAllocated e => Allocate(e),
        UnitsReleased e => Close(e.ReservationId, e, Released),
        ReservationExpired e => Close(e.ReservationId, e, Expired),
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };

    private StockItem Reserve(UnitsReserved e)
    {
        Demand(e.ReservationId, e);
        return this with
        {
            Available = Available - e.Quantity,
            Reserved = Reserved + e.Quantity,
            Open = Open.Add(e.ReservationId, new Reservation(Held, e.Quantity, e.CartId, e.ExpiresAt)),
            Expiries = Expiries.Add(new Expiry(e.ExpiresAt, e.ReservationId)),
        };
    }

    private StockItem Extend(ReservationExtended e)
    {
        Demand(e.ReservationId, e);
        var open = Open[e.ReservationId];
        return this with
        {
            Open = Open.SetItem(e.ReservationId, open with { ExpiresAt = e.ExpiresAt }),
            Expiries = Expiries.Remove(new Expiry(open.ExpiresAt, e.ReservationId)).Add(new Expiry(e.ExpiresAt, e.ReservationId)),
        };
    }

    private StockItem Allocate(UnitsAllocated e)
    {
        Demand(e.ReservationId, e);
        var open = Open[e.ReservationId];
        return this with
        {
            Reserved = Reserved - open.Quantity,
            Allocated = Allocated + open.Quantity,
            Open = Open.SetItem(e.ReservationId, open with { Status = ReservationStatus.Allocated, OrderId = e.OrderId }),
            Expiries = Expiries.Remove(new Expiry(open.ExpiresAt, e.ReservationId)),
        };
    }

    private StockItem Close(string reservationId, StockEvent e, ReservationStatus to)
    {
        Demand(reservationId, e);
        var open = Open[reservationId];
        var (closed, order) = (Closed, ClosedOrder);
        if (closed.Count >= RememberedClosed)
        {
            order = order.Dequeue(out var oldest);
            closed = closed.Remove(oldest);
        }

        return this with
        {
            Available = Available + open.Quantity,
            Reserved = open.Status is Held ? Reserved - open.Quantity : Reserved,
            Allocated = open.Status is ReservationStatus.Allocated ? Allocated - open.Quantity : Allocated,
            Open = Open.Remove(reservationId),
            Expiries = open.Status is Held ? Expiries.Remove(new Expiry(open.ExpiresAt, reservationId)) : Expiries,
            Closed = closed.SetItem(reservationId, to),
            ClosedOrder = closed.ContainsKey(reservationId) ? order : order.Enqueue(reservationId),
        };
    }

    private void Demand(string reservationId, StockEvent happened)
    {
        var status = StatusOf(reservationId);
        if (Next(status, happened.GetType()) is null)
        {
            throw new CommerceException(CommonErrors.NotNow("reservation", status?.ToString() ?? "unknown", happened.GetType().Name, []));
        }
    }
}

/// <summary>When a held reservation runs out (UTC).</summary>
internal readonly record struct Expiry(DateTimeOffset At, string ReservationId) : IComparable<Expiry>
{
    public int CompareTo(Expiry other) => At != other.At ? At.CompareTo(other.At) : string.CompareOrdinal(ReservationId, other.ReservationId);
}
