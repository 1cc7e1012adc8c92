using System.Diagnostics.Metrics;

namespace Commerce.Tax;

/// <summary>How often tax vendors are asked, and what for.</summary>
internal sealed class TaxMeters
{
    private readonly Counter<long> quotes, documents;

    public TaxMeters(IMeterFactory meters)
    {
        var meter = meters.Create("CommerceGrains");
        quotes = meter.CreateCounter<long>("commerce.tax.quotes", "{quote}", "Quotes that wanted taxes of a vendor, by provider and by how they got them: asked, cached, fallback (by the tables), pending.");
        documents = meter.CreateCounter<long>("commerce.tax.documents", "{document}", "Attempts to book at a tax vendor, by provider, step and outcome.");
    }

    public void Quoted(string provider, string how) => quotes.Add(1, new("provider", provider), new KeyValuePair<string, object?>("how", how));

    public void Booked(string provider, string step, string outcome) =>
        documents.Add(1, new("provider", provider), new("step", step), new KeyValuePair<string, object?>("outcome", outcome));
}
