namespace Commerce.Invariants;

/// <summary>What must hold of the journal.</summary>
internal static class HistoryInvariants
{
    private const string Placed = "commerce.order.placed.v1";

    public static IEnumerable<Violation> I32_every_stream_counts_from_one_without_gaps(Books books) =>
        from happened in books.Events
        group happened by happened.Text("stream") into stream
        let numbers = stream.OrderBy(happened => happened.Number("global_pos")).ThenBy(happened => happened.Number("seq")).Select(happened => happened.Number("seq")).ToList()
        where !numbers.SequenceEqual(Enumerable.Range(1, numbers.Count).Select(number => (long)number))
        select new Violation("I32", $"{stream.Key} counts {string.Join(", ", numbers.Take(50))}");

    public static IEnumerable<Violation> I33_every_event_has_an_id_of_its_own(Books books) =>
        from happened in books.Events
        group happened by happened.Text("event_id") into same
        where same.Count() > 1
        select new Violation("I33", $"{same.Key} is the id of {same.Count()} events");

    public static IEnumerable<Violation> I37_every_order_was_announced(Books books)
    {
        var announced = books.Events.Where(happened => happened.Text("type") == Placed).Select(happened => happened.Text("stream")).ToHashSet();
        return from order in books.Orders
               where !announced.Contains(order.Text("order_id"))
               select new Violation("I37", $"{order.Text("order_id")} was never announced");
    }

    public static IEnumerable<Violation> I38_every_order_that_was_announced_is_there(Books books)
    {
        var orders = books.Orders.Select(order => order.Text("order_id")).ToHashSet();
        return from happened in books.Events
               where happened.Text("type") == Placed && !orders.Contains(happened.Text("stream"))
               select new Violation("I38", $"{happened.Text("stream")} was announced and is not there");
    }

    public static IEnumerable<Violation> I39_only_documented_transitions_happen(Books books)
    {
        var allowed = books.AllowedTransitions.Select(edge => (edge.Text("kind"), edge.Text("from_state"), edge.Text("to_state"))).ToHashSet();
        foreach (var stream in books.Transitions.GroupBy(move => move.Text("stream")))
        {
            var at = "none";
            foreach (var move in stream.OrderBy(move => move.Number("seq")))
            {
                var edge = (KindOf(stream.Key), move.Text("from_state"), move.Text("to_state"));
                if (!allowed.Contains(edge) || edge.Item2 != at)
                {
                    yield return new Violation("I39", $"{move.ToJsonString()}, the stream was at {at}");
                }

                at = edge.Item3;
            }
        }
    }

    private static string KindOf(string stream) => stream[..stream.IndexOf('_', StringComparison.Ordinal)] switch
    {
        "chk" => "checkout",
        "ord" => "order",
        var kind => kind,
    };
}
