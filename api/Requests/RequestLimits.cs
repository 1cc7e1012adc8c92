using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;

namespace Commerce.Requests;

/// <summary>Refuses what is too large or wants another kind of answer, with a problem document where the server alone would answer without one.</summary>
internal sealed class RequestLimits(RequestDelegate next)
{
    private const int MaxAddress = 8 * 1024, MaxHeaders = 100, MaxHeaderBytes = 32 * 1024;

    /// <summary>Where the server puts the Content-Length of a request that is chunked as well.</summary>
    private const string DisplacedLength = "X-Content-Length";

    /// <summary>The server lets a little more through than is allowed, so that the refusal can be worded here; far beyond, it hangs up.</summary>
    public static void Configure(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = 16 * 1024 * 1024; // up to here the server reads on what was refused, so that the sender gets to see the refusal
        limits.MaxRequestLineSize = 64 * 1024;
        limits.MaxRequestHeadersTotalSize = 128 * 1024;
        limits.MaxRequestHeaderCount = 1_000;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    }

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if ((request.Path.Value?.Length ?? 0) + (request.QueryString.Value?.Length ?? 0) > MaxAddress)
        {
            throw new Refusal("uri-too-long", $"Path and query together have {MaxAddress} bytes at the most.");
        }

        if (request.ContentLength > JsonBody.MaxBytes)
        {
            throw new Refusal("body-too-large", $"A body has {JsonBody.MaxBytes} bytes at the most.");
        }

        if (request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey(DisplacedLength))
        {
            http.Response.Headers.Connection = "close";
            throw new Refusal("bad-request", "The request has both a Content-Length and a Transfer-Encoding, which is how requests are smuggled.");
        }

        if (request.Headers.Count > MaxHeaders || SizeOf(request.Headers) > MaxHeaderBytes)
        {
            throw new Refusal("headers-too-large", $"A request has {MaxHeaders} headers and {MaxHeaderBytes} bytes of them at the most.");
        }

        if (request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase) && request.Headers.Accept is { Count: > 0 } accept && !Admits(accept))
        {
            throw new Refusal("not-acceptable", "Answers are application/json.");
        }

        return next(http);
    }

    internal static bool Admits(Microsoft.Extensions.Primitives.StringValues accept)
    {
        if (accept is ["*/*" or "application/json" or "text/event-stream" or ""])
        {
            return true;
        }

        return !MediaTypeHeaderValue.TryParseList(accept, out var kinds) || kinds.Any(static kind => kind.Quality is null or > 0
            && kind.MediaType.Value is "*/*" or "application/*" or "application/json" or "application/problem+json" or "text/event-stream" or "application/x-ndjson" or "text/csv");
    }

    private static int SizeOf(IHeaderDictionary headers)
    {
        var size = 0;
        foreach (var (name, values) in headers)
        {
            size += name.Length;
            for (var i = 0; i < values.Count; i++)
            {
                size += values[i]?.Length ?? 0;
            }
        }

        return size;
    }
}
