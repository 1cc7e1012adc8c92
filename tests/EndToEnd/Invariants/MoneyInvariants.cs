using System.Text.Json.Nodes;

namespace Commerce.Invariants;

/// <summary>What must hold of the money: in our books, in the vendors', and between the two.</summary>
internal static class MoneyInvariants
{
    private static readonly string[] HasOutcome = ["authorized", "partially_captured", "captured", "partially_refunded", "refunded", "voided", "disputed", "charged_back"];
    private static readonly string[] IsPaid = ["authorized", "partially_captured", "captured", "partially_refunded", "refunded", "disputed", "charged_back"];

    public static IEnumerable<Violation> I07_no_more_is_captured_than_authorised_nor_refunded_than_captured(Books books) =>
        from payment in books.Payments
        let sums = (Authorised: payment.Number("authorised"), Captured: payment.Number("captured"), Refunded: payment.Number("refunded"), Voided: payment.Number("voided"))
        where sums.Captured > sums.Authorised || sums.Refunded > sums.Captured || sums.Voided > sums.Authorised - sums.Captured
            || sums.Authorised < 0 || sums.Captured < 0 || sums.Refunded < 0 || sums.Voided < 0
        select new Violation("I07", payment.ToJsonString());

    public static IEnumerable<Violation> I08_our_books_are_the_vendors_to_the_cent(Books books)
    {
        var vendor = Vendor(books).ToDictionary(reference => reference.Reference);
        return from payment in books.Payments
               where payment.Text("provider") != "manual" && payment.Text("vendor_ref").Length > 0
               let theirs = vendor.GetValueOrDefault(payment.Text("vendor_ref")) ?? new VendorSums("", "", "", 0, 0, 0, 0)
               where payment.Number("authorised") != theirs.Authorised || payment.Number("captured") != theirs.Captured || payment.Number("refunded") != theirs.Refunded
                   || (theirs.Currency.Length > 0 && theirs.Currency != payment.Text("currency"))
               select new Violation("I08", $"{payment.ToJsonString()}, the vendor has {theirs}");
    }

    public static IEnumerable<Violation> I09_the_vendor_moved_no_money_that_we_do_not_know_of(Books books)
    {
        var known = books.Payments.Select(payment => payment.Text("vendor_ref")).ToHashSet();
        return from reference in Vendor(books)
               where reference.Authorised + reference.Captured + reference.Refunded > 0 && !known.Contains(reference.Reference)
               select new Violation("I09", $"{reference} is an orphan");
    }

    public static IEnumerable<Violation> I10_a_checkout_holds_one_authorisation_at_most(Books books) =>
        from reference in Vendor(books)
        where reference.Kept > 0
        group reference by reference.Checkout into same
        where same.Count() > 1
        select new Violation("I10", $"{same.Key} holds {string.Join(" and ", same)}");

    public static IEnumerable<Violation> I11_an_order_has_a_payment_and_a_live_one_has_money(Books books)
    {
        var payments = books.Payments.ToLookup(payment => payment.Text("order_id"));
        return from order in books.Orders
               let its = payments[order.Text("order_id")].Where(payment => HasOutcome.Contains(payment.Text("state"))).ToList()
               where its.Count != 1 || (order.IsLive && !(IsPaid.Contains(its[0].Text("state")) && its[0].Number("authorised") > 0))
               select new Violation("I11", $"{order.Text("order_id")} is {order.Text("state")} and has {its.Count} payments: {string.Join(", ", its.Select(p => p.ToJsonString()))}");
    }

    public static IEnumerable<Violation> I12_no_money_is_kept_without_an_order(Books books)
    {
        var live = books.Orders.Where(order => order.IsLive).Select(order => order.Text("order_id")).ToHashSet();
        var paying = books.Payments.Where(payment => live.Contains(payment.Text("order_id"))).Select(payment => payment.Text("vendor_ref")).ToHashSet();
        var ours = from payment in books.Payments
                   where Kept(payment.Number("authorised"), payment.Number("captured"), payment.Number("voided"), payment.Number("refunded")) > 0
                       && !live.Contains(payment.Text("order_id"))
                   select new Violation("I12", payment.ToJsonString());
        var theirs = from reference in Vendor(books)
                     where reference.Kept > 0 && !paying.Contains(reference.Reference)
                     select new Violation("I12", $"the vendor keeps {reference}");
        return ours.Concat(theirs);
    }

    public static IEnumerable<Violation> I13_every_ledger_transaction_sums_to_nothing(Books books) => Unbalanced("I13", books.Ledger.GroupBy(e => (e.Text("txn_id"), e.Text("currency"))));

    public static IEnumerable<Violation> I14_the_ledger_sums_to_nothing(Books books) => Unbalanced("I14", books.Ledger.GroupBy(e => ("all", e.Text("currency"))));

    public static IEnumerable<Violation> I15_an_orders_cash_is_what_was_captured_and_not_refunded(Books books)
    {
        var cash = books.Ledger.Where(entry => entry.Text("account").StartsWith("psp_cash:", StringComparison.Ordinal)).ToLookup(entry => entry.Text("order_id"));
        var payments = books.Payments.ToLookup(payment => payment.Text("order_id"));
        return from order in books.Orders.Select(order => order.Text("order_id")).Union(cash.Select(same => same.Key))
               let booked = cash[order].Sum("amount")
               let moved = payments[order].Sum("captured") - payments[order].Sum("refunded") - payments[order].Sum("charged_back")
               where booked != moved
               select new Violation("I15", $"{order}: {booked} booked, {moved} moved");
    }

    public static IEnumerable<Violation> I16_a_total_is_what_its_parts_make(Books books) =>
        from order in books.Orders
        where order.Number("total") != order.Number("subtotal") - order.Number("discount") + order.Number("tax") + order.Number("shipping")
            || new[] { "total", "subtotal", "discount", "tax", "shipping" }.Any(part => order.Number(part) < 0)
        select new Violation("I16", order.ToJsonString());

    public static IEnumerable<Violation> I17_a_subtotal_is_its_lines_and_a_line_is_quantity_by_price(Books books)
    {
        var lines = books.OrderLines.ToLookup(line => line.Text("order_id"));
        var wrongLines = from line in books.OrderLines
                         where line.Number("qty") < 1 || line.Number("line_total") != line.Number("qty") * line.Number("unit_price")
                         select new Violation("I17", line.ToJsonString());
        var wrongOrders = from order in books.Orders
                          let its = lines[order.Text("order_id")].ToList()
                          where its.Count == 0 || its.Sum("line_total") != order.Number("subtotal") || its.Any(line => line.Text("currency") != order.Text("currency"))
                          select new Violation("I17", $"{order.ToJsonString()} has the lines {string.Join(", ", its.Select(line => line.ToJsonString()))}");
        return wrongLines.Concat(wrongOrders);
    }

    public static IEnumerable<Violation> I18_what_was_shown_is_the_orders_total_and_what_was_authorised(Books books)
    {
        var shown = books.Told.Where(told => told is { Answer: Answered.Ok, OrderId: not null }).ToLookup(told => told.OrderId!);
        var payments = books.Payments.ToLookup(payment => payment.Text("order_id"));
        return from order in books.Orders
               let id = order.Text("order_id")
               let price = (order.Number("total"), order.Text("currency"))
               where shown[id].Any(told => (told.Total, told.Currency ?? "") != price)
                   || payments[id].Any(payment => (payment.Number("authorised"), payment.Text("currency")) != price)
               select new Violation("I18", $"{id} is {price}, shown {string.Join(", ", shown[id].Select(told => told.Total).Distinct())}, authorised {string.Join(", ", payments[id].Select(p => p.Number("authorised")))}");
    }

    public static IEnumerable<Violation> I30_what_came_to_nothing_leaves_no_authorisation(Books books)
    {
        var nothing = books.Checkouts.Where(checkout => checkout.CameToNothing).Select(checkout => checkout.Text("checkout_id")).ToHashSet();
        var ours = from payment in books.Payments
                   where nothing.Contains(payment.Text("checkout_id"))
                       && Kept(payment.Number("authorised"), payment.Number("captured"), payment.Number("voided"), payment.Number("refunded")) > 0
                   select new Violation("I30", payment.ToJsonString());
        var theirs = from reference in Vendor(books)
                     where nothing.Contains(reference.Checkout) && reference.Kept > 0
                     select new Violation("I30", $"the vendor still holds {reference}");
        return ours.Concat(theirs);
    }

    private static IEnumerable<Violation> Unbalanced<TKey>(string invariant, IEnumerable<IGrouping<TKey, JsonObject>> groups) =>
        from same in groups
        where same.Sum("amount") != 0
        select new Violation(invariant, $"{same.Key} sums to {same.Sum("amount")}");

    /// <summary>What the vendors have done, payment by payment in their own reference.</summary>
    private static IEnumerable<VendorSums> Vendor(Books books) =>
        from line in books.VendorTransactions
        where line.Text("kind") != "decline" && line.Text("outcome") == "succeeded"
        group line by line.Text("vendor_ref") into same
        let sums = same.ToLookup(line => line.Text("kind"))
        select new VendorSums(
            same.Key, same.First().Text("checkout_ref"), same.First().Text("currency"),
            sums["authorise"].Sum("amount"), sums["capture"].Sum("amount"), sums["void"].Sum("amount"), sums["refund"].Sum("amount"));

    /// <summary>Held or taken and not given back. A first capture lets the rest of its authorisation go.</summary>
    private static long Kept(long authorised, long captured, long voided, long refunded) => captured > 0 ? captured - refunded : authorised - voided;

    private sealed record VendorSums(string Reference, string Checkout, string Currency, long Authorised, long Captured, long Voided, long Refunded)
    {
        public long Kept => Kept(Authorised, Captured, Voided, Refunded);

        public override string ToString() =>
            $"{Reference} of {Checkout} ({Currency}: {Authorised} authorised, {Captured} captured, {Voided} voided, {Refunded} refunded)";
    }
}
