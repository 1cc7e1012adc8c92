using System.Text.Json.Nodes;

namespace Commerce.Invariants;

/// <summary>The smallest books that hold one of everything: an order that was captured and partly refunded, one that was cancelled, and a declined checkout.</summary>
internal static class SoundBooks
{
    public static readonly DateTimeOffset Now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private const string Then = "2026-05-04T11:50:00+00:00", Later = "2026-05-04T11:50:02+00:00";

    public static Books Make() => new()
    {
        At = Now,
        LastFault = Now - TimeSpan.FromMinutes(30),
        Table = new Dictionary<string, IReadOnlyList<JsonObject>>
        {
            ["sku"] = Rows(
                """{"sku":"CUP","initial":10,"received":5,"adjusted":-1,"returned":0,"on_hand":12,"available":11,"reserved":1,"sold":2}""",
                """{"sku":"POT","initial":3,"received":0,"adjusted":0,"returned":0,"on_hand":3,"available":3,"reserved":0,"sold":0}"""),
            ["reservation"] = Rows(
                $$"""{"reservation_id":"chk_1:CUP","sku":"CUP","qty":2,"cart_id":"cart_1","order_id":"ord_1","state":"allocated","created_at":"{{Then}}","expires_at":"2026-05-04T12:10:00+00:00","closed_at":"{{Later}}"}""",
                $$"""{"reservation_id":"chk_2:POT","sku":"POT","qty":1,"cart_id":"cart_2","order_id":"ord_2","state":"released","created_at":"{{Then}}","expires_at":"2026-05-04T12:10:00+00:00","closed_at":"{{Later}}"}""",
                $$"""{"reservation_id":"chk_3:POT","sku":"POT","qty":1,"cart_id":"cart_3","order_id":null,"state":"released","created_at":"{{Then}}","expires_at":"2026-05-04T12:10:00+00:00","closed_at":"{{Later}}"}""",
                $$"""{"reservation_id":"chk_4:CUP","sku":"CUP","qty":1,"cart_id":"cart_4","order_id":null,"state":"held","created_at":"{{Then}}","expires_at":"2026-05-04T12:10:00+00:00","closed_at":null}"""),
            ["checkout"] = Rows(
                Checkout(1, "completed", "ord_1"), Checkout(2, "completed", "ord_2"), Checkout(3, "failed", null),
                """{"checkout_id":"chk_4","cart_id":"cart_4","customer_id":"g:4","idem_key":"key-4","accepted_at":"2026-05-04T11:59:50+00:00","state":"authorizing","terminal_at":null,"order_id":null}"""),
            ["orders"] = Rows(
                """{"order_id":"ord_1","checkout_id":"chk_1","cart_id":"cart_1","customer_id":"g:1","state":"placed","currency":"EUR","subtotal":2000,"discount":200,"tax":380,"shipping":400,"total":2580}""",
                """{"order_id":"ord_2","checkout_id":"chk_2","cart_id":"cart_2","customer_id":"g:2","state":"cancelled","currency":"EUR","subtotal":500,"discount":0,"tax":0,"shipping":0,"total":500}"""),
            ["order_line"] = Rows(
                """{"order_id":"ord_1","line_no":1,"sku":"CUP","qty":2,"currency":"EUR","unit_price":1000,"line_total":2000}""",
                """{"order_id":"ord_2","line_no":1,"sku":"POT","qty":1,"currency":"EUR","unit_price":500,"line_total":500}"""),
            ["payment"] = Rows(
                Payment(1, 2580, 2580, 580, 0, "partially_refunded"), Payment(2, 500, 0, 0, 500, "voided"), Payment(3, 0, 0, 0, 0, "failed")),
            ["ledger"] = Rows(
                [.. Entries("placed", ("receivable", 2580), ("revenue", -1800), ("shipping", -400), ("tax", -380)),
                .. Entries("captured", ("psp_cash:stripe", 2580), ("receivable", -2580)),
                .. Entries("refunded", ("psp_cash:stripe", -580), ("refunds", 580))]),
            ["event"] = Rows(
                Event("chk_1", 1, 1, "commerce.checkout.started.v1"), Event("ord_1", 1, 2, "commerce.order.placed.v1"), Event("ord_1", 2, 2, "commerce.order.confirmed.v1"),
                Event("ord_2", 1, 3, "commerce.order.placed.v1"), Event("ord_2", 2, 4, "commerce.order.cancelled.v1")),
            ["idem"] = Rows(
                """{"scope":"chk_1","idem_key":"key-1","fingerprint":"f1","status":"done","resource_id":"chk_1"}""",
                """{"scope":"chk_2","idem_key":"key-2","fingerprint":"f2","status":"done","resource_id":"chk_2"}"""),
            ["stripe_inbox"] = Rows("""{"event_id":"evt_1","received_count":3,"applied_count":1}"""),
            ["transition"] = Rows(
                """{"stream":"ord_1","seq":1,"from_state":"none","to_state":"placed"}""", """{"stream":"ord_1","seq":2,"from_state":"placed","to_state":"placed"}""",
                """{"stream":"ord_2","seq":1,"from_state":"none","to_state":"placed"}""", """{"stream":"ord_2","seq":2,"from_state":"placed","to_state":"cancelled"}"""),
            ["allowed_transition"] = Rows(
                """{"kind":"order","from_state":"none","to_state":"placed"}""", """{"kind":"order","from_state":"placed","to_state":"placed"}""",
                """{"kind":"order","from_state":"placed","to_state":"cancelled"}"""),
        },
        VendorTransactions = Rows(
            Vendor(1, "authorise", 2580), Vendor(1, "capture", 2580), Vendor(1, "refund", 580),
            Vendor(2, "authorise", 500), Vendor(2, "void", 500), Vendor(3, "decline", 500)),
        Told =
        [
            new Told("key-1", "cups", Answered.Open), new Told("key-1", "cups", Answered.Ok, "ord_1", 2580, "EUR"),
            new Told("key-2", "pots", Answered.Ok, "ord_2", 500, "EUR"), new Told("key-3", "pots", Answered.Refused), new Told("key-4", "cups", Answered.Open),
        ],
    };

    private static IReadOnlyList<JsonObject> Rows(params IEnumerable<string> rows) => [.. rows.Select(row => JsonNode.Parse(row)!.AsObject())];

    private static string Checkout(int number, string state, string? order) => new JsonObject
    {
        ["checkout_id"] = $"chk_{number}",
        ["cart_id"] = $"cart_{number}",
        ["customer_id"] = $"g:{number}",
        ["idem_key"] = $"key-{number}",
        ["accepted_at"] = Then,
        ["state"] = state,
        ["terminal_at"] = Later,
        ["order_id"] = order,
    }.ToJsonString();

    private static string Payment(int number, long authorised, long captured, long refunded, long voided, string state) => new JsonObject
    {
        ["payment_id"] = $"pay_{number}",
        ["order_id"] = $"ord_{number}",
        ["checkout_id"] = $"chk_{number}",
        ["provider"] = "stripe",
        ["vendor_ref"] = $"pi_{number}",
        ["currency"] = "EUR",
        ["authorised"] = authorised,
        ["captured"] = captured,
        ["refunded"] = refunded,
        ["voided"] = voided,
        ["state"] = state,
    }.ToJsonString();

    private static IEnumerable<string> Entries(string step, params (string Account, long Amount)[] entries) => entries.Select((entry, i) => new JsonObject
    {
        ["entry_id"] = $"ord_1:{step}:{i}",
        ["txn_id"] = $"ord_1:{step}",
        ["account"] = entry.Account,
        ["currency"] = "EUR",
        ["amount"] = entry.Amount,
        ["order_id"] = "ord_1",
    }.ToJsonString());

    private static string Event(string stream, int seq, int position, string type) => new JsonObject
    {
        ["stream"] = stream,
        ["seq"] = seq,
        ["event_id"] = $"{stream}/{seq}/0",
        ["type"] = type,
        ["global_pos"] = position,
        ["body_hash"] = "00",
    }.ToJsonString();

    private static string Vendor(int number, string kind, long amount) => new JsonObject
    {
        ["vendor"] = "stripe",
        ["txn_id"] = $"{kind}_{number}",
        ["vendor_ref"] = $"pi_{number}",
        ["kind"] = kind,
        ["amount"] = amount,
        ["currency"] = "EUR",
        ["checkout_ref"] = $"chk_{number}",
        ["outcome"] = kind == "decline" ? "card_declined" : "succeeded",
    }.ToJsonString();
}
