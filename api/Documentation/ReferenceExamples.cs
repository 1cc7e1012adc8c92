using System.Text.Json.Nodes;

namespace Commerce.Documentation;

/// <summary>A body for each operation that takes one, as a reader would send it to the sample shop.</summary>
internal static class ReferenceExamples
{
    private const string Line = """{"sku":"TEA-EARL-GREY-100","quantity":2}""";
    private const string Person = """{"email":"ada@example.com","name":"Ada Lovelace"}""";
    private const string Address = """{"name":"Ada Lovelace","line1":"Invalidenstraße 117","city":"Berlin","postalCode":"10115","country":"DE"}""";
    private const string Drop = """{"name":"Highland blanket","skus":["WOOL-BLAN-HEA"],"allotment":1000,"startsAt":"2026-12-01T18:00:00Z","endsAt":"2026-12-01T20:00:00Z","order":"lottery","limitPerCustomer":1,"limitPerAddress":2,"passLifetime":180}""";
    private const string Money = """{"amount":1299,"currency":"EUR"}""";

    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["createCart"] = $$"""{"channel":"eu","lines":[{{Line}}]}""",
        ["addLine"] = Line,
        ["changeLine"] = """{"quantity":3}""",
        ["setContact"] = Person,
        ["setDestination"] = Address,
        ["setShippingMethod"] = """{"id":"standard"}""",
        ["addCoupon"] = """{"code":"WELCOME10"}""",
        ["startCheckout"] = """{"cartId":"cart_4k2m7q9xw0zd8e5r1t3v6b0np1","quoteId":"q_8f14e45f","payment":{"method":"pm_card_visa"}}""",
        ["confirmCheckout"] = """{"details":{"redirectResult":"eyJ0cmFuc1N0YXR1cyI6IlkifQ"}}""",
        ["adjustPayment"] = $$"""{"amount":{{Money}},"reason":"another item was added"}""",
        ["replayInboundWebhook"] = """{"reason":"the payment is known by now"}""",
        ["cancelOrder"] = """{"reason":"ordered twice"}""",
        ["cancelAnyOrder"] = """{"reason":"ordered twice"}""",
        ["holdOrder"] = """{"reason":"address to be checked"}""",
        ["captureOrder"] = $$"""{"amount":{{Money}}}""",
        ["refundOrder"] = """{"lines":[{"lineId":"line_1","quantity":1}],"shipping":true,"reason":"damaged"}""",
        ["simulateQuote"] = """
            {"currency":"EUR","pricesIncludeTax":true,"policy":{"rounding":"halfAwayFromZero","level":"line","apportioning":"largestRemainder","increment":1},
             "lines":[{"unitPrice":1295,"quantity":2,"taxRatePct":7}],"promotions":[{"type":"orderPercent","value":10}],"shipping":[{"price":395,"taxRatePct":19}]}
            """,
        ["receiveStock"] = """{"quantity":100,"reason":"delivery 4711"}""",
        ["publishPromotion"] = """{"reason":"Tea weeks: 15 % off tea","effect":{"type":"percent_off","percentage":0.15,"on":"lines","items":{"categories":["tea"]}},"channels":["eu"],"from":"2026-10-01T00:00:00Z","until":"2026-10-15T00:00:00Z","coupons":[{"code":"TEAWEEKS","uses":500}]}""",
        ["makeCoupons"] = """{"count":1000,"prefix":"SPRING-"}""",
        ["publishPriceList"] = """{"channel":"partner","currency":"EUR","customerGroup":"wholesale","prices":{"DARJ-FIRS-100":[{"amount":1100},{"amount":1000,"fromQuantity":12}]}}""",
        ["changePrices"] = """{"prices":{"DARJ-FIRS-100":[{"amount":1190,"compareAt":1295,"from":"2026-11-27T00:00:00Z","until":"2026-12-01T00:00:00Z"}]}}""",
        ["publishCustomerGroup"] = """{"customers":["hotel-nordlicht","cafe-harbour"]}""",
        ["countStock"] = """{"counted":42,"reason":"yearly count"}""",
        ["setStockPolicy"] = """{"safetyStock":2,"lowAt":10,"backorder":{"limit":200,"expectedAt":"2026-12-15T00:00:00Z"}}""",
        ["adjustStock"] = """{"quantity":-2,"reason":"broken"}""",
        ["scheduleDrop"] = Drop,
        ["changeDrop"] = Drop,
        ["raiseAllotment"] = """{"allotment":1200}""",
        ["enterDrop"] = """{"email":"ada@example.com","address":"Invalidenstraße 117, 10115 Berlin, DE","device":"d-7f3a"}""",
        ["startReconciliation"] = """{"provider":"stripe","from":"2026-11-20","to":"2026-11-22"}""",
        ["putRight"] = """{"remedy":"adopt","reason":"captured in the provider's dashboard on 20 November"}""",
        ["startCatalogSync"] = """{"full":true}""",
    };

    public static JsonNode? BodyOf(string operationId) => Bodies.TryGetValue(operationId, out var body) ? JsonNode.Parse(body) : null;

    public static JsonNode ProblemOf(ProblemType type) => new JsonObject
    {
        ["type"] = type.Uri,
        ["title"] = type.Title,
        ["status"] = type.Status,
        ["detail"] = type.Cause,
        ["code"] = type.Code,
        ["category"] = type.Category,
        ["retryable"] = type.Retryable,
        ["correlationId"] = "0af7651916cd43dd8448eb211c80319c",
    };
}
