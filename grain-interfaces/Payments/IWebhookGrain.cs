namespace Commerce.Payments;

/// <summary>Takes in a provider's webhook: verifies the raw bytes, journals the event, then applies it. Any activation serves any call.</summary>
[Alias("commerce.webhook-door"), GrainInterfaceType("commerce.webhook-door")]
public interface IWebhookDoor : IGrainWithStringKey
{
    /// <summary>
    /// Returns once the event is durable (or was before). A signature that does not fit is refused as <c>webhook-signature</c>.
    /// The key of the grain is the provider's name.
    /// </summary>
    [Alias("receive"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<WebhookReceipt> Receive(InboundWebhook webhook);
}

/// <param name="Headers">As received; names compared without case.</param>
/// <param name="Body">The raw bytes that the signature was made over.</param>
[GenerateSerializer, Immutable, Alias("commerce.webhook.inbound")]
public sealed record InboundWebhook(
    [property: Id(0)] ImmutableDictionary<string, string> Headers,
    [property: Id(1)] byte[] Body);

[GenerateSerializer, Immutable, Alias("commerce.webhook.receipt")]
public sealed record WebhookReceipt([property: Id(0)] string EventId, [property: Id(1)] bool Duplicate);

public static class WebhookErrors
{
    public static CommerceError Signature(string why) => new(
        "webhook-signature", ErrorKind.Malformed, $"The webhook is not signed as agreed: {why}");

    public static CommerceError Unreadable(string why) => new(
        "webhook-unreadable", ErrorKind.Malformed, $"The webhook cannot be read: {why}");
}
