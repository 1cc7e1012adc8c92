using System.Text.Json;
using System.Text.Json.Serialization;

namespace Commerce.Commercetools;

/// <summary>What lists are read by.</summary>
internal interface IWireIdentity
{
    string Id { get; }
}

internal sealed record WirePage<T>(ImmutableArray<T> Results, long? Total = null);

internal sealed record WireToken([property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] long ExpiresIn);

internal sealed record WireError(string? Message, string? Error, ImmutableArray<WireErrorCode> Errors = default);

internal sealed record WireErrorCode(string Code);

/// <param name="Obj">What it refers to, when the question asked for it.</param>
internal sealed record WireReference(string? Id = null, string? Key = null, WireExpanded? Obj = null);

internal sealed record WireExpanded(string? Key = null, Dictionary<string, string>? Slug = null);

internal sealed record WireProduct(
    string Id,
    DateTimeOffset LastModifiedAt,
    Dictionary<string, string> Name,
    WireVariant MasterVariant,
    string? Key = null,
    Dictionary<string, string>? Description = null,
    WireReference? TaxCategory = null,
    string? PriceMode = null) : IWireIdentity
{
    public ImmutableArray<WireVariant> Variants { get; init; } = [];

    public ImmutableArray<WireReference> Categories { get; init; } = [];

    [JsonIgnore]
    public IEnumerable<WireVariant> AllVariants => Variants.IsDefaultOrEmpty ? [MasterVariant] : Variants.Prepend(MasterVariant);
}

internal sealed record WireVariant(long Id, string? Sku = null, WireAvailability? Availability = null)
{
    public ImmutableArray<WirePrice> Prices { get; init; } = [];

    public ImmutableArray<WireAttribute> Attributes { get; init; } = [];
}

internal sealed record WireAvailability(long? AvailableQuantity = null);

internal sealed record WireAttribute(string Name, JsonElement Value);

internal sealed record WirePrice(
    string Id,
    WireMoney Value,
    string? Country = null,
    WireReference? CustomerGroup = null,
    WireReference? Channel = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null,
    WireDiscounted? Discounted = null,
    JsonElement? RecurrencePolicy = null)
{
    public ImmutableArray<WireTier> Tiers { get; init; } = [];
}

internal sealed record WireTier(int MinimumQuantity, WireMoney Value);

internal sealed record WireDiscounted(WireMoney Value);

/// <param name="Type"><c>centPrecision</c> or <c>highPrecision</c>.</param>
internal sealed record WireMoney(string CurrencyCode, long CentAmount, int? FractionDigits = null, string? Type = null, long? PreciseAmount = null);

internal sealed record WireMessage(string Id, DateTimeOffset CreatedAt, string Type, WireReference Resource) : IWireIdentity;

internal sealed record WireKeyed(string Id, string? Key = null) : IWireIdentity;

/// <summary>What the newest of a kind is, so that a change of any is seen.</summary>
internal sealed record WireStamp(string Id, DateTimeOffset LastModifiedAt) : IWireIdentity;

internal sealed record WireCustomer(string Id, string? Key = null, string? ExternalId = null, WireReference? CustomerGroup = null) : IWireIdentity
{
    /// <summary>Groups beyond the first.</summary>
    public ImmutableArray<WireAssignment> CustomerGroupAssignments { get; init; } = [];
}

internal sealed record WireAssignment(WireReference CustomerGroup);

internal sealed record WireCartDiscount(
    string Id,
    Dictionary<string, string> Name,
    WireDiscountValue Value,
    string CartPredicate,
    string SortOrder,
    bool IsActive,
    bool RequiresDiscountCode,
    string? Key = null,
    WireDiscountTarget? Target = null,
    string? StackingMode = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null,
    WireReference? DiscountGroup = null) : IWireIdentity
{
    public ImmutableArray<WireReference> Stores { get; init; } = [];
}

internal sealed record WireDiscountValue(string Type, int? Permyriad = null, string? ApplicationMode = null)
{
    public ImmutableArray<WireMoney> Money { get; init; } = [];
}

internal sealed record WireDiscountTarget(
    string Type, string? Predicate = null, int? TriggerQuantity = null, int? DiscountedQuantity = null, int? MaxOccurrence = null, string? SelectionMode = null);

internal sealed record WireDiscountCode(
    string Id,
    string Code,
    bool IsActive,
    string? CartPredicate = null,
    int? MaxApplications = null,
    int? MaxApplicationsPerCustomer = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidUntil = null) : IWireIdentity
{
    public ImmutableArray<WireReference> CartDiscounts { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(WireToken))]
[JsonSerializable(typeof(WireError))]
[JsonSerializable(typeof(WirePage<WireProduct>))]
[JsonSerializable(typeof(WirePage<WireMessage>))]
[JsonSerializable(typeof(WirePage<WireKeyed>))]
[JsonSerializable(typeof(WirePage<WireStamp>))]
[JsonSerializable(typeof(WirePage<WireCustomer>))]
[JsonSerializable(typeof(WirePage<WireCartDiscount>))]
[JsonSerializable(typeof(WirePage<WireDiscountCode>))]
internal sealed partial class CommercetoolsJson : JsonSerializerContext;
