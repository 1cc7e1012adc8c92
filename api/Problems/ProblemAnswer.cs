using System.Globalization;
using System.Text.Json;
using Commerce.Pricing;

namespace Commerce.Problems;

/// <summary>Writes problem documents: the only place where a refusal becomes HTTP.</summary>
internal static class ProblemAnswer
{
    public static Task Write(HttpContext http, CommerceError error)
    {
        var type = ProblemTypes.Get(error.Code);
        return Write(http, type, error.Detail, error.RetryAfter, new Extras(
            !error.Faults.IsDefaultOrEmpty ? [.. error.Faults.Select(static fault => new FieldError(fault.Pointer, fault.Code, fault.Remedy))]
            : error.Pointer is { } pointer ? [new FieldError(pointer, error.Code, error.Detail)] : null,
            error.Allowed.IsDefaultOrEmpty ? null : error.Allowed,
            error.Quote is { } quote ? QuoteJson.Of(quote) : null,
            error.Shown is { } shown ? QuoteJson.Of(shown) : null,
            error.Changes.IsDefaultOrEmpty ? null : error.Changes));
    }

    public static Task Write(HttpContext http, Refusal refusal) => Write(
        http, ProblemTypes.Get(refusal.Code), refusal.Detail, refusal.RetryAfter, new Extras(refusal.Errors is [] ? null : refusal.Errors, null, null, null, null));

    public static Task Write(HttpContext http, ProblemType type, string? detail = null, TimeSpan? retryAfter = null) =>
        Write(http, type, detail ?? type.Cause, retryAfter, default);

    private static Task Write(HttpContext http, ProblemType type, string detail, TimeSpan? retryAfter, Extras extras)
    {
        var response = http.Response;
        if (type.Retryable)
        {
            retryAfter ??= TimeSpan.FromSeconds(1);
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.Value.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (type.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = http.Request.Headers.Authorization.Count == 0
                ? "Bearer realm=\"commerce\""
                : "Bearer realm=\"commerce\", error=\"invalid_token\"";
        }

        var problem = new Problem
        {
            Type = type.Uri,
            Title = type.Title,
            Status = type.Status,
            Detail = detail,
            Instance = Instance(http),
            Code = type.Code,
            Category = type.Category,
            Retryable = type.Retryable,
            RetryAfterMs = type.Retryable ? (long?)retryAfter?.TotalMilliseconds : null,
            CorrelationId = Correlation.Of(http),
            Errors = extras.Errors,
            Allowed = extras.Allowed,
            Quote = extras.Quote,
            ShownQuote = extras.Shown,
            Changes = extras.Changes,
        };

        var body = JsonSerializer.SerializeToUtf8Bytes(problem, WireJson.Default.Problem);
        response.StatusCode = type.Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, 0, body.Length);
    }

    /// <summary>The path that was asked for, without its query, which may hold what should not be kept.</summary>
    private static string? Instance(HttpContext http) => http.Request.Path.Value is { Length: <= 200 } path ? new PathString(path).ToUriComponent() : null;

    private readonly record struct Extras(IReadOnlyList<FieldError>? Errors, ImmutableArray<string>? Allowed, QuoteJson? Quote, QuoteJson? Shown, ImmutableArray<QuoteChange>? Changes);
}
