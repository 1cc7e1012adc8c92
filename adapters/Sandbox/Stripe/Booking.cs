namespace Commerce.Sandbox.Stripe;

/// <summary>A line of the vendor's own books.</summary>
internal sealed record Booking(VendorTransaction Transaction, PaymentIntent Intent, string? Key, long At)
{
    /// <summary>The line as every vendor's is exported.</summary>
    public VendorBooking Exported => new(
        StripeAccount.Name, Transaction.Id, Intent.Id, Transaction.Kind, Transaction.Amount, Intent.Currency.ToUpperInvariant(), Key,
        Intent.Meta("checkout_id"), Intent.Meta("payment_id"), At, Transaction.Outcome);
}

internal sealed record StripeEvent(string Id, string Type, long Created, PaymentIntent Intent, Refund? Refund, Dispute? Dispute) : VendorEvent(StripeAccount.Name, Id, Type, Created);
