using System.Text.Json.Serialization;
using Commerce.Journal;

namespace Commerce.Drops;

/// <summary>What happens in a part of a waiting room.</summary>
[JsonDerivedType(typeof(PlacesTaken), "commerce.drop-room.places-taken.v1")]
internal abstract record DropRoomEvent;

/// <summary>Everybody who came while the commit before was under way.</summary>
/// <param name="After">Entries of this part before them.</param>
/// <param name="Entries">See <see cref="Entry"/>, one after another: keyed hashes, no persons.</param>
internal sealed record PlacesTaken(int After, byte[] Entries) : DropRoomEvent;

/// <summary>The entries of a part of a waiting room, in order. Pure.</summary>
internal sealed record DropRoom : IAggregateState<DropRoom, DropRoomEvent>
{
    /// <summary>Entries of a part. Small enough to be read in a millisecond or two, large enough that a million people are 245 of them.</summary>
    public const int Capacity = 4_096;

    public static DropRoom Initial { get; } = new();

    public ImmutableList<byte[]> Parts { get; init; } = [];

    public int Count { get; init; }

    [JsonIgnore]
    public bool IsFull => Count >= Capacity;

    [JsonIgnore]
    public DateTimeOffset? WakeAt => null;

    [JsonIgnore]
    public string? Violation => Count > Capacity ? $"{Count} entries, and it has room for {Capacity}" : null;

    /// <inheritdoc/>
    public DropRoom Apply(DropRoomEvent happened, DateTimeOffset at) => happened switch
    {
        PlacesTaken e when e.After == Count && e.Entries.Length > 0 && e.Entries.Length % Entry.Size == 0 =>
            this with { Parts = Parts.Add(e.Entries), Count = Count + e.Entries.Length / Entry.Size },
        PlacesTaken e => throw new InvalidOperationException($"Entries behind {e.After} in a room that has {Count}."),
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>All entries, one after another.</summary>
    public byte[] Bytes()
    {
        var all = new byte[Count * Entry.Size];
        var at = 0;
        foreach (var part in Parts)
        {
            part.CopyTo(all, at);
            at += part.Length;
        }

        return all;
    }
}
