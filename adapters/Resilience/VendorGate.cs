using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Commerce.Vendors;

/// <summary>What all operations of a vendor in this process share: its rate limit, and the moment before which it asked not to be called.</summary>
public abstract class VendorGate(string vendor, TimeProvider time)
{
    private long heldUntil;

    public string Vendor => vendor;

    internal abstract ValueTask<RateLimitLease> Acquire(CancellationToken cancellationToken);

    /// <summary>How long the vendor still wants to be left alone; zero when it does not.</summary>
    public TimeSpan Held
    {
        get
        {
            var left = Volatile.Read(ref heldUntil) - time.GetUtcNow().Ticks;
            return left > 0 ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
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
}

/// <inheritdoc/>
public sealed class VendorGate<TOptions> : VendorGate, IDisposable
    where TOptions : VendorOptions
{
    private const int PeriodMs = 50;

    private readonly IDisposable? changes;
    private volatile RateLimiter limiter;
    private int permits;

    public VendorGate(string vendor, IOptionsMonitor<TOptions> options, string optionsName, TimeProvider time)
        : base(vendor, time)
    {
        permits = options.Get(optionsName).RequestsPerSecond;
        limiter = Of(permits);
        changes = options.OnChange((changed, name) =>
        {
            if ((name ?? Options.DefaultName) == optionsName && changed.RequestsPerSecond != permits)
            {
                permits = changed.RequestsPerSecond;
                // The old one is left to whoever waits in it.
                limiter = Of(permits);
            }
        });
    }

    internal override ValueTask<RateLimitLease> Acquire(CancellationToken cancellationToken) => limiter.AcquireAsync(1, cancellationToken);

    public void Dispose()
    {
        changes?.Dispose();
        limiter.Dispose();
    }

    private static TokenBucketRateLimiter Of(int perSecond)
    {
        var fine = perSecond >= 1000 / PeriodMs;
        return new(new()
        {
            TokenLimit = perSecond,
            TokensPerPeriod = fine ? perSecond * PeriodMs / 1000 : 1,
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(fine ? PeriodMs : 1000 / perSecond),
            QueueLimit = perSecond,
        });
    }
}
