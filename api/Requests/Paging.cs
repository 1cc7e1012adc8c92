using System.Globalization;
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
