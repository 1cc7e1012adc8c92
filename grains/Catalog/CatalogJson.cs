using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Commerce.Pricing;

namespace Commerce.Catalog;

/// <summary>What every document of a copy says of itself.</summary>
internal record StoredHash
{
    public long Hash { get; init; }
    public bool Gone { get; init; }
}

internal sealed record StoredProduct : StoredHash
{
    public Product? Product { get; init; }
}

/// <summary>What a SKU costs in which list.</summary>
internal sealed record StoredPrices : StoredHash
{
    /// <summary>As the vendor says it now.</summary>
    public SortedDictionary<string, ImmutableArray<ListedPrice>> Source { get; init; } = [];

    /// <summary>With what was superseded not long ago, each with the time at which it was.</summary>
    public SortedDictionary<string, ImmutableArray<ListedPrice>> Lists { get; init; } = [];
}

/// <summary>What a list says of itself; its prices stand with their SKUs.</summary>
internal sealed record StoredList : StoredHash
{
    public PriceList? List { get; init; }
}

/// <summary>The versions of a promotion that are not long over, the latest first.</summary>
internal sealed record StoredPromotion : StoredHash
{
    public ImmutableArray<Promotion> Versions { get; init; } = [];
}

internal sealed record StoredGroup : StoredHash
{
    public CustomerGroup? Group { get; init; }
}

/// <summary>How the documents of a copy are written. The same content is always the same bytes: attributes are written in order.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(InOrder)])]
[JsonSerializable(typeof(CopyState))]
[JsonSerializable(typeof(StoredHash))]
[JsonSerializable(typeof(StoredProduct))]
[JsonSerializable(typeof(StoredPrices))]
[JsonSerializable(typeof(StoredList))]
[JsonSerializable(typeof(StoredPromotion))]
[JsonSerializable(typeof(StoredGroup))]
[JsonSerializable(typeof(ImmutableArray<string>))]
internal sealed partial class CatalogJson : JsonSerializerContext
{
    public static byte[] Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    public static T Read<T>(byte[] body, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(body, type) ?? throw new JsonException("A document of the copy is null.");

    /// <summary>Tells other content apart, the same in every process.</summary>
    public static long HashOf<T>(T content, JsonTypeInfo<T> type) => BitConverter.ToInt64(SHA256.HashData(Write(content, type)));

    private sealed class InOrder : JsonConverter<ImmutableDictionary<string, string>>
    {
        public override ImmutableDictionary<string, string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var read = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                read[name] = reader.GetString()!;
            }

            return read.ToImmutable();
        }

        public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, string> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, text) in value.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(name, text);
            }

            writer.WriteEndObject();
        }
    }
}
