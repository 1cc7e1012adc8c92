namespace Commerce.Sandbox.Stripe;

/// <summary>A line of the vendor's own books.</summary>
internal sealed record Booking(VendorTransaction Transaction, PaymentIntent Intent, string? Key, long At);

internal sealed record StripeEvent(string Id, string Type, long Created, PaymentIntent Intent, Refund? Refund);
