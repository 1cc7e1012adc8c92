using System.Net;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox;

/// <summary>Sends the vendors' events as they do: signed, at least once, until they are taken or three days have passed.</summary>
internal sealed partial class WebhookSender(
    WebhookQueue queue, IEnumerable<IWebhookSource> sources, FaultBook faults, IOptions<SandboxOptions> options, TimeProvider time, ILogger<WebhookSender> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5), GivenUpAfter = TimeSpan.FromDays(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var source in sources.Where(source => options.Value.SendsWebhooks(source.Vendor)))
        {
            source.Raised = happened => queue.Add(source, happened);
            foreach (var left in source.Undelivered())
            {
                queue.Add(new WebhookDelivery(source, left, time.GetUtcNow()));
            }
        }

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = options.Value.WebhookTimeout,
        };
        await Task.WhenAll(Enumerable.Range(0, options.Value.WebhookConcurrency).Select(_ => Work(http, stoppingToken)));
    }

    private async Task Work(HttpClient http, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var delivery = await queue.Next(stopping);
                if (await Send(http, delivery, stopping))
                {
                    delivery.Source.Delivered(delivery.Event.Id);
                }
                else
                {
                    Again(delivery);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping: what is left is in the journal.
        }
    }

    private void Again(WebhookDelivery delivery)
    {
        var now = time.GetUtcNow();
        if (now - DateTimeOffset.FromUnixTimeSeconds(delivery.Event.Created) > GivenUpAfter)
        {
            GaveUp(delivery.Event.Id, delivery.Event.Type);
            delivery.Source.Delivered(delivery.Event.Id);
            return;
        }

        var wait = options.Value.WebhookRetryDelay * Math.Pow(2, Math.Min(delivery.Attempt, 20));
        queue.Add(delivery with { Due = now + (wait < LongestWait ? wait : LongestWait), Attempt = delivery.Attempt + 1, Forged = false });
    }

    private async Task<bool> Send(HttpClient http, WebhookDelivery delivery, CancellationToken stopping)
    {
        var happened = delivery.Event;
        var url = options.Value.WebhookUrlOf(happened.Vendor);
        var fault = faults.Next(happened.Vendor, "delivery", "webhook_delivery");
        if (url is null || fault is { Kind: FaultKind.DropBefore })
        {
            return false;
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url);
            delivery.Source.Write(request, happened, time.GetUtcNow(), delivery.Forged || fault is { Kind: FaultKind.BadSignature });
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stopping);
            if (!response.IsSuccessStatusCode)
            {
                Refused(happened.Id, happened.Type, response.StatusCode);
            }

            return response.IsSuccessStatusCode && fault is not { Kind: FaultKind.DropAfter };
        }
        catch (Exception lost) when (lost is HttpRequestException or OperationCanceledException && !stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Debug, "Webhook {EventId} ({Type}) was answered {Status}")]
    private partial void Refused(string eventId, string type, HttpStatusCode status);

    [LoggerMessage(LogLevel.Warning, "Webhook {EventId} ({Type}) was given up after three days")]
    private partial void GaveUp(string eventId, string type);
}
