using System.Globalization;

namespace Commerce.Events;

/// <summary>A place in one shard of the journal: after the event <see cref="Index"/> of the commit at <see cref="Position"/>.</summary>
[GenerateSerializer, Immutable, Alias("commerce.event.place")]
public readonly record struct EventPlace([property: Id(0)] long Position, [property: Id(1)] int Index) : IComparable<EventPlace>
{
    public static bool operator <(EventPlace left, EventPlace right) => left.CompareTo(right) < 0;

    public static bool operator >(EventPlace left, EventPlace right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventPlace left, EventPlace right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventPlace left, EventPlace right) => left.CompareTo(right) >= 0;

    public int CompareTo(EventPlace other) => Position != other.Position ? Position.CompareTo(other.Position) : Index.CompareTo(other.Index);

    public override string ToString() => $"{Position}-{Index}";
}

/// <summary>
/// Where an event lies, and how far whoever read up to it has come in the whole journal. Written <c>position-index</c>; where the journal is several
/// databases, a place in each of them, joined by dots.
/// </summary>
/// <remarks>
/// A cursor of fewer places than there are shards, given out before the journal was split, stands at the same place in every shard that came of one:
/// place <c>n</c> is that of shard <c>n % count</c>, as with partitions.
/// </remarks>
[GenerateSerializer, Immutable, Alias("commerce.event.cursor")]
public readonly record struct EventCursor([property: Id(0)] long Position, [property: Id(1)] int Index)
{
    private const int MaxPlaces = 8, MaxLength = MaxPlaces * 32;

    /// <summary>Before the first event.</summary>
    public static EventCursor Start => default;

    /// <summary>The shard that the event lies in; its position counts there alone.</summary>
    [Id(2)] public int Shard { get; init; }

    /// <summary>The places reached in every shard, the event's own among them; default where there is one shard.</summary>
    [Id(3)] public ImmutableArray<EventPlace> Places { get; init; }

    /// <summary>In how many shards it knows its place.</summary>
    public int Shards => Places.IsDefaultOrEmpty ? 1 : Places.Length;

    /// <summary>The event's own place.</summary>
    public EventPlace Place => new(Position, Index);

    /// <summary>The place reached in a shard.</summary>
    public EventPlace In(int shard) => Places.IsDefaultOrEmpty ? Place : Places[shard % Places.Length];

    /// <summary>Whether the event at that cursor lies before this one.</summary>
    public bool Covers(EventCursor happened) => In(happened.Shard) >= happened.Place;

    /// <summary>Whether whoever stands here has seen everything that somebody there has.</summary>
    public bool CoversAll(EventCursor other)
    {
        for (var shard = Math.Max(Shards, other.Shards) - 1; shard >= 0; shard--)
        {
            if (In(shard) < other.In(shard))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same with another place in one of so many shards: that of an event that was read next.</summary>
    public EventCursor To(int shard, EventPlace place, int shards)
    {
        if (shards == 1)
        {
            return new EventCursor(place.Position, place.Index);
        }

        var places = new EventPlace[shards];
        for (var i = 0; i < shards; i++)
        {
            places[i] = i == shard ? place : In(i);
        }

        return new EventCursor(place.Position, place.Index) { Shard = shard, Places = ImmutableArray.Create(places) };
    }

    /// <summary>Whoever stands here has seen that event, too.</summary>
    public EventCursor With(EventCursor happened) => To(happened.Shard, happened.Place, Math.Max(Shards, happened.Shards));

    /// <summary>Whoever stands here has seen everything up to there, too.</summary>
    public EventCursor Join(EventCursor other)
    {
        if (CoversAll(other) || other.CoversAll(this))
        {
            return CoversAll(other) ? this : other;
        }

        var (joined, shards) = (this, Math.Max(Shards, other.Shards));
        for (var shard = 0; shard < shards; shard++)
        {
            joined = other.In(shard) > joined.In(shard) ? joined.To(shard, other.In(shard), shards) : joined;
        }

        return joined;
    }

    public static bool TryParse(string? text, out EventCursor cursor)
    {
        cursor = default;
        if (text is null || text.Length > MaxLength || text.Split('.') is not { Length: 1 or 2 or 4 or MaxPlaces } written)
        {
            return false;
        }

        var places = new EventPlace[written.Length];
        for (var i = 0; i < places.Length; i++)
        {
            if (written[i].Split('-') is not [var position, var index]
                || !long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var p)
                || !int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var n))
            {
                return false;
            }

            places[i] = new EventPlace(p, n);
        }

        cursor = new EventCursor(places[0].Position, places[0].Index) { Places = places.Length == 1 ? default : ImmutableArray.Create(places) };
        return true;
    }

    public bool Equals(EventCursor other) => Place == other.Place && Shard == other.Shard && Places.AsSpan().SequenceEqual(other.Places.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Position, Index, Shard);

    public override string ToString() => Places.IsDefaultOrEmpty ? Place.ToString() : string.Join('.', Places);
}
