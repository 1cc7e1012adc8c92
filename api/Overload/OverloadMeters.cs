using System.Diagnostics.Metrics;

namespace Commerce.Overload;

/// <summary>How full the front end is, and whom it turned away.</summary>
internal sealed class OverloadMeters
{
    private readonly Counter<long> shed;
    private readonly Histogram<double> queue;
    private readonly KeyValuePair<string, object?>[] kinds = [.. Urgencies.Names.Select(static name => new KeyValuePair<string, object?>("kind", name))];

    public OverloadMeters(IMeterFactory meters)
    {
        var meter = meters.Create(Ops.Telemetry.Name);
        shed = meter.CreateCounter<long>("commerce.admission.shed", "{request}", "Requests that were turned away because there were too many, by kind.");
        queue = meter.CreateHistogram("commerce.admission.queue_time", "s", "How long work waits for a thread of the process, asked up to ten times a second while requests come.", tags: null, advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
        });
        Meter = meter;
    }

    private Meter Meter { get; }

    public void Observe(Func<int> limit, Func<int> underWay)
    {
        Meter.CreateObservableGauge("commerce.admission.limit", limit, "{request}", "Requests that may be under way at once; each kind is let in up to its share.");
        Meter.CreateObservableGauge("commerce.admission.in_flight", underWay, "{request}", "Requests under way that count towards the limit.");
    }

    public void Shed(Urgency kind) => shed.Add(1, kinds[(int)kind]);

    public void Queued(TimeSpan waited) => queue.Record(waited.TotalSeconds);
}
