using System.Globalization;
using Commerce.Journal;

namespace Commerce.Drops;

/// <inheritdoc cref="IDropCalendarGrain"/>
[GrainType("drop-calendar"), Reentrant, CollectionAgeLimit(Minutes = 60)]
internal sealed class DropCalendarGrain : AggregateGrain<DropCalendar, DropCalendarEvent>, IDropCalendarGrain
{
    protected override int SnapshotEvery => 200;

    public async Task<bool> Book(CalendarDrop drop)
    {
        if (!State.HasRoomFor(drop))
        {
            await Settled();
            await DemandCurrent();
            return false;
        }

        if (State.Find(drop.Id) is { } known && known.StartsAt == drop.StartsAt && known.EndsAt == drop.EndsAt && known.Skus.SequenceEqual(drop.Skus))
        {
            await Settled();
            return true;
        }

        await Commit(new DropBooked(drop));
        return true;
    }

    public Task End(string dropId) => State.Find(dropId) is null ? Settled() : Commit(new BookingEnded(dropId));

    public Task<CalendarPage?> Current(long since) => Task.FromResult(Durable.Version == since ? null : new CalendarPage(Durable.Version, Durable.Current));

    public Task<Page<string>> All(PageRequest page)
    {
        var all = Durable.All;
        var before = page.Cursor is null ? all.Count
            : int.TryParse(page.Cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= all.Count ? number
            : throw new CommerceException(Orders.OrderErrors.InvalidCursor);
        var from = Math.Max(0, before - page.Limit);
        return Task.FromResult(new Page<string>([.. Enumerable.Range(from, before - from).Reverse().Select(i => all[i])], from > 0 ? from.ToString(CultureInfo.InvariantCulture) : null));
    }
}
