using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Commerce.Sandbox.Adyen;

/// <summary>A standard webhook of Adyen's: one item, with its signature inside.</summary>
internal sealed class AdyenSignature(SandboxOptions options)
{
    private readonly byte[] key = Convert.FromHexString(options.AdyenHmacKey);
    private readonly byte[] forger = SHA256.HashData("somebody else"u8);
    private readonly AuthenticationHeaderValue? user = string.IsNullOrEmpty(options.AdyenWebhookUser)
        ? null
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AdyenWebhookUser}:{options.AdyenWebhookPassword}")));

    public void Write(HttpRequestMessage request, AdyenItem item, bool forged)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("live"u8, "false"u8);
        json.WriteStartArray("notificationItems"u8);
        json.Item(item, Sign(item, forged ? forger : key));
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        request.Content = new ByteArrayContent(buffer.WrittenSpan.ToArray());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.Authorization = user;
    }

    /// <summary>Base64 of the HMAC-SHA256 over eight fields with colons between them.</summary>
    internal static string Sign(AdyenItem item, byte[] key) => Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(string.Join(
        ':', item.Psp, item.Original ?? "", item.Account, item.Reference, item.Amount.ToString(CultureInfo.InvariantCulture), item.Currency, item.EventCode, item.Success ? "true" : "false"))));
}
