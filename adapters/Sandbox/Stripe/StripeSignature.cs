using System.Buffers;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Commerce.Sandbox.Stripe;

/// <summary>A webhook of Stripe's: its body, and the header <c>Stripe-Signature</c> over it.</summary>
internal static class StripeSignature
{
    private static readonly byte[][] Forger = ["whsec_of_somebody_else"u8.ToArray()];

    public static void Write(HttpRequestMessage request, StripeEvent happened, DateTimeOffset now, byte[][]? secrets)
    {
        var body = Body(happened);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body, now.ToUnixTimeSeconds(), secrets ?? Forger));
    }

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

    private static byte[] Body(StripeEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using var json = new Utf8JsonWriter(buffer);
        json.Event(happened);
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
