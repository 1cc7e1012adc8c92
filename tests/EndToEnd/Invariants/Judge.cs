namespace Commerce.Invariants;

/// <summary>Everything that must hold once things have come to rest, checked from outside.</summary>
internal static class Judge
{
    public static IReadOnlyList<Func<Books, IEnumerable<Violation>>> Invariants { get; } =
    [
        StockInvariants.I01_on_hand_is_available_and_reserved_and_nothing_is_negative,
        StockInvariants.I02_what_came_in_is_there_or_sold,
        StockInvariants.I03_reserved_is_what_reservations_hold,
        StockInvariants.I04_sold_is_what_live_orders_hold,
        StockInvariants.I05_nothing_is_held_past_its_expiry,
        StockInvariants.I06_an_order_has_one_reservation_of_a_sku_at_a_location,
        MoneyInvariants.I07_no_more_is_captured_than_authorised_nor_refunded_than_captured,
        MoneyInvariants.I08_our_books_are_the_vendors_to_the_cent,
        MoneyInvariants.I09_the_vendor_moved_no_money_that_we_do_not_know_of,
        MoneyInvariants.I10_a_checkout_holds_one_authorisation_at_most,
        MoneyInvariants.I11_an_order_has_a_payment_and_a_live_one_has_money,
        MoneyInvariants.I12_no_money_is_kept_without_an_order,
        MoneyInvariants.I13_every_ledger_transaction_sums_to_nothing,
        MoneyInvariants.I14_the_ledger_sums_to_nothing,
        MoneyInvariants.I15_an_orders_cash_is_what_was_captured_and_not_refunded,
        MoneyInvariants.I16_a_total_is_what_its_parts_make,
        MoneyInvariants.I17_a_subtotal_is_its_lines_and_a_line_is_quantity_by_price,
        MoneyInvariants.I18_what_was_shown_is_the_orders_total_and_what_was_authorised,
        ClientInvariants.I19_one_key_is_one_order_as_clients_see_it,
        ClientInvariants.I20_one_key_is_one_order_as_stored,
        ClientInvariants.I21_a_key_buys_only_what_it_was_first_used_for,
        ClientInvariants.I22_a_cart_becomes_one_order_at_most,
        ClientInvariants.I23_no_order_that_a_client_was_told_of_is_lost,
        ClientInvariants.I23_no_checkout_that_a_client_was_told_of_is_lost,
        ClientInvariants.I24_no_order_is_a_phantom,
        ClientInvariants.I25_what_was_always_refused_is_no_order,
        ClientInvariants.I26_a_vendors_event_is_applied_once,
        ClientInvariants.I29_every_checkout_comes_to_its_end_in_time,
        MoneyInvariants.I30_what_came_to_nothing_leaves_no_authorisation,
        StockInvariants.I31_what_came_to_nothing_holds_no_stock,
        HistoryInvariants.I32_every_stream_counts_from_one_without_gaps,
        HistoryInvariants.I33_every_event_has_an_id_of_its_own,
        HistoryInvariants.I37_every_order_was_announced,
        HistoryInvariants.I38_every_order_that_was_announced_is_there,
        HistoryInvariants.I39_only_documented_transitions_happen,
    ];

    public static IReadOnlyList<Violation> Judgement(Books books) => [.. Invariants.SelectMany(invariant => invariant(books))];

    public static string Summary(IReadOnlyList<Violation> violations) => string.Join(
        Environment.NewLine,
        violations.GroupBy(violation => violation.Invariant).Select(same => $"{same.Key} × {same.Count()}: {string.Join(Environment.NewLine + "    ", same.Take(4).Select(v => v.What))}"));
}
