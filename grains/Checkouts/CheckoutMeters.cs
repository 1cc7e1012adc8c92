using System.Diagnostics.Metrics;

namespace Commerce.Checkouts;

/// <summary>How checkouts end and how long they take: the shop's first two service levels.</summary>
internal sealed class CheckoutMeters
{
    private readonly Counter<long> ended;
    private readonly Histogram<double> duration;

    public CheckoutMeters(IMeterFactory meters)
    {
        var meter = meters.Create("CommerceGrains");
        ended = meter.CreateCounter<long>("commerce.checkouts.ended", "{checkout}", "Checkouts that came to an end, by how.");
        duration = meter.CreateHistogram<double>("commerce.checkouts.duration", "s", "From the start of a checkout to its end.");
    }

    public void Ended(CheckoutStatus status, TimeSpan took)
    {
        var how = new KeyValuePair<string, object?>("status", status.ToString().ToLowerInvariant());
        ended.Add(1, how);
        duration.Record(took.TotalSeconds, how);
    }
}
