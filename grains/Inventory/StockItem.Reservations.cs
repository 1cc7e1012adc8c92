using static Commerce.Inventory.ReservationStatus;

namespace Commerce.Inventory;

/// <summary>What becomes of reservations.</summary>
internal sealed partial record StockItem
{
    private StockItem Reserve(UnitsReserved e)
    {
        Demand(e.ReservationId, e);
        var expiries = Expiries.Add(new Expiry(e.ExpiresAt, e.ReservationId));
        if (e.Backordered is not { } owed)
        {
            return this with
            {
                Available = Available - e.Quantity,
                Reserved = Reserved + e.Quantity,
                Open = Open.Add(e.ReservationId, new Reservation(Held, e.Quantity, e.CartId, e.ExpiresAt)),
                Expiries = expiries,
            };
        }

        return this with
        {
            Available = Available - (e.Quantity - owed),
            Reserved = Reserved + (e.Quantity - owed),
            Backordered = Backordered + owed,
            Open = Open.Add(e.ReservationId, new Reservation(Held, e.Quantity, e.CartId, e.ExpiresAt, owed, LastClaim + 1)),
            Expiries = expiries,
            Claims = Claims.Add(new Claim(LastClaim + 1, e.ReservationId)),
            LastClaim = LastClaim + 1,
        };
    }

    private StockItem Extend(ReservationExtended e)
    {
        Demand(e.ReservationId, e);
        var open = Open[e.ReservationId];
        if (e.Once is true && open.Extended)
        {
            throw new CommerceException(CommonErrors.NotNow("reservation", "extended already", nameof(ReservationExtended), []));
        }

        return this with
        {
            Open = Open.SetItem(e.ReservationId, open with { ExpiresAt = e.ExpiresAt, Extended = open.Extended || e.Once is true }),
            Expiries = Expiries.Remove(new Expiry(open.ExpiresAt, e.ReservationId)).Add(new Expiry(e.ExpiresAt, e.ReservationId)),
        };
    }

    private StockItem Allocate(UnitsAllocated e, DateTimeOffset at)
    {
        Demand(e.ReservationId, e);
        var open = Open[e.ReservationId];
        var after = this with
        {
            Reserved = Reserved - open.There,
            Allocated = Allocated + open.There,
            Open = Open.SetItem(e.ReservationId, open with { Status = ReservationStatus.Allocated, CartId = null, ExpiresAt = default, Extended = false }),
            Expiries = Expiries.Remove(new Expiry(open.ExpiresAt, e.ReservationId)),
        };
        return open.Backordered == 0 ? after.Queue(e.ReservationId, at) : after;
    }

    private StockItem Fill(BackorderFilled e, DateTimeOffset at)
    {
        Demand(e.ReservationId, e);
        var open = Open[e.ReservationId];
        var (held, whole) = (open.Status is Held, e.Quantity == open.Backordered);
        var after = this with
        {
            Available = Available - e.Quantity,
            Reserved = held ? Reserved + e.Quantity : Reserved,
            Allocated = held ? Allocated : Allocated + e.Quantity,
            Backordered = Backordered - e.Quantity,
            Claims = whole ? Claims.Remove(new Claim(open.Claim, e.ReservationId)) : Claims,
            Open = Open.SetItem(e.ReservationId, open with { Backordered = open.Backordered - e.Quantity, Claim = whole ? 0 : open.Claim }),
        };
        return whole && !held ? after.Queue(e.ReservationId, at) : after;
    }

    private StockItem Ship(string shipmentId, string reservationId, int quantity, StockEvent e)
    {
        Demand(reservationId, e);
        var open = Open[reservationId];
        var ends = e is UnitsShipped;
        if (quantity < 1 || quantity > open.There || ends != (quantity == open.Quantity))
        {
            throw new CommerceException(StockErrors.NotThere(quantity, open.There));
        }

        var after = this with
        {
            Allocated = Allocated - quantity,
            Shipped = Shipped + quantity,
            Open = ends ? Open.Remove(reservationId) : Open.SetItem(reservationId, open with { Quantity = open.Quantity - quantity }),
        };
        after = after.Remember(shipmentId, ReservationStatus.Shipped);
        return ends ? after.Remember(reservationId, ReservationStatus.Shipped) : after;
    }

    private StockItem ShipSettled(SettledUnitsShipped e) =>
        (this with { Allocated = Allocated - e.Quantity, Settled = Settled - e.Quantity, Shipped = Shipped + e.Quantity }).Remember(e.ShipmentId, ReservationStatus.Shipped);

    private StockItem Return(AllocationReturned e)
    {
        Demand(e.ReservationId, e);
        return (this with { Allocated = Allocated - e.Quantity, Settled = Settled - e.Quantity, Available = Available + e.Quantity }).Remember(e.ReservationId, Released);
    }

    private StockItem Release(string reservationId, StockEvent e, ReservationStatus to)
    {
        Demand(reservationId, e);
        var open = Open[reservationId];
        var held = open.Status is Held;
        return (this with
        {
            Available = Available + open.There,
            Reserved = held ? Reserved - open.There : Reserved,
            Allocated = held ? Allocated : Allocated - open.There,
            Backordered = Backordered - open.Backordered,
            Claims = open.Backordered > 0 ? Claims.Remove(new Claim(open.Claim, reservationId)) : Claims,
            Open = Open.Remove(reservationId),
            Expiries = held ? Expiries.Remove(new Expiry(open.ExpiresAt, reservationId)) : Expiries,
        }).Remember(reservationId, to);
    }

    /// <summary>Remembers what has ended; the oldest is forgotten for it.</summary>
    private StockItem Remember(string id, ReservationStatus status)
    {
        var (closed, order) = (Closed, ClosedOrder);
        if (closed.ContainsKey(id))
        {
            return this with { Closed = closed.SetItem(id, status) };
        }

        if (closed.Count >= RememberedClosed)
        {
            order = order.Dequeue(out var oldest);
            closed = closed.Remove(oldest);
        }

        return this with { Closed = closed.Add(id, status), ClosedOrder = order.Enqueue(id) };
    }

    /// <summary>An allocation that has all its units is known by its reservation for a while; those from long ago become a number.</summary>
    private StockItem Queue(string reservationId, DateTimeOffset at)
    {
        var (queue, count, open, settled) = (Allocations.Enqueue(new Allocation(reservationId, at)), AllocationCount + 1, Open, Settled);
        while (count > MaxAllocations || queue.Peek().At + SettledAfter <= at)
        {
            queue = queue.Dequeue(out var oldest);
            count--;
            // One that was shipped or given back since is not among the open ones.
            if (open.TryGetValue(oldest.ReservationId, out var allocated))
            {
                open = open.Remove(oldest.ReservationId);
                settled += allocated.Quantity;
            }
        }

        return this with { Allocations = queue, AllocationCount = count, Open = open, Settled = settled };
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
