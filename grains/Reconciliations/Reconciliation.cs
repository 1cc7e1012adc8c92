using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Reconciliations.ReconciliationStatus;

namespace Commerce.Reconciliations;

/// <summary>What happens to a reconciliation.</summary>
[JsonDerivedType(typeof(ReconciliationStarted), "commerce.reconciliation.started.v1")]
[JsonDerivedType(typeof(ReconciliationProgressed), "commerce.reconciliation.progressed.v1")]
[JsonDerivedType(typeof(ReconciliationDelayed), "commerce.reconciliation.delayed.v1")]
[JsonDerivedType(typeof(ReconciliationCompleted), "commerce.reconciliation.completed.v1")]
[JsonDerivedType(typeof(RemedyRequested), "commerce.reconciliation.remedy-requested.v1")]
[JsonDerivedType(typeof(RemedyApplied), "commerce.reconciliation.remedy-applied.v1")]
[JsonDerivedType(typeof(RemedyFailed), "commerce.reconciliation.remedy-failed.v1")]
internal abstract record ReconciliationEvent;

/// <param name="From">First day, UTC.</param>
/// <param name="To">Last day, UTC.</param>
internal sealed record ReconciliationStarted(string Provider, DateOnly From, DateOnly To) : ReconciliationEvent;

/// <param name="Lines">Lines of the provider read so far.</param>
internal sealed record ReconciliationProgressed(int Lines) : ReconciliationEvent;

/// <summary>Somebody did not answer: it begins again.</summary>
internal sealed record ReconciliationDelayed(string Why, DateTimeOffset Until) : ReconciliationEvent;

internal sealed record ReconciliationCompleted(ReconciliationCounts Counts, ImmutableArray<SettledSum> Sums, ImmutableArray<Discrepancy> Discrepancies) : ReconciliationEvent;

/// <param name="By">Who asked for it.</param>
/// <param name="Attempt">From 1: a remedy that failed can be asked for again.</param>
internal sealed record RemedyRequested(int Number, Remedy Remedy, string Reason, string By, int Attempt) : ReconciliationEvent;

internal sealed record RemedyApplied(int Number) : ReconciliationEvent;

internal sealed record RemedyFailed(int Number, string Code, string Message) : ReconciliationEvent;

/// <summary>The rules of one reconciliation. Pure: no clock, no storage, no provider.</summary>
/// <remarks>Comparing only reads, so that a crash costs its beginning again; what puts a discrepancy right is stored before anybody is asked.</remarks>
internal sealed record Reconciliation : IAggregateState<Reconciliation, ReconciliationEvent>
{
    /// <summary>How long after its last step one that nobody carries on is taken up again.</summary>
    private static readonly TimeSpan RecoverAfter = TimeSpan.FromMinutes(1);

    public static Reconciliation Initial { get; } = new();

    public ReconciliationStatus Status { get; init; }
    public string Provider { get; init; } = "";
    public DateOnly From { get; init; }
    public DateOnly To { get; init; }
    public ReconciliationCounts Counts { get; init; } = new(0, 0, 0);
    public ImmutableArray<SettledSum> Sums { get; init; } = [];
    public ImmutableArray<Discrepancy> Discrepancies { get; init; } = [];

    /// <summary>Attempts at the remedy of each discrepancy.</summary>
    public ImmutableDictionary<int, int> Attempts { get; init; } = ImmutableDictionary<int, int>.Empty;
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? DelayedUntil { get; init; }
    public string? Waiting { get; init; }

    public IEnumerable<Discrepancy> UnderWay => Discrepancies.Where(one => one.Remedy is { Status: RemedyStatus.UnderWay });

    public DateTimeOffset? WakeAt => Status is Comparing ? DelayedUntil ?? UpdatedAt + RecoverAfter : UnderWay.Any() ? UpdatedAt + RecoverAfter : null;

    public string? Violation => Counts.Matched > Counts.Lines ? "more lines matched than there are" : null;

    /// <summary>What may follow what. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static ReconciliationStatus? Next(ReconciliationStatus from, Type happened) => (from, happened.Name) switch
    {
        // from        what happened                          to
        (None,         nameof(ReconciliationStarted))      => Comparing,
        (Comparing,    nameof(ReconciliationProgressed))   => Comparing,
        (Comparing,    nameof(ReconciliationDelayed))      => Comparing,
        (Comparing,    nameof(ReconciliationCompleted))    => Completed,
        // putting right
        (Completed,    nameof(RemedyRequested))            => Completed,
        (Completed,    nameof(RemedyApplied))              => Completed,
        (Completed,    nameof(RemedyFailed))               => Completed,
        _                                                  => null,
    };
#pragma warning restore format

    /// <summary>The discrepancy of that number; null: there is none.</summary>
    public Discrepancy? Find(int number) => number >= 1 && number <= Discrepancies.Length ? Discrepancies[number - 1] : null;

    /// <inheritdoc/>
    public Reconciliation Apply(ReconciliationEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("reconciliation", Status.ToString().ToLowerInvariant(), happened.GetType().Name, []));
        return Remember(happened, at) with { Status = next, UpdatedAt = at };
    }

    private Reconciliation Remember(ReconciliationEvent happened, DateTimeOffset at) => happened switch
    {
        ReconciliationStarted e => this with { Provider = e.Provider, From = e.From, To = e.To, StartedAt = at },
        ReconciliationProgressed e => this with { Counts = Counts with { Lines = e.Lines }, DelayedUntil = null, Waiting = null },
        ReconciliationDelayed e => this with { DelayedUntil = e.Until, Waiting = e.Why, Counts = new(0, 0, 0) },
        ReconciliationCompleted e => this with { Counts = e.Counts, Sums = e.Sums, Discrepancies = e.Discrepancies, CompletedAt = at, DelayedUntil = null, Waiting = null },
        RemedyRequested e => With(e.Number, new RemedyView(e.Remedy, RemedyStatus.UnderWay, e.Reason, at, null, e.By)) with { Attempts = Attempts.SetItem(e.Number, e.Attempt) },
        RemedyApplied e => With(e.Number, Find(e.Number)!.Remedy! with { Status = RemedyStatus.Applied, At = at, Failure = null }),
        RemedyFailed e => With(e.Number, Find(e.Number)!.Remedy! with { Status = RemedyStatus.Failed, At = at, Failure = $"{e.Message} ({e.Code})" }),
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };

    private Reconciliation With(int number, RemedyView remedy)
    {
        var discrepancy = Find(number) ?? throw new CommerceException(CommonErrors.NotFound(number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return this with { Discrepancies = Discrepancies.SetItem(number - 1, discrepancy with { Remedy = remedy }) };
    }
}
