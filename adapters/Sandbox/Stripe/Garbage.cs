using System.Buffers;
using System.Text.Json;

namespace Commerce.Sandbox.Stripe;

/// <summary>Answers that no client should believe.</summary>
internal static class Garbage
{
    private static readonly string[] Variants = ["html", "schema", "amount", "currency"];

    private static int drawn;

    public static void Write(Utf8JsonWriter json, IBufferWriter<byte> buffer, Answer answer, string? variant)
    {
        // In turn rather than at random: each is met soon.
        variant ??= Variants[(int)((uint)Interlocked.Increment(ref drawn) % Variants.Length)];
        if (variant == "html" || answer is { Intent: null, Refund: null } && variant != "schema")
        {
            buffer.Write("<html><body>502 upstream said something else</body>"u8);
        }
        else if (variant == "schema")
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "unicorn"u8);
            json.WriteStartArray("amount"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else if (answer.Refund is { } refund)
        {
            json.Refund(variant == "amount" ? refund with { Amount = -refund.Amount } : refund with { Currency = Other(refund.Currency) });
        }
        else if (answer.Intent is { } intent)
        {
            json.Intent(variant == "amount" ? intent with { Amount = -intent.Amount, Captured = -intent.Captured } : intent with { Currency = Other(intent.Currency) }, expandCharge: false);
        }
    }

    private static string Other(string currency) => currency == "usd" ? "eur" : "usd";
}
