using System.Buffers;
using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Journal;

/// <summary>
/// Writes and reads the events of one aggregate: <c>[{"type":"commerce.cart.opened.v1","data":{…}}, …]</c>. The names stand on the event's base
/// type, a <see cref="JsonDerivedTypeAttribute"/> each, and are never changed once written.
/// </summary>
internal static class EventCodec<TEvent>
    where TEvent : class
{
    private static readonly FrozenDictionary<Type, (string Name, JsonTypeInfo Info)> ByType = typeof(TEvent)
        .GetCustomAttributes<JsonDerivedTypeAttribute>()
        .ToFrozenDictionary(
            derived => derived.DerivedType,
            derived => ((string)derived.TypeDiscriminator!, JournalJson.Default.GetTypeInfo(derived.DerivedType)
                ?? throw new InvalidOperationException($"{derived.DerivedType} is missing in {nameof(JournalJson)}.")));

    private static readonly FrozenDictionary<string, JsonTypeInfo> ByName = ByType.Values.ToFrozenDictionary(e => e.Name, e => e.Info, StringComparer.Ordinal);

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>The published names of this aggregate's events.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>The published name of an event.</summary>
    public static string NameOf<T>()
        where T : TEvent => ByType[typeof(T)].Name;

    /// <inheritdoc cref="NameOf{T}()"/>
    public static string NameOf(TEvent happened) => ByType[happened.GetType()].Name;

    /// <summary>The type of a published name; null when this aggregate has no such event.</summary>
    public static Type? TypeOf(string name) => ByName.TryGetValue(name, out var info) ? info.Type : null;

    /// <summary>An event of a known type from its data alone.</summary>
    public static T Read<T>(byte[] data)
        where T : TEvent => (T)JsonSerializer.Deserialize(data, ByType[typeof(T)].Info)!;

    /// <summary>An event from its published name and its data; null when this aggregate has no such event.</summary>
    public static TEvent? Read(string name, byte[] data) => ByName.TryGetValue(name, out var info) ? (TEvent)JsonSerializer.Deserialize(data, info)! : null;

    /// <param name="correlations">Correlation id of each event where it differs from the commit's own; null where it does not.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<TEvent> events, IReadOnlyList<string?> correlations)
    {
        var buffer = new ArrayBufferWriter<byte>(256 * events.Count);
        var json = writer ??= new Utf8JsonWriter(buffer);
        json.Reset(buffer);
        json.WriteStartArray();
        for (var i = 0; i < events.Count; i++)
        {
            var (name, info) = ByType[events[i].GetType()];
            json.WriteStartObject();
            json.WriteString("type"u8, name);
            if (correlations[i] is { } correlation)
            {
                json.WriteString("correlationId"u8, correlation);
            }

            json.WritePropertyName("data"u8);
            JsonSerializer.Serialize(json, events[i], info);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    public static IEnumerable<TEvent> Read(byte[] events)
    {
        foreach (var (name, _, data) in EventEnvelopes.Read(events))
        {
            yield return (TEvent)(JsonSerializer.Deserialize(data.Span, ByName.TryGetValue(name, out var info)
                ? info
                : throw new InvalidOperationException($"The journal holds an event '{name}' that this version does not know."))
                ?? throw new InvalidOperationException($"The journal holds an empty '{name}'."));
        }
    }
}

/// <summary>The envelopes of a commit, whatever the aggregate: for readers that pass the data on as it is.</summary>
internal static class EventEnvelopes
{
    public static IEnumerable<(string Type, string? CorrelationId, ReadOnlyMemory<byte> Data)> Read(byte[] events)
    {
        var offset = 0;
        var state = default(JsonReaderState);
        while (Next(events, ref offset, ref state, out var envelope))
        {
            yield return envelope;
        }
    }

    private static bool Next(byte[] events, ref int offset, ref JsonReaderState state, out (string Type, string? CorrelationId, ReadOnlyMemory<byte> Data) envelope)
    {
        var reader = new Utf8JsonReader(events.AsSpan(offset), isFinalBlock: true, state);
        string? type = null, correlation = null;
        var (start, end) = (0, 0);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName when reader.ValueTextEquals("type"u8):
                    reader.Read();
                    type = string.Intern(reader.GetString()!);
                    break;
                case JsonTokenType.PropertyName when reader.ValueTextEquals("correlationId"u8):
                    reader.Read();
                    correlation = reader.GetString();
                    break;
                case JsonTokenType.PropertyName when reader.ValueTextEquals("data"u8):
                    reader.Read();
                    start = offset + (int)reader.TokenStartIndex;
                    reader.Skip();
                    end = offset + (int)reader.BytesConsumed;
                    break;
                case JsonTokenType.EndObject:
                    envelope = (type!, correlation, events.AsMemory(start, end - start));
                    offset += (int)reader.BytesConsumed;
                    state = reader.CurrentState;
                    return true;
                case JsonTokenType.EndArray:
                    envelope = default;
                    return false;
                default:
                    break;
            }
        }

        envelope = default;
        return false;
    }
}
