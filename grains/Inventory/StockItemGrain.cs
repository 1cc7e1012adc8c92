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

    protected override int SnapshotEvery => Math.Max(500, State.Open.Count / 2);

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
                await Settled();
                return new ReserveAnswer(true, Durable.Available);
            case ReservationStatus.Released or ReservationStatus.Expired:
                // A repetition that comes after the end: the checkout that asks has moved on, and takes "no" for an answer.
                return new ReserveAnswer(false, Durable.Available);
            default:
                break;
        }

        if (State.Available < quantity)
        {
            return new ReserveAnswer(false, State.Available);
        }

        await Commit(new UnitsReserved(reservationId, cartId, quantity, expiresAt));
        return new ReserveAnswer(true, Durable.Available);
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

    public async Task<bool> Allocate(string reservationId, string orderId, string cartId, int quantity)
    {
        switch (State.StatusOf(reservationId))
        {
            case ReservationStatus.Allocated:
                await Settled();
                return true;
            case ReservationStatus.Held:
                await Commit(new UnitsAllocated(reservationId, orderId, quantity));
                return true;
            case ReservationStatus.Expired when State.Available >= quantity:
                // The payment came late, but the units are still there.
                await Commit(new UnitsReserved(reservationId, cartId, quantity, Now), new UnitsAllocated(reservationId, orderId, quantity));
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
            await Commit(new UnitsReleased(reservationId, State.Open[reservationId].Quantity, reason));
            return;
        }

        await Settled();
        if (State.StatusOf(reservationId) is null)
        {
            await DemandCurrent(); // nothing to give back, says one that has fallen behind; the units would be gone for good
        }
    }

    public async Task<Reply<StockView>> Receive(Request request, int quantity, string? reason)
    {
        if (quantity is < 1 or > 1_000_000)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("A receipt is a whole number of units from 1 to 1,000,000."));
        }

        return await Change(request, new StockReceived(quantity, reason));
    }

    public async Task<Reply<StockView>> Adjust(Request request, int quantity, string? reason)
    {
        if (quantity is 0 or < -1_000_000 or > 1_000_000)
        {
            throw new CommerceException(StockErrors.InvalidQuantity("An adjustment is a whole number of units from -1,000,000 to 1,000,000, and not 0."));
        }

        return await Change(request, new StockAdjusted(quantity, reason));
    }

    public Task<StockView?> Get() => Task.FromResult(Durable.Exists ? View : null);

    public Task<int> Available() => Task.FromResult(Durable.Available);

    public Task<ItemLevel> Level() => Task.FromResult(new ItemLevel(Durable.Available, 0, PreOrder: false, null, 5));

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
            .Select(expiry => new ReservationExpired(expiry.ReservationId, State.Open[expiry.ReservationId].Quantity))
            .ToArray<StockEvent>();
        if (expired.Length > 0)
        {
            await Commit(expired);
            logger.ReservationsExpired(Id, expired.Length);
        }
    }

    private StockView View => new()
    {
        Sku = StockId.SkuOf(Id),
        Version = Version,
        OnHand = Durable.OnHand,
        Available = Durable.Available,
        Reserved = Durable.Reserved,
        Allocated = Durable.Allocated,
    };

    private async Task<Reply<StockView>> Change(Request request, StockEvent happened)
    {
        if (IsRepeated(request))
        {
            await Settled();
            return new Reply<StockView>(View, true);
        }

        await Commit(request, happened);
        return new Reply<StockView>(View, false);
    }
}

internal static partial class StockLog
{
    [LoggerMessage(200, LogLevel.Information, "{Count} reservations of {Stock} ran out and were released")]
    public static partial void ReservationsExpired(this ILogger logger, string stock, int count);
}
