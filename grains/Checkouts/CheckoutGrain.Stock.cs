using Commerce.Inventory;

namespace Commerce.Checkouts;

/// <summary>The goods of a checkout: held while it is paid, the order's once it is placed, given back when it is undone. Every step may come twice.</summary>
internal sealed partial class CheckoutGrain
{
    /// <summary>Holds what is bought.</summary>
    /// <returns>Null when all of it is held; otherwise what is lacking, and whatever is held is released by the compensation.</returns>
    private async Task<CheckoutFailure?> ReserveStock()
    {
        var needs = Needed.Of(State.Quote);
        var answers = await Task.WhenAll(needs.Select(need => GrainFactory.Stock(need.Sku)
            .Reserve(Checkout.ReservationId(Id, need.Sku), State.CartId, need.Quantity, State.HeldUntil)));
        return Array.FindIndex(answers, static answer => !answer.Reserved) is >= 0 and var lacking
            ? new CheckoutFailure("out-of-stock", needs[lacking].Sku, $"Of '{needs[lacking].Name}' {answers[lacking].Available} are left, {needs[lacking].Quantity} were asked for.", true)
            : null;
    }

    /// <summary>Makes what is held the order's.</summary>
    /// <returns>Null when all of it is; otherwise what could not be had any more.</returns>
    private async Task<CheckoutFailure?> AllocateStock()
    {
        var needs = Needed.Of(State.Quote);
        var allocated = await Task.WhenAll(needs.Select(need => GrainFactory.Stock(need.Sku)
            .Allocate(Checkout.ReservationId(Id, need.Sku), OrderId, State.CartId, need.Quantity)));
        return Array.IndexOf(allocated, false) is >= 0 and var lost
            ? new CheckoutFailure("out-of-stock", needs[lost].Sku, "The goods were gone before the payment was done.", true)
            : null;
    }

    private Task ReleaseStock() => Task.WhenAll(Needed.Of(State.Quote)
        .Select(need => GrainFactory.Stock(need.Sku).Release(Checkout.ReservationId(Id, need.Sku), "checkout undone")));

    /// <summary>A reservation whose payment is in doubt does not expire.</summary>
    private async Task KeepHolding()
    {
        if (State.HeldUntil - Now < options.Value.HoldBeyond)
        {
            var until = Now + options.Value.Lifetime;
            await Task.WhenAll(Needed.Of(State.Quote).Select(need => GrainFactory.Stock(need.Sku).Extend(Checkout.ReservationId(Id, need.Sku), until)));
            await Commit(new StockHeldLonger(until));
        }
    }
}
