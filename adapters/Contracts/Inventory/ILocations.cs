using System.Text.Json.Serialization;

namespace Commerce.Inventory;

/// <summary>Where goods lie, and from where each channel takes them.</summary>
public interface ILocations
{
    /// <summary>By priority. One of them is the default; a shop that names none has just that.</summary>
    ImmutableArray<Location> All { get; }
}

/// <summary>A place that goods are sent from.</summary>
public sealed record Location
{
    /// <summary>Lower-case letters, digits and dashes, 40 at the most.</summary>
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public required string Country { get; init; }

    /// <summary>The lowest goes first.</summary>
    public int Priority { get; init; }

    /// <summary>Channels that are served from it; empty: all.</summary>
    public ImmutableArray<string> Channels { get; init; } = [];

    /// <summary>Whether it holds what no location is named for: opening stock, and everything from before there were several.</summary>
    public bool Default { get; init; }
}

/// <summary>From where a channel takes what it sells.</summary>
/// <param name="Split">Whether one line may come from several locations when none has all of it.</param>
public sealed record SourcingPolicy(SourcingRule Rule = SourcingRule.Priority, bool Split = false)
{
    public static SourcingPolicy Default { get; } = new();
}

[JsonConverter(typeof(JsonStringEnumConverter<SourcingRule>))]
public enum SourcingRule
{
    /// <summary>The location of the lowest priority that has it.</summary>
    [JsonStringEnumMemberName("priority")] Priority = 0,

    /// <summary>Locations of the destination's country before all others.</summary>
    [JsonStringEnumMemberName("nearest")] Nearest = 1,

    /// <summary>As few locations as the whole purchase can come from.</summary>
    [JsonStringEnumMemberName("fewest-parcels")] FewestParcels = 2,

    /// <summary>Where most of it is.</summary>
    [JsonStringEnumMemberName("most-stock")] MostStock = 3,
}
