using System.Buffers;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Commerce.Events;

/// <summary>A page of events for the reference; it is written event by event.</summary>
/// <param name="Items">CloudEvents 1.0, structured JSON.</param>
/// <param name="Next">Cursor of the next page; null on the last.</param>
internal sealed record EventPageJson(ImmutableArray<JsonElement> Items, string? Next);

/// <summary>Events as a page or as a live feed, whichever the caller accepts.</summary>
internal static class EventAnswers
{
    private const string Stream = "text/event-stream";

    /// <param name="aggregate">Whose events; null for everything.</param>
    public static async Task<IResult> For(Call call, JournalReader journal, EventFeed feed, string? aggregate)
    {
        var after = After(call.Http);
        if (WantsStream(call.Http))
        {
            return new EventStream(feed, after, aggregate);
        }

        var limit = Paging.Limit(call.Http);
        var page = aggregate is null
            ? await journal.Grain.Read(after, limit + 1, TimeSpan.Zero)
            : await journal.Grain.ReadAggregate(aggregate, after, limit + 1);
        return new EventPage(page, limit);
    }

    /// <summary>Where to read on: <c>Last-Event-ID</c>, as browsers send it when they come back, else <c>after</c>, else the beginning.</summary>
    private static EventCursor After(HttpRequest request)
    {
        var text = request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : request.Query["after"].ToString() is { Length: > 0 } after ? after : Paging.Cursor(request);
        return text is null ? EventCursor.Start
            : EventCursor.TryParse(text, out var cursor) ? cursor
            : throw new CommerceException(Orders.OrderErrors.InvalidCursor);
    }

    private static bool WantsStream(HttpRequest request) =>
        request.Headers.Accept is [Stream]
        || (MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var kinds) && kinds.Any(static kind => kind.MediaType.Value == Stream && kind.Quality is null or > 0));
}

/// <summary>A page of CloudEvents as JSON.</summary>
internal sealed class EventPage(LifecyclePage page, int limit) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var count = Math.Min(limit, page.Events.Length);
        var next = page.Events.Length > limit ? page.Events[limit - 1].Cursor.ToString() : null;

        var buffer = new ArrayBufferWriter<byte>(256 + count * 1_024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            for (var i = 0; i < count; i++)
            {
                CloudEvents.Write(writer, page.Events[i]);
            }

            writer.WriteEndArray();
            writer.WriteString("next"u8, next);
            writer.WriteEndObject();
        }

        var response = httpContext.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        if (next is not null)
        {
            response.Headers.Link = $"<{Paging.Next(httpContext.Request, next, "after")}>; rel=\"next\"";
        }

        response.ContentLength = buffer.WrittenCount;
        return response.Body.WriteAsync(buffer.WrittenMemory).AsTask();
    }
}
