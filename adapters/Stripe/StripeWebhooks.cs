using System.Text;
using System.Text.Json;
using Stripe;

namespace Commerce.Payments;

/// <summary>Reads what Stripe sends: nothing before its signature was verified, and of it only what a payment needs.</summary>
internal static class StripeWebhooks
{
    private const long Tolerance = 300;

    /// <summary>
    /// Stripe tells whole seconds, so a thing happened somewhere in its second. A fact is given the end of it: what came after an answer of the same second must not
    /// look older than that answer.
    /// </summary>
    private static readonly TimeSpan InItsSecond = TimeSpan.FromMilliseconds(999);

    public static ProviderWebhook Read(InboundWebhook webhook, ReadOnlySpan<string> secrets, DateTimeOffset now)
    {
        Verify(webhook, secrets, now);
        try
        {
            using var document = JsonDocument.Parse(webhook.Body);
            var happened = document.RootElement;
            var about = happened.GetProperty("data").GetProperty("object");
            var isIntent = Text(about, "object") == "payment_intent";
            var type = Text(happened, "type") ?? throw new JsonException("without a type");
            var at = DateTimeOffset.FromUnixTimeSeconds(happened.GetProperty("created").GetInt64());

            return new ProviderWebhook(
                Text(happened, "id") ?? throw new JsonException("without an id"),
                type,
                Meta(about, StripeMetadata.Payment),
                Text(about, isIntent ? "id" : "payment_intent"),
                at,
                Fact(type, about, at + InItsSecond));
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new CommerceException(WebhookErrors.Unreadable("it is no event of Stripe's."));
        }
    }

    /// <summary>What an event says happened, for those whose own object says all of it; of the others only that something did.</summary>
    private static PaymentFact? Fact(string type, JsonElement about, DateTimeOffset at) => (type, Text(about, "object")) switch
    {
        ("refund.created" or "refund.updated" or "refund.failed" or "charge.refund.updated", "refund") => RefundFact(about, at),
        (_, "dispute") => DisputeFact(about, at),
        ("payment_intent.canceled", "payment_intent") when Text(about, "cancellation_reason") is "automatic" && Text(about, "id") is { } id =>
            new PaymentFact(FactKind.Expired, id, Amount(about), Meta(about, StripeMetadata.Key), Declines.Expired, Message: null, at),
        _ => null,
    };

    private static PaymentFact? RefundFact(JsonElement refund, DateTimeOffset at) => (Text(refund, "id"), Text(refund, "status")) switch
    {
        ({ } id, "succeeded") => new(FactKind.Refunded, id, Amount(refund), Meta(refund, StripeMetadata.Key), Code: null, Message: null, at),
        ({ } id, "failed" or "canceled") => new(
            FactKind.RefundFailed, id, Amount(refund), Meta(refund, StripeMetadata.Key), Text(refund, "failure_reason") ?? "refund_" + Text(refund, "status"), $"Stripe could not make refund {id}.", at),
        _ => null,
    };

    private static PaymentFact? DisputeFact(JsonElement dispute, DateTimeOffset at) =>
        Text(dispute, "id") is { } id && StripeDisputes.Status(Text(dispute, "status")) is { } status
            ? new PaymentFact(FactKind.Disputed, id, Amount(dispute), Key: null, Text(dispute, "reason"), Message: null, at) { Dispute = status, Until = AnswerBy(dispute, status) }
            : null;

    private static DateTimeOffset? AnswerBy(JsonElement dispute, DisputeStatus status) =>
        StripeDisputes.WantsAnswer(status)
        && dispute.TryGetProperty("evidence_details", out var details) && details.ValueKind is JsonValueKind.Object
        && details.TryGetProperty("due_by", out var due) && due.ValueKind is JsonValueKind.Number
            ? DateTimeOffset.FromUnixTimeSeconds(due.GetInt64())
            : null;

    private static Money? Amount(JsonElement of) =>
        of.TryGetProperty("amount", out var amount) && amount.ValueKind is JsonValueKind.Number ? StripeAmounts.Read(amount.GetInt64(), Text(of, "currency")) : null;

    private static string? Meta(JsonElement of, string name) => of.TryGetProperty("metadata", out var metadata) ? Text(metadata, name) : null;

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
