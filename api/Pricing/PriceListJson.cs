using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>What a price list is sent as. See <see cref="PriceList"/> for what the fields mean.</summary>
internal sealed record PriceListBody
{
    /// <summary>As in the address, if it is there at all.</summary>
    public string? Id { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public string? Customer { get; init; }
    public string? CustomerGroup { get; init; }
    public ImmutableArray<string> Countries { get; init; } = [];
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    public int Priority { get; init; }

    /// <summary>By SKU: minor units, or one or several prices with their quantities and times.</summary>
    [JsonConverter(typeof(PricesConverter))]
    public required ImmutableDictionary<string, ImmutableArray<ListedPrice>> Prices { get; init; }

    public PriceList List(string id) => new()
    {
        Id = id,
        Channel = Channel,
        Currency = Currency,
        Customer = Customer,
        CustomerGroup = CustomerGroup,
        Countries = Countries,
        From = From,
        Until = Until,
        Priority = Priority,
        Prices = Prices,
    };
}

/// <param name="Prices">By SKU: minor units, or one or several prices with their quantities and times; an empty list takes it off.</param>
internal sealed record PriceChangesBody([property: JsonConverter(typeof(PricesConverter))] ImmutableDictionary<string, ImmutableArray<ListedPrice>> Prices);

/// <summary>A price list as operators see it; lists of lists are without prices.</summary>
internal sealed record PriceListJson
{
    public required string Id { get; init; }
    public required int Version { get; init; }

    /// <summary>Absent for one of the shop's files.</summary>
    public DateTimeOffset? PublishedAt { get; init; }
    public string? PublishedBy { get; init; }
    public bool Withdrawn { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public string? Customer { get; init; }
    public string? CustomerGroup { get; init; }
    public required ImmutableArray<string> Countries { get; init; }
    public DateTimeOffset? From { get; init; }
    public DateTimeOffset? Until { get; init; }
    public required int Priority { get; init; }
    public ImmutableSortedDictionary<string, ImmutableArray<ListedPrice>>? Prices { get; init; }

    public static PriceListJson Of(Published<PriceList> published) => new()
    {
        Id = published.Document.Id,
        Version = published.Version,
        PublishedAt = published.At,
        PublishedBy = published.By,
        Withdrawn = published.IsWithdrawn,
        Channel = published.Document.Channel,
        Currency = published.Document.Currency,
        Customer = published.Document.Customer,
        CustomerGroup = published.Document.CustomerGroup,
        Countries = published.Document.Countries,
        From = published.Document.From,
        Until = published.IsWithdrawn ? published.At : published.Document.Until,
        Priority = published.Document.Priority,
        Prices = published.Document.Prices.IsEmpty ? null : published.Document.Prices.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };
}

/// <summary>What a group of customers is sent as.</summary>
internal sealed record CustomerGroupBody
{
    /// <summary>As in the address, if it is there at all.</summary>
    public string? Id { get; init; }

    /// <summary>Ids of customers, as their tokens name them.</summary>
    public required ImmutableArray<string> Customers { get; init; }
}

/// <summary>A group of customers as operators see it.</summary>
internal sealed record CustomerGroupJson(string Id, int Version, DateTimeOffset? PublishedAt, string? PublishedBy, bool Withdrawn, ImmutableArray<string> Customers)
{
    public static CustomerGroupJson Of(Published<CustomerGroup> published) =>
        new(published.Document.Id, published.Version, published.At, published.By, published.IsWithdrawn, published.Document.Customers);
}

/// <summary>A price is a number of minor units, or one or several objects with their quantities and times.</summary>
internal sealed class PricesConverter : JsonConverter<ImmutableDictionary<string, ImmutableArray<ListedPrice>>>
{
    public override ImmutableDictionary<string, ImmutableArray<ListedPrice>> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var prices = ImmutableDictionary.CreateBuilder<string, ImmutableArray<ListedPrice>>(StringComparer.Ordinal);
        foreach (var (sku, price) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(ref reader, options) ?? [])
        {
            try
            {
                prices.Add(sku, price.ValueKind switch
                {
                    JsonValueKind.Array => price.Deserialize<ImmutableArray<ListedPrice>>(options),
                    JsonValueKind.Object => [price.Deserialize<ListedPrice>(options)!],
                    _ => [new ListedPrice(price.Deserialize<long>(options))],
                });
            }
            catch (JsonException e)
            {
                throw new JsonException(null, $"$.prices['{sku}']{e.Path?.TrimStart('$')}", null, null, e);
            }
        }

        return prices.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableDictionary<string, ImmutableArray<ListedPrice>> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToDictionary(p => p.Key, p => p.Value), options);
}
