using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commerce.Sandbox.Stripe;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox;

/// <summary>Sends events as Stripe does: signed, at least once, until they are taken or three days have passed.</summary>
internal sealed partial class WebhookSender(
    WebhookQueue queue, StripeAccount account, FaultBook faults, IOptions<SandboxOptions> options, TimeProvider time, ILogger<WebhookSender> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5), GivenUpAfter = TimeSpan.FromDays(3);

    private readonly byte[][] secrets =
        [.. options.Value.WebhookSecret.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];

    /// <summary><c>t=…,v1=…</c>, with a <c>v1</c> for every secret.</summary>
    internal static string Sign(ReadOnlySpan<byte> body, long timestamp, params ReadOnlySpan<byte[]> secrets)
    {
        Span<byte> signature = stackalloc byte[32];
        var header = new StringBuilder($"t={timestamp}");
        foreach (var secret in secrets)
        {
            using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
            hash.AppendData(Encoding.UTF8.GetBytes($"{timestamp}."));
            hash.AppendData(body);
            hash.GetHashAndReset(signature);
            header.Append(",v1=").Append(Convert.ToHexStringLower(signature));
        }

        return header.ToString();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.SendsWebhooks)
        {
            return;
        }

        account.Raised = queue.Add;
        foreach (var left in account.Undelivered())
        {
            queue.Add(new WebhookDelivery(left, time.GetUtcNow()));
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
                if (await Send(http, delivery.Event, stopping))
                {
                    account.Delivered(delivery.Event.Id);
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
            account.Delivered(delivery.Event.Id);
            return;
        }

        var wait = options.Value.WebhookRetryDelay * Math.Pow(2, Math.Min(delivery.Attempt, 20));
        queue.Add(delivery with { Due = now + (wait < LongestWait ? wait : LongestWait), Attempt = delivery.Attempt + 1 });
    }

    private async Task<bool> Send(HttpClient http, StripeEvent happened, CancellationToken stopping)
    {
        var url = options.Value.WebhookUrl is { Length: > 0 } fixedUrl ? new Uri(fixedUrl) : options.Value.ResolveWebhookUrl?.Invoke();
        var fault = faults.Next("delivery", "webhook_delivery");
        if (url is null || fault is { Kind: FaultKind.DropBefore })
        {
            return false;
        }

        try
        {
            var body = Body(happened);
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body, time.GetUtcNow().ToUnixTimeSeconds(), secrets));
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

    private static byte[] Body(StripeEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(buffer);
        json.Event(happened);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    [LoggerMessage(LogLevel.Debug, "Webhook {EventId} ({Type}) was answered {Status}")]
    private partial void Refused(string eventId, string type, HttpStatusCode status);

    [LoggerMessage(LogLevel.Warning, "Webhook {EventId} ({Type}) was given up after three days")]
    private partial void GaveUp(string eventId, string type);
}
