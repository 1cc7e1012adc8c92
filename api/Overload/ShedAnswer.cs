using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Commerce.Overload;

/// <summary>The answer to whoever is turned away, written before anything was read, asked or thrown: it must cost next to nothing, or refusing is what overloads the shop.</summary>
internal static class ShedAnswer
{
    private const string Marker = "#";

    private static readonly (byte[] Before, byte[] After, string RetryAfter)[] Rendered = [.. Enumerable.Range(0, 601).Select(Render)];

    public static Task Write(HttpContext http, int retryAfter)
    {
        var (before, after, seconds) = Rendered[Math.Clamp(retryAfter, 1, Rendered.Length - 1)];
        var correlation = Correlation.GivenTo(http);
        var length = before.Length + correlation.Length + after.Length;
        var response = http.Response;
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        var headers = response.Headers;
        headers.ContentType = "application/problem+json";
        headers.ContentLength = length;
        headers.RetryAfter = seconds;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers[Correlation.Header] = correlation;
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return Task.CompletedTask;
        }

        var writer = response.BodyWriter;
        var span = writer.GetSpan(length);
        before.CopyTo(span);
        Encoding.ASCII.GetBytes(correlation, span[before.Length..]);
        after.CopyTo(span[(before.Length + correlation.Length)..]);
        writer.Advance(length);
        var flushed = writer.FlushAsync();
        return flushed.IsCompletedSuccessfully ? Task.CompletedTask : flushed.AsTask();
    }

    /// <summary>The document as any other problem's, but for <c>instance</c>; the correlation id, which needs no escaping, comes in its middle.</summary>
    private static (byte[] Before, byte[] After, string RetryAfter) Render(int seconds)
    {
        var type = ProblemTypes.Get("overloaded");
        var text = JsonSerializer.Serialize(
            new Problem
            {
                Type = type.Uri,
                Title = type.Title,
                Status = type.Status,
                Detail = "There are more requests than can be served at the moment. Repeat this one, with the same key if it has one, after Retry-After.",
                Code = type.Code,
                Category = type.Category,
                Retryable = type.Retryable,
                RetryAfterMs = seconds * 1000L,
                CorrelationId = Marker,
            },
            WireJson.Default.Problem);
        var at = text.LastIndexOf(Marker, StringComparison.Ordinal);
        return (Encoding.ASCII.GetBytes(text[..at]), Encoding.ASCII.GetBytes(text[(at + 1)..]), seconds.ToString(CultureInfo.InvariantCulture));
    }
}
