using System.Diagnostics.Metrics;

namespace Commerce.Payments;

/// <summary>What comes in from the providers, and what becomes of it.</summary>
internal sealed class WebhookMeters
{
    private readonly Counter<long> received, duplicates, applied, parked;
    private readonly Histogram<long> lag;

    /// <summary>Milliseconds, from one that is applied at once to one that waited for days.</summary>
    private static readonly InstrumentAdvice<long> Lags = new() { HistogramBucketBoundaries = [10, 25, 50, 100, 250, 500, 1_000, 5_000, 15_000, 60_000, 600_000, 3_600_000, 86_400_000] };

    public WebhookMeters(IMeterFactory meters)
    {
        var meter = meters.Create("CommerceGrains");
        received = meter.CreateCounter<long>("commerce.webhooks.received", "{event}", "Events that came the first time, by provider.");
        duplicates = meter.CreateCounter<long>("commerce.webhooks.duplicates", "{event}", "Events that had come before, by provider.");
        applied = meter.CreateCounter<long>("commerce.webhooks.applied", "{event}", "Events that were applied, by provider.");
        parked = meter.CreateCounter<long>("commerce.webhooks.parked", "{event}", "Events that could not be applied and wait for an operator, by provider.");
        lag = meter.CreateHistogram("commerce.webhooks.lag", "ms", "From the coming of an event to its being applied.", tags: null, advice: Lags);
    }

    public void Received(string provider, bool again) => (again ? duplicates : received).Add(1, By(provider));

    public void Applied(string provider, TimeSpan waited)
    {
        applied.Add(1, By(provider));
        lag.Record(waited.Ticks / TimeSpan.TicksPerMillisecond, By(provider));
    }

    public void Parked(string provider) => parked.Add(1, By(provider));

    private static KeyValuePair<string, object?> By(string provider) => new("provider", provider);
}
