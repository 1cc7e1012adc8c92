namespace Commerce.Overload;

/// <summary>
/// Which checkouts were let in lately, by who asked and under which key: a repeat of one goes on with what exists, and is never turned away. Of fixed size:
/// the oldest of a row makes room. Races cost at the most that a repeat is taken for a first request, which is told to come again.
/// </summary>
internal sealed class RecentKeys
{
    private const int Ways = 4, Rows = 1 << 16;

    /// <summary>Rows of <see cref="Ways"/>, the newest first; 0: free. Two megabytes, a quarter of a million keys: minutes at the rate of a flash sale.</summary>
    private readonly ulong[] seen = new ulong[Rows * Ways];

    /// <summary>What the key of this request is remembered as; 0 when it has none.</summary>
    /// <remarks>String hashes have a seed of this process: nobody can choose keys that meet.</remarks>
    public static ulong Of(HttpRequest request)
    {
        if (request.Headers[IdempotencyKeys.Header] is not [{ Length: > 0 } key])
        {
            return 0;
        }

        var asks = request.Headers.Authorization is [{ } token] ? StringComparer.Ordinal.GetHashCode(token) : 0;
        return unchecked(((ulong)(uint)asks << 32) | (uint)StringComparer.Ordinal.GetHashCode(key[0] == '"' ? key.Trim('"') : key) | 1);
    }

    public bool Contains(ulong key) => key != 0 && Row(key).Contains(key);

    public void Remember(ulong key)
    {
        var row = Row(key);
        if (key != 0 && !row.Contains(key))
        {
            row[..^1].CopyTo(row[1..]);
            row[0] = key;
        }
    }

    /// <summary>It was refused for good: there is nothing that a repeat could go on with.</summary>
    public void Forget(ulong key)
    {
        if (key != 0 && Row(key) is var row && row.IndexOf(key) is >= 0 and var at)
        {
            row[at] = 0;
        }
    }

    private Span<ulong> Row(ulong key) => seen.AsSpan((int)((key ^ (key >> 32)) >> 1 & (Rows - 1)) * Ways, Ways);
}
