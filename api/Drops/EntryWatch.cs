using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace Commerce.Drops;

/// <summary>One entry, looked at through what this process knows of its drop: the drop itself is asked once the entry was called.</summary>
internal sealed class EntryWatch(string dropId, string entryId, int ticket, IGrainFactory grains, Fronts fronts, PassTokens tokens, TimeProvider time)
{
    public async Task<EntryJson> Look(Front front)
    {
        var entry = front.Waiting(ticket) is { } status and not EntryStatus.Left
            ? new EntryView(ticket, 0, status, 0, null, Repeated: true)
            : await grains.Drop(dropId).Entry(ticket) ?? throw Refusal.NotFound;
        return EntryJson.Of(dropId, entryId, entry, front, time.GetUtcNow(), tokens);
    }

    public async Task<Front> Next(Front seen) => await fronts.After(dropId, seen) ?? throw Refusal.NotFound;
}

/// <summary>An entry as it changes: an event each time, until nothing changes any more. Everybody who follows a drop here shares one question a second.</summary>
internal sealed class EntryStream(EntryWatch watch, Front first) : IResult
{
    /// <summary>Looks without news after which a comment is sent, so that nothing in between takes the connection for dead.</summary>
    private const int Heartbeat = 15;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would hold events back
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var stopping = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        try
        {
            await Follow(response.BodyWriter, ended.Token);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The reader left, or the process stops: whoever comes back is told where it stands.
        }
    }

    private async Task Follow(System.IO.Pipelines.PipeWriter body, CancellationToken ended)
    {
        var (front, told, quiet) = (first, (EntryJson?)null, 0);
        while (true)
        {
            // What only tells when to ask again is no news to somebody who is told.
            var entry = await watch.Look(front) with { RetryAfter = null };
            if (entry != told)
            {
                Write(body, told = entry);
                quiet = 0;
            }
            else if (++quiet % Heartbeat == 0)
            {
                body.Write(":\n\n"u8);
            }

            await body.FlushAsync(ended);
            if (entry.Status is not (EntryStatus.Waiting or EntryStatus.Admitted or EntryStatus.Buying))
            {
                return;
            }

            front = await watch.Next(front).WaitAsync(ended);
        }
    }

    private static void Write(IBufferWriter<byte> body, EntryJson entry)
    {
        body.Write("event: entry\ndata: "u8);
        body.Write(JsonSerializer.SerializeToUtf8Bytes(entry, WireJson.Default.EntryJson));
        body.Write("\n\n"u8);
    }
}
