using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

/// <summary>A shopper that Stripe keeps payment methods of.</summary>
internal sealed record Customer
{
    [JsonPropertyName("id")] public required string Id { get; init; }

    /// <summary>Unix seconds.</summary>
    [JsonPropertyName("cr")] public long Created { get; init; }

    /// <summary>Keys and values in turn.</summary>
    [JsonPropertyName("md")] public string[]? Metadata { get; init; }
}

/// <summary>A card that a customer keeps.</summary>
/// <param name="Customer">Null once it is detached: then it pays nothing any more.</param>
/// <param name="Card">Which test card it is: <see cref="TestCard.Id"/>.</param>
/// <param name="Created">Unix seconds.</param>
internal sealed record KeptMethod(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("cu")] string? Customer,
    [property: JsonPropertyName("ca")] string Card,
    [property: JsonPropertyName("cr")] long Created);
