using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Inventory.ReservationStatus;

namespace Commerce.Inventory;

/// <summary>The rules of one SKU's stock at one place. Pure: no clock, no storage.</summary>
/// <remarks>
/// The state stays small however much is sold: what has ended is remembered up to a limit, and an allocation becomes a number in <see cref="Settled"/> after a day, or when
/// more than <see cref="MaxAllocations"/> came after it. The order knows how much is its own.
/// </remarks>
internal sealed partial record StockItem : IAggregateState<StockItem, StockEvent>
{
    /// <summary>What ended and is remembered, so that a late repetition is recognised: reservations and shipments.</summary>
    public const int RememberedClosed = 1_000;

    /// <summary>
    /// Allocations that are known by the reservation's id. So many orders of one SKU take longer than a crashed checkout takes to come back, at the highest rate that was measured.
    /// </summary>
    public const int MaxAllocations = 32_768;

    /// <summary>How long an allocation is known by the reservation's id: longer than anybody repeats it.</summary>
    public static readonly TimeSpan SettledAfter = TimeSpan.FromDays(1);

    public static StockItem Initial { get; } = new();

    public bool Exists { get; init; }

    /// <summary>Units that nobody has a claim on.</summary>
    public int Available { get; init; }

    /// <summary>Units that are there, in reservations that are held.</summary>
    public int Reserved { get; init; }

    /// <summary>Units that are there and belong to orders.</summary>
    public int Allocated { get; init; }

    /// <summary>Of the allocated units, those whose reservations are forgotten.</summary>
    public int Settled { get; init; }

    /// <summary>Units that are owed, to checkouts and orders.</summary>
    public int Backordered { get; init; }

    /// <summary>Units that are promised and that a count did not find.</summary>
    public int Short { get; init; }

    public int InitialQuantity { get; init; }
    public long Received { get; init; }
    public long Adjusted { get; init; }

    /// <summary>Units that left the building.</summary>
    public long Shipped { get; init; }

    /// <summary>Null: the default.</summary>
    public StockPolicy? Policy { get; init; }

    /// <summary>Held and allocated.</summary>
    public ImmutableDictionary<string, Reservation> Open { get; init; } = ImmutableDictionary<string, Reservation>.Empty;

    /// <summary>The held ones by the time they expire.</summary>
    public ImmutableSortedSet<Expiry> Expiries { get; init; } = [];

    /// <summary>Those who are owed units, the oldest first.</summary>
    public ImmutableSortedSet<Claim> Claims { get; init; } = [];

    public long LastClaim { get; init; }

    /// <summary>Those that became an order's and have all their units, the oldest first.</summary>
    public ImmutableQueue<Allocation> Allocations { get; init; } = [];

    /// <summary>How many <see cref="Allocations"/> are.</summary>
    public int AllocationCount { get; init; }

    public ImmutableDictionary<string, ReservationStatus> Closed { get; init; } = ImmutableDictionary<string, ReservationStatus>.Empty;

    public ImmutableQueue<string> ClosedOrder { get; init; } = [];

    [JsonIgnore]
    public StockPolicy Rules => Policy ?? StockPolicy.Default;

    [JsonIgnore]
    public int OnHand => Available + Reserved + Allocated;

    /// <summary>Units that can be promised and are there.</summary>
    [JsonIgnore]
    public int Sellable => Math.Max(0, Available - Rules.SafetyStock);

    [JsonIgnore]
    public DateTimeOffset? WakeAt => Expiries.IsEmpty ? null : Expiries[0].At;

    [JsonIgnore]
    public string? Violation => this switch
    {
        { Available: < 0 } or { Reserved: < 0 } or { Allocated: < 0 } or { Backordered: < 0 } or { Short: < 0 } or { Settled: < 0 } =>
            $"a negative quantity: {Available} available, {Reserved} reserved, {Allocated} allocated ({Settled} settled), {Backordered} owed, {Short} short",
        _ when Settled > Allocated => $"{Settled} are settled and {Allocated} allocated",
        _ when InitialQuantity + Received + Adjusted != OnHand + Shipped => $"{OnHand} on hand and {Shipped} shipped, but {InitialQuantity} + {Received} + {Adjusted} came in",
        _ => null,
    };

    /// <summary>What may follow what in the life of a reservation; null is one that was never made, or is not known any more. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static ReservationStatus? Next(ReservationStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from                         what happened                     to
        (null,                        nameof(UnitsReserved))       => Held,
        (Expired,                     nameof(UnitsReserved))       => Held,
        (Held,                        nameof(ReservationExtended)) => Held,
        (Held,                        nameof(BackorderFilled))     => Held,
        (Held,                        nameof(UnitsAllocated))      => ReservationStatus.Allocated,
        (Held,                        nameof(UnitsReleased))       => Released,
        (Held,                        nameof(ReservationExpired))  => Expired,
        (ReservationStatus.Allocated, nameof(BackorderFilled))     => ReservationStatus.Allocated,
        (ReservationStatus.Allocated, nameof(UnitsPartlyShipped))  => ReservationStatus.Allocated,
        (ReservationStatus.Allocated, nameof(UnitsShipped))        => ReservationStatus.Shipped,
        (ReservationStatus.Allocated, nameof(UnitsReleased))       => Released,
        // an allocation that is a number in a sum
        (null,                        nameof(AllocationReturned))  => Released,
        _                                                          => null,
    };
#pragma warning restore format

    /// <summary>Null for a reservation, or a shipment, that is not known (any more).</summary>
    public ReservationStatus? StatusOf(string reservationId) =>
        Open.TryGetValue(reservationId, out var open) ? open.Status
        : Closed.TryGetValue(reservationId, out var closed) ? closed
        : null;

    /// <inheritdoc/>
    public StockItem Apply(StockEvent happened, DateTimeOffset at) => happened switch
    {
        UnitsReserved e => Reserve(e),
        UnitsAllocated e => Allocate(e, at),
        UnitsReleased e => Release(e.ReservationId, e, Released),
        ReservationExpired e => Release(e.ReservationId, e, Expired),
        ReservationExtended e => Extend(e),
        UnitsPartlyShipped e => Ship(e.ShipmentId, e.ReservationId, e.Quantity, e),
        UnitsShipped e => Ship(e.ShipmentId, e.ReservationId, e.Quantity, e),
        SettledUnitsShipped e => ShipSettled(e),
        AllocationReturned e => Return(e),
        BackorderFilled e => Fill(e, at),
        StockOpened e => this with { Exists = true, InitialQuantity = e.Quantity, Available = e.Quantity },
        StockReceived e => this with { Exists = true, Received = Received + e.Quantity, Available = Available + e.Quantity },
        StockAdjusted e when Available + e.Quantity < 0 => throw new CommerceException(StockErrors.Insufficient(-e.Quantity, Available)),
        StockAdjusted e => this with { Exists = true, Adjusted = Adjusted + e.Quantity, Available = Available + e.Quantity },
        StockCounted e => this with { Exists = true, Adjusted = Adjusted + e.Change, Available = Available + e.Change, Short = 0 },
        StockShortfall e => this with { Short = e.Units },
        ShortfallCovered e => this with { Short = Short - e.Units, Available = Available - e.Units, Adjusted = Adjusted - e.Units },
        StockPolicyChanged e => this with { Exists = true, Policy = e.Policy },
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };
}
