using System.Threading.RateLimiting;

namespace Commerce.Vendors;

/// <summary>What all operations of a vendor in this process share: its rate limit, and the moment before which it asked not to be called.</summary>
/// <param name="requestsPerSecond">How many it may be asked now; read at every call.</param>
public sealed class VendorGate(string vendor, Func<int> requestsPerSecond, TimeProvider time) : IDisposable
{
    private const int PeriodMs = 50;

    /// <summary>Longer than anybody can still be waiting in a rate limit that was replaced.</summary>
    private static readonly TimeSpan Emptied = TimeSpan.FromMinutes(1);

    private readonly Lock replacing = new();
    private volatile Rate rate = new(requestsPerSecond());
    private long heldUntil;

    public string Vendor => vendor;

    /// <summary>How long the vendor still wants to be left alone; zero when it does not.</summary>
    public TimeSpan Held
    {
        get
        {
            var until = Volatile.Read(ref heldUntil);
            return until > 0 && until - time.GetUtcNow().Ticks is > 0 and var left ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
        }
    }

    /// <summary>The vendor said 429: nobody calls before it said to, whatever the operation.</summary>
    public void Hold(TimeSpan wait)
    {
        var until = time.GetUtcNow().Ticks + wait.Ticks;
        for (var known = Volatile.Read(ref heldUntil); until > known; known = Volatile.Read(ref heldUntil))
        {
            if (Interlocked.CompareExchange(ref heldUntil, until, known) == known)
            {
                return;
            }
        }
    }

    public void Dispose() => rate.Dispose();

    /// <summary>A place among the requests of this second, waited for when there is none.</summary>
    internal ValueTask<RateLimitLease> Acquire(CancellationToken cancellationToken) =>
        (rate is var now && now.PerSecond == requestsPerSecond() ? now : Follow()).Limiter.AcquireAsync(1, cancellationToken);

    private Rate Follow()
    {
        lock (replacing)
        {
            if (rate.PerSecond != requestsPerSecond())
            {
                _ = Retire(rate);
                rate = new Rate(requestsPerSecond());
            }

            return rate;
        }
    }

    private async Task Retire(Rate replaced)
    {
        await Task.Delay(Emptied, time);
        replaced.Dispose();
    }

    private sealed class Rate(int perSecond) : IDisposable
    {
        public int PerSecond => perSecond;

        public RateLimiter Limiter { get; } = new TokenBucketRateLimiter(new()
        {
            TokenLimit = perSecond,
            TokensPerPeriod = Math.Max(1, perSecond * PeriodMs / 1000),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(perSecond >= 1000 / PeriodMs ? PeriodMs : 1000 / perSecond),
            QueueLimit = perSecond,
        });

        public void Dispose() => Limiter.Dispose();
    }
}
