using Commerce.Events;
using Commerce.Journal;
using Commerce.Payments;

namespace Commerce.Reconciliations;

/// <summary>Reconciliations in the read model of payments, newest first.</summary>
internal static class ReconciliationRows
{
    public const string Key = "reconciliations";

    private static readonly string Started = EventCodec<ReconciliationEvent>.NameOf<ReconciliationStarted>();

    public static bool IsOne(string aggregate) => aggregate.StartsWith(Identity.Reconciliation, StringComparison.Ordinal);

    public static IEnumerable<string> Needs(LifecycleEvent happened) => happened.Type == Started ? [] : [happened.Aggregate];

    public static IEnumerable<ReadModelRow> Of(LifecycleEvent happened, Func<string, ReadModelRow?> find, Func<ReconciliationSummary, byte[]> write)
    {
        var what = EventCodec<ReconciliationEvent>.Read(happened.Type, happened.Data);
        if (what is ReconciliationStarted e)
        {
            return [Row(new ReconciliationSummary(happened.Aggregate, e.Provider, e.From, e.To, ReconciliationStatus.Comparing, 0, null, null, happened.Time))];
        }

        if (find(happened.Aggregate) is not { Body: { } body } || ReadModel.Read<ReconciliationSummary>(body) is var known && Next(known, what) is not { } next || next == known)
        {
            return [];
        }

        return [Row(next)];

        ReadModelRow Row(ReconciliationSummary summary) => new(ReadModels.Payments, Key, PaymentsModel.Sort(summary.StartedAt), summary.Id, write(summary));
    }

    /// <summary>Null for an event that a list does not show.</summary>
    private static ReconciliationSummary? Next(ReconciliationSummary known, ReconciliationEvent? what) => what switch
    {
        ReconciliationProgressed e => known with { Lines = e.Lines },
        ReconciliationCompleted e => known with { Status = ReconciliationStatus.Completed, Lines = e.Counts.Lines, Discrepancies = e.Discrepancies.Length, Open = e.Discrepancies.Length },
        RemedyApplied => known with { Open = known.Open - 1 },
        _ => null,
    };
}

/// <inheritdoc cref="IReconciliationList"/>
[GrainType("reconciliation-list"), StatelessWorker, Reentrant]
internal sealed class ReconciliationList(ReadModelPages pages) : Grain, IReconciliationList
{
    public Task<Page<ReconciliationSummary>> All(PageRequest page) => pages.Page(
        ReadModels.Payments,
        ReconciliationRows.Key,
        PageCursor.Parse(page.Cursor, static (sort, id) => PageCursor.IsNumber(sort, 19) && Identity.Is(id, Identity.Reconciliation)),
        page.Limit,
        static row => ReadModel.Read<ReconciliationSummary>(row.Body!));
}
