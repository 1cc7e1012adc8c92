namespace Commerce.Payments;

/// <summary>What is written on Stripe's objects, so that they are found again without the reference that a lost answer took along.</summary>
internal static class StripeMetadata
{
    public const string Payment = "payment_id", Checkout = "checkout_id", Order = "order_id";

    /// <summary>The idempotency key of the request that made the object.</summary>
    public const string Key = "commerce_key";

    /// <summary>The idempotency key of the capture, beside that of the authorisation.</summary>
    public const string CaptureKey = "commerce_capture_key";

    public const string Reason = "reason";

    public static Dictionary<string, string> Of(AuthorisationRequest request) => new(4, StringComparer.Ordinal)
    {
        [Payment] = request.PaymentId,
        [Checkout] = request.CheckoutId,
        [Order] = request.OrderId,
        [Key] = request.Key,
    };

    /// <summary>A search query for one field; quotes in the value are escaped.</summary>
    public static string Query(string field, string value) =>
        $"metadata['{field}']:'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
