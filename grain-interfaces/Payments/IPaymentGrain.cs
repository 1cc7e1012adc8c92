using System.Text.Json.Serialization;

namespace Commerce.Payments;

/// <summary>The money side of one checkout and its order: a ledger of transactions. Keyed by <c>pay_…</c>, sharing the checkout's suffix.</summary>
/// <remarks>
/// Every method may be repeated under its operation id: an effect that has happened moves no money again. An answer that never came is
/// <see cref="TransactionStatus.Unknown"/> and is asked for again, with the same key, by the next call or by the payment's own waking.
/// Only the checkout and the order call it.
/// </remarks>
[Alias("commerce.payment"), GrainInterfaceType("commerce.payment")]
public interface IPaymentGrain : IGrainWithStringKey
{
    /// <summary>Reserves the amount on the shopper's payment method. A decline is a status, not an exception.</summary>
    [Alias("authorise"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Authorise(AuthorisePayment command);

    /// <summary>Asks the provider how an authorisation stands that required an action or was never answered.</summary>
    [Alias("confirm"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Confirm();

    /// <summary>Takes part or all of what is authorised. Refused as <c>capture-exceeds-authorised</c>.</summary>
    [Alias("capture"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Capture(string operationId, Money amount);

    /// <summary>Lets go of what is authorised and not captured. A payment with nothing to let go is left as it is.</summary>
    [Alias("void"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Void(string operationId);

    /// <summary>Gives back part or all of what was captured. Refused as <c>refund-exceeds-captured</c>.</summary>
    [Alias("refund"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Refund(string operationId, Money amount, string? reason);

    /// <summary>Takes in what the provider said by webhook, whenever and in whatever order it came.</summary>
    [Alias("notice"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Notice(PaymentNotice notice);

    /// <summary>How the payment stands; behind a vendor call that is under way it waits for its end.</summary>
    [Alias("get"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView?> Get();
}

[GenerateSerializer, Immutable, Alias("commerce.payment.authorise")]
public sealed record AuthorisePayment(
    [property: Id(0)] string OrderId,
    [property: Id(1)] string CheckoutId,
    [property: Id(2)] string Provider,
    [property: Id(3)] Money Amount,
    [property: Id(4)] string Method,
    [property: Id(5)] string? ReturnUrl);

/// <summary>What the shopper has to do before the payment can go on.</summary>
/// <param name="Type"><c>redirect</c>: send the browser to <paramref name="Url"/>. <c>sdk</c>: only the provider's own browser library can go on.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.action")]
public sealed record PaymentAction([property: Id(0)] string Type, [property: Id(1)] string Url);

/// <summary>What a provider told by webhook about one payment.</summary>
/// <param name="EventId">The provider's id of the event: the same one is applied once.</param>
/// <param name="Reference">The provider's reference of the payment.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.notice")]
public sealed record PaymentNotice(
    [property: Id(0)] string EventId,
    [property: Id(1)] string Type,
    [property: Id(2)] string Reference,
    [property: Id(3)] DateTimeOffset At);

[GenerateSerializer, Immutable, Alias("commerce.payment.view")]
public sealed record PaymentView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public PaymentStatus Status { get; init; }
    [Id(3)] public string OrderId { get; init; } = "";
    [Id(4)] public string CheckoutId { get; init; } = "";
    [Id(5)] public string Provider { get; init; } = "";

    /// <summary>The provider's reference; empty until it answered.</summary>
    [Id(6)] public string Reference { get; init; } = "";
    [Id(7)] public Money Requested { get; init; }
    [Id(8)] public Money Authorised { get; init; }
    [Id(9)] public Money Captured { get; init; }
    [Id(10)] public Money Refunded { get; init; }
    [Id(11)] public Money Voided { get; init; }
    [Id(12)] public PaymentAction? Action { get; init; }
    [Id(13)] public PaymentFailure? Failure { get; init; }
    [Id(14)] public ImmutableArray<PaymentTransaction> Transactions { get; init; } = [];
    [Id(15)] public string Method { get; init; } = "";
}

/// <param name="Code">The provider's decline code, or ours: <c>card_declined</c>, <c>insufficient_funds</c>, <c>authentication_failed</c>.</param>
/// <param name="Hard">Whether trying the same method again is pointless.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.failure")]
public sealed record PaymentFailure([property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] bool Hard);

/// <summary>One line of the ledger.</summary>
/// <param name="Id">The operation id: unique in the payment, and the stem of the key that the provider saw.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.transaction")]
public sealed record PaymentTransaction(
    [property: Id(0)] string Id,
    [property: Id(1)] TransactionKind Kind,
    [property: Id(2)] Money Amount,
    [property: Id(3)] TransactionStatus Status,
    [property: Id(4)] string? Reference,
    [property: Id(5)] DateTimeOffset At,
    [property: Id(6)] string? Reason = null);

[GenerateSerializer, Alias("commerce.payment.transaction-kind"), JsonConverter(typeof(JsonStringEnumConverter<TransactionKind>))]
public enum TransactionKind
{
    [JsonStringEnumMemberName("authorise")] Authorise = 0,
    [JsonStringEnumMemberName("capture")] Capture = 1,
    [JsonStringEnumMemberName("void")] Void = 2,
    [JsonStringEnumMemberName("refund")] Refund = 3,
}

[GenerateSerializer, Alias("commerce.payment.transaction-status"), JsonConverter(typeof(JsonStringEnumConverter<TransactionStatus>))]
public enum TransactionStatus
{
    /// <summary>Asked, not answered yet: what a crash leaves behind.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 0,
    [JsonStringEnumMemberName("succeeded")] Succeeded = 1,
    [JsonStringEnumMemberName("failed")] Failed = 2,
    [JsonStringEnumMemberName("requires_action")] RequiresAction = 3,

    /// <summary>Asked, and the answer was lost: in doubt until the provider is asked again.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown = 4,
}

/// <summary>Derived from the ledger alone.</summary>
[GenerateSerializer, Alias("commerce.payment.status"), JsonConverter(typeof(JsonStringEnumConverter<PaymentStatus>))]
public enum PaymentStatus
{
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("authorizing")] Authorizing = 1,
    [JsonStringEnumMemberName("requires_action")] RequiresAction = 2,
    [JsonStringEnumMemberName("authorized")] Authorized = 3,
    [JsonStringEnumMemberName("partially_captured")] PartiallyCaptured = 4,
    [JsonStringEnumMemberName("captured")] Captured = 5,
    [JsonStringEnumMemberName("partially_refunded")] PartiallyRefunded = 6,
    [JsonStringEnumMemberName("refunded")] Refunded = 7,
    [JsonStringEnumMemberName("voided")] Voided = 8,
    [JsonStringEnumMemberName("failed")] Failed = 9,

    /// <summary>An answer was lost and is being asked for.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown = 10,
}

public static class PaymentErrors
{
    public static CommerceError CaptureExceedsAuthorised(Money asked, Money left) => new(
        "capture-exceeds-authorised", ErrorKind.Invalid, $"{asked} cannot be captured: {left} are authorised and not captured yet.")
    { Pointer = "/amount" };

    public static CommerceError RefundExceedsCaptured(Money asked, Money left) => new(
        "refund-exceeds-captured", ErrorKind.Invalid, $"{asked} cannot be refunded: {left} are captured and not refunded yet.")
    { Pointer = "/amount" };

    public static CommerceError AmountNotPositive { get; } = new(
        "invalid-amount", ErrorKind.Invalid, "An amount is a whole number of minor units above zero.")
    { Pointer = "/amount/amount" };

    public static CommerceError Unsupported(string provider, string what) => new(
        "not-supported-by-provider", ErrorKind.Invalid, $"'{provider}' does not offer {what}.")
    { Pointer = "/amount" };

    public static CommerceError Refused(string code, string message) => new(
        "payment-refused", ErrorKind.Conflict, $"The payment provider refused: {message} ({code}).");

    public static CommerceError InDoubt(TimeSpan retryAfter) => new(
        "payment-in-doubt", ErrorKind.Unavailable, "The payment provider has not answered yet. It is being asked; repeat the request with the same key.")
    { RetryAfter = retryAfter };
}

public static class PaymentGrains
{
    /// <summary>For calls that wait for one vendor: longer than any vendor's own total time-out, so that what it said is stored before a caller gives up.</summary>
    public const string VendorPatience = "00:00:30";

    extension(IGrainFactory grains)
    {
        /// <summary>The payment of that id, whether or not anything has happened to it yet.</summary>
        public IPaymentGrain Payment(string id) => grains.GetGrain<IPaymentGrain>(id);
    }
}
