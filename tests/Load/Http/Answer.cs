using System.Text;

namespace Commerce.Load.Http;

/// <summary>What the shop answered to one request; valid until the connection's next.</summary>
/// <param name="Status">0: there was no answer.</param>
/// <param name="RetryAfter">Seconds; 0: the answer does not say when to come back.</param>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, int RetryAfter = 0)
{
    public static Answer None { get; } = new(0, default);

    public bool IsGood => Status is >= 200 and < 300;

    /// <summary>Asked again with the same key, it may get another answer.</summary>
    public bool IsWorthRepeating => Status is 0 or 429 or 502 or 503 or 504;

    /// <summary>The text value of the first field of that name, wherever it stands; null when there is none.</summary>
    public string? Text(string field)
    {
        var span = Body.Span;
        Span<byte> before = stackalloc byte[field.Length + 4];
        var written = Encoding.ASCII.GetBytes($"\"{field}\":\"", before);
        var at = span.IndexOf(before[..written]);
        if (at < 0)
        {
            return null;
        }

        span = span[(at + written)..];
        var end = span.IndexOf((byte)'"');
        return end < 0 ? null : Encoding.UTF8.GetString(span[..end]);
    }

    /// <summary>What it says, for a message.</summary>
    public string Excerpt => Status == 0 ? "no answer" : $"{Status} {Encoding.UTF8.GetString(Body.Span[..Math.Min(300, Body.Length)])}";
}
