using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Commerce.Payments;

/// <summary>Reads Adyen's standard webhooks: nothing before every item's signature was verified, and of it only what a payment needs.</summary>
/// <remarks>Adyen signs no time, so that a copy cannot be told from a redelivery by its age; that an event is applied once stands in for it.</remarks>
internal static class AdyenWebhooks
{
    private const int LongestEventId = 200;

    public static ImmutableArray<ProviderWebhook> Read(InboundWebhook webhook, AdyenOptions settings)
    {
        LetIn(webhook, settings);
        try
        {
            using var document = JsonDocument.Parse(webhook.Body);
            if (!document.RootElement.TryGetProperty("notificationItems", out var listed) || listed.ValueKind is not JsonValueKind.Array || listed.GetArrayLength() == 0)
            {
                throw new CommerceException(WebhookErrors.Signature("there is no item, and so nothing that is signed."));
            }

            var items = listed.EnumerateArray().Select(static item => new AdyenNotification(item.GetProperty("NotificationRequestItem"))).ToArray();
            var keys = settings.HmacKeys.Select(Convert.FromHexString).ToArray();
            foreach (var item in items)
            {
                Verify(item, keys);
            }

            return [.. items.Select(item => Told(item, settings))];
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            throw new CommerceException(WebhookErrors.Unreadable("it is no standard webhook of Adyen's."));
        }
    }

    /// <summary>Basic authentication, where it is configured.</summary>
    private static void LetIn(InboundWebhook webhook, AdyenOptions settings)
    {
        if (string.IsNullOrEmpty(settings.WebhookUser))
        {
            return;
        }

        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.WebhookUser}:{settings.WebhookPassword}"));
        var found = webhook.Headers.FirstOrDefault(static header => header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(found), Encoding.UTF8.GetBytes(expected)))
        {
            throw new CommerceException(WebhookErrors.Signature("the user or the password is not the one agreed on."));
        }
    }

    private static void Verify(AdyenNotification item, byte[][] keys)
    {
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (item.Signature is not { } written || !Convert.TryFromBase64String(written, signature, out var length) || length != signature.Length)
        {
            throw new CommerceException(WebhookErrors.Signature("an item carries no hmacSignature."));
        }

        var fits = false;
        foreach (var key in keys)
        {
            // Adyen's own libraries join the fields as they are; its older documents escape colons in them. Ours have none.
            fits |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, item.Signed(escaped: false)), signature)
                | CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(key, item.Signed(escaped: true)), signature);
        }

        if (!fits)
        {
            throw new CommerceException(WebhookErrors.Signature("the signature of an item does not fit."));
        }
    }

    private static ProviderWebhook Told(AdyenNotification item, AdyenOptions settings)
    {
        var id = EventId(item);
        if (item.MerchantAccount != settings.MerchantAccount || item.EventCode is "REPORT_AVAILABLE")
        {
            return new ProviderWebhook(id, item.EventCode, PaymentId: null, Reference: null, item.At);
        }

        var (payment, key) = AdyenReferences.Read(item.MerchantReference ?? "");
        return new ProviderWebhook(
            id, item.EventCode, item.Metadata("payment_id") ?? (payment.Length == 0 ? null : payment), item.OriginalReference ?? item.PspReference, item.At, AdyenFacts.Of(item, key, settings));
    }

    /// <summary>Adyen calls event code and reference the identity of an event; what is told as done after it was told as failed is another.</summary>
    private static string EventId(AdyenNotification item)
    {
        var id = $"{item.EventCode}:{item.PspReference}:{(item.Success ? "true" : "false")}";
        return id.Length <= LongestEventId && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or ':')
            ? id
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
    }
}

/// <summary>One <c>NotificationRequestItem</c>.</summary>
internal sealed class AdyenNotification
{
    private readonly Dictionary<string, string> additional = new(StringComparer.Ordinal);

    public AdyenNotification(JsonElement item)
    {
        EventCode = Text(item, "eventCode") ?? throw new JsonException("without an event code");
        PspReference = Text(item, "pspReference") ?? throw new JsonException("without a reference");
        OriginalReference = Text(item, "originalReference") is { Length: > 0 } original ? original : null;
        MerchantAccount = Text(item, "merchantAccountCode") ?? "";
        MerchantReference = Text(item, "merchantReference");
        Reason = Text(item, "reason") is { Length: > 0 } reason ? reason : null;
        Success = item.TryGetProperty("success", out var success) && (success.ValueKind is JsonValueKind.True || (success.ValueKind is JsonValueKind.String && success.GetString() == "true"));
        At = DateTimeOffset.Parse(Text(item, "eventDate") ?? throw new JsonException("without a date"), CultureInfo.InvariantCulture).ToUniversalTime();
        if (item.TryGetProperty("amount", out var amount) && amount.ValueKind is JsonValueKind.Object)
        {
            Amount = new AdyenAmount(Text(amount, "currency") ?? "", amount.GetProperty("value").GetInt64());
        }

        if (item.TryGetProperty("additionalData", out var data) && data.ValueKind is JsonValueKind.Object)
        {
            foreach (var property in data.EnumerateObject().Where(static one => one.Value.ValueKind is JsonValueKind.String))
            {
                additional[property.Name] = property.Value.GetString()!;
            }
        }
    }

    public string EventCode { get; }

    public string PspReference { get; }

    /// <summary>Of the payment, when the event is about something that was done to one.</summary>
    public string? OriginalReference { get; }

    public string MerchantAccount { get; }

    public string? MerchantReference { get; }

    public string? Reason { get; }

    public bool Success { get; }

    public DateTimeOffset At { get; }

    public AdyenAmount? Amount { get; }

    public string? Signature => Additional("hmacSignature");

    public string? Additional(string name) => additional.GetValueOrDefault(name);

    public string? Metadata(string name) => Additional("metadata." + name);

    /// <summary>What the signature is made over.</summary>
    public byte[] Signed(bool escaped)
    {
        string[] fields =
        [
            PspReference, OriginalReference ?? "", MerchantAccount, MerchantReference ?? "", Amount is null ? "" : Amount.Value.ToString(CultureInfo.InvariantCulture),
            Amount?.Currency ?? "", EventCode, Success ? "true" : "false",
        ];
        return Encoding.UTF8.GetBytes(string.Join(':', escaped ? fields.Select(Escape) : fields));
    }

    private static string Escape(string field) => field.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal);

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
