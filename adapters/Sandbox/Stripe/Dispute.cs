using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

/// <summary>A shopper's bank asks for the money back, or about it.</summary>
/// <param name="Charge">The charge that it is about.</param>
/// <param name="Reason">As Stripe words it: <c>fraudulent</c>, <c>product_not_received</c>, …</param>
/// <param name="Status">As Stripe words it; an inquiry's begins with <c>warning_</c>.</param>
/// <param name="Created">Unix seconds.</param>
internal sealed record Dispute(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("pi")] string Intent,
    [property: JsonPropertyName("ch")] string Charge,
    [property: JsonPropertyName("am")] long Amount,
    [property: JsonPropertyName("cu")] string Currency,
    [property: JsonPropertyName("rs")] string Reason,
    [property: JsonPropertyName("st")] string Status,
    [property: JsonPropertyName("cr")] long Created)
{
    public const string Inquiry = "warning_needs_response", NeedsResponse = "needs_response";

    [JsonIgnore] public bool IsInquiry => Status.StartsWith("warning_", StringComparison.Ordinal);

    [JsonIgnore] public bool IsOver => Status is "won" or "lost" or "warning_closed";

    /// <summary>Unix seconds: a week to answer.</summary>
    [JsonIgnore] public long DueBy => Created + (7 * 86_400);
}
