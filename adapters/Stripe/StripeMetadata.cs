using System.Security.Cryptography;
using System.Text;

namespace Commerce.Payments;

/// <summary>What is written on Stripe's objects, so that they are found again without the reference that a lost answer took along.</summary>
internal static class StripeMetadata
{
    public const string Payment = "payment_id", Checkout = "checkout_id", Order = "order_id";

    /// <summary>The idempotency key of the request that made the object.</summary>
    public const string Key = "commerce_key";

    /// <summary>The idempotency key of the capture, beside that of the authorisation.</summary>
    public const string CaptureKey = "commerce_capture_key";

    /// <summary>The idempotency key of the last time that the authorised sum was raised.</summary>
    public const string AdjustKey = "commerce_adjust_key";

    public const string Reason = "reason";

    /// <summary>Our pseudonym, on a customer.</summary>
    public const string Shopper = "shopper";

    /// <summary>The field that one of several captures writes its key to; a field's name is at most 40 characters at Stripe.</summary>
    public static string CaptureOf(string key) =>
        "commerce_capture_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8));

    /// <summary>The one key that follows a spent one; it too finds its first effect again.</summary>
    public static string Again(string key) => key + ":again";

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
