using System.Globalization;

namespace Commerce.Commercetools;

/// <summary>A place in a list that is sorted by a time, then by id: what comes after it has a later time, or the same one and a higher id. None is before the first.</summary>
/// <param name="Id">Empty: everything of that very time comes after, too.</param>
internal readonly record struct Place(DateTimeOffset? At, string Id)
{
    private const char Separator = '~';
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static Place First => new(null, "");

    /// <summary>The query predicate of what comes after; null: everything does.</summary>
    public string? After(string field) => this switch
    {
        { At: null } => null,
        { Id: "" } => $"{field} >= \"{Text}\"",
        _ => $"({field} > \"{Text}\" or ({field} = \"{Text}\" and id > \"{Id}\"))",
    };

    /// <summary>
    /// Where the next reading begins after this one came to the end at <paramref name="now"/>: what is stamped less than <paramref name="overlap"/> ago is
    /// read again, for something with an earlier stamp may become visible later.
    /// </summary>
    public Place Settled(DateTimeOffset now, TimeSpan overlap) => At > now - overlap ? new Place(now - overlap, "") : this;

    public static Place Parse(string text) => text.Split(Separator, 2) is [var at, var id]
        && (at.Length == 0 || DateTimeOffset.TryParseExact(at, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        ? new Place(at.Length == 0 ? null : DateTimeOffset.ParseExact(at, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), id)
        : throw new FormatException($"'{text}' is no place in a list.");

    public override string ToString() => $"{Text}{Separator}{Id}";

    private string Text => At?.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture) ?? "";
}
