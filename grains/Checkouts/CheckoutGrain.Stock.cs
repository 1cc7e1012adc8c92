using Commerce.Carts;
using Commerce.Inventory;

namespace Commerce.Checkouts;

/// <summary>The goods of a checkout: held while it is paid, the order's once it is placed, given back when it is undone. Every step may come twice, and goes where the plan says.</summary>
internal sealed partial class CheckoutGrain
{
    /// <summary>
    /// In a flash sale most come too late: they are told so by what this silo knows, which is a second old at the most, before a cart is filled, a checkout stored and both undone
    /// again. Whoever is not refused here is told by the stock itself.
    /// </summary>
    public async Task<bool> HasBegun(ImmutableArray<NewLine> lines)
    {
        if (State.Status is not CheckoutStatus.None)
        {
            return true;
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var sku = lines[i].Sku;
            if (await availability.Of(sku, channel: null) is not { Available: 0, Beyond: 0 } || await catalog.FindSku(sku) is null)
            {
                continue;
            }

            throw new CommerceException(await availability.Held(sku) is > 0 and var held ? CheckoutErrors.GoodsHeld(sku, i, held) : CheckoutErrors.SoldOut(sku, i));
        }

        return false;
    }

    private ImmutableArray<Sourced> Parts => Sourcing.Of(State.Sources, State.Quote);

    /// <summary>Holds what is bought. What a location refuses is planned anew, a few times.</summary>
    /// <returns>No failure when all of it is held, with what of it is not there yet, if anything; otherwise what is lacking, and whatever is held is released by the compensation.</returns>
    private async Task<(CheckoutFailure? Lacking, ImmutableArray<Backordered>? Owed)> ReserveStock()
    {
        while (true)
        {
            var parts = Parts;
            var answers = await Task.WhenAll(parts.Select(part => GrainFactory.StockItem(part.StockId)
                .Reserve(part.ReservationOf(Id), State.CartId, part.Quantity, State.HeldUntil)));
            if (Array.FindIndex(answers, static answer => !answer.Reserved) is not (>= 0 and var lacking))
            {
                return (null, Owed(parts, answers));
            }

            if (!await PlanAgain(parts, answers))
            {
                var need = Needed.Of(State.Quote).First(need => need.Sku == parts[lacking].Sku);
                return (new CheckoutFailure("out-of-stock", need.Sku, $"Of '{need.Name}' {answers[lacking].Available} are left, {need.Quantity} were asked for.", true), null);
            }
        }
    }

    private static ImmutableArray<Backordered>? Owed(ImmutableArray<Sourced> parts, ReserveAnswer[] answers) => Array.TrueForAll(answers, static answer => answer.Backordered == 0)
        ? null
        : [.. parts.Zip(answers).Where(static part => part.Second.Backordered > 0)
            .Select(static part => new Backordered(part.First.Sku, part.Second.Backordered, part.Second.ExpectedAt))];

    /// <summary>Gives back what is held of the SKUs that were refused, and stores another plan for them.</summary>
    /// <returns>False when there is none.</returns>
    private async Task<bool> PlanAgain(ImmutableArray<Sourced> parts, ReserveAnswer[] answers)
    {
        if (State.Sources.IsEmpty || State.Plans >= Sourcing.MaxPlans)
        {
            return false;
        }

        var refused = parts.Where((_, i) => !answers[i].Reserved).Select(static part => part.Sku).ToHashSet(StringComparer.Ordinal);
        await Task.WhenAll(parts.Where(part => refused.Contains(part.Sku)).Select(part => GrainFactory.StockItem(part.StockId).Release(part.ReservationOf(Id), "planned anew")));
        var needs = Needed.Of(State.Quote).Where(need => refused.Contains(need.Sku)).ToImmutableArray();
        if (await sourcing.PlanAgain(needs, State.Quote.Channel, State.Destination.Country, State.Plans + 1) is not { } anew)
        {
            return false;
        }

        await Commit(new ReservationRequested([.. parts.Where(part => !refused.Contains(part.Sku)), .. anew]));
        return true;
    }

    /// <summary>Makes what is held the order's.</summary>
    /// <returns>Null when all of it is; otherwise what could not be had any more.</returns>
    private async Task<CheckoutFailure?> AllocateStock()
    {
        var parts = Parts;
        var allocated = await Task.WhenAll(parts.Select(part => GrainFactory.StockItem(part.StockId)
            .Allocate(part.ReservationOf(Id), OrderId, State.CartId, part.Quantity)));
        return Array.IndexOf(allocated, false) is >= 0 and var lost
            ? new CheckoutFailure("out-of-stock", parts[lost].Sku, "The goods were gone before the payment was done.", true)
            : null;
    }

    private Task ReleaseStock() => Task.WhenAll(Parts.Select(part => GrainFactory.StockItem(part.StockId).Release(part.ReservationOf(Id), "checkout undone")));

    /// <summary>
    /// A reservation whose payment is in doubt does not expire, however long it takes. A payment is in doubt when it was asked for before without an answer, or when it cannot be
    /// undone yet. Otherwise it is the shopper who takes long, and the goods are held longer for that once.
    /// </summary>
    private async Task KeepHolding()
    {
        if (State.HeldUntil - Now < options.Value.HoldBeyond)
        {
            var until = Now + options.Value.Lifetime;
            var inDoubt = State.Delays > 0 || State.Status is CheckoutStatus.Compensating;
            var longer = await Task.WhenAll(Parts.Select(part => inDoubt
                ? GrainFactory.StockItem(part.StockId).Extend(part.ReservationOf(Id), until)
                : GrainFactory.StockItem(part.StockId).ExtendOnce(part.ReservationOf(Id), until)));
            if (inDoubt || !longer.Contains(false))
            {
                await Commit(new StockHeldLonger(until));
            }
        }
    }
}
