using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Commerce.Requests;

/// <summary>The Idempotency-Key header, and what a request means for the purpose of telling two apart.</summary>
internal static class IdempotencyKeys
{
    public const string Header = "Idempotency-Key";
    public const int MaxLength = 255;

    /// <summary>A key for a request whose caller gave none: nobody else knows it, and it means this request alone, so it needs no fingerprint.</summary>
    public static string New() => Identity.New("own_");

    /// <summary>The key, bare or as a structured-field string in quotes; null when there is none.</summary>
    public static string? Read(HttpRequest request)
    {
        var header = request.Headers[Header];
        if (header.Count == 0)
        {
            return null;
        }

        if (header is not [{ } text])
        {
            throw new Refusal("idempotency-key-invalid", "There are two Idempotency-Key headers.");
        }

        var key = text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1] : text;
        if (key.Length is 0 or > MaxLength || string.IsNullOrWhiteSpace(key) || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new Refusal("idempotency-key-invalid", $"A key has 1 to {MaxLength} printable ASCII characters.");
        }

        return key;
    }

    /// <summary>SHA-256 over method, address and body, the body's fields in one order whatever order they came in.</summary>
    public static string Fingerprint(HttpRequest request, JsonElement body)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Encoding.UTF8.GetBytes(request.Method, buffer);
        Encoding.UTF8.GetBytes("\n", buffer);
        Encoding.UTF8.GetBytes(request.Path.Value ?? "", buffer);
        Encoding.UTF8.GetBytes("\n", buffer);
        if (body.ValueKind is not JsonValueKind.Undefined)
        {
            using var writer = new Utf8JsonWriter(buffer);
            Canonical(writer, body);
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(buffer.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static void Canonical(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Canonical(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    Canonical(writer, item);
                }

                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
