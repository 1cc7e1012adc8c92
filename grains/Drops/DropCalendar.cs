using System.Text.Json.Serialization;
using Commerce.Journal;

namespace Commerce.Drops;

/// <summary>What happens to the calendar of drops.</summary>
[JsonDerivedType(typeof(DropBooked), "commerce.drop-calendar.booked.v1")]
[JsonDerivedType(typeof(BookingEnded), "commerce.drop-calendar.ended.v1")]
internal abstract record DropCalendarEvent;

/// <summary>A new drop, or one whose dates or SKUs changed.</summary>
internal sealed record DropBooked(CalendarDrop Drop) : DropCalendarEvent;

internal sealed record BookingEnded(string DropId) : DropCalendarEvent;

/// <summary>Which drops there are, and which SKUs they sell. Pure.</summary>
internal sealed record DropCalendar : IAggregateState<DropCalendar, DropCalendarEvent>
{
    public static DropCalendar Initial { get; } = new();

    /// <summary>Changes so far.</summary>
    public long Version { get; init; }

    /// <summary>Those that are not over.</summary>
    public ImmutableArray<CalendarDrop> Current { get; init; } = [];

    /// <summary>Every drop ever booked, the first first.</summary>
    public ImmutableList<string> All { get; init; } = [];

    [JsonIgnore]
    public DateTimeOffset? WakeAt => null;

    [JsonIgnore]
    public string? Violation => null;

    /// <summary>Whether the drop can have its SKUs at its time.</summary>
    public bool HasRoomFor(CalendarDrop drop) => !Current.Any(other =>
        other.Id != drop.Id && other.StartsAt < drop.EndsAt && drop.StartsAt < other.EndsAt && other.Skus.Intersect(drop.Skus).Any());

    public CalendarDrop? Find(string id) => Current.FirstOrDefault(drop => drop.Id == id);

    /// <inheritdoc/>
    public DropCalendar Apply(DropCalendarEvent happened, DateTimeOffset at) => happened switch
    {
        DropBooked e when HasRoomFor(e.Drop) => this with
        {
            Version = Version + 1,
            Current = [.. Current.Where(drop => drop.Id != e.Drop.Id), e.Drop],
            All = Find(e.Drop.Id) is null ? All.Add(e.Drop.Id) : All,
        },
        DropBooked e => throw new InvalidOperationException($"{e.Drop.Id} overlaps another drop."),
        BookingEnded e => this with { Version = Version + 1, Current = [.. Current.Where(drop => drop.Id != e.DropId)] },
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };
}
