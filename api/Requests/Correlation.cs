using System.Collections;
using System.Diagnostics;

namespace Commerce.Requests;

/// <summary>
/// The thread through everything that one request sets off: accepted as <c>Correlation-Id</c>, echoed, on every log line, in problems,
/// and handed to the grains, which put it on their events.
/// </summary>
internal sealed class Correlation(RequestDelegate next, ILogger<Correlation> log)
{
    public const string Header = "Correlation-Id";
    public const int MaxLength = 128;

    /// <summary>Keys of Orleans' request context, which travels with every grain call.</summary>
    public const string CorrelationKey = "correlation-id", CausationKey = "causation-id", TraceParentKey = "traceparent";

    /// <summary>The id of the request under way.</summary>
    public static string Of(HttpContext http) => http.TraceIdentifier;

    public async Task InvokeAsync(HttpContext http)
    {
        var activity = Activity.Current;
        var request = http.TraceIdentifier;
        var correlation = GivenTo(http);

        http.TraceIdentifier = correlation;
        http.Response.Headers[Header] = correlation;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        RequestContext.Set(CorrelationKey, correlation);
        RequestContext.Set(CausationKey, request);
        if (activity?.Id is { } traceParent)
        {
            RequestContext.Set(TraceParentKey, traceParent);
        }

        using (log.BeginScope(new Scope(correlation)))
        {
            await next(http);
        }
    }

    /// <summary>The caller's own, the trace's, or the server's name of the request.</summary>
    public static string GivenTo(HttpContext http) =>
        http.Request.Headers[Header] is [{ } given] && IsSafe(given) ? given : Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;

    /// <summary>Letters, digits and a little punctuation: nothing that a log, a header or a page could take for something else.</summary>
    internal static bool IsSafe(string id)
    {
        if (id.Length is 0 or > MaxLength)
        {
            return false;
        }

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or ':' or '/' or '+' or '='))
            {
                return false;
            }
        }

        return true;
    }

    private sealed class Scope(string id) : IReadOnlyList<KeyValuePair<string, object>>
    {
        public int Count => 1;

        public KeyValuePair<string, object> this[int index] => index == 0 ? new("CorrelationId", id) : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<KeyValuePair<string, object>> GetEnumerator()
        {
            yield return this[0];
        }

        public override string ToString() => "CorrelationId:" + id;

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
