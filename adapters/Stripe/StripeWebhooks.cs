using System.Text;
using System.Text.Json;
using Stripe;

namespace Commerce.Payments;

/// <summary>Reads what Stripe sends: nothing before its signature was verified, and of it only what a payment needs.</summary>
internal static class StripeWebhooks
{
    private const long Tolerance = 300;

    public static ProviderWebhook Read(InboundWebhook webhook, ReadOnlySpan<string> secrets, DateTimeOffset now)
    {
        Verify(webhook, secrets, now);
        try
        {
            using var document = JsonDocument.Parse(webhook.Body);
            var happened = document.RootElement;
            var about = happened.GetProperty("data").GetProperty("object");
            var isIntent = Text(about, "object") == "payment_intent";

            return new ProviderWebhook(
                Text(happened, "id") ?? throw new JsonException("without an id"),
                Text(happened, "type") ?? throw new JsonException("without a type"),
                about.TryGetProperty("metadata", out var metadata) ? Text(metadata, StripeMetadata.Payment) : null,
                Text(about, isIntent ? "id" : "payment_intent"),
                DateTimeOffset.FromUnixTimeSeconds(happened.GetProperty("created").GetInt64()));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new CommerceException(WebhookErrors.Unreadable("it is no event of Stripe's."));
        }
    }

    private static void Verify(InboundWebhook webhook, ReadOnlySpan<string> secrets, DateTimeOffset now)
    {
        if (secrets.IsEmpty)
        {
            throw new CommerceException(WebhookErrors.Signature("no signing secret is configured."));
        }

        var header = Header(webhook.Headers, "Stripe-Signature") ?? throw new CommerceException(WebhookErrors.Signature("there is no Stripe-Signature header."));
        var body = Encoding.UTF8.GetString(webhook.Body);
        var stale = false;
        foreach (var secret in secrets)
        {
            try
            {
                EventUtility.ValidateSignature(body, header, secret, Tolerance, now.ToUnixTimeSeconds());
                return;
            }
            catch (StripeException refused)
            {
                stale |= refused.Message.Contains("tolerance", StringComparison.Ordinal);
            }
            catch (Exception malformed) when (malformed is FormatException or ArgumentException or OverflowException or KeyNotFoundException or IndexOutOfRangeException)
            {
                break;
            }
        }

        throw new CommerceException(WebhookErrors.Signature(stale ? "it was signed more than 5 minutes ago or ahead." : "the signature does not fit the body."));
    }

    private static string? Header(ImmutableDictionary<string, string> headers, string name)
    {
        if (headers.TryGetValue(name, out var exact))
        {
            return exact;
        }

        foreach (var (key, value) in headers)
        {
            if (string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind is JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
