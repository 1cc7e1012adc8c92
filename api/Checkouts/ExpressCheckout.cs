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

    /// <summary>Fills the cart step by step, each under a key of its own; a checkout that began already needs nothing any more.</summary>
    /// <returns>The cart's id.</returns>
    public static async Task<string> Fill(CheckoutBody body, Call call, Caller creator, Buyer buyer, AdminKey secret, ICheckoutGrain checkout, IGrainFactory grains)
    {
        var key = call.RequireKey();
        var cartId = secret.Id(Identity.Cart, "express", creator.Id, key);
        if (await checkout.Get(buyer.Owner) is not null)
        {
            return cartId;
        }

        var request = call.RequestOf(buyer.Owner) with { IfMatch = null };
        var cart = grains.Cart(cartId);
        await cart.Create(request, new CreateCart(buyer.Owner!, body.Channel!, body.Currency, CartBodies.ToLines(body.Lines ?? [])));
        if (body.Contact is { } contact)
        {
            await At("/contact", cart.SetContact(Step(request, "contact"), contact));
        }

        if (body.Destination is { } destination)
        {
            await At("/destination", cart.SetDestination(Step(request, "destination"), destination));
        }

        if (body.ShippingMethod is { } method)
        {
            await At("/shippingMethod", cart.SetShippingMethod(Step(request, "shipping-method"), method), whole: true);
        }

        return cartId;
    }

    private static Request Step(Request request, string step) => request with { Key = $"{request.Key}:{step}" };

    /// <summary>What a step refuses points into its own body; here that body is part of a larger one.</summary>
    private static async Task At(string pointer, Task step, bool whole = false)
    {
        try
        {
            await step;
        }
        catch (CommerceException e) when (e.Error.Pointer is { } inner)
        {
            throw new CommerceException(e.Error with { Pointer = whole ? pointer : pointer + inner });
        }
    }
}
