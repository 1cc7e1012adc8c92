using Commerce.Drops;
using Commerce.Pricing;

namespace Commerce.Checkouts;

/// <summary>Buying in a drop: the pass becomes the checkout's before any stock is held, is spent with the order, and is the shopper's again when the checkout comes to nothing.</summary>
internal sealed partial class CheckoutGrain
{
    /// <summary>What a pass is refused for when it is presented: the caller hears it as if it had come before anything was stored.</summary>
    private static ImmutableArray<string> PassRefusals => [DropErrors.Used, DropErrors.Expired, DropErrors.Foreign, DropErrors.TooSmall];

    /// <summary>Refuses to sell without a pass what is sold in a drop. Whether the pass counts is the drop's to say.</summary>
    private void DemandPass(Quote quote, DropPass? pass)
    {
        if (board.IsEmpty)
        {
            return;
        }

        foreach (var line in quote.Lines)
        {
            if (board.DropOf(line.Sku) is { } drop && drop != pass?.DropId)
            {
                throw new CommerceException(pass is null ? DropErrors.PassRequired(line.Sku, drop) : DropErrors.NotYours);
            }
        }
    }

    private async Task<CheckoutFailure?> RedeemPass()
    {
        var lines = Needed.Of(State.Quote).Select(static need => new RedeemedLine(need.Sku, need.Quantity));
        return await GrainFactory.Drop(State.Pass!.DropId).Redeem(new RedeemPass(State.Pass.Ticket, Id, [.. lines])) is { } code
            ? new CheckoutFailure(code, null, DropErrors.Why(code), true)
            : null;
    }

    private Task SpendPass() => State.Pass is { } pass ? GrainFactory.Drop(pass.DropId).Spend(pass.Ticket, Id) : Task.CompletedTask;

    /// <summary>Whether or not it was redeemed: a crash may lie between that and its being known here.</summary>
    private Task GiveBackPass() => State.Pass is { } pass ? GrainFactory.Drop(pass.DropId).GiveBack(pass.Ticket, Id) : Task.CompletedTask;
}
