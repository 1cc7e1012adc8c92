namespace Commerce.Overload;

/// <summary>
/// Counts requests under way for their first half second. A checkout that takes longer waits for a vendor: it holds nothing of this process, and slow vendors
/// must not look like too many shoppers. Good for as long as the shop itself is known to be quick. Lock-free; asking and counting allocate nothing.
/// </summary>
internal sealed class YoungOnes
{
    /// <summary>Up to this age a request counts, and its time is ours.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromMilliseconds(500);

    /// <summary>Ticks of <see cref="TimeSpan"/> that share a counter.</summary>
    private const long Span = TimeSpan.TicksPerMillisecond * 100;

    /// <summary>How many spans long a request counts: its own, and as many more as make half a second at least.</summary>
    private const int Counted = 6;

    private const int CountBits = 24;

    /// <summary>A counter each span, used again when it is over: the span's number, then how many.</summary>
    private readonly long[] spans = new long[8];

    /// <param name="now">Time since any beginning, which never goes back.</param>
    /// <returns>What <see cref="Leave"/> wants to be given.</returns>
    public long Enter(TimeSpan now)
    {
        var span = now.Ticks / Span;
        ref var counter = ref spans[span & 7];
        while (true)
        {
            var old = Volatile.Read(ref counter);
            var next = old >> CountBits == span ? old + 1 : (span << CountBits) + 1;
            if (old >> CountBits > span || Interlocked.CompareExchange(ref counter, next, old) == old)
            {
                return span;
            }
        }
    }

    public void Leave(long span)
    {
        ref var counter = ref spans[span & 7];
        while (true)
        {
            var old = Volatile.Read(ref counter);
            if (old >> CountBits != span || (old & ((1 << CountBits) - 1)) == 0 || Interlocked.CompareExchange(ref counter, old - 1, old) == old)
            {
                return;
            }
        }
    }

    public int Count(TimeSpan now)
    {
        var span = now.Ticks / Span;
        var count = 0L;
        foreach (ref var counter in spans.AsSpan())
        {
            var read = Volatile.Read(ref counter);
            if (span - (read >> CountBits) is >= 0 and < Counted)
            {
                count += read & ((1 << CountBits) - 1);
            }
        }

        return (int)count;
    }
}
