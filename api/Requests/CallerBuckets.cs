using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Commerce.Requests;

/// <summary>How often a caller may come.</summary>
/// <param name="Every">Ticks of <see cref="TimeSpan"/> between two requests, sustained.</param>
/// <param name="Burst">Requests at once after a rest.</param>
internal readonly record struct Pace(long Every, int Burst)
{
    public static Pace PerSecond(int requests, int burst) => new(Math.Max(1, TimeSpan.TicksPerSecond / requests), burst);

    public static Pace PerMinute(int requests, int burst) => new(TimeSpan.TicksPerMinute / requests, burst);
}

/// <param name="Left">Requests that the caller may make at once from here on.</param>
/// <param name="RetryAfter">When the next one will be let in; zero for one that is.</param>
internal readonly record struct Verdict(bool Admitted, int Left, TimeSpan RetryAfter);

/// <summary>
/// A token bucket for each caller, as one number: the time at which its bucket will be full again. A caller whose time is over is as good as one never seen, so
/// the table has a fixed size, whatever addresses come: where a row is full, the one who is nearest to its rest is forgotten.
/// </summary>
internal sealed class CallerBuckets
{
    private const int Ways = 8, Rows = 1 << 14, Locks = 256;

    /// <summary>Of this process: nobody can choose names that share a bucket.</summary>
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    private readonly Bucket[] buckets = new Bucket[Rows * Ways]; // 2 MB
    private readonly Lock[] locks = [.. Enumerable.Range(0, Locks).Select(static _ => new Lock())];

    /// <param name="now">Time since any beginning, which never goes back.</param>
    public Verdict Take(ulong caller, Pace pace, TimeSpan now)
    {
        var row = (int)((caller ^ (caller >> 32)) & (Rows - 1));
        lock (locks[row % Locks])
        {
            ref var bucket = ref Find(buckets.AsSpan(row * Ways, Ways), caller);
            var full = Math.Max(bucket.FullAt, now.Ticks) + pace.Every;
            var over = full - now.Ticks - pace.Every * pace.Burst;
            if (over > 0)
            {
                return new Verdict(false, 0, TimeSpan.FromTicks(over));
            }

            bucket = new Bucket(caller, full);
            return new Verdict(true, (int)(-over / pace.Every), TimeSpan.Zero);
        }
    }

    public static ulong NameOf(string caller)
    {
        var hash = Seed;
        foreach (var c in caller)
        {
            hash = unchecked((hash ^ c) * 1_099_511_628_211);
        }

        return hash;
    }

    /// <summary>A network of IPv6 counts as one: whoever has one address of it has eighteen quintillion.</summary>
    public static ulong NameOf(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = 0;
        address?.TryWriteBytes(bytes, out length);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            bytes = address.IsIPv4MappedToIPv6 ? bytes[12..] : bytes[..8];
            length = bytes.Length;
        }

        var hash = Seed;
        foreach (var part in bytes[..length])
        {
            hash = unchecked((hash ^ part) * 1_099_511_628_211);
        }

        return hash;
    }

    private static ref Bucket Find(Span<Bucket> row, ulong caller)
    {
        var rested = 0;
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i].Caller == caller)
            {
                return ref row[i];
            }

            rested = row[i].FullAt < row[rested].FullAt ? i : rested;
        }

        row[rested] = default;
        return ref row[rested];
    }

    private readonly record struct Bucket(ulong Caller, long FullAt);
}
