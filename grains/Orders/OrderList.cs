using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Orders;

/// <inheritdoc cref="IOrderList"/>
[GrainType("order-list"), StatelessWorker, Reentrant]
internal sealed class OrderList(ReadModelPages pages) : Grain, IOrderList
{
    public Task<Page<OrderSummary>> Page(string owner, string? cursor, int limit) =>
        pages.Page(ReadModels.Orders, owner, Parse(cursor), limit, Read);

    public Task<Page<OrderSummary>> All(PageRequest page, OrderFilter filter)
    {
        // An id comes after nothing: what was placed at that very moment is out.
        var before = Parse(page.Cursor) ?? (filter.To is { } to ? (OrdersModel.Sort(to), "") : null);
        var oldest = filter.From is { } from ? OrdersModel.Sort(from) : "";
        return pages.Page(
            ReadModels.Orders, null, before, page.Limit,
            row => Read(row) with { Owner = row.Key },
            row => string.CompareOrdinal(row.Sort, oldest) >= 0,
            order => filter.Status is null || order.Status == filter.Status);
    }

    private static OrderSummary Read(ReadModelRow row) => ReadModel.Read<OrderSummary>(row.Body!);

    private static (string Sort, string Id)? Parse(string? cursor) =>
        PageCursor.Parse(cursor, static (sort, id) => PageCursor.IsNumber(sort, 19) && Identity.Is(id, Identity.Order));
}
