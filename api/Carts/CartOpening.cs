namespace Commerce.Carts;

/// <summary>Under which id a new cart is opened, for whom, and with which secret.</summary>
/// <remarks>
/// All of it follows from the caller and the key, so that a repeat finds the first cart and can be shown its token again. A guest or customer who is known already owns the new cart, and gets no new token.
/// </remarks>
/// <param name="Token">The new guest's secret; null when the caller had a token before.</param>
internal sealed record CartOpening(string CartId, string Owner, string? Token)
{
    public static CartOpening For(Call call, AdminKey secret)
    {
        var caller = call.Caller;
        if (caller.Kind is CallerKind.Unrecognised)
        {
            throw Refusal.Unauthenticated;
        }

        var id = secret.Id(Identity.Cart, "cart", caller.Id, call.Key);
        if (caller.Owner is { } owner)
        {
            return new(id, owner, null);
        }

        var token = GuestToken.Derived(secret, caller.Id, call.Key);
        return new(id, Owners.Guest(token), token);
    }
}
