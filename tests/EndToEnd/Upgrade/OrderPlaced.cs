using Commerce.Programs;

namespace Commerce.Upgrade;

/// <summary>An order as the journal has it.</summary>
/// <param name="Number">What the next version gives an order, and this one does not know: who wrote it is told by this.</param>
internal sealed record OrderPlaced(string Id, DateTimeOffset At, string? Number)
{
    public bool IsByNext => Number is not null;

    /// <summary>All of them, in the order of their time.</summary>
    public static async Task<IReadOnlyList<OrderPlaced>> InJournal(string database)
    {
        var rows = await PostgresServer.Query(
            database,
            """
            select id, at, happened -> 'data' ->> 'number'
            from commits, jsonb_array_elements(convert_from(events, 'UTF8')::jsonb) happened
            where id like 'ord\_%' and happened ->> 'type' = 'commerce.order.placed.v1'
            order by at
            """);
        return [.. rows.Select(static row => new OrderPlaced((string)row[0], new DateTimeOffset((DateTime)row[1]), row[2] as string))];
    }
}
