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

/// <summary>A webhook that came in, as operators see it. Keyed by <c>whk_{provider}_{event id}</c>.</summary>
[Alias("commerce.webhook-inbox"), GrainInterfaceType("commerce.webhook-inbox")]
public interface IInboundWebhookGrain : IGrainWithStringKey
{
    /// <summary>Null when no such event ever came.</summary>
    [Alias("get"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<InboundWebhookView?> Get();

    /// <summary>Tries a parked one again, for as long as one that has just come. Another is <c>not-now</c>.</summary>
    /// <param name="by">The operator who wants it.</param>
    [Alias("replay"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<InboundWebhookView>> Replay(Request request, string by, string? reason);
}

/// <param name="Tries">How often it was tried since it came or was replayed.</param>
/// <param name="NextTryAt">UTC; null when it is not tried again by itself.</param>
/// <param name="Fact">What it says happened, when it says so itself.</param>
/// <param name="Headers">As received, without those that carry secrets.</param>
/// <param name="Body">The raw bytes; null once they are deleted, 30 days after they came.</param>
[GenerateSerializer, Immutable, Alias("commerce.webhook.view")]
public sealed record InboundWebhookView(
    [property: Id(0)] InboundWebhookSummary Summary,
    [property: Id(1)] long Version,
    [property: Id(2)] int ReceivedCount,
    [property: Id(3)] int Tries,
    [property: Id(4)] DateTimeOffset? NextTryAt,
    [property: Id(5)] PaymentFact? Fact,
    [property: Id(6)] ImmutableDictionary<string, string> Headers,
    [property: Id(7)] byte[]? Body);

public static class WebhookErrors
{
    public static CommerceError Signature(string why) => new(
        "webhook-signature", ErrorKind.Malformed, $"The webhook is not signed as agreed: {why}");

    public static CommerceError Unreadable(string why) => new(
        "webhook-unreadable", ErrorKind.Malformed, $"The webhook cannot be read: {why}");
}

public static class WebhookGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The webhook of that id, whether or not it ever came.</summary>
        public IInboundWebhookGrain InboundWebhook(string id) => grains.GetGrain<IInboundWebhookGrain>(id);
    }
}
