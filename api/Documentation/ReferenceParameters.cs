using Microsoft.OpenApi;

namespace Commerce.Documentation;

/// <summary>The parameters and headers that many operations share, described once.</summary>
internal static class ReferenceParameters
{
    private static readonly Dictionary<string, string> Queries = new(StringComparer.Ordinal)
    {
        ["channel"] = "The channel, `eu` when absent. GET /v1/channels lists them.",
        ["currency"] = "ISO 4217 code; the channel's own when absent.",
        ["q"] = "Words that must all occur in name, description, brand, category, tags or SKU. `search` is taken too.",
        ["category"] = "Products of this category alone.",
        ["limit"] = "Items of a page, 1 to 100.",
        ["cursor"] = "Where the page starts: `next` of the page before.",
        ["after"] = "Events after this cursor; from the beginning when absent. `Last-Event-ID` goes before it.",
        ["owner"] = "For operators: whose orders.",
        ["from"] = "Placed at this time (RFC 3339) or later.",
        ["to"] = "Placed before this time (RFC 3339).",
        ["status"] = "Those in this state alone, as the items have it.",
        ["state"] = "Those that are `scheduled`, `in_force` or `over` alone.",
        ["attention"] = "Why somebody has to look at them: `expiring`, `disputed` or `unknown`.",
        ["provider"] = "Those of one payment provider; all when absent.",
        ["below"] = "Those with fewer available units, the fewest first; all by SKU when absent.",
    };

    private static readonly Dictionary<string, string> RequestHeaders = new(StringComparer.Ordinal)
    {
        ["Idempotency-Key"] = "Repeating a request with the same key has the same outcome and no second effect. 1 to 255 printable characters.",
        ["If-Match"] = "The ETag that you saw: the change is refused if the resource is another version by now.",
        ["If-None-Match"] = "The ETag that you have: the answer is 304 while it is still that version.",
        ["Last-Event-ID"] = "The id of the last event that you saw; browsers send it by themselves.",
        ["Prefer"] = "`wait=2` or `respond-async` (RFC 7240): how long to wait for the end before the answer is `pending`; 9.5 s when absent.",
    };

    public static Dictionary<string, string> ResponseHeaders { get; } = new(StringComparer.Ordinal)
    {
        ["ETag"] = "Version of the resource, in quotes.",
        ["Location"] = "Address of the resource.",
        ["Idempotency-Replayed"] = "`true` when the caller's key had been used for this request before, or when an attempt inside this one had its effect and lost its answer.",
        ["Correlation-Id"] = "On every log line, event and problem of this request. Send your own to have it taken over.",
        ["RateLimit"] = "What is left of the caller's limit (IETF draft).",
        ["RateLimit-Policy"] = "The caller's limit (IETF draft).",
        ["Retry-After"] = "Seconds after which to repeat the request.",
        ["WWW-Authenticate"] = "How to say who you are (RFC 6750).",
        ["Link"] = "`rel=\"next\"`: the next page.",
    };

    public static OpenApiParameter Query(string name) => new()
    {
        Name = name,
        In = ParameterLocation.Query,
        Description = Queries[name],
        Schema = name == "limit"
            ? new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = "100", Default = Paging.DefaultLimit }
            : new OpenApiSchema { Type = JsonSchemaType.String },
    };

    public static OpenApiParameter Header(string name, bool required = false) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = required,
        Description = RequestHeaders[name],
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
