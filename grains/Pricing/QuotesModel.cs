using System.Globalization;
using Commerce.Checkouts;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Pricing;

/// <summary>Which checkouts were started with a quote.</summary>
internal sealed class QuotesModel : ReadModel
{
    public override string Name => ReadModels.Quotes;

    public override bool Concerns(string aggregate) => aggregate.StartsWith(Identity.Checkout, StringComparison.Ordinal);

    public override IEnumerable<string> Needs(LifecycleEvent happened) => [];

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (happened.Type != EventCodec<CheckoutEvent>.NameOf<CheckoutStarted>())
        {
            return [];
        }

        var started = Read<StartedInShort>(happened.Data);

        return [new ReadModelRow(ReadModels.Quotes, started.Quote.Id, happened.Time.UtcTicks.ToString("D19", CultureInfo.InvariantCulture), happened.Aggregate, "{}"u8.ToArray())];
    }
}

/// <inheritdoc cref="QuotesModel"/>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(ReadModels.Quotes)]
internal sealed class QuotesProjection(IJournal journal, ReadModelCursors cursors, ILogger<QuotesProjection> logger)
    : Projection(new QuotesModel(), journal, cursors, logger);
