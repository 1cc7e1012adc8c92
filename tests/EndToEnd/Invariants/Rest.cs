using Commerce.Shopping;

namespace Commerce.Invariants;

/// <summary>When a shop has come to rest after whatever was done to it.</summary>
internal static class Rest
{
    /// <summary>Nothing is under way any more: no checkout, no reservation, no webhook that came in and was not applied.</summary>
    public static async Task<bool> IsQuiet(ShopClient shop) =>
        (await shop.Export("checkout")).All(checkout => checkout.IsTerminal)
        && (await shop.Export("reservation")).All(reservation => reservation.Text("state") != "held")
        && (await shop.Export("stripe_inbox")).All(received => received.Number("applied_count") > 0);
}
