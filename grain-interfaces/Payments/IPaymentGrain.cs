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

    /// <summary>
    /// The shopper did what was required: hands the provider what its page or library gave back, and says how it ended. Without
    /// <paramref name="details"/> it is <see cref="Confirm"/>.
    /// </summary>
    /// <param name="details">Opaque to us, as the provider's library names them (<c>redirectResult</c>, <c>payload</c>, …). Never card data.</param>
    [Alias("confirm-with"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> ConfirmWith(ImmutableDictionary<string, string> details);

    /// <summary>
    /// What the shopper has to do, with what the provider's browser library needs for it. That part is a secret of the shopper's: it is asked for, never stored.
    /// Null when nothing is required.
    /// </summary>
    [Alias("action"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentAction?> Action();

    /// <summary>
    /// Raises or lowers what is authorised to <paramref name="amount"/>, or extends it when that is what it is already. Refused as <c>not-supported-by-provider</c>.
    /// </summary>
    [Alias("adjust"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Adjust(string operationId, Money amount, string? reason);

    /// <summary>Books what the provider did and we do not know of, as a reconciliation found it. A movement that is known by its reference is left as it is.</summary>
    [Alias("adopt"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<PaymentView> Adopt(AdoptTransaction command);

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
    [property: Id(5)] string? ReturnUrl)
{
    /// <summary>Captures at once what is authorised.</summary>
    [Id(6)] public bool CaptureNow { get; init; }

    /// <summary>The customer as the provider knows him, a pseudonym; null for a guest.</summary>
    [Id(7)] public string? Shopper { get; init; }

    /// <summary>Keeps the method at the provider for the customer's next purchase. Needs <see cref="Shopper"/>.</summary>
    [Id(8)] public bool Store { get; init; }

    /// <summary>Where to go when it is certain that nothing happened at <see cref="Provider"/>, in this order.</summary>
    [Id(9)] public ImmutableArray<PaymentRoute> Alternatives { get; init; } = [];
}

/// <summary>A provider, and the method that the shopper has there.</summary>
[GenerateSerializer, Immutable, Alias("commerce.payment.route")]
public sealed record PaymentRoute([property: Id(0)] string Provider, [property: Id(1)] string Method);

/// <summary>A movement that the provider's books have and ours do not.</summary>
/// <param name="OperationId">Names it in our ledger; the same one is booked once.</param>
/// <param name="Kind">
/// <see cref="TransactionKind.Capture"/>, <see cref="TransactionKind.Refund"/>, <see cref="TransactionKind.ChargeBack"/>, or <see cref="TransactionKind.Reverse"/>
/// for one of ours that the provider's books have not.
/// </param>
/// <param name="Reference">The provider's reference of the movement.</param>
/// <param name="Amount">Above zero.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.adopt")]
public sealed record AdoptTransaction(
    [property: Id(0)] string OperationId,
    [property: Id(1)] TransactionKind Kind,
    [property: Id(2)] string Reference,
    [property: Id(3)] Money Amount,
    [property: Id(4)] string Reason)
{
    /// <summary>
    /// For a <see cref="TransactionKind.Reverse"/>: the operation of ours that never came to be at the provider. Otherwise the operation whose end we did not know; null when
    /// there is none.
    /// </summary>
    [Id(5)] public string? Of { get; init; }
}

/// <summary>What the shopper has to do before the payment can go on.</summary>
/// <param name="Type"><c>redirect</c>: send the browser to <paramref name="Url"/>. <c>sdk</c>: only the provider's own browser library can go on.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.action")]
public sealed record PaymentAction([property: Id(0)] string Type, [property: Id(1)] string Url)
{
    /// <summary>
    /// What the provider's browser library needs to go on in the page (Stripe: the client secret; Adyen: the action object, as JSON). A secret of the shopper's:
    /// never stored, never logged. Null for a plain redirect, and wherever the action is kept.
    /// </summary>
    [Id(2)] public string? Payload { get; init; }
}

/// <summary>What a provider told by webhook about one payment.</summary>
/// <param name="EventId">The provider's id of the event: the same one is applied once.</param>
/// <param name="Reference">The provider's reference of the payment.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.notice")]
public sealed record PaymentNotice(
    [property: Id(0)] string EventId,
    [property: Id(1)] string Type,
    [property: Id(2)] string Reference,
    [property: Id(3)] DateTimeOffset At)
{
    /// <summary>What it says happened, when it says so itself; null: it only says that something did, and the provider is asked.</summary>
    [Id(4)] public PaymentFact? Fact { get; init; }
}

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

    /// <summary>What banks took back and have not given back.</summary>
    [Id(16)] public Money ChargedBack { get; init; }

    /// <summary>UTC, when what is authorised and not captured lapses; null when the provider does not say, or nothing is left.</summary>
    [Id(17)] public DateTimeOffset? CaptureBefore { get; init; }
    [Id(18)] public ImmutableArray<PaymentDispute> Disputes { get; init; } = [];
}

/// <param name="Code">The same for every provider: <c>card_declined</c>, <c>insufficient_funds</c>, <c>authentication_failed</c>.</param>
/// <param name="Message">For the shopper; tells nothing that helps a thief.</param>
/// <param name="Hard">Whether trying the same method again is pointless.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.failure")]
public sealed record PaymentFailure([property: Id(0)] string Code, [property: Id(1)] string Message, [property: Id(2)] bool Hard)
{
    /// <summary>What the shopper may do.</summary>
    [Id(3)] public PaymentAdvice Advice { get; init; }

    /// <summary>The provider's own code, for operators.</summary>
    [Id(4)] public string? VendorCode { get; init; }
}

/// <summary>What a shopper may do whose payment was declined. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.payment.advice"), JsonConverter(typeof(JsonStringEnumConverter<PaymentAdvice>))]
public enum PaymentAdvice
{
    [JsonStringEnumMemberName("other_card")] OtherCard = 0,

    /// <summary>The same card may do, at once or a little later.</summary>
    [JsonStringEnumMemberName("retry")] Retry = 1,
    [JsonStringEnumMemberName("contact_bank")] ContactBank = 2,
}

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
    [property: Id(6)] string? Reason = null)
{
    /// <summary>For <see cref="TransactionKind.Reverse"/>: the transaction that it takes back.</summary>
    [Id(7)] public string? Of { get; init; }
}

[GenerateSerializer, Alias("commerce.payment.transaction-kind"), JsonConverter(typeof(JsonStringEnumConverter<TransactionKind>))]
public enum TransactionKind
{
    [JsonStringEnumMemberName("authorise")] Authorise = 0,
    [JsonStringEnumMemberName("capture")] Capture = 1,
    [JsonStringEnumMemberName("void")] Void = 2,
    [JsonStringEnumMemberName("refund")] Refund = 3,

    /// <summary>The authorised sum set anew; the amount is the whole new sum.</summary>
    [JsonStringEnumMemberName("adjust")] Adjust = 4,

    /// <summary>Takes back a capture, a refund or a charge back that had been done.</summary>
    [JsonStringEnumMemberName("reverse")] Reverse = 5,

    /// <summary>The shopper's bank took captured money back.</summary>
    [JsonStringEnumMemberName("charge_back")] ChargeBack = 6,
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

    /// <summary>The provider took the order and tells the outcome later, by webhook.</summary>
    [JsonStringEnumMemberName("accepted")] Accepted = 5,
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

    /// <summary>A dispute is open.</summary>
    [JsonStringEnumMemberName("disputed")] Disputed = 11,

    /// <summary>A dispute was lost: the shopper's bank has the money, all or in part.</summary>
    [JsonStringEnumMemberName("charged_back")] ChargedBack = 12,
}

public static class PaymentGrains
{
    /// <summary>For calls that wait for one vendor: longer than any vendor's own total time-out, so that what it said is stored before a caller gives up.</summary>
    public const string VendorPatience = "00:00:30";

    extension(IGrainFactory grains)
    {
        /// <summary>The payment of that id, whether or not anything has happened to it yet.</summary>
        public IPaymentGrain Payment(string id) => grains.GetGrain<IPaymentGrain>(id);

        /// <summary>Who would take a payment.</summary>
        public IPaymentOptionsGrain PaymentOptions() => grains.GetGrain<IPaymentOptionsGrain>(0);
    }
}
