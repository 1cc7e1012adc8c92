using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Commerce.Sandbox.Adyen;

/// <summary>Bodies as Adyen writes them.</summary>
internal static class AdyenJson
{
    private const string Letters = "BCDFGHJKLMNPQRSTVWXZ2345678923456";

    private static readonly JsonWriterOptions Plain = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A reference of Adyen's: 16 letters and digits, never digits alone.</summary>
    public static string NewReference() => string.Create(16, 0, static (text, _) =>
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = i % 5 == 0 ? Letters[bytes[i] % 20] : Letters[bytes[i] & 31];
        }
    });

    /// <summary>An object with what <paramref name="fields"/> writes.</summary>
    public static string Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    extension(Utf8JsonWriter json)
    {
        public void Amount(long value, string currency)
        {
            json.WriteStartObject("amount"u8);
            json.WriteString("currency"u8, currency);
            json.WriteNumber("value"u8, value);
            json.WriteEndObject();
        }

        public void Item(AdyenItem item, string signature)
        {
            json.WriteStartObject();
            json.WriteStartObject("NotificationRequestItem"u8);
            json.WriteStartObject("additionalData"u8);
            for (var i = 0; i + 1 < item.Additional?.Length; i += 2)
            {
                json.WriteString(item.Additional[i], item.Additional[i + 1]);
            }

            json.WriteString("hmacSignature"u8, signature);
            json.WriteEndObject();
            json.Amount(item.Amount, item.Currency);
            json.WriteString("eventCode"u8, item.EventCode);
            json.WriteString("eventDate"u8, DateTimeOffset.FromUnixTimeMilliseconds(item.At).ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            json.WriteString("merchantAccountCode"u8, item.Account);
            json.WriteString("merchantReference"u8, item.Reference);
            if (item.Original is not null)
            {
                json.WriteString("originalReference"u8, item.Original);
            }

            json.WriteString("paymentMethod"u8, "visa"u8);
            json.WriteString("pspReference"u8, item.Psp);
            json.WriteString("reason"u8, item.Reason ?? "");
            json.WriteString("success"u8, item.Success ? "true"u8 : "false"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
    }
}
