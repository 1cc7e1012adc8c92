using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;

namespace Commerce.Requests;

/// <summary>The <c>limit</c> and <c>cursor</c> of a list.</summary>
internal static class Paging
{
    public const int MaxLimit = 100, DefaultLimit = 25, MaxCursor = 512;

    public static int Limit(HttpRequest request)
    {
        var values = request.Query["limit"];
        return values.Count == 0 ? DefaultLimit
            : values is [{ } text] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxLimit ? limit
            : throw new Refusal("invalid-limit", $"A page has 1 to {MaxLimit} items.", [new FieldError("/limit", "invalid-limit", $"1 to {MaxLimit}")]);
    }

    public static PageRequest Page(HttpRequest request) => new(Cursor(request), Limit(request));

    /// <summary>The cursor as it was given out; who gave it out reads it.</summary>
    public static string? Cursor(HttpRequest request) => request.Query["cursor"] switch
    {
        [] or [""] => null,
        [{ Length: <= MaxCursor } cursor] when cursor.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 => cursor,
        _ => throw new CommerceException(Orders.OrderErrors.InvalidCursor),
    };

    /// <summary>A word of the query; null when absent or empty.</summary>
    public static string? Word(HttpRequest request, string name, int maxLength)
    {
        var values = request.Query[name];
        if (values is [] or [""])
        {
            return null;
        }

        var code = values is not [{ } word] || Fields.HasControl(word) ? "invalid-value" : word.Length > maxLength ? "too-long" : null;
        return code is null ? values[0] : throw new Refusal(code, $"'{name}' takes one text of up to {maxLength} characters.", [new FieldError("/" + name, code, $"Up to {maxLength} characters.")]);
    }

    /// <summary>A time of the query (RFC 3339); null when absent or empty.</summary>
    public static DateTimeOffset? Moment(HttpRequest request, string name) =>
        Word(request, name, 40) is not { } text ? null
        : DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at
        : throw Invalid(name, "A time as in 2026-01-31T12:00:00Z.");

    /// <summary>A number of the query, from 0 on; null when absent or empty.</summary>
    public static int? Count(HttpRequest request, string name) =>
        Word(request, name, 10) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count
        : throw Invalid(name, "A whole number from 0 on.");

    /// <summary>One of the words of an enumeration, as answers have them; null when absent or empty.</summary>
    public static T? Choice<T>(HttpRequest request, string name, params ReadOnlySpan<T> choices)
        where T : struct, Enum
    {
        if (Word(request, name, 40) is not { } text)
        {
            return null;
        }

        var words = new List<string>(choices.Length);
        foreach (var choice in choices)
        {
            words.Add(JsonSerializer.Serialize(choice, WireJson.Default.Options).Trim('"'));
            if (words[^1] == text)
            {
                return choice;
            }
        }

        throw Invalid(name, $"One of {string.Join(", ", words)}.");
    }

    private static Refusal Invalid(string name, string what) => new("invalid-value", $"'{name}' is not valid.", [new FieldError("/" + name, "invalid-value", what)]);

    /// <summary>The address of the next page: this one with another cursor.</summary>
    public static string Next(HttpRequest request, string cursor, string parameter = "cursor")
    {
        var query = new QueryBuilder();
        foreach (var (name, values) in request.Query)
        {
            if (!string.Equals(name, parameter, StringComparison.OrdinalIgnoreCase))
            {
                query.Add(name, values.OfType<string>());
            }
        }

        query.Add(parameter, cursor);
        return request.PathBase.Add(request.Path).ToUriComponent() + query.ToQueryString();
    }
}
