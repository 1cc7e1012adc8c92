using System.Globalization;

namespace Commerce.Requests;

/// <summary>Entity tags: the version of the aggregate, strong, in quotes.</summary>
internal static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The version that If-Match names; null when the caller does not care (<c>*</c>, or no header).</summary>
    /// <remarks>A tag that this API never gave out cannot match: <c>stale-version</c>. What is no tag at all is <c>invalid-if-match</c>.</remarks>
    public static long? IfMatch(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0)
        {
            return null;
        }

        if (header is not [{ Length: > 0 } text] || text.Contains(',', StringComparison.Ordinal))
        {
            throw new Refusal("invalid-if-match", "If-Match takes exactly one entity tag.");
        }

        text = text.Trim();
        if (text == "*")
        {
            return null;
        }

        if (text.Length < 3 || text[^1] != '"' || !(text[0] == '"' || text.StartsWith("W/\"", StringComparison.Ordinal)))
        {
            throw new Refusal("invalid-if-match", "An entity tag stands in quotes, as the ETag header gave it.");
        }

        return text[0] == '"' && long.TryParse(text.AsSpan(1, text.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new Refusal("stale-version", "If-Match names no version of this resource. Read it again and decide again.");
    }

    /// <summary>Whether If-None-Match holds the tag, so that the caller has the answer already.</summary>
    public static bool IsKnown(HttpRequest request, string tag)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return false;
        }

        foreach (var header in request.Headers.IfNoneMatch)
        {
            foreach (var part in header.AsSpan().Split(','))
            {
                var candidate = header.AsSpan(part).Trim();
                candidate = candidate.StartsWith("W/", StringComparison.Ordinal) ? candidate[2..] : candidate;
                if (candidate.SequenceEqual(tag) || candidate is "*")
                {
                    return true;
                }
            }
        }

        return false;
    }
}
