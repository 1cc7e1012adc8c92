using System.Globalization;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Checkouts;

/// <summary>Checkouts that have not come to an end, by their state, in the order in which they were started.</summary>
internal sealed class CheckoutsInFlightModel : ReadModel
{
    private static readonly string Started = EventCodec<CheckoutEvent>.NameOf<CheckoutStarted>();

    public override string Name => ReadModels.CheckoutsInFlight;

    public override bool Concerns(string aggregate) => aggregate.StartsWith(Identity.Checkout, StringComparison.Ordinal);

    public override IEnumerable<string> Needs(LifecycleEvent happened) => happened.Type != Started ? [happened.Aggregate] : [];

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (happened.Type == Started)
        {
            var started = Read<StartedInShort>(happened.Data);
            return [Row(new CheckoutInFlight
            {
                Id = happened.Aggregate,
                Status = CheckoutStatus.Open,
                Since = happened.Time,
                CartId = started.CartId,
                Owner = started.Owner,
                Provider = started.Provider,
                Total = started.Quote.Totals.Total,
                StartedAt = happened.Time,
                ExpiresAt = started.ExpiresAt,
            })];
        }

        if (EventCodec<CheckoutEvent>.Read(happened.Type, happened.Data) is not { } what || find(happened.Aggregate) is not { Body: { } body } row || Read<CheckoutInFlight>(body) is var known && Checkout.Next(known.Status, what.GetType()) is not { } next)
        {
            return [];
        }

        return next is CheckoutStatus.Completed or CheckoutStatus.Failed or CheckoutStatus.Cancelled or CheckoutStatus.Expired
            ? [row with { Body = null }]
            : [Row(After(known, what, next, happened.Time))];
    }

    /// <summary>The key of those in a state.</summary>
    public static string Key(CheckoutStatus status) => status.ToString();

    private static CheckoutInFlight After(CheckoutInFlight known, CheckoutEvent what, CheckoutStatus next, DateTimeOffset at)
    {
        var moved = next != known.Status;
        return what is StepDelayed delayed
            ? known with { Delays = known.Delays + 1, DelayedBecause = delayed.Why, DelayedUntil = delayed.Until }
            : known with
            {
                Status = next,
                Since = moved ? at : known.Since,
                Delays = moved ? 0 : known.Delays,
                DelayedBecause = moved ? null : known.DelayedBecause,
                DelayedUntil = null,
            };
    }

    /// <summary>The highest sort key comes first: the time that is left until the end of all times puts the oldest there.</summary>
    private static ReadModelRow Row(CheckoutInFlight checkout) => new(
        ReadModels.CheckoutsInFlight, Key(checkout.Status), (long.MaxValue - checkout.StartedAt.UtcTicks).ToString("D19", CultureInfo.InvariantCulture), checkout.Id, Write(checkout));
}

/// <summary>What lists need of a <see cref="CheckoutStarted"/>: its quote is long, and is skipped.</summary>
internal sealed record StartedInShort
{
    public string CartId { get; init; } = "";
    public string Owner { get; init; } = "";
    public string Provider { get; init; } = "";
    public DateTimeOffset ExpiresAt { get; init; }
    public QuoteInShort Quote { get; init; } = new();
}

/// <summary>What lists need of a quote.</summary>
internal sealed record QuoteInShort
{
    public string Id { get; init; } = "";
    public string Channel { get; init; } = "";
    public ImmutableArray<LineInShort> Lines { get; init; } = [];
    public TotalsInShort Totals { get; init; } = new();
}

internal sealed record LineInShort
{
    public int Quantity { get; init; }
}

internal sealed record TotalsInShort
{
    public Money Total { get; init; }
}

/// <inheritdoc cref="CheckoutsInFlightModel"/>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(ReadModels.CheckoutsInFlight)]
internal sealed class CheckoutsInFlightProjection(IJournal journal, ReadModelCursors cursors, ILogger<CheckoutsInFlightProjection> logger)
    : Projection(new CheckoutsInFlightModel(), journal, cursors, logger);

/// <inheritdoc cref="ICheckoutList"/>
[GrainType("checkout-list"), StatelessWorker, Reentrant]
internal sealed class CheckoutList(ReadModelPages pages) : Grain, ICheckoutList
{
    public Task<Page<CheckoutInFlight>> InFlight(PageRequest page, CheckoutStatus? status) => pages.Page(
        ReadModels.CheckoutsInFlight,
        status is { } only ? CheckoutsInFlightModel.Key(only) : null,
        PageCursor.Parse(page.Cursor, static (sort, id) => PageCursor.IsNumber(sort, 19) && Identity.Is(id, Identity.Checkout)),
        page.Limit,
        static row => ReadModel.Read<CheckoutInFlight>(row.Body!));
}
