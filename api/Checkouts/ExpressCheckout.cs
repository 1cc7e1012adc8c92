using Commerce.Carts;

namespace Commerce.Checkouts;

/// <summary>For whom a checkout is; the token when this request made the guest.</summary>
internal sealed record Buyer(string? Owner, string? Token);

/// <summary>Buying in one request: fills a cart whose id follows from caller and key, so that a repeat meets the same cart.</summary>
internal static class ExpressCheckout
{
    /// <summary>
    /// Whoever buys without having been here before, wherever it calls from: a phone that loses an answer and repeats from another network must not
    /// buy twice. Two strangers with one key do not meet, since the key of a purchase counts with its whole body.
    /// </summary>
    private static readonly Caller Stranger = new(CallerKind.Anonymous, "stranger");

    /// <summary>
    /// Under whose name the key counts. A guest who repeats, now with its token, the very request that made it a guest, is still the stranger
    /// that it was then: otherwise it would buy a second time.
    /// </summary>
    public static Caller CreatorOf(Call call, AdminKey secret)
    {
        return call.Caller is { Kind: CallerKind.Anonymous }
            || (call.Caller is { Kind: CallerKind.Guest } guest && Owners.Guest(GuestToken.Derived(secret, Stranger.Id, call.RequireKey())) == guest.Owner)
                ? Stranger
                : call.Caller;
    }

    /// <summary>The caller, or a new guest whose token follows from caller and key too.</summary>
    public static Buyer BuyerOf(Caller caller, Call call, AdminKey secret)
    {
        if (caller.Kind is CallerKind.Unrecognised)
        {
            throw Refusal.Unauthenticated;
        }

        if (caller.Owner is { } owner)
        {
            return new Buyer(owner, null);
        }

        var token = GuestToken.Derived(secret, caller.Id, call.RequireKey());
        return new Buyer(Owners.Guest(token), token);
    }

    /// <summary>Fills the cart in one step; a checkout that began already needs nothing any more.</summary>
    /// <returns>The cart's id.</returns>
    public static async Task<string> Fill(CheckoutBody body, Call call, Caller creator, Buyer buyer, AdminKey secret, ICheckoutGrain checkout, IGrainFactory grains)
    {
        var cartId = secret.Id(Identity.Cart, "express", creator.Id, call.RequireKey());
        var lines = CartBodies.ToLines(body.Lines ?? []);
        if (!await checkout.HasBegun(lines))
        {
            await grains.Cart(cartId).Fill(
                call.RequestOf(buyer.Owner) with { IfMatch = null },
                new FillCart(new CreateCart(buyer.Owner!, body.Channel!, body.Currency, lines), body.Contact, body.Destination!, body.ShippingMethod));
        }

        return cartId;
    }
}
