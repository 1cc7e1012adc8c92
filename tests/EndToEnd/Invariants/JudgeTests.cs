using System.Text.Json.Nodes;

namespace Commerce.Invariants;

/// <summary>A judge that never convicts proves nothing: each of these has one thing wrong, and is told exactly what.</summary>
public sealed class JudgeTests
{
    [Fact]
    public void Sound_books_are_found_sound() => Assert.Empty(Judge.Judgement(SoundBooks.Make()));

    [Fact]
    public void Every_invariant_is_broken_by_one_of_these_cases() => Assert.Empty(
        Judge.Invariants.Select(invariant => invariant.Method.Name[..3]).Except(
            Broken.Concat(ToldWrong).Concat(TooMuch).SelectMany(row => ((string)row[0]).Split(' '))));

    public static TheoryData<string, string, string, string, string> Broken => new()
    {
        // expected    table          row  field            value
        { "I01 I02", "sku", "0", "on_hand", "13" },
        { "I01 I03", "sku", "1", "reserved", "1" },
        { "I02", "sku", "0", "adjusted", "0" },
        { "I03 I31", "reservation", "1", "state", "\"held\"" },
        { "I04", "order_line", "0", "sku", "\"POT\"" },
        { "I05", "reservation", "3", "expires_at", "\"2026-05-04T11:58:59+00:00\"" },
        { "I06 I31", "reservation", "0", "order_id", "\"\"" },
        { "I07 I08 I18", "payment", "0", "authorised", "2579" },
        { "I07 I08 I15", "payment", "1", "refunded", "1" },
        { "I08", "vendor", "2", "amount", "579" },
        { "I08 I09 I12", "payment", "0", "vendor_ref", "\"pi_9\"" },
        { "I11", "payment", "0", "state", "\"voided\"" },
        { "I11 I12 I15", "payment", "0", "order_id", "\"ord_9\"" },
        { "I30", "checkout", "0", "state", "\"failed\"" },
        { "I13 I14", "ledger", "0", "amount", "2581" },
        { "I13", "ledger", "0", "txn_id", "\"ord_1:captured\"" },
        { "I15", "ledger", "4", "account", "\"psp_cash_lost\"" },
        { "I16", "orders", "0", "tax", "381" },
        { "I16 I18", "orders", "0", "total", "2581" },
        { "I17", "order_line", "0", "unit_price", "999" },
        { "I17", "order_line", "1", "currency", "\"USD\"" },
        { "I24", "checkout", "1", "idem_key", "\"key-9\"" },
        { "I25", "checkout", "1", "idem_key", "\"key-3\"" },
        { "I26", "stripe_inbox", "0", "applied_count", "2" },
        { "I29", "checkout", "2", "terminal_at", "\"2026-05-04T11:51:01+00:00\"" },
        { "I29 I31", "checkout", "3", "state", "\"failed\"" },
        { "I32", "event", "2", "seq", "3" },
        { "I33", "event", "1", "event_id", "\"ord_2/1/0\"" },
        { "I37", "event", "1", "type", "\"commerce.order.renamed.v1\"" },
        { "I32 I37 I38", "event", "1", "stream", "\"ord_8\"" },
        { "I39", "transition", "3", "to_state", "\"completed\"" },
        { "I39", "transition", "1", "from_state", "\"none\"" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void One_thing_that_is_wrong_is_found(string expected, string table, string row, string field, string value)
    {
        var books = SoundBooks.Make();
        var rows = table == "vendor" ? books.VendorTransactions : books.Table[table];
        rows[int.Parse(row, System.Globalization.CultureInfo.InvariantCulture)][field] = JsonNode.Parse(value);

        Assert.Equal(expected, Verdict(books));
    }

    public static TheoryData<string, string, string, string, string> TooMuch => new()
    {
        // expected               like it in  row  but for        which is
        { "I09 I10 I12", "vendor", "0", "vendor_ref", "\"pi_9\"" },
        { "I11 I17 I20 I22 I37", "orders", "0", "order_id", "\"ord_5\"" },
        { "I20", "idem", "1", "status", "\"pending\"" },
        { "I06", "reservation", "0", "reservation_id", "\"chk_9:CUP\"" },
    };

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void One_thing_too_much_is_found(string expected, string table, string row, string field, string value)
    {
        var sound = SoundBooks.Make();
        var rows = table == "vendor" ? sound.VendorTransactions : sound.Table[table];
        var another = (JsonObject)rows[int.Parse(row, System.Globalization.CultureInfo.InvariantCulture)].DeepClone();
        another[field] = JsonNode.Parse(value);
        IReadOnlyList<JsonObject> more = [.. rows, another];

        Assert.Equal(expected, Verdict(new Books
        {
            Table = table == "vendor" ? sound.Table : new Dictionary<string, IReadOnlyList<JsonObject>>(sound.Table) { [table] = more },
            VendorTransactions = table == "vendor" ? more : sound.VendorTransactions,
            At = sound.At,
            LastFault = sound.LastFault,
            Told = sound.Told,
        }));
    }

    public static TheoryData<string, string, string, string> ToldWrong => new()
    {
        // expected   key      body    order
        { "I19 I23", "key-1", "cups", "ord_7" },
        { "I21", "key-1", "pots", "ord_1" },
        { "I23", "key-4", "cups", "ord_9" },
    };

    [Theory]
    [MemberData(nameof(ToldWrong))]
    public void A_client_that_was_told_something_wrong_is_believed(string expected, string key, string body, string order)
    {
        var sound = SoundBooks.Make();
        var books = new Books
        {
            Table = sound.Table,
            VendorTransactions = sound.VendorTransactions,
            At = sound.At,
            LastFault = sound.LastFault,
            Told = [.. sound.Told, new Told(key, body, Answered.Ok, order, 2580, "EUR")],
        };

        Assert.Equal(expected, Verdict(books));
    }

    [Fact]
    public void A_client_that_was_told_of_a_checkout_is_believed()
    {
        var sound = SoundBooks.Make();
        var books = new Books
        {
            Table = sound.Table,
            VendorTransactions = sound.VendorTransactions,
            At = sound.At,
            LastFault = sound.LastFault,
            Told = [.. sound.Told, new Told("key-4", "cups", Answered.Open, CheckoutId: "chk_9")],
        };

        Assert.Equal("I23", Verdict(books));
    }

    [Fact]
    public void A_shopper_who_was_shown_another_price_is_believed()
    {
        var sound = SoundBooks.Make();
        var books = new Books
        {
            Table = sound.Table,
            VendorTransactions = sound.VendorTransactions,
            At = sound.At,
            LastFault = sound.LastFault,
            Told = [.. sound.Told, new Told("key-1", "cups", Answered.Ok, "ord_1", 2480, "EUR")],
        };

        Assert.Equal("I18", Verdict(books));
    }

    private static string Verdict(Books books) => string.Join(' ', Judge.Judgement(books).Select(violation => violation.Invariant).Distinct().Order(StringComparer.Ordinal));
}
