using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>Prices for somebody, somewhere, for a time.</summary>
/// <remarks>
/// Of the lists that fit and have the SKU the most particular one gives the price: a customer's own before a group's, a group's before a country's, a
/// country's before everybody's; of equally particular ones the highest <see cref="Priority"/>, then the one that began last, then the first by id.
/// </remarks>
[GenerateSerializer, Immutable, Alias("commerce.price-list")]
public sealed record PriceList
{
    /// <summary>Lower case, digits and dashes: <c>eu-eur</c>.</summary>
    [Id(0)] public required string Id { get; init; }

    /// <summary>Counted up by every publication, from 1.</summary>
    [Id(1)] public int Version { get; init; } = 1;

    [Id(2)] public required string Channel { get; init; }

    /// <summary>ISO 4217.</summary>
    [Id(3)] public required string Currency { get; init; }

    /// <summary>For this customer alone; null: for everybody.</summary>
    [Id(4)] public string? Customer { get; init; }

    /// <summary>For customers of this group; null: for everybody.</summary>
    [Id(5)] public string? CustomerGroup { get; init; }

    /// <summary>ISO 3166-1: for these destinations; empty: for any, and while the destination is unknown.</summary>
    [Id(6)] public ImmutableArray<string> Countries { get; init; } = [];

    /// <summary>UTC, the first moment; null: it always was.</summary>
    [Id(7)] public DateTimeOffset? From { get; init; }

    /// <summary>UTC, the first moment after; null: no end.</summary>
    [Id(8)] public DateTimeOffset? Until { get; init; }
    [Id(9)] public int Priority { get; init; }

    /// <summary>By SKU. A list may be short: what it lacks is looked for in the next.</summary>
    [Id(10)] public ImmutableDictionary<string, ImmutableArray<ListedPrice>> Prices { get; init; } = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty;
}

/// <summary>What a unit of a SKU costs. Of those that hold, the one with the highest <see cref="FromQuantity"/> that is reached counts, then the one that began last.</summary>
/// <param name="Amount">Minor units; contains the taxes where the channel's prices do.</param>
/// <param name="FromQuantity">Units of the SKU in the basket from which it counts.</param>
/// <param name="CompareAt">What it is shown to have cost before, minor units; null: nothing is shown.</param>
/// <param name="From">UTC, the first moment; null: it always was.</param>
/// <param name="Until">UTC, the first moment after; null: no end.</param>
/// <param name="Version">Of the list, that brought it; 0: as the list says of itself.</param>
[GenerateSerializer, Immutable, Alias("commerce.price-list.price")]
public sealed record ListedPrice(
    [property: Id(0)] long Amount,
    [property: Id(1)] int FromQuantity = 1,
    [property: Id(2)] long? CompareAt = null,
    [property: Id(3)] DateTimeOffset? From = null,
    [property: Id(4)] DateTimeOffset? Until = null,
    [property: Id(5), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Version = 0);

/// <summary>Customers who are priced alike.</summary>
/// <param name="Id">Lower case, digits and dashes: <c>wholesale</c>.</param>
/// <param name="Customers">Ids of customers, as their tokens name them.</param>
[GenerateSerializer, Immutable, Alias("commerce.customer-group")]
public sealed record CustomerGroup([property: Id(0)] string Id, [property: Id(1)] ImmutableArray<string> Customers)
{
    /// <summary>Counted up by every publication, from 1.</summary>
    [Id(2)] public int Version { get; init; } = 1;
}
