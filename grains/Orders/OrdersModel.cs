using System.Globalization;
using Commerce.Checkouts;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Orders;

/// <summary>Orders by their owner, and all of them by the time at which they were placed.</summary>
internal sealed class OrdersModel : ReadModel
{
    private static readonly string Placed = EventCodec<OrderEvent>.NameOf<OrderPlaced>();

    public override string Name => ReadModels.Orders;

    /// <summary>What an order is sorted by.</summary>
    public static string Sort(DateTimeOffset placedAt) => placedAt.UtcTicks.ToString("D19", CultureInfo.InvariantCulture);

    public override bool Concerns(string aggregate) => aggregate.StartsWith(Identity.Order, StringComparison.Ordinal);

    public override IEnumerable<string> Needs(LifecycleEvent happened) => happened.Type != Placed ? [happened.Aggregate] : [];

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (happened.Type == Placed)
        {
            var placed = Read<PlacedInShort>(happened.Data);
            return [Row(placed.Owner, new OrderSummary(
                happened.Aggregate, OrderStatus.Placed, placed.Quote.Channel, placed.Quote.Totals.Total, placed.Quote.Lines.Sum(line => line.Quantity), happened.Time))];
        }

        return EventCodec<OrderEvent>.TypeOf(happened.Type) is { } type && find(happened.Aggregate) is { Body: { } body } row
            && Read<OrderSummary>(body) is var order && Order.Next(order.Status, type) is { } next && next != order.Status
            ? [Row(row.Key, order with { Status = next })]
            : [];
    }

    private static ReadModelRow Row(string owner, OrderSummary order) => new(ReadModels.Orders, owner, Sort(order.PlacedAt), order.Id, Write(order));
}

/// <summary>What the list needs of an <see cref="OrderPlaced"/>.</summary>
internal sealed record PlacedInShort
{
    public string Owner { get; init; } = "";
    public QuoteInShort Quote { get; init; } = new();
}

/// <inheritdoc cref="OrdersModel"/>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(ReadModels.Orders)]
internal sealed class OrdersProjection(IJournal journal, ReadModelCursors cursors, ILogger<OrdersProjection> logger)
    : Projection(new OrdersModel(), journal, cursors, logger);
