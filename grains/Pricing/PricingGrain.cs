using Commerce.Checkouts;
using Commerce.Events;

namespace Commerce.Pricing;

/// <inheritdoc cref="IPricingGrain"/>
[GrainType("pricing"), StatelessWorker, Reentrant]
internal sealed class PricingGrain(ReadModelPages pages) : Grain, IPricingGrain
{
    public Task<SimulationResult> Simulate(Simulation simulation) => Task.FromResult(Simulating.Run(simulation));

    public Task<ImmutableArray<ExplanationStep>> Explain(Quote quote) => Task.FromResult(Explaining.Of(quote));

    public async Task<StoredQuote?> Find(string quoteId)
    {
        var checkouts = await pages.Page(ReadModels.Quotes, quoteId, before: null, limit: 1, static row => row.Id);

        return checkouts.Items is [var id] && await GrainFactory.Checkout(id).Get(owner: null) is { } checkout
            ? new StoredQuote(checkout.Quote, checkout.Id, checkout.CreatedAt)
            : null;
    }

    public async Task<QuoteVerification?> Verify(string quoteId) => await Find(quoteId) is { } stored ? Recomputing.Verify(stored.Quote) : null;
}
