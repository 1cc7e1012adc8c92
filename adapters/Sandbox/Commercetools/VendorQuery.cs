using System.Text.Json.Nodes;

namespace Commerce.Sandbox.Commercetools;

/// <summary>The part of the query language that a reader of lists needs: <c>and</c>, <c>or</c>, brackets, comparisons of texts, <c>in</c>, <c>is defined</c>, <c>is not empty</c>.</summary>
internal sealed class VendorQuery
{
    private readonly string text;
    private int at;

    private VendorQuery(string text) => this.text = text;

    /// <summary>Whether an object fits. Null: everything does.</summary>
    /// <exception cref="FormatException">It is written in a way that the sandbox does not know.</exception>
    public static Func<JsonObject, bool> Parse(string? where)
    {
        if (string.IsNullOrEmpty(where))
        {
            return static _ => true;
        }

        var query = new VendorQuery(where);
        var fits = query.Or();
        query.Space();

        return query.at == where.Length ? fits : throw new FormatException($"Syntax error while parsing 'where' at {query.at}.");
    }

    private Func<JsonObject, bool> Or()
    {
        var left = And();
        while (Word("or"))
        {
            var (one, other) = (left, And());
            left = of => one(of) || other(of);
        }

        return left;
    }

    private Func<JsonObject, bool> And()
    {
        var left = Term();
        while (Word("and"))
        {
            var (one, other) = (left, Term());
            left = of => one(of) && other(of);
        }

        return left;
    }

    private Func<JsonObject, bool> Term()
    {
        if (Sign("("))
        {
            var inner = Or();
            Must(Sign(")"));
            return inner;
        }

        var field = Name();
        if (Word("is"))
        {
            var not = Word("not");
            return Word("defined") ? of => of[field] is not null != not
                : Word("empty") ? of => (of[field] is JsonArray { Count: > 0 }) == not
                : throw Unknown();
        }

        if (Word("in"))
        {
            Must(Sign("("));
            var values = new HashSet<string>(StringComparer.Ordinal) { Text() };
            while (Sign(","))
            {
                values.Add(Text());
            }

            Must(Sign(")"));
            return of => of[field] is { } value && values.Contains(value.ToString());
        }

        Func<int, bool> holds = Sign(">=") ? static order => order >= 0 : Sign("<=") ? static order => order <= 0
            : Sign(">") ? static order => order > 0 : Sign("<") ? static order => order < 0 : Sign("=") ? static order => order == 0 : throw Unknown();
        var compared = Text();
        return of => of[field] is { } value && holds(string.CompareOrdinal(value.ToString(), compared));
    }

    private string Name()
    {
        Space();
        var start = at;
        while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
        {
            at++;
        }

        return at > start ? text[start..at] : throw Unknown();
    }

    private string Text()
    {
        Must(Sign("\""));
        var end = text.IndexOf('"', at);
        Must(end >= 0);
        var value = text[at..end];
        at = end + 1;
        return value;
    }

    private bool Word(string word)
    {
        Space();
        var ends = at + word.Length;
        if (!text.AsSpan(at).StartsWith(word, StringComparison.Ordinal) || (ends < text.Length && char.IsAsciiLetterOrDigit(text[ends])))
        {
            return false;
        }

        at = ends;
        return true;
    }

    private bool Sign(string sign)
    {
        if (sign != "\"" || at >= text.Length || text[at] != '"')
        {
            Space();
        }

        if (!text.AsSpan(at).StartsWith(sign, StringComparison.Ordinal))
        {
            return false;
        }

        at += sign.Length;
        return true;
    }

    private void Space()
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }
    }

    private void Must(bool holds)
    {
        if (!holds)
        {
            throw Unknown();
        }
    }

    private FormatException Unknown() => new($"Syntax error while parsing 'where' at {at}.");
}
