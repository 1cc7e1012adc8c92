using System.Text;

namespace Commerce.Payments;

/// <summary>Comma-separated values as RFC 4180 has them: a header of names, fields in quotes where they need it, quotes doubled inside.</summary>
internal static class CsvLines
{
    /// <summary>Each line by the names of the header; a field that a line lacks is empty. A byte order mark before the header is no part of a name.</summary>
    /// <exception cref="FormatException">A quote is never closed, or stands where none may.</exception>
    public static IEnumerable<IReadOnlyDictionary<string, string>> Read(string text)
    {
        string[]? names = null;
        foreach (var fields in Rows(text.TrimStart('\uFEFF')))
        {
            if (names is null)
            {
                names = [.. fields];
                continue;
            }

            var line = new Dictionary<string, string>(names.Length, StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < names.Length; i++)
            {
                line[names[i]] = i < fields.Count ? fields[i] : "";
            }

            yield return line;
        }
    }

    private static IEnumerable<List<string>> Rows(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var row = new List<string>();
            do
            {
                row.Add(Field(text, ref at));
            }
            while (at < text.Length && text[at++] == ',');

            if (at < text.Length && text[at] == '\n' && text[at - 1] == '\r')
            {
                at++;
            }

            if (row.Count > 1 || row[0].Length > 0)
            {
                yield return row;
            }
        }
    }

    private static string Field(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            var plain = text.AsSpan(at).IndexOfAny(",\r\n") is >= 0 and var length ? text.Substring(at, length) : text[at..];
            at += plain.Length;
            return plain.Contains('"', StringComparison.Ordinal) ? throw new FormatException("A quote stands inside a field without quotes.") : plain;
        }

        var field = new StringBuilder();
        for (at++; ; at++)
        {
            if (at >= text.Length)
            {
                throw new FormatException("A quote is never closed.");
            }

            if (text[at] != '"')
            {
                field.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append('"');
                at++;
            }
            else
            {
                at++;
                return at >= text.Length || text[at] is ',' or '\r' or '\n' ? field.ToString() : throw new FormatException("Something follows a closing quote.");
            }
        }
    }
}
