namespace Commerce.Invariants;

/// <summary>What must hold of the stock.</summary>
internal static class StockInvariants
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    public static IEnumerable<Violation> I01_on_hand_is_available_and_reserved_and_nothing_is_negative(Books books) =>
        from sku in books.Skus
        where sku.Number("on_hand") != sku.Number("available") + sku.Number("reserved")
            || new[] { "on_hand", "available", "reserved", "sold" }.Any(field => sku.Number(field) < 0)
        select new Violation("I01", sku.ToJsonString());

    public static IEnumerable<Violation> I02_what_came_in_is_there_or_sold(Books books) =>
        from sku in books.Skus
        where sku.Number("initial") + sku.Number("received") + sku.Number("adjusted") + sku.Number("returned") != sku.Number("on_hand") + sku.Number("sold")
        select new Violation("I02", sku.ToJsonString());

    public static IEnumerable<Violation> I03_reserved_is_what_reservations_hold(Books books)
    {
        var held = books.Reservations.Where(r => r.Text("state") == "held").ToLookup(r => r.Text("sku"));
        return from sku in books.Skus
               let sum = held[sku.Text("sku")].Sum("qty")
               where sku.Number("reserved") != sum
               select new Violation("I03", $"{sku.Text("sku")}: {sku.Number("reserved")} reserved, {sum} held");
    }

    public static IEnumerable<Violation> I04_sold_is_what_live_orders_hold(Books books)
    {
        var live = books.Orders.Where(order => order.IsLive).Select(order => order.Text("order_id")).ToHashSet();
        var sold = books.OrderLines.Where(line => live.Contains(line.Text("order_id"))).ToLookup(line => line.Text("sku"));
        return from sku in books.Skus
               let sum = sold[sku.Text("sku")].Sum("qty")
               where sku.Number("sold") != sum
               select new Violation("I04", $"{sku.Text("sku")}: {sku.Number("sold")} sold, {sum} in live orders");
    }

    public static IEnumerable<Violation> I05_nothing_is_held_past_its_expiry(Books books) =>
        from reservation in books.Reservations
        where reservation.Text("state") == "held" && reservation.Time("expires_at") + Grace < books.At
        select new Violation("I05", reservation.ToJsonString());

    public static IEnumerable<Violation> I06_an_order_has_one_reservation_of_a_sku_at_a_location(Books books) =>
        from reservation in books.Reservations
        where reservation.Text("state") == "allocated"
        group reservation by (Order: reservation.Text("order_id"), Sku: reservation.Text("sku"), Location: reservation["location"]?.ToString()) into same
        where same.Count() > 1 || same.Key.Order.Length == 0
        select new Violation("I06", $"{same.Key}: {string.Join(", ", same.Select(r => r.Text("reservation_id")))}");

    public static IEnumerable<Violation> I31_what_came_to_nothing_holds_no_stock(Books books)
    {
        var open = books.Checkouts.Where(checkout => !checkout.IsTerminal).Select(checkout => checkout.Text("cart_id")).ToHashSet();
        var orders = books.Orders.Where(order => order.IsLive).Select(order => order.Text("order_id")).ToHashSet();
        return from reservation in books.Reservations
               where (reservation.Text("state") == "held" && !open.Contains(reservation.Text("cart_id")))
                   || (reservation.Text("state") == "allocated" && !orders.Contains(reservation.Text("order_id")))
               select new Violation("I31", reservation.ToJsonString());
    }
}
