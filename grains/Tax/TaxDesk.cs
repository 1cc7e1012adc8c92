using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>Asks whoever computes a channel's taxes.</summary>
internal sealed class TaxDesk(IEnumerable<ITaxProvider> providers)
{
    private readonly ImmutableDictionary<string, ITaxProvider> byName = providers.ToImmutableDictionary(p => p.Name, StringComparer.Ordinal);

    /// <summary>The taxes due. Without an answer: by the tables where the channel allows it, pending otherwise.</summary>
    /// <exception cref="CommerceException">A code of <see cref="TaxErrors"/>: the destination has to be given better.</exception>
    public async ValueTask<Assessed> Assess(Channel channel, TaxRequest request, CancellationToken cancellationToken) =>
        await byName[channel.TaxProvider].Quote(request, cancellationToken) switch
        {
            Outcome<TaxQuote>.Ok ok => new Assessed(ok.Value, channel.TaxProvider, Estimated: false),
            Outcome<TaxQuote>.Rejected { Code: TaxErrors.UnknownRegionCode } => throw new CommerceException(TaxErrors.UnknownRegion(request.Country, request.Region)),
            _ => Assessed.Pending,
        };
}

/// <summary>Taxes, and how they came about.</summary>
/// <param name="Taxes">Null: pending.</param>
/// <param name="Estimated">Whether the tables stood in for the provider.</param>
internal sealed record Assessed(TaxQuote? Taxes, string? By, bool Estimated)
{
    public static Assessed Pending { get; } = new(null, null, false);
}
