using System.Text.Json.Nodes;

namespace Commerce.Invariants;

/// <summary>What must hold between what clients were told and what is.</summary>
internal static class ClientInvariants
{
    private static readonly TimeSpan Settles = TimeSpan.FromSeconds(60);

    public static IEnumerable<Violation> I19_one_key_is_one_order_as_clients_see_it(Books books) =>
        from told in books.Told
        where told.OrderId is not null
        group told.OrderId by told.Key into same
        where same.Distinct().Count() > 1
        select new Violation("I19", $"{same.Key} became {string.Join(", ", same.Distinct())}");

    public static IEnumerable<Violation> I20_one_key_is_one_order_as_stored(Books books)
    {
        var orders = from order in books.Orders
                     join checkout in books.Checkouts on order.Text("checkout_id") equals checkout.Text("checkout_id")
                     group order.Text("order_id") by (Customer: checkout.Text("customer_id"), Key: checkout.Text("idem_key")) into same
                     where same.Count() > 1
                     select new Violation("I20", $"{same.Key} has {string.Join(", ", same)}");
        var keys = from used in books.Idempotency
                   group used by (used.Text("scope"), used.Text("idem_key")) into same
                   where same.Count() > 1
                   select new Violation("I20", $"{same.Key} was stored {same.Count()} times");
        return orders.Concat(keys);
    }

    public static IEnumerable<Violation> I21_a_key_buys_only_what_it_was_first_used_for(Books books) =>
        from told in books.Told
        group told by told.Key into same
        let first = same.First().Body
        from later in same
        where later.Answer is Answered.Ok && later.Body != first
        select new Violation("I21", $"{same.Key} bought {later.Body} after it had asked for {first}");

    public static IEnumerable<Violation> I22_a_cart_becomes_one_order_at_most(Books books) =>
        from order in books.Orders
        where order.IsLive
        group order.Text("order_id") by order.Text("cart_id") into same
        where same.Count() > 1
        select new Violation("I22", $"{same.Key} became {string.Join(", ", same)}");

    public static IEnumerable<Violation> I23_no_order_that_a_client_was_told_of_is_lost(Books books)
    {
        var orders = books.Orders.Select(order => order.Text("order_id")).ToHashSet();
        return from told in books.Told
               where told.Answer is Answered.Ok && !orders.Contains(told.OrderId ?? "")
               select new Violation("I23", $"{told} is lost");
    }

    public static IEnumerable<Violation> I23_no_checkout_that_a_client_was_told_of_is_lost(Books books)
    {
        var checkouts = books.Checkouts.Select(checkout => checkout.Text("checkout_id")).ToHashSet();
        return from told in books.Told
               where told.CheckoutId is { } checkout && !checkouts.Contains(checkout)
               select new Violation("I23", $"{told}: its checkout is lost");
    }

    public static IEnumerable<Violation> I24_no_order_is_a_phantom(Books books)
    {
        var asked = books.Told.Select(told => told.Key).ToHashSet();
        var checkouts = books.Checkouts.By("checkout_id");
        return from order in books.Orders
               let key = KeyOf(checkouts, order)
               where !asked.Contains(key)
               select new Violation("I24", $"nobody asked for {order.Text("order_id")} (key '{key}')");
    }

    public static IEnumerable<Violation> I25_what_was_always_refused_is_no_order(Books books)
    {
        var refused = books.Told.GroupBy(told => told.Key).Where(same => same.All(told => told.Answer is Answered.Refused)).Select(same => same.Key).ToHashSet();
        var checkouts = books.Checkouts.By("checkout_id");
        return from order in books.Orders
               let key = KeyOf(checkouts, order)
               where refused.Contains(key)
               select new Violation("I25", $"{order.Text("order_id")} exists, and its client was told no (key '{key}')");
    }

    public static IEnumerable<Violation> I26_a_vendors_event_is_applied_once(Books books) =>
        from received in books.StripeInbox
        where received.Number("applied_count") != 1 || received.Number("received_count") < 1
        select new Violation("I26", received.ToJsonString());

    public static IEnumerable<Violation> I29_every_checkout_comes_to_its_end_in_time(Books books) =>
        from checkout in books.Checkouts
        let accepted = checkout.Time("accepted_at") ?? DateTimeOffset.MinValue
        let deadline = (accepted > books.LastFault ? accepted : books.LastFault) + Settles
        let ended = checkout.IsTerminal ? checkout.Time("terminal_at") ?? DateTimeOffset.MaxValue : books.At
        where ended > deadline
        select new Violation("I29", checkout.ToJsonString());

    private static string KeyOf(Dictionary<string, JsonObject> checkouts, JsonObject order) =>
        checkouts.GetValueOrDefault(order.Text("checkout_id"))?.Text("idem_key") ?? "";
}
