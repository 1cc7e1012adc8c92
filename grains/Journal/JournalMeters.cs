using System.Diagnostics.Metrics;

namespace Commerce.Journal;

/// <summary>How the journal writes: the service level "journal commit latency", and what fencing turned away.</summary>
internal sealed class JournalMeters
{
    private readonly Histogram<double> duration;
    private readonly Histogram<int> size;
    private readonly Counter<long> refused, reconnected;
    private readonly Meter meter;

    public JournalMeters(IMeterFactory meters)
    {
        meter = meters.Create("CommerceGrains");
        duration = meter.CreateHistogram<double>("commerce.journal.commit.duration", "s", "A batch on its way to the disk.");
        size = meter.CreateHistogram<int>("commerce.journal.batch.size", "{commit}", "Commits that went to the disk together.");
        refused = meter.CreateCounter<long>("commerce.journal.fenced", "{commit}", "Commits that lost their fence: a stale activation, or two at once.");
        reconnected = meter.CreateCounter<long>("commerce.journal.retries", "{batch}", "Batches that were sent again, because the database was away or did not say what became of them.");
    }

    public void Wrote(int commits, int fenced, TimeSpan took)
    {
        duration.Record(took.TotalSeconds);
        size.Record(commits);
        if (fenced > 0)
        {
            refused.Add(fenced);
        }
    }

    /// <summary>How many commits wait for the writer.</summary>
    public void Watch(Func<int> waiting) => meter.CreateObservableGauge("commerce.journal.waiting", waiting, "{commit}", "Commits that wait for the journal's writer; at 16,384 further ones are turned away.");

    public void SentAgain() => reconnected.Add(1);
}
