using System.Globalization;
using Commerce.Shop;

namespace Commerce.Shipping;

/// <summary>On which days parcels leave and arrive in a zone. Pure: the moment is given.</summary>
/// <param name="zone">Whose clock the cutoff is on, and whose days the dates are.</param>
/// <param name="cutoff">What is ordered at this time of the day or later leaves a day later.</param>
/// <param name="workingDays">At least one.</param>
/// <param name="holidays">Single days.</param>
/// <param name="everyYear">Holidays of every year, as month and day.</param>
internal sealed class DeliveryCalendar(
    TimeZoneInfo zone, TimeOnly cutoff, FrozenSet<DayOfWeek> workingDays, FrozenSet<DateOnly> holidays, FrozenSet<(int Month, int Day)> everyYear)
{
    /// <summary>The day on which what is ordered at that moment leaves.</summary>
    public DateOnly LeavesOn(DateTimeOffset at)
    {
        var ordered = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        var leaves = DateOnly.FromDateTime(ordered).AddDays(TimeOnly.FromDateTime(ordered) < cutoff ? 0 : 1);
        while (!IsWorking(leaves))
        {
            leaves = leaves.AddDays(1);
        }

        return leaves;
    }

    /// <summary>The first and the last day on which something may arrive that takes so many working days.</summary>
    public (DateOnly Earliest, DateOnly Latest) Arrives(DateOnly leaves, int minDays, int maxDays)
    {
        var earliest = After(leaves, minDays);
        return (earliest, After(earliest, maxDays - minDays));
    }

    private DateOnly After(DateOnly day, int workingDays)
    {
        while (workingDays > 0)
        {
            day = day.AddDays(1);
            workingDays -= IsWorking(day) ? 1 : 0;
        }

        return day;
    }

    private bool IsWorking(DateOnly day) => workingDays.Contains(day.DayOfWeek) && !everyYear.Contains((day.Month, day.Day)) && !holidays.Contains(day);
}

/// <summary>A calendar as <c>shipping.json</c> has it.</summary>
/// <param name="TimeZone">IANA: <c>Europe/Berlin</c>.</param>
/// <param name="Cutoff">Time of the day there, <c>14:00</c>; null: midnight, what is ordered today leaves today.</param>
/// <param name="Holidays"><c>2026-04-06</c>, or <c>12-25</c> for every year.</param>
/// <param name="WorkingDays">Monday to Friday unless said otherwise.</param>
internal sealed record CalendarEntry(string TimeZone, string? Cutoff = null, ImmutableArray<string> Holidays = default, ImmutableArray<string> WorkingDays = default)
{
    /// <summary>Few enough that there always is a working day.</summary>
    private const int MostHolidays = 100;

    private static readonly FrozenSet<DayOfWeek> MondayToFriday =
        FrozenSet.Create(DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday);

    /// <exception cref="ShopFileException">Something in it is no time zone, time or day.</exception>
    public DeliveryCalendar Read(Entry entry)
    {
        entry.Field("timeZone").Must(TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone), $"'{TimeZone}' is no time zone. Write one of the IANA list, as Europe/Berlin.");
        var cutoff = TimeOnly.MaxValue;
        entry.Field("cutoff").Must(
            Cutoff is null || TimeOnly.TryParseExact(Cutoff, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out cutoff), $"'{Cutoff}' is no time of the day. Write 14:00.");
        var (days, everyYear) = (new HashSet<DateOnly>(), new HashSet<(int, int)>());
        var written = Holidays.IsDefault ? [] : Holidays;
        entry.Field("holidays").Must(written.Length <= MostHolidays, $"has more than {MostHolidays} days. Leave out those that are over.");
        foreach (var holiday in written)
        {
            if (DateOnly.TryParseExact(holiday, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                days.Add(day);
            }
            else
            {
                // A leap year, so that the 29th of February is a day.
                entry.Field("holidays").Must(
                    DateOnly.TryParseExact("2024-" + holiday, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day),
                    $"'{holiday}' is no day. Write 2026-04-06, or 12-25 for every year.");
                everyYear.Add((day.Month, day.Day));
            }
        }

        return new DeliveryCalendar(zone!, cutoff, Working(entry.Field("workingDays")), days.ToFrozenSet(), everyYear.ToFrozenSet());
    }

    private FrozenSet<DayOfWeek> Working(Entry entry)
    {
        if (WorkingDays.IsDefault)
        {
            return MondayToFriday;
        }

        entry.Must(!WorkingDays.IsEmpty, "is empty. Name a day, or leave it out for Monday to Friday.");
        return WorkingDays.Select(name =>
        {
            var known = Enum.TryParse<DayOfWeek>(name, ignoreCase: true, out var day) && string.Equals(name, day.ToString(), StringComparison.OrdinalIgnoreCase);
            entry.Must(known, $"'{name}' is no day of the week. Write monday.");
            return day;
        }).ToFrozenSet();
    }
}
