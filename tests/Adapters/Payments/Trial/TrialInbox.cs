using Commerce.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments;

/// <summary>Where a vendor's webhooks arrive in a trial: each is taken, and kept as it came.</summary>
public sealed class TrialInbox : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication app;
    private readonly List<InboundWebhook> received = [];
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TrialInbox(WebApplication app)
    {
        this.app = app;
        app.MapPost("/{vendor}", Take);
    }

    public static async Task<TrialInbox> Open()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        var inbox = new TrialInbox(builder.Build());
        await inbox.app.StartAsync();
        return inbox;
    }

    public Uri AddressOf(string vendor) => new($"{app.Urls.Single()}/{vendor}");

    /// <summary>The first that fits, of those that came and those that will.</summary>
    public async Task<InboundWebhook> Find(Func<InboundWebhook, bool> fits)
    {
        for (var seen = 0; ;)
        {
            Task next;
            InboundWebhook[] unseen;
            lock (received)
            {
                next = arrived.Task;
                unseen = [.. received.Skip(seen)];
            }

            if (unseen.FirstOrDefault(fits) is { } found)
            {
                return found;
            }

            seen += unseen.Length;
            await next.WaitAsync(Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers.ToImmutableDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        TaskCompletionSource before;
        lock (received)
        {
            received.Add(new InboundWebhook(headers, body.ToArray()));
            (before, arrived) = (arrived, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        before.SetResult();
    }
}
