using System.Text.Json.Serialization;

namespace Commerce.Payments;

/// <summary>
/// Payments as operators and reconciliations look for them: a projection that follows the journal within milliseconds. A cursor that cannot be read is
/// <c>invalid-cursor</c>.
/// </summary>
[Alias("commerce.payment-list"), GrainInterfaceType("commerce.payment-list")]
public interface IPaymentList : IGrainWithIntegerKey
{
    /// <summary>What was captured, refunded, charged back and taken back at a provider, newest first.</summary>
    /// <param name="from">UTC: then or later.</param>
    /// <param name="to">UTC: before.</param>
    [Alias("movements")]
    Task<Page<PaymentMovement>> Movements(string provider, DateTimeOffset from, DateTimeOffset to, PageRequest page);

    /// <summary>Our id of the payment that a provider knows under that reference; null when none is known.</summary>
    [Alias("find")]
    Task<string?> Find(string provider, string reference);

    /// <summary>Payments that somebody has to look at, newest first.</summary>
    [Alias("attention")]
    Task<Page<PaymentSummary>> Attention(PaymentAttention why, PageRequest page);

    /// <summary>Webhooks that came in, newest first.</summary>
    /// <param name="provider">Those of one provider; null: of all.</param>
    /// <param name="status">Those that stand so; null: all.</param>
    [Alias("webhooks")]
    Task<Page<InboundWebhookSummary>> Webhooks(string? provider, InboundWebhookStatus? status, PageRequest page);
}

/// <summary>One movement of money, as our books have it.</summary>
/// <param name="OperationId">Unique in the payment.</param>
/// <param name="Kind"><see cref="TransactionKind.Capture"/>, <see cref="TransactionKind.Refund"/>, <see cref="TransactionKind.ChargeBack"/> or <see cref="TransactionKind.Reverse"/>.</param>
/// <param name="Status">
/// <see cref="TransactionStatus.Succeeded"/> is booked; <see cref="TransactionStatus.Pending"/>, <see cref="TransactionStatus.Unknown"/> and
/// <see cref="TransactionStatus.Accepted"/> may yet be; <see cref="TransactionStatus.Failed"/> moved nothing.
/// </param>
/// <param name="Amount">Above zero.</param>
/// <param name="Reference">The provider's reference of the movement; null until it gave one.</param>
/// <param name="PaymentReference">The provider's reference of the payment.</param>
/// <param name="At">UTC: asked for, or, of what the provider did by itself, booked there.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.movement")]
public sealed record PaymentMovement(
    [property: Id(0)] string PaymentId,
    [property: Id(1)] string OrderId,
    [property: Id(2)] string OperationId,
    [property: Id(3)] TransactionKind Kind,
    [property: Id(4)] TransactionStatus Status,
    [property: Id(5)] Money Amount,
    [property: Id(6)] string? Reference,
    [property: Id(7)] string PaymentReference,
    [property: Id(8)] DateTimeOffset At)
{
    /// <summary>For a <see cref="TransactionKind.Reverse"/>: the operation that it takes back.</summary>
    [Id(9)] public string? Of { get; init; }

    /// <summary>For a <see cref="TransactionKind.Reverse"/>: the kind of what it takes back, which says which way the money went.</summary>
    [Id(10)] public TransactionKind? OfKind { get; init; }
}

/// <summary>A payment in a list.</summary>
/// <param name="Reference">The provider's; empty until it answered.</param>
/// <param name="CaptureBefore">UTC, when what is authorised and not captured lapses; null when the provider does not say.</param>
/// <param name="Since">UTC, since when it is in this list.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.summary")]
public sealed record PaymentSummary(
    [property: Id(0)] string Id,
    [property: Id(1)] string OrderId,
    [property: Id(2)] string CheckoutId,
    [property: Id(3)] string Provider,
    [property: Id(4)] string Reference,
    [property: Id(5)] Money Requested,
    [property: Id(6)] DateTimeOffset? CaptureBefore,
    [property: Id(7)] DateTimeOffset Since);

/// <summary>Why somebody has to look at a payment. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.payment.attention"), JsonConverter(typeof(JsonStringEnumConverter<PaymentAttention>))]
public enum PaymentAttention
{
    /// <summary>An authorisation that is not captured lapses soon and could not be renewed.</summary>
    [JsonStringEnumMemberName("expiring")] Expiring = 0,

    /// <summary>A dispute is open.</summary>
    [JsonStringEnumMemberName("disputed")] Disputed = 1,

    /// <summary>A provider's answer was lost and is being asked for.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown = 2,
}

/// <summary>A webhook that came in.</summary>
/// <param name="Id"><c>whk_{provider}_{event id}</c>.</param>
/// <param name="EventId">The provider's id of the event.</param>
/// <param name="PaymentId">Ours, when it names one.</param>
/// <param name="HappenedAt">UTC, when it happened at the provider.</param>
/// <param name="ReceivedAt">UTC, when it came the first time.</param>
/// <param name="Reason">What it did, or why it could not be applied; null while nothing was tried.</param>
[GenerateSerializer, Immutable, Alias("commerce.webhook.summary")]
public sealed record InboundWebhookSummary(
    [property: Id(0)] string Id,
    [property: Id(1)] string Provider,
    [property: Id(2)] string EventId,
    [property: Id(3)] string Type,
    [property: Id(4)] string? PaymentId,
    [property: Id(5)] string? Reference,
    [property: Id(6)] InboundWebhookStatus Status,
    [property: Id(7)] DateTimeOffset HappenedAt,
    [property: Id(8)] DateTimeOffset ReceivedAt,
    [property: Id(9)] string? Reason);

/// <summary>How a webhook stands that came in. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.webhook.status"), JsonConverter(typeof(JsonStringEnumConverter<InboundWebhookStatus>))]
public enum InboundWebhookStatus
{
    /// <summary>Taken, and tried again until it fits.</summary>
    [JsonStringEnumMemberName("received")] Received = 0,
    [JsonStringEnumMemberName("applied")] Applied = 1,

    /// <summary>It could not be applied in time, or ever: an operator may replay it.</summary>
    [JsonStringEnumMemberName("parked")] Parked = 2,
}

public static class PaymentListGrains
{
    extension(IGrainFactory grains)
    {
        public IPaymentList Payments() => grains.GetGrain<IPaymentList>(0);
    }
}
