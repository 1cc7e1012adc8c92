using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Commerce.Events;

/// <summary>A lifecycle event in its wire form: CloudEvents 1.0, structured JSON.</summary>
internal static class CloudEvents
{
    public const string Source = "/commerce";

    /// <summary>CloudEvents wants an absolute URI here, and every reader of the feed gets the same bytes, whatever address it came by.</summary>
    private const string SchemaRoot = "commerce:/contracts/events/";

    private static readonly JsonEncodedText
        SpecVersion = JsonEncodedText.Encode("specversion"),
        Id = JsonEncodedText.Encode("id"),
        SourceName = JsonEncodedText.Encode("source"),
        Subject = JsonEncodedText.Encode("subject"),
        Type = JsonEncodedText.Encode("type"),
        Time = JsonEncodedText.Encode("time"),
        DataSchema = JsonEncodedText.Encode("dataschema"),
        DataContentType = JsonEncodedText.Encode("datacontenttype"),
        TraceParent = JsonEncodedText.Encode("traceparent"),
        Sequence = JsonEncodedText.Encode("sequence"),
        CorrelationId = JsonEncodedText.Encode("correlationid"),
        CausationId = JsonEncodedText.Encode("causationid"),
        Cursor = JsonEncodedText.Encode("cursor"),
        Data = JsonEncodedText.Encode("data");

    /// <remarks><c>cursor</c>, an extension of ours, is where to read on after this event.</remarks>
    public static void Write(Utf8JsonWriter writer, LifecycleEvent happened)
    {
        writer.WriteStartObject();
        writer.WriteString(SpecVersion, "1.0");
        writer.WriteString(Id, happened.Id);
        writer.WriteString(SourceName, Source);
        writer.WriteString(Type, happened.Type);
        writer.WriteString(Subject, happened.Aggregate);
        writer.WriteString(Time, happened.Time.UtcDateTime);
        writer.WriteString(DataContentType, "application/json");
        writer.WriteString(DataSchema, $"{SchemaRoot}{happened.Type}.json");
        Optional(writer, TraceParent, happened.TraceParent);
        writer.WriteString(Sequence, happened.Sequence.ToString());
        Optional(writer, CorrelationId, happened.CorrelationId);
        Optional(writer, CausationId, happened.CausationId);
        writer.WriteString(Cursor, happened.Cursor.ToString());
        writer.WritePropertyName(Data);
        writer.WriteRawValue(happened.Data, skipInputValidation: true); // the journal wrote it
        writer.WriteEndObject();
    }

    /// <summary>The event as one frame of a text/event-stream.</summary>
    public static byte[] Frame(LifecycleEvent happened)
    {
        var buffer = new ArrayBufferWriter<byte>(happened.Data.Length + 640);
        Text(buffer, "id: ");
        Text(buffer, happened.Cursor.ToString());
        Text(buffer, "\nevent: ");
        Text(buffer, happened.Type);
        Text(buffer, "\ndata: ");
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, happened);
        }

        Text(buffer, "\n\n");
        return buffer.WrittenSpan.ToArray();
    }

    private static void Text(IBufferWriter<byte> buffer, string text) => Encoding.UTF8.GetBytes(text, buffer);

    private static void Optional(Utf8JsonWriter writer, JsonEncodedText name, string? value)
    {
        if (value is { Length: > 0 })
        {
            writer.WriteString(name, value);
        }
    }
}
