using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Answers;

/// <summary>A JSON answer with the headers that this API promises: ETag, Location, Idempotency-Replayed, and 304 where the caller has it already.</summary>
internal sealed class Answer<T>(T value, JsonTypeInfo<T> form) : IResult
{
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Version of the aggregate that is shown: its ETag.</summary>
    public long? Version { get; init; }

    public string? Location { get; init; }

    /// <summary>Whether this very request had been carried out before. Said only to a caller who gave a key: one of the request's own recognises inner repeats alone.</summary>
    public bool Replayed { get; init; }

    /// <summary>For so many seconds anybody may keep it; null: nobody.</summary>
    public int? MaxAge { get; init; }

    /// <summary>Address of the next page of a list.</summary>
    public string? NextPage { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = MaxAge is { } seconds ? $"public, max-age={seconds}" : "no-store";
        if (Version is { } version)
        {
            var tag = ETags.Of(version);
            response.Headers.ETag = tag;
            if (Status == StatusCodes.Status200OK && ETags.IsKnown(httpContext.Request, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }
        }

        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (Replayed && httpContext.Request.Headers.ContainsKey(IdempotencyKeys.Header))
        {
            response.Headers["Idempotency-Replayed"] = "true";
        }

        if (NextPage is not null)
        {
            response.Headers.Link = $"<{NextPage}>; rel=\"next\"";
        }

        var body = JsonSerializer.SerializeToUtf8Bytes(value, form);
        response.StatusCode = Status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length);
    }
}
