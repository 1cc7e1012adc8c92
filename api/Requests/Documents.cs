using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Requests;

/// <summary>Reads a body that is a whole document, as its contract has it: strictly, with a pointer to what does not fit. What is null may as well be absent.</summary>
/// <remarks>Contracts are many and nested, and documents are sent by operators: they are read by reflection, which keeps what a field is when it is left out.</remarks>
internal static class Documents
{
    private static readonly JsonSerializerOptions Forgiving = new(JsonSerializerDefaults.Web)
    {
        AllowDuplicateProperties = false,
        AllowOutOfOrderMetadataProperties = true,
        Converters = { new UtcConverter() },
        MaxDepth = JsonBody.MaxDepth,
        NumberHandling = JsonNumberHandling.Strict,
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSerializerOptions Strict = new(Forgiving) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static T Of<T>(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            throw Wrong("", "invalid-value", "This must be an object.");
        }

        var document = WithoutNulls(body, "")!;
        try
        {
            return document.Deserialize<T>(Strict)!;
        }
        catch (JsonException e)
        {
            throw IsUnknownField<T>(document)
                ? Wrong(Pointer(e.Path), "unknown-field", "There is no such field.")
                : Wrong(Pointer(e.Path), "invalid-value", "This has a value of another type than it takes, or lacks a field that it needs. The reference at /docs has the form.");
        }
        catch (NotSupportedException)
        {
            throw Wrong("/effect/type", "required", "An effect needs its 'type': percent_off, amount_off, fixed_price, buy_get, tiers, bundle or gift.");
        }
    }

    /// <summary>Whether it could be read if fields that nobody knows were passed over.</summary>
    private static bool IsUnknownField<T>(JsonNode document)
    {
        try
        {
            document.Deserialize<T>(Forgiving);
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return false;
        }
    }

    private static JsonNode? WithoutNulls(JsonElement element, string pointer)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new JsonObject();
                foreach (var field in element.EnumerateObject().Where(static field => field.Value.ValueKind is not JsonValueKind.Null))
                {
                    var name = NameOf(field);
                    fields.Add(name, WithoutNulls(field.Value, $"{pointer}/{name}"));
                }

                return fields;
            case JsonValueKind.Array:
                var items = new JsonArray();
                foreach (var item in element.EnumerateArray())
                {
                    var at = $"{pointer}/{items.Count}";
                    items.Add(item.ValueKind is JsonValueKind.Null ? throw Wrong(at, "invalid-value", "A list has no empty places.") : WithoutNulls(item, at));
                }

                return items;
            case JsonValueKind.String when TextOf(element) is not { } text || Fields.HasControl(text):
                throw Wrong(pointer, "invalid-value", "This has characters that are no text.");
            default:
                return JsonValue.Create(element);
        }
    }

    private static string NameOf(JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            throw new Refusal("malformed-json", "A name in the body is no valid text.");
        }
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // half of a surrogate pair
        }
    }

    /// <summary><c>$.prices['A-1'][0].amount</c> as <c>/prices/A-1/0/amount</c>.</summary>
    private static string Pointer(string? path)
    {
        var pointer = new System.Text.StringBuilder();
        var rest = path.AsSpan();
        rest = rest.StartsWith("$") ? rest[1..] : rest;
        while (!rest.IsEmpty && pointer.Length < 256)
        {
            var (from, end) = rest switch
            {
                ['[', '\'', ..] => (2, rest.IndexOf("']", StringComparison.Ordinal)),
                ['[', ..] => (1, rest.IndexOf(']')),
                _ => (1, rest[1..].IndexOfAny('.', '[') is >= 0 and var next ? next + 1 : rest.Length),
            };
            end = end < from ? rest.Length : end;
            pointer.Append('/').Append(rest[from..end].ToString().Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
            rest = rest[Math.Min(rest.Length, end + (rest[0] == '[' ? from : 0))..];
        }

        return pointer.ToString();
    }

    private static Refusal Wrong(string pointer, string code, string detail) => new(code, detail, [new FieldError(pointer, code, detail)]);

    /// <summary>A time says which one it is: without an offset it would be that of the machine.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String
            && reader.GetString() is { } text
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal))
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
                ? at.ToUniversalTime()
                : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
