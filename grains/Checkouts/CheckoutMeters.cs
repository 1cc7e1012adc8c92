using System.Diagnostics.Metrics;

namespace Commerce.Checkouts;

/// <summary>How checkouts end and how long they take: the shop's first two service levels.</summary>
internal sealed class CheckoutMeters
{
    private readonly Counter<long> ended;
    private readonly Histogram<double> duration;

    /// <summary>Seconds, from a checkout that nobody notices to one that a shopper took a quarter of an hour for.</summary>
    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900] };

    public CheckoutMeters(IMeterFactory meters)
    {
        var meter = meters.Create("CommerceGrains");
        ended = meter.CreateCounter<long>("commerce.checkouts.ended", "{checkout}", "Checkouts that came to an end, by how.");
        duration = meter.CreateHistogram<double>("commerce.checkouts.duration", "s", "From the start of a checkout to its end.", tags: null, advice: Durations);
    }

    public void Ended(CheckoutStatus status, TimeSpan took)
    {
        var how = new KeyValuePair<string, object?>("status", status.ToString().ToLowerInvariant());
        ended.Add(1, how);
        duration.Record(took.TotalSeconds, how);
    }
}
