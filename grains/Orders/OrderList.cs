using System.Globalization;
using System.Text;
using System.Text.Json;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Orders;

/// <summary>The projection of orders by their owner, newest first.</summary>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(OrdersByOwner.Model)]
internal sealed class OrdersByOwner(IJournal journal, TimeProvider clock, ILogger<OrdersByOwner> logger) : Projection(journal, clock, logger)
{
    public const string Model = "orders-by-owner";

    protected override string Name => Model;

    protected override async ValueTask<ReadModelRow?> Project(LifecycleEvent happened, Func<string, ValueTask<ReadModelRow?>> find)
    {
        if (!happened.Aggregate.StartsWith(Identity.Order, StringComparison.Ordinal))
        {
            return null;
        }

        if (happened.Type == EventCodec<OrderEvent>.NameOf<OrderPlaced>())
        {
            var placed = EventCodec<OrderEvent>.Read<OrderPlaced>(happened.Data);
            return Row(placed.Owner, new OrderSummary(
                happened.Aggregate, OrderStatus.Placed, placed.Quote.Channel, placed.Quote.Totals.Total, placed.Quote.Lines.Sum(line => line.Quantity), happened.Time));
        }

        return EventCodec<OrderEvent>.TypeOf(happened.Type) is { } type && await find(happened.Aggregate) is { Body: { } body } row
            && Read(body) is var order && Order.Next(order.Status, type) is { } next && next != order.Status
            ? Row(row.Key, order with { Status = next })
            : null;
    }

    public static OrderSummary Read(byte[] body) => (OrderSummary)JsonSerializer.Deserialize(body, JournalJson.Default.GetTypeInfo(typeof(OrderSummary))!)!;

    private static ReadModelRow Row(string owner, OrderSummary order) => new(
        Model, owner, order.PlacedAt.UtcTicks.ToString("D19", CultureInfo.InvariantCulture), order.Id,
        JsonSerializer.SerializeToUtf8Bytes(order, JournalJson.Default.GetTypeInfo(typeof(OrderSummary))!));
}

/// <inheritdoc cref="IOrderList"/>
[GrainType("order-list"), StatelessWorker, Reentrant]
internal sealed class OrderList(IJournal journal) : Grain, IOrderList
{
    public async Task<Page<OrderSummary>> Page(string owner, string? cursor, int limit)
    {
        var rows = await journal.ReadModel(OrdersByOwner.Model, owner, Parse(cursor), limit + 1);
        var page = rows.Take(limit).Select(row => OrdersByOwner.Read(row.Body!)).ToImmutableArray();
        return new Page<OrderSummary>(page, rows.Length > limit ? Cursor(rows[limit - 1]) : null);
    }

    private static string Cursor(ReadModelRow last) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{last.Sort}/{last.Id}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static (string Sort, string Id)? Parse(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[128];
        var base64 = cursor.Replace('-', '+').Replace('_', '/').PadRight((cursor.Length + 3) / 4 * 4, '=');
        return base64.Length <= 128 && Convert.TryFromBase64String(base64, bytes, out var length)
            && Encoding.ASCII.GetString(bytes[..length]).Split('/') is [{ Length: 19 } sort, var id] && Identity.Is(id, Identity.Order)
            ? (sort, id)
            : throw new CommerceException(OrderErrors.InvalidCursor);
    }
}
