using System.Text.Json.Serialization;
using Commerce.Payments;

namespace Commerce.Reconciliations;

/// <summary>One comparison of a payment provider's books with ours, over some days. Keyed by <c>rec_…</c>.</summary>
[Alias("commerce.reconciliation"), GrainInterfaceType("commerce.reconciliation")]
public interface IReconciliationGrain : IGrainWithStringKey
{
    /// <summary>Starts it, or finds it started. It goes on by itself and is taken up again after a crash; <see cref="Get"/> tells how far it is.</summary>
    [Alias("start")]
    Task<Reply<ReconciliationView>> Start(Request request, StartReconciliation command);

    [Alias("get")]
    Task<ReconciliationView?> Get();

    /// <summary>
    /// Puts a discrepancy right, once however often it is asked. Refused as <c>remedy-not-offered</c> when it is none of the discrepancy's, and as <c>not-now</c>
    /// when the discrepancy was put right in another way.
    /// </summary>
    /// <param name="number">Of the discrepancy, from 1.</param>
    /// <param name="reason">Why, for whoever asks later. Required.</param>
    /// <param name="by">Who asks.</param>
    [Alias("put-right"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<Reply<ReconciliationView>> PutRight(Request request, int number, Remedy remedy, string reason, string by);
}

/// <summary>Reconciliations, newest first: a projection that follows the journal within milliseconds.</summary>
[Alias("commerce.reconciliation-list"), GrainInterfaceType("commerce.reconciliation-list")]
public interface IReconciliationList : IGrainWithIntegerKey
{
    [Alias("all")]
    Task<Page<ReconciliationSummary>> All(PageRequest page);
}

/// <param name="Discrepancies">How many were found; null while it compares.</param>
/// <param name="Open">How many of them nobody has put right yet.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.summary")]
public sealed record ReconciliationSummary(
    [property: Id(0)] string Id,
    [property: Id(1)] string Provider,
    [property: Id(2)] DateOnly From,
    [property: Id(3)] DateOnly To,
    [property: Id(4)] ReconciliationStatus Status,
    [property: Id(5)] int Lines,
    [property: Id(6)] int? Discrepancies,
    [property: Id(7)] int? Open,
    [property: Id(8)] DateTimeOffset StartedAt);

/// <param name="From">First day, UTC.</param>
/// <param name="To">Last day, UTC.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.start")]
public sealed record StartReconciliation([property: Id(0)] string Provider, [property: Id(1)] DateOnly From, [property: Id(2)] DateOnly To);

[GenerateSerializer, Immutable, Alias("commerce.reconciliation.view")]
public sealed record ReconciliationView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public ReconciliationStatus Status { get; init; }
    [Id(3)] public string Provider { get; init; } = "";
    [Id(4)] public DateOnly From { get; init; }
    [Id(5)] public DateOnly To { get; init; }
    [Id(6)] public ReconciliationCounts Counts { get; init; } = new(0, 0, 0);
    [Id(7)] public ImmutableArray<Discrepancy> Discrepancies { get; init; } = [];
    [Id(8)] public DateTimeOffset StartedAt { get; init; }
    [Id(9)] public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it waits, while the provider or our own lists do not answer; null when it does not.</summary>
    [Id(10)] public string? Waiting { get; init; }

    /// <summary>What came in, went out and was kept as fees, by currency, in the provider's books of these days.</summary>
    [Id(11)] public ImmutableArray<SettledSum> Sums { get; init; } = [];
}

/// <param name="Lines">Lines of the provider that are movements.</param>
/// <param name="Matched">Of those, how many fit a movement of ours in every respect.</param>
/// <param name="Ours">Movements of ours in these days.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.counts")]
public sealed record ReconciliationCounts([property: Id(0)] int Lines, [property: Id(1)] int Matched, [property: Id(2)] int Ours);

/// <param name="Net">Movements less fees.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.sum")]
public sealed record SettledSum([property: Id(0)] string Currency, [property: Id(1)] Money Captured, [property: Id(2)] Money Refunded, [property: Id(3)] Money ChargedBack, [property: Id(4)] Money Fees, [property: Id(5)] Money Net);

[GenerateSerializer, Alias("commerce.reconciliation.status"), JsonConverter(typeof(JsonStringEnumConverter<ReconciliationStatus>))]
public enum ReconciliationStatus
{
    [JsonStringEnumMemberName("none")] None = 0,

    /// <summary>Reads and compares.</summary>
    [JsonStringEnumMemberName("comparing")] Comparing = 1,

    /// <summary>Compared; discrepancies may wait for somebody.</summary>
    [JsonStringEnumMemberName("completed")] Completed = 2,
}

/// <summary>Something in which the two books differ.</summary>
/// <param name="Number">From 1, in the order of the report.</param>
/// <param name="Movement"><c>capture</c>, <c>refund</c>, <c>charge_back</c> or <c>reverse</c>.</param>
/// <param name="SettlementId">The provider's id of the line; null when there is none.</param>
/// <param name="Ours">What our books have; null: nothing.</param>
/// <param name="Theirs">What the provider's have; null: nothing.</param>
/// <param name="Explanation">In a sentence.</param>
/// <param name="Remedies">What can be done, the proposed one first.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.discrepancy")]
public sealed record Discrepancy(
    [property: Id(0)] int Number,
    [property: Id(1)] DiscrepancyKind Kind,
    [property: Id(2)] TransactionKind Movement,
    [property: Id(3)] string? PaymentId,
    [property: Id(4)] string? OrderId,
    [property: Id(5)] string? OperationId,
    [property: Id(6)] string? SettlementId,
    [property: Id(7)] string? PaymentReference,
    [property: Id(8)] string? MovementReference,
    [property: Id(9)] Money? Ours,
    [property: Id(10)] Money? Theirs,
    [property: Id(11)] DateTimeOffset? OurTime,
    [property: Id(12)] DateTimeOffset? TheirTime,
    [property: Id(13)] string Explanation,
    [property: Id(14)] ImmutableArray<Remedy> Remedies)
{
    /// <summary>What was done about it; null: nothing yet.</summary>
    [Id(15)] public RemedyView? Remedy { get; init; }
}

/// <param name="Failure">Why it came to nothing, when it did: it can be asked for again.</param>
[GenerateSerializer, Immutable, Alias("commerce.reconciliation.remedy")]
public sealed record RemedyView(
    [property: Id(0)] Remedy Remedy,
    [property: Id(1)] RemedyStatus Status,
    [property: Id(2)] string Reason,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] string? Failure,
    [property: Id(5)] string By);

/// <summary>In what two books can differ. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.reconciliation.kind"), JsonConverter(typeof(JsonStringEnumConverter<DiscrepancyKind>))]
public enum DiscrepancyKind
{
    /// <summary>The provider moved money that our books know nothing of, or do not know to be moved.</summary>
    [JsonStringEnumMemberName("missing_here")] MissingHere = 0,

    /// <summary>Our books have a movement that the provider's have not.</summary>
    [JsonStringEnumMemberName("missing_there")] MissingThere = 1,

    /// <summary>Another sum, or another currency.</summary>
    [JsonStringEnumMemberName("amount_differs")] AmountDiffers = 2,

    /// <summary>The provider booked one movement twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate = 3,

    /// <summary>Booked, but later than agreed.</summary>
    [JsonStringEnumMemberName("late")] Late = 4,

    /// <summary>Another fee than was agreed.</summary>
    [JsonStringEnumMemberName("fee_differs")] FeeDiffers = 5,
}

/// <summary>What can be done about a discrepancy. Numbers are on the wire: append only.</summary>
[GenerateSerializer, Alias("commerce.reconciliation.remedy-kind"), JsonConverter(typeof(JsonStringEnumConverter<Remedy>))]
public enum Remedy
{
    /// <summary>Our books take over what the provider's say.</summary>
    [JsonStringEnumMemberName("adopt")] Adopt = 0,

    /// <summary>The provider gives the money back to the shopper.</summary>
    [JsonStringEnumMemberName("refund")] Refund = 1,

    /// <summary>Our books take over what the provider's say, and what is still authorised is let go of.</summary>
    [JsonStringEnumMemberName("void")] Void = 2,

    /// <summary>Nothing; the reason says why that is right.</summary>
    [JsonStringEnumMemberName("ignore")] Ignore = 3,
}

[GenerateSerializer, Alias("commerce.reconciliation.remedy-status"), JsonConverter(typeof(JsonStringEnumConverter<RemedyStatus>))]
public enum RemedyStatus
{
    /// <summary>Asked for; its end is not known yet.</summary>
    [JsonStringEnumMemberName("under_way")] UnderWay = 0,
    [JsonStringEnumMemberName("applied")] Applied = 1,
    [JsonStringEnumMemberName("failed")] Failed = 2,
}

public static class ReconciliationErrors
{
    /// <summary>Longest span that one report covers.</summary>
    public const int MostDays = 31;

    public static CommerceError NoSettlements(string provider) => new(
        "no-settlements", ErrorKind.Invalid, $"'{provider}' has no books of its own to compare with.")
    { Pointer = "/provider" };

    public static CommerceError Span { get; } = new(
        "invalid-span", ErrorKind.Invalid, $"A reconciliation covers 1 to {MostDays} whole days (UTC) that are over.")
    { Pointer = "/to" };

    public static CommerceError NotOffered(Remedy remedy, ImmutableArray<Remedy> offered) => new(
        "remedy-not-offered", ErrorKind.Invalid, $"'{Word(remedy)}' does not put this discrepancy right.")
    { Pointer = "/remedy", Allowed = offered.IsDefault ? [] : [.. offered.Select(Word)] };

    public static string Word(Remedy remedy) => remedy.ToString().ToLowerInvariant();
}

public static class ReconciliationGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The reconciliation of that id, whether or not it was ever started.</summary>
        public IReconciliationGrain Reconciliation(string id) => grains.GetGrain<IReconciliationGrain>(id);

        public IReconciliationList Reconciliations() => grains.GetGrain<IReconciliationList>(0);
    }
}
