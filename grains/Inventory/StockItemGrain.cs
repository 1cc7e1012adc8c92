using Commerce.Journal;

namespace Commerce.Inventory;

/// <inheritdoc cref="IStockItemGrain"/>
/// <remarks>
/// Reentrant: a call decides without awaiting, then waits for the commit that carries its decision together with those of every other caller
/// of that moment. Decisions are made on what is decided, not on what is stored, so that no unit is promised twice; readers see what is stored.
/// </remarks>
[GrainType("stock-item"), Reentrant, CollectionAgeLimit(Minutes = 60)]
internal sealed class StockItemGrain(SiloAge age, ILogger<StockItemGrain> logger) : AggregateGrain<StockItem, StockEvent>, IStockItemGrain
{
    /// <summary>Most reservations that one commit lets expire: the rest follow in the next.</summary>
    private const int MaxExpiries = 500;

    private const int MaxUnits = 1_000_000_000;

    /// <summary>What activation reads is the state and fewer events than the state has entries: neither grows with what was sold.</summary>
    protected override bool IsSnapshotDue(long commits, long events) => events >= Math.Max(500, State.Open.Count + State.Closed.Count);

    public async Task Open(int quantity)
    {
        if (!State.Exists)
        {
            await Commit(new StockOpened(quantity));
        }
    }

    public async Task<ReserveAnswer> Reserve(string reservationId, string cartId, int quantity, DateTimeOffset expiresAt)
    {
        switch (State.StatusOf(reservationId))
        {
            case ReservationStatus.Held or ReservationStatus.Allocated:
                var owes = State.Open[reservationId].Backordered;
                await Settled();
                return Yes(owes);
            case ReservationStatus.Released or ReservationStatus.Expired or ReservationStatus.Shipped:
                // A repetition that comes after the end: the checkout that asks has moved on, and takes "no" for an answer.
                return new ReserveAnswer(false, Durable.Sellable);
            default:
                break;
        }

        if (State.Owed(quantity, Now) is not { } owed)
        {
            return new ReserveAnswer(false, State.Sellable);
        }

        await Commit(new UnitsReserved(reservationId, cartId, quantity, expiresAt, OrNull(owed)));
        return Yes(owed);
    }

    public async Task<bool> Extend(string reservationId, DateTimeOffset expiresAt)
    {
        if (State.StatusOf(reservationId) is not ReservationStatus.Held)
        {
            await Settled();
            return State.StatusOf(reservationId) is ReservationStatus.Allocated;
        }

        if (State.Open[reservationId].ExpiresAt < expiresAt)
        {
            await Commit(new ReservationExtended(reservationId, expiresAt));
        }

        return true;
    }

    public async Task<bool> ExtendOnce(string reservationId, DateTimeOffset expiresAt)
    {
        if (State.StatusOf(reservationId) is ReservationStatus.Held && State.Open[reservationId] is var open)
        {
            if (open.ExpiresAt >= expiresAt)
            {
                await Settled(); // the same again, or less
                return true;
            }

            if (open.Extended)
            {
                return false;
            }

            await Commit(new ReservationExtended(reservationId, expiresAt, Once: true));
            return true;
        }

        await Settled();
        return State.StatusOf(reservationId) is ReservationStatus.Allocated;
    }

    public async Task<bool> Allocate(string reservationId, string orderId, string cartId, int quantity)
    {
        switch (State.StatusOf(reservationId))
        {
            case ReservationStatus.Allocated or ReservationStatus.Shipped:
                await Settled();
                return true;
            case ReservationStatus.Held:
                await Commit(new UnitsAllocated(reservationId, orderId, quantity, OrNull(State.Open[reservationId].Backordered)));
                return true;
            case ReservationStatus.Expired when State.Owed(quantity, Now) is { } owed:
                // The payment came late, but the units can still be had.
                await Commit(new UnitsReserved(reservationId, cartId, quantity, Now, OrNull(owed)), new UnitsAllocated(reservationId, orderId, quantity, OrNull(owed)));
                return true;
            default:
                await DemandCurrent();
                return false;
        }
    }

    public async Task Release(string reservationId, string reason)
    {
        if (State.StatusOf(reservationId) is ReservationStatus.Held or ReservationStatus.Allocated)
        {
            var open = State.Open[reservationId];
            await Free(null, new UnitsReleased(reservationId, open.Quantity, reason, OrNull(open.Backordered)));
            return;
        }

        await Settled();
        if (State.StatusOf(reservationId) is null)
        {
            await DemandCurrent(); // nothing to give back, says one that has fallen behind; the units would be gone for good
        }
    }

    public async Task Return(string reservationId, int quantity, string reason)
    {
        if (State.StatusOf(reservationId) is not null)
        {
            await Release(reservationId, reason);
        }
        else if (Math.Min(quantity, State.Settled) is > 0 and var units)
        {
            await Free(null, new AllocationReturned(reservationId, units, reason));
        }
        else
        {
            await DemandCurrent();
        }
    }

    public async Task<bool> Ship(string shipmentId, string reservationId, string orderId, int quantity)
    {
        if (quantity < 1)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("A shipment has one unit at the least."));
        }

        if (State.StatusOf(shipmentId) is ReservationStatus.Shipped)
        {
            await Settled();
            return true;
        }

        switch (State.StatusOf(reservationId))
        {
            case ReservationStatus.Allocated when State.Open[reservationId] is var open && open.There >= quantity:
                await Commit(open.Quantity == quantity
                    ? new UnitsShipped(shipmentId, reservationId, orderId, quantity)
                    : new UnitsPartlyShipped(shipmentId, reservationId, orderId, quantity));
                return true;
            case null when State.Settled >= quantity:
                await Commit(new SettledUnitsShipped(shipmentId, reservationId, orderId, quantity));
                return true;
            default:
                await DemandCurrent();
                return false;
        }
    }

    public async Task<Reply<StockView>> Receive(Request request, int quantity, string? reason)
    {
        if (quantity is < 1 or > 1_000_000)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("A receipt is a whole number of units from 1 to 1,000,000."));
        }

        return await Change(request, () => [new StockReceived(quantity, reason)]);
    }

    public Task<Reply<StockView>> Adjust(Request request, int quantity, string? reason) => Adjust(request, quantity, null, reason);

    public Task<Reply<StockView>> AdjustFrom(Request request, int quantity, int expected, string? reason) => Adjust(request, quantity, expected, reason);

    public async Task<Reply<StockView>> Count(Request request, int counted, string? reason)
    {
        if (counted is < 0 or > MaxUnits)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("A count is a whole number of units from 0 to 1,000,000,000.") with { Pointer = "/counted" });
        }

        var reply = await Change(request, () => State.Counted(counted, reason));
        if (!reply.Replayed && reply.View.Short > 0)
        {
            logger.StockFallsShort(Id, reply.View.Short);
        }

        return reply;
    }

    public Task<Reply<StockView>> SetPolicy(Request request, StockPolicy policy)
    {
        StockPolicyRules.Demand(policy);
        return Change(request, () => State.Rules == policy ? [] : [new StockPolicyChanged(policy)]);
    }

    private async Task<Reply<StockView>> Adjust(Request request, int quantity, int? expected, string? reason)
    {
        if (quantity is 0 or < -1_000_000 or > 1_000_000)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("An adjustment is a whole number of units from -1,000,000 to 1,000,000, and not 0."));
        }

        return await Change(request, () => expected is { } onHand && State.OnHand != onHand
            ? throw new CommerceException(StockErrors.Changed(onHand, State.OnHand))
            : [new StockAdjusted(quantity, reason)]);
    }

    public Task<StockView?> Get() => Task.FromResult(Durable.Exists ? View : null);

    public Task<int> Available() => Task.FromResult(Durable.Sellable);

    public Task<ItemLevel> Level()
    {
        var (now, stock) = (Now, Durable);
        return Task.FromResult(new ItemLevel(stock.Sellable, stock.Beyond(now), stock.IsPreOrder(now), stock.ExpectedAt(now), stock.Rules.LowAt) { Held = stock.Reserved });
    }

    /// <summary>
    /// Lets go of reservations that have run out. In the first seconds of a silo's life it does not: what was held when everything stopped
    /// may belong to a payment in doubt, whose checkout first has to wake and ask for more time.
    /// </summary>
    public override async Task Wake()
    {
        var now = Now;
        if (age.IsYoung(now))
        {
            return;
        }

        var expired = State.Expiries.TakeWhile(expiry => expiry.At <= now).Take(MaxExpiries)
            .Select(expiry => State.Open[expiry.ReservationId] is var open ? new ReservationExpired(expiry.ReservationId, open.Quantity, OrNull(open.Backordered)) : null!)
            .ToArray<StockEvent>();
        if (expired.Length > 0)
        {
            await Free(null, expired);
            logger.ReservationsExpired(Id, expired.Length);
        }
    }

    private StockView View => new()
    {
        Sku = StockId.SkuOf(Id),
        Location = StockId.Parse(Id).Location,
        Version = Version,
        OnHand = Durable.OnHand,
        Available = Durable.Available,
        Reserved = Durable.Reserved,
        Allocated = Durable.Allocated,
        Sellable = Durable.Sellable,
        Backordered = Durable.Backordered,
        Shipped = Durable.Shipped,
        Short = Durable.Short,
        Policy = Durable.Rules,
    };

    private ReserveAnswer Yes(int owed) => owed == 0
        ? new ReserveAnswer(true, Durable.Sellable)
        : new ReserveAnswer(true, Durable.Sellable) { Backordered = owed, ExpectedAt = State.ExpectedAt(Now) };

    private static int? OrNull(int units) => units == 0 ? null : units;

    /// <summary>Stores what may have made units free, together with who gets them.</summary>
    private Task Free(Request? request, params ReadOnlySpan<StockEvent> events)
    {
        var after = State;
        if (after is { Short: 0, Backordered: 0 })
        {
            return Commit(request, events);
        }

        foreach (var happened in events)
        {
            after = after.Apply(happened, Now);
        }

        return Commit(request, [.. events, .. after.Due]);
    }

    private async Task<Reply<StockView>> Change(Request request, Func<ImmutableArray<StockEvent>> decide)
    {
        if (IsRepeated(request))
        {
            await Settled();
            return new Reply<StockView>(View, true);
        }

        if (decide() is { IsEmpty: false } events)
        {
            await Free(request, events.AsSpan());
        }

        return new Reply<StockView>(View, false);
    }
}

internal static partial class StockLog
{
    [LoggerMessage(200, LogLevel.Information, "{Count} reservations of {Stock} ran out and were released")]
    public static partial void ReservationsExpired(this ILogger logger, string stock, int count);

    [LoggerMessage(201, LogLevel.Warning, "Of {Stock} fewer units were counted than are promised: {Units} are missing")]
    public static partial void StockFallsShort(this ILogger logger, string stock, int units);
}
