using System.Diagnostics.Metrics;

namespace Commerce.Pricing;

/// <summary>How often what is charged would differ from what was shown, by how much, and why.</summary>
internal sealed class PriceMeters
{
    private readonly Counter<long> drifts;
    private readonly Histogram<long> amounts;

    public PriceMeters(IMeterFactory meters)
    {
        var meter = meters.Create("CommerceGrains");
        drifts = meter.CreateCounter<long>("commerce.price.drift", "{checkout}", "Checkouts that were stopped because the price is not the one that was shown, by channel and cause.");
        amounts = meter.CreateHistogram<long>("commerce.price.drift.amount", "{minor_unit}", "By how much the price is higher than shown, in minor units of the channel's currency; negative: lower.");
    }

    /// <param name="causes">Empty: it is not known what was shown.</param>
    public void Drifted(string channel, ImmutableArray<string> causes, long? by)
    {
        var where = new KeyValuePair<string, object?>("channel", channel);
        drifts.Add(1, where, new("cause", causes.IsEmpty ? "unknown" : causes[0]));
        if (by is { } amount)
        {
            amounts.Record(amount, where);
        }
    }
}
