using System.Security.Cryptography;

namespace Commerce.Drops;

/// <summary>A place in a waiting room, as its owner sees it.</summary>
internal sealed record EntryJson
{
    /// <summary>Longest time between two questions of one who waits.</summary>
    public const int LongestPause = 60;

    /// <summary>Places that lengthen the pause by a second. See docs/adr/0019.</summary>
    private const int PlacesASecond = 500;

    public required string Id { get; init; }
    public required string DropId { get; init; }

    /// <summary>The secret that opens the entry, when this very request made its owner.</summary>
    public string? Token { get; init; }
    public required EntryStatus Status { get; init; }

    /// <summary>From 1; absent before a lottery is drawn.</summary>
    public int? Place { get; init; }

    /// <summary>How many come first, those who left meanwhile included.</summary>
    public int? Ahead { get; init; }

    /// <summary>Seconds until the turn comes, at the pace of the last two minutes; absent while nobody can know.</summary>
    public int? EstimateSeconds { get; init; }

    /// <summary>Seconds until it is worth asking again; absent when nothing changes any more.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Units that the pass is for, or will be; absent where only the place is known.</summary>
    public int? Units { get; init; }

    /// <summary>Units that are not sold: fewer than come first means that the turn may never come.</summary>
    public required int UnitsLeft { get; init; }
    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>What buys, while <c>admitted</c>: sent as <c>pass</c> to POST /v1/checkouts.</summary>
    public string? Pass { get; init; }

    /// <summary>Until when the pass can be used.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public static EntryJson Of(string dropId, string id, EntryView entry, Front front, DateTimeOffset now, PassTokens tokens, string? token = null)
    {
        var isWaiting = entry.Status is EntryStatus.Waiting;
        var place = front.IsOrdered ? front.PlaceOf(entry.Ticket) : (int?)null;
        var ahead = isWaiting && place is { } known ? Math.Max(0, known - front.View.Called) : (int?)null;
        return new EntryJson
        {
            Id = id,
            DropId = dropId,
            Token = token,
            Status = entry.Status,
            Place = place + 1,
            Ahead = ahead,
            EstimateSeconds = isWaiting && ahead is { } before && front.View is { Status: DropStatus.Open, PassesPerMinute: > 0 and var pace } ? (int)Math.Min(int.MaxValue, (before + 1) * 60L / pace) : null,
            RetryAfter = PauseOf(entry.Status, ahead, front.View.Status is DropStatus.Scheduled ? front.View.StartsAt - now : TimeSpan.Zero),
            Units = entry.Units > 0 ? entry.Units : null,
            UnitsLeft = front.View.UnitsLeft,
            StartsAt = front.View.StartsAt,
            Pass = entry is { Status: EntryStatus.Admitted, ExpiresAt: { } until } ? tokens.Pass(dropId, id, entry.Units, until) : null,
            ExpiresAt = entry.ExpiresAt,
        };
    }

    /// <summary>The further back, the longer; a fifth more or less, so that those who came together do not ask together.</summary>
    /// <param name="untilStart">Before the start nobody is called.</param>
    private static int? PauseOf(EntryStatus status, int? ahead, TimeSpan untilStart)
    {
        if (status is EntryStatus.Admitted or EntryStatus.Buying)
        {
            return 2;
        }

        if (status is not EntryStatus.Waiting)
        {
            return null;
        }

        var pause = Math.Max(1 + Math.Min(LongestPause, (ahead ?? 0) / PlacesASecond), Math.Min(LongestPause, Math.Ceiling(untilStart.TotalSeconds)));
        return pause <= 2 ? (int)pause : (int)(pause * RandomNumberGenerator.GetInt32(80, 121) / 100);
    }
}

/// <summary>A drop as everybody sees it.</summary>
internal sealed record PublicDropJson(
    string Id, string Name, ImmutableArray<string> Skus, DropStatus Status, DropOrder Order, DateTimeOffset StartsAt, DateTimeOffset EndsAt, int LimitPerCustomer, bool NeedsCode, int UnitsLeft, string? Seed, int? Drawn)
{
    public static PublicDropJson Of(string id, DropFront drop) => new(
        id, drop.Name, drop.Skus, drop.Status, drop.Order, drop.StartsAt, drop.EndsAt, drop.LimitPerCustomer, drop.NeedsCode, drop.UnitsLeft, drop.Seed, drop.Seed is null ? null : drop.Drawn);
}
