using System.Buffers;
using Microsoft.AspNetCore.Http.Features;

namespace Commerce.Events;

/// <summary>Server-sent events: the feed as one response that does not end by itself.</summary>
internal sealed class EventStream(EventFeed feed, EventCursor after, string? aggregate) : IResult
{
    /// <summary>After so long without an event a comment is sent, so that nothing in between takes the connection for dead.</summary>
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int FlushAt = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would hold events back
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, feed.Stopping);
        var body = response.BodyWriter;
        body.Write("retry: 1000\n\n"u8);
        await body.FlushAsync(ended.Token);

        await using var events = feed.Follow(after, aggregate, ended.Token).GetAsyncEnumerator(CancellationToken.None);
        try
        {
            while (await Next(events, httpContext, ended))
            {
                body.Write(events.Current.Frame.Span);
                if (body.UnflushedBytes >= FlushAt)
                {
                    await body.FlushAsync(ended.Token);
                }
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader left, or the process stops: either way the stream ends here, and its reader knows where to go on.
        }
    }

    /// <summary>The next event. What is written goes out before it is waited for; while it is, heartbeats do.</summary>
    private static async Task<bool> Next(IAsyncEnumerator<FeedEvent> events, HttpContext http, CancellationTokenSource ended)
    {
        var next = events.MoveNextAsync();
        if (next.IsCompleted)
        {
            return await next;
        }

        var body = http.Response.BodyWriter;
        var time = http.RequestServices.GetRequiredService<TimeProvider>();
        var waiting = next.AsTask();
        try
        {
            await body.FlushAsync(ended.Token);
            while (true)
            {
                try
                {
                    return await waiting.WaitAsync(Heartbeat, time, ended.Token);
                }
                catch (TimeoutException) when (!waiting.IsCompleted)
                {
                    body.Write(":\n\n"u8);
                    await body.FlushAsync(ended.Token);
                }
            }
        }
        finally
        {
            if (!waiting.IsCompleted)
            {
                await ended.CancelAsync(); // the feed sees it and lets go, so that the enumeration can be disposed of
                await waiting.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
