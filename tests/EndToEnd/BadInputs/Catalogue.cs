using System.IO.Compression;
using System.Text;
using static Commerce.BadInputs.BadInput;

namespace Commerce.BadInputs;

/// <summary>Everything that is known to come in wrong.</summary>
internal static class Catalogue
{
    private const string Lines = "/v1/carts/{cart}/lines", Carts = "/v1/carts", Checkouts = "/v1/checkouts";
    private const string Sku = "AMBE-COAS-250";

    private static readonly int[] Malformed = [400], Meaningless = [422], Unsupported = [415], TooLarge = [413], Missing = [404];

    public static IReadOnlyList<BadInput> All { get; } =
    [
        .. Bodies(), .. Fields(), .. Quantities(), .. Currencies(), .. Skus(), .. Media(), .. Keys(), .. Addresses(), .. Access(), .. Protocol(), .. Lists(),
    ];

    private static string Line(string quantity = "1", string sku = Sku) => $$"""{"sku":"{{sku}}","quantity":{{quantity}}}""";

    private static string Nested(int depth) => string.Concat(Enumerable.Repeat("[", depth)) + string.Concat(Enumerable.Repeat("]", depth));

    private static string Names(int count) => "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":1")) + "}";

    private static IEnumerable<BadInput> Bodies() =>
    [
        Post("B01", "truncated", Lines, """{"sku":"AMBE""", Malformed, "malformed-json"),
        Post("B02", "empty", Lines, "", Malformed, "malformed-json"),
        Post("B03", "null", Lines, "null", Meaningless, "invalid-value", ""),
        Post("B04", "a list", Lines, "[]", Meaningless, "invalid-value", ""),
        Post("B05", "a text", Lines, "\"sku\"", Meaningless, "invalid-value", ""),
        Post("B06", "an object and another", Lines, Line() + "{}", Malformed, "malformed-json"),
        Post("B07", "a comment", Lines, "{/* two */\"sku\":\"X\",\"quantity\":1}", Malformed, "malformed-json"),
        Post("B07", "a trailing comma", Lines, """{"sku":"X","quantity":1,}""", Malformed, "malformed-json"),
        Post("B08", "one name twice", Lines, """{"sku":"X","quantity":1,"quantity":2}""", [400, 422]),
        Post("B09", "not a number", Lines, """{"sku":"X","quantity":NaN}""", Malformed, "malformed-json"),
        Post("B10", "no UTF-8", Lines, [.. "{\"sku\":\""u8, 0xC3, 0x28, .. "\",\"quantity\":1}"u8], Malformed, "malformed-json"),
        Post("B11", "UTF-16", Lines, [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Line())], [400, 415]),
        Post("B12", "half a surrogate pair", Lines, Line(sku: "\\ud800"), [400, 422]),
        Post("B13", "65 deep", Lines, $$"""{"sku":{{Nested(65)}}}""", Malformed, "malformed-json"),
        Post("B14", "100,000 deep", Lines, Nested(100_000), Malformed, "malformed-json"),
        Post("B15", "2 MB", Lines, $$"""{"sku":"{{new string('x', 2_000_000)}}"}""", TooLarge, "body-too-large"),
        new("B16", "40 MB declared and never sent", "POST /v1/carts HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 41943040\r\n\r\n",
            [], TooLarge, "body-too-large", null),
        Post("B17", "a number of 100,000 digits", Lines, Line(new string('9', 100_000)), [400, 413, 422]),
        Post("B18", "20,000 names", Lines, Names(20_000), [400, 413, 422]),
        Post("B18", "100,000 names", Lines, Names(100_000), [400, 413, 422]),
    ];

    private static IEnumerable<BadInput> Fields() =>
    [
        Post("B19", "a field that nobody knows", Lines, """{"sku":"AMBE-COAS-250","quantity":1,"colour":"red"}""", Meaningless, "unknown-field", "/colour"),
        Post("B20", "a price of the client's own", Lines, """{"sku":"AMBE-COAS-250","quantity":1,"unitPrice":{"amount":1,"currency":"EUR"}}""", Meaningless, "unknown-field", "/unitPrice"),
        Post("B21", "a total", Carts, """{"channel":"eu","totals":{"total":1}}""", Meaningless, "unknown-field", "/totals"),
        Post("B21", "a status", Carts, """{"channel":"eu","status":"checked_out"}""", Meaningless, "unknown-field", "/status"),
        Post("B21", "a customer", Carts, """{"channel":"eu","customerId":"c:admin"}""", Meaningless, "unknown-field", "/customerId"),
        Post("B22", "__proto__", Lines, """{"sku":"AMBE-COAS-250","quantity":1,"__proto__":{"admin":true}}""", Meaningless, "unknown-field", "/__proto__"),
        Post("B23", "a $type gadget", Lines, """{"$type":"System.Diagnostics.Process, System","sku":"AMBE-COAS-250","quantity":1}""", Meaningless, "unknown-field", "/$type"),
        Post("B58", "a checkout of an empty cart", Checkouts, """{"cartId":"{empty}","payment":{"method":"pm_card_visa"}}""", [409, 422], "cart-empty") with { Head = Keyed("{emptyToken}", "{length}") },
        Keyed("B59", "a card number for a token", """{"cartId":"{cart}","payment":{"method":"4242424242424242"}}""", "account-data-refused", "/payment/method"),
        Keyed("B60", "a card", """{"cartId":"{cart}","payment":{"method":{"number":"4242 4242 4242 4242","cvc":"123"}}}""", "account-data-refused", "/payment/method"),
        Keyed("B60", "a card beside the token", """{"cartId":"{cart}","payment":{"method":"pm_card_visa","card":{"number":"4242424242424242"}}}""", "account-data-refused", "/payment/card"),
        Post("B60", "a card number in a name", "/v1/carts/{cart}/contact", """{"email":"a@example.org","name":"4242-4242-4242-4242"}""", Meaningless, "account-data-refused", "/name", "PUT"),
        Post("B87", "a currency that is not the channel's", Carts, """{"channel":"eu","currency":"USD"}""", Meaningless, "currency-mismatch", "/currency"),
    ];

    private static IEnumerable<BadInput> Quantities() =>
        from row in new (string Row, string Quantity)[]
        {
            ("B24", "0"), ("B25", "-1"), ("B26", "2147483648"), ("B27", "1e400"), ("B28", "1.5"), ("B29", "\"2\""), ("B30", "true"), ("B31", "1000000"), ("B32", "-0"),
            ("B32", "9223372036854775808"), ("B32", "[1]"), ("B32", "{}"),
        }
        select Post(row.Row, $"a quantity of {row.Quantity}", Lines, Line(row.Quantity), Meaningless, "invalid-quantity", "/quantity");

    private static IEnumerable<BadInput> Currencies() =>
        from row in new (string Row, string Currency)[] { ("B33", "\"XXZ\""), ("B34", "\"eur\""), ("B35", "\"EU€\""), ("B36", "978"), ("B36", "\"\"") }
        select Post(row.Row, $"a currency of {row.Currency}", Carts, $$"""{"channel":"eu","currency":{{row.Currency}}}""", Meaningless, "unknown-currency", "/currency");

    private static IEnumerable<BadInput> Skus() =>
        from row in new (string Row, string Name, string Sku)[]
        {
            ("B37", "unknown", "NO-SUCH-SKU"), ("B38", "empty", ""), ("B39", "of 10 kB", new string('A', 10_240)), ("B40", "with a NUL", "A\\u0000B"),
            ("B41", "right to left and of no width", "A\\u202eB\\u200b"), ("B42", "an emoji", "🦜"), ("B43", "SQL", "'; DROP TABLE commits; --"),
            ("B44", "HTML", "<script>alert(1)</script>"), ("B45", "a template", "{{7*7}}${7*7}"), ("B46", "a line break", "A\\r\\nSet-Cookie: x=1"),
        }
        select Post(row.Row, $"a SKU {row.Name}", Lines, Line(sku: row.Sku), [404, 422], null, "/sku");

    private static IEnumerable<BadInput> Media() =>
    [
        Post("B47", "text/plain", Lines, Encoding.UTF8.GetBytes(Line()), Unsupported, "unsupported-media-type", type: "Content-Type: text/plain\r\n"),
        Post("B48", "no content type", Lines, Encoding.UTF8.GetBytes(Line()), Unsupported, "unsupported-media-type", type: ""),
        Post("B49", "XML that reads files", Lines, "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><x>&f;</x>"u8.ToArray(), Unsupported, "unsupported-media-type", type: "Content-Type: application/xml\r\n"),
        Post("B50", "a form", Lines, "sku=X&quantity=1"u8.ToArray(), Unsupported, "unsupported-media-type", type: "Content-Type: application/x-www-form-urlencoded\r\n"),
        Post("B51", "said to be compressed", Lines, Encoding.UTF8.GetBytes(Line()), [400, 415], null, headers: "Content-Encoding: gzip\r\n"),
        Post("B51", "compressed a thousandfold", Lines, Gzip(new string(' ', 4_000_000)), [400, 413, 415], null, headers: "Content-Encoding: gzip\r\n"),
        Get("B52", "for a picture", "/v1/carts/{cart}", [406], "not-acceptable", headers: "Accept: image/png\r\n"),
    ];

    private static IEnumerable<BadInput> Keys() =>
    [
        Post("B53", "a checkout without a key", Checkouts, """{"cartId":"cart_x","payment":{"method":"pm_card_visa"}}""", Malformed, "idempotency-key-missing"),
        Post("B54", "a key of 256 characters", Lines, Encoding.UTF8.GetBytes(Line()), Malformed, "idempotency-key-invalid", headers: $"Idempotency-Key: {new string('k', 256)}\r\n"),
        Post("B55", "an empty key", Lines, Encoding.UTF8.GetBytes(Line()), Malformed, "idempotency-key-invalid", headers: "Idempotency-Key: \r\n"),
        Post("B56", "a key that was used for something else", Lines, Encoding.UTF8.GetBytes(Line("9")), Meaningless, "idempotency-key-reused", headers: "Idempotency-Key: {usedKey}\r\n"),
        Post("B57", "two keys", Lines, Encoding.UTF8.GetBytes(Line()), Malformed, "idempotency-key-invalid", headers: "Idempotency-Key: one\r\nIdempotency-Key: two\r\n"),
        Post("B57", "an If-Match that is no tag", Lines, Encoding.UTF8.GetBytes(Line()), Malformed, "invalid-if-match", headers: "If-Match: seven\r\n"),
    ];

    private static IEnumerable<BadInput> Addresses() =>
    [
        Get("B61", "up and out", "/v1/carts/..%2f..%2fadmin%2fexport%2fsku", [400, 404]),
        Get("B62", "up and out, encoded twice", "/v1/carts/%252e%252e%252fadmin", [400, 404]),
        Get("B63", "a NUL", "/v1/carts/cart_%00", [400, 404]) with { IsProblem = false },
        Get("B64", "no hex", "/v1/carts/%zz", [400, 404]) with { IsProblem = false },
        Get("B65", "an id of 4 kB", "/v1/carts/cart_" + new string('a', 4_096), [400, 404, 414]),
        Get("B66", "an address of 20 kB", "/v1/carts/cart_" + new string('a', 20_480), [400, 404, 414], "uri-too-long"),
        Get("B66", "a query of 20 kB", "/v1/products?q=" + new string('a', 20_480), [400, 414], "uri-too-long"),
        Get("B67", "SQL", "/v1/carts/cart_'%20OR%20'1'='1", Missing, "not-found"),
        Get("B68", "an id that nobody has", "/v1/carts/cart_aaaaaaaaaaaaaaaaaaaaaaaaaa", Missing, "not-found"),
        Get("B68", "an order that nobody has", "/v1/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", Missing, "not-found"),
        Get("B68", "nothing", "/v1/nothing", Missing, "not-found"),
    ];

    private static IEnumerable<BadInput> Access() =>
    [
        Get("B69", "reads anothers cart", "/v1/carts/{others}", Missing, "not-found"),
        Post("B70", "adds to anothers cart", "/v1/carts/{others}/lines", Line(), Missing, "not-found"),
        Keyed("B71", "buys anothers cart", """{"cartId":"{others}","payment":{"method":"pm_card_visa"}}""", "not-found", null, 404),
        new("B72", "no token", "GET /v1/carts/{cart} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n", [], [401], "unauthenticated", null),
        Get("B73", "a guest at the operators' door", "/v1/admin/export/orders", [403], "forbidden"),
        Get("B74", "somebody else by a header", "/v1/carts/{others}", Missing, "not-found", headers: "X-User-Id: admin\r\nX-Forwarded-User: admin\r\n"),
        Post("B75", "a method in a header", "/v1/carts/{others}", "{}", [404, 405]) with { Head = "POST /v1/carts/{others} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nX-HTTP-Method-Override: GET\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n" },
    ];

    private static IEnumerable<BadInput> Protocol() =>
    [
        Get("B76", "deletes all carts", Carts, [405], "method-not-allowed", method: "DELETE"),
        Get("B77", "traces", "/v1/carts/{cart}", [405], "method-not-allowed", method: "TRACE"),
        Raw("B78", "length and chunks", "POST /v1/carts HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", [400], "0\r\n\r\nGET /v1/products HTTP/1.1\r\nHost: x\r\n\r\n"),
        Raw("B79", "two lengths", "POST /v1/carts HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n", [400], "{}"),
        Raw("B80", "no host", "GET /v1/products HTTP/1.1\r\nConnection: close\r\n\r\n", [400]),
        Get("B81", "a header of 64 kB", "/v1/products", [431], "headers-too-large", headers: $"X-Big: {new string('x', 65_536)}\r\n"),
        Raw("B81", "headers of 200 kB", $"GET /v1/products HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nX-Big: {new string('x', 200_000)}\r\n\r\n", [400, 431]),
        Get("B82", "500 headers", "/v1/products", [431], "headers-too-large", headers: string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: 1\r\n"))),
        Raw("B83", "a bare CR", "GET /v1/products HTTP/1.1\rHost: shop.example\r\n\r\n", [400]),
    ];

    private static IEnumerable<BadInput> Lists() =>
    [
        Get("B84", "a page of a billion", "/v1/products?limit=1000000000", [400, 422], "invalid-limit", "/limit"),
        Get("B84", "a page of minus one", "/v1/orders?limit=-1", [400, 422], "invalid-limit", "/limit"),
        Get("B85", "a cursor of SQL", "/v1/orders?cursor=1%27%20OR%201=1--", [400, 422], "invalid-cursor", "/cursor"),
        Get("B85", "a cursor of garbage", "/v1/products?cursor=!!!!", [400, 422], "invalid-cursor", "/cursor"),
    ];

    private static string Keyed(string token, string length) =>
        $"POST /v1/checkouts HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {{newKey}}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n";

    /// <summary>A checkout with a fresh key; its body, too, is filled in.</summary>
    private static BadInput Keyed(string row, string name, string body, string code, string? pointer, int status = 422) =>
        new(row, name, Keyed("{token}", "{length}"), Encoding.UTF8.GetBytes(body), [status], code, pointer);

    private static byte[] Gzip(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
