namespace Commerce.Sandbox;

/// <summary>A line of a pretend vendor's own books: money that moved there, or was refused.</summary>
/// <param name="Id">Of the movement at the vendor.</param>
/// <param name="Reference">Of the payment at the vendor.</param>
/// <param name="Kind"><c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>decline</c>, …</param>
/// <param name="Amount">Minor units as the vendor counts them.</param>
/// <param name="Currency">Upper case.</param>
/// <param name="Key">The idempotency key that it was asked under.</param>
/// <param name="At">Unix milliseconds.</param>
internal sealed record VendorBooking(
    string Vendor, string Id, string Reference, string Kind, long Amount, string Currency, string? Key, string? CheckoutId, string? PaymentId, long At, string Outcome);

/// <summary>A pretend vendor that keeps books. Registered as a service, they are exported and shown.</summary>
internal interface IVendorBooks
{
    /// <summary>Up to <paramref name="limit"/> lines from an index on, oldest first; empty past the end.</summary>
    IReadOnlyList<VendorBooking> Bookings(int from, int limit);

    /// <summary>The newest lines, newest first.</summary>
    IReadOnlyList<VendorBooking> Newest(int limit);
}
