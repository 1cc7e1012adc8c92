using System.Text.Json.Serialization;

namespace Commerce.Payments;

/// <summary>Something that a provider vouches for by its signature.</summary>
/// <param name="Reference">The provider's reference of this very movement (a capture's, a refund's, a dispute's own).</param>
/// <param name="Amount">Of the movement; null when it does not say.</param>
/// <param name="Key">The key that we asked under, when the provider gives it back.</param>
/// <param name="Code">Why, for a failure: our code of a decline, else the provider's own, lower case.</param>
/// <param name="Message">The provider's sentence, for operators.</param>
/// <param name="At">UTC, when it happened there: of two that contradict each other the later one holds.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.fact")]
public sealed record PaymentFact(
    [property: Id(0)] FactKind Kind,
    [property: Id(1)] string Reference,
    [property: Id(2)] Money? Amount,
    [property: Id(3)] string? Key,
    [property: Id(4)] string? Code,
    [property: Id(5)] string? Message,
    [property: Id(6)] DateTimeOffset At)
{
    /// <summary>For <see cref="FactKind.Disputed"/>: how the dispute stands.</summary>
    [Id(7)] public DisputeStatus? Dispute { get; init; }

    /// <summary>UTC: until when an authorisation is good, or a dispute can be answered.</summary>
    [Id(8)] public DateTimeOffset? Until { get; init; }
}

/// <summary>What a provider can vouch for. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.payment.fact-kind"), JsonConverter(typeof(JsonStringEnumConverter<FactKind>))]
public enum FactKind
{
    [JsonStringEnumMemberName("authorised")] Authorised = 0,
    [JsonStringEnumMemberName("authorisation_failed")] AuthorisationFailed = 1,

    /// <summary>The authorised sum was raised, lowered or extended.</summary>
    [JsonStringEnumMemberName("adjusted")] Adjusted = 2,
    [JsonStringEnumMemberName("adjustment_failed")] AdjustmentFailed = 3,
    [JsonStringEnumMemberName("captured")] Captured = 4,

    /// <summary>A capture that was accepted came to nothing, perhaps days later.</summary>
    [JsonStringEnumMemberName("capture_failed")] CaptureFailed = 5,
    [JsonStringEnumMemberName("refunded")] Refunded = 6,

    /// <summary>A refund that was accepted, or done, came back.</summary>
    [JsonStringEnumMemberName("refund_failed")] RefundFailed = 7,
    [JsonStringEnumMemberName("voided")] Voided = 8,
    [JsonStringEnumMemberName("void_failed")] VoidFailed = 9,

    /// <summary>The authorisation lapsed.</summary>
    [JsonStringEnumMemberName("expired")] Expired = 10,

    /// <summary>A dispute was opened, moved on or ended; see <see cref="PaymentFact.Dispute"/>.</summary>
    [JsonStringEnumMemberName("disputed")] Disputed = 11,
}

/// <summary>How a dispute stands. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.payment.dispute-status"), JsonConverter(typeof(JsonStringEnumConverter<DisputeStatus>))]
public enum DisputeStatus
{
    /// <summary>An inquiry: no money has moved.</summary>
    [JsonStringEnumMemberName("inquiry")] Inquiry = 0,

    /// <summary>The money is gone until it is won; evidence is wanted.</summary>
    [JsonStringEnumMemberName("needs_response")] NeedsResponse = 1,
    [JsonStringEnumMemberName("under_review")] UnderReview = 2,

    /// <summary>The money came back.</summary>
    [JsonStringEnumMemberName("won")] Won = 3,
    [JsonStringEnumMemberName("lost")] Lost = 4,

    /// <summary>An inquiry that came to nothing.</summary>
    [JsonStringEnumMemberName("closed")] Closed = 5,
}

/// <summary>A shopper's bank takes the money back.</summary>
/// <param name="Reference">The provider's reference of the dispute.</param>
/// <param name="RespondBy">UTC; null when no answer is wanted.</param>
/// <param name="AfterRefund">The money that is disputed had been refunded, in part at least: proof of the refund wins it.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.dispute")]
public sealed record PaymentDispute(
    [property: Id(0)] string Reference,
    [property: Id(1)] Money Amount,
    [property: Id(2)] DisputeStatus Status,
    [property: Id(3)] string? Reason,
    [property: Id(4)] DateTimeOffset OpenedAt,
    [property: Id(5)] DateTimeOffset? RespondBy,
    [property: Id(6)] bool AfterRefund);
