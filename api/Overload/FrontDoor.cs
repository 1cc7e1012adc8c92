using Microsoft.Extensions.Options;

namespace Commerce.Overload;

/// <summary>
/// Lets requests in while there is room for their kind, and turns the rest away at once. The outermost part of the front end: whoever is turned away has cost
/// neither an identity, nor a body, nor a grain call (docs/adr/0020).
/// </summary>
/// <remarks>
/// Letting in costs two counters and a clock. Windows of samples are closed by whoever ends when one is over: no timer has to get a thread of a pool that has none.
/// </remarks>
internal sealed class FrontDoor : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100), LongestWindow = TimeSpan.FromSeconds(1), RateWindow = TimeSpan.FromSeconds(1);

    private readonly TimeProvider time;
    private readonly OverloadMeters meters;
    private readonly ProcessStrain strain;
    private readonly IDisposable? following;
    private readonly long begun;
    private readonly AdaptiveLimit limit;
    private readonly Lock closing = new();
    private readonly YoungOnes checkouts = new();
    private readonly RecentKeys recent = new();
    private readonly Tally[] tallies = [new(), new(), new(), new()];
    private volatile Rules rules;
    private AdmissionOptions options;
    private int underWay, paying, refused, probes;
    private uint drawn;
    private long windowBegan, rateBegan, letIn, turnedAway;
    private double crowding;

    public FrontDoor(IOptionsMonitor<AdmissionOptions> monitor, OverloadMeters meters, ProcessStrain strain, TimeProvider time)
    {
        (this.time, this.meters, this.strain, options) = (time, meters, strain, monitor.CurrentValue);
        begun = time.GetTimestamp();
        limit = new AdaptiveLimit(options);
        rules = Rules.Of(limit, options);
        following = monitor.OnChange(changed =>
        {
            lock (closing)
            {
                options = changed;
                rules = Rules.Of(limit, changed);
            }
        });
        meters.Observe(() => limit.Current, () => UnderWay);
    }

    /// <summary>Requests under way that count.</summary>
    public int UnderWay => Volatile.Read(ref underWay) + Paying(Now);

    public int Limit => limit.Current;

    private TimeSpan Now => time.GetElapsedTime(begun);

    /// <summary>When somebody is to come again whom the cluster turned away.</summary>
    public TimeSpan RetryAfter() => TimeSpan.FromSeconds(SecondsUntilRetry(Now));

    public Task Invoke(HttpContext http, RequestDelegate next)
    {
        var kind = Urgencies.Of(http);
        var now = rules;
        return kind is Urgency.Essential || !now.Enabled ? next(http)
            : kind is Urgency.Checkout ? Checkout(http, next, now)
            : Interlocked.Increment(ref underWay) + Paying(Now) <= now.Room[(int)kind] || Probes(kind, now) ? Follow(http, next, kind)
            : Leave(http, kind);
    }

    public void Dispose() => following?.Dispose();

    private Task Leave(HttpContext http, Urgency kind)
    {
        Interlocked.Decrement(ref underWay);
        return TurnAway(http, kind);
    }

    private async Task Follow(HttpContext http, RequestDelegate next, Urgency kind)
    {
        Interlocked.Increment(ref letIn);
        var came = Now;
        try
        {
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
            Ended(http, kind, came);
        }
    }

    private Task Checkout(HttpContext http, RequestDelegate next, Rules now)
    {
        var key = RecentKeys.Of(http.Request);
        if (recent.Contains(key))
        {
            return next(http);
        }

        var came = Now;
        if (Volatile.Read(ref underWay) + Paying(came) >= now.Room[(int)Urgency.Checkout])
        {
            return TurnAway(http, Urgency.Checkout);
        }

        recent.Remember(key); // before its end is known: who loses patience and repeats it meets what it began
        return Follow(http, next, key, came, checkouts.Enter(came));
    }

    private async Task Follow(HttpContext http, RequestDelegate next, ulong key, TimeSpan came, long place)
    {
        Interlocked.Increment(ref letIn);
        Interlocked.Increment(ref paying);
        try
        {
            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref paying);
            checkouts.Leave(place);
            if (http.Response.StatusCode is >= 400 and < 499)
            {
                recent.Forget(key);
            }

            if (Now - came < YoungOnes.Age)
            {
                Ended(http, Urgency.Checkout, came);
            }
        }
    }

    /// <summary>Checkouts that count: while the shop is known to be quick, an old one waits for its vendor; otherwise nobody can tell for whom.</summary>
    private int Paying(TimeSpan now) => limit.IsSurelyQuick ? checkouts.Count(now) : Volatile.Read(ref paying);

    /// <summary>Whether it is one of the few that are let in to see how quick the shop is.</summary>
    private bool Probes(Urgency kind, Rules now)
    {
        if (kind is Urgency.Browsing || now.Probes == 0)
        {
            return false;
        }

        CountSecond(Now);
        return Interlocked.Increment(ref probes) <= now.Probes;
    }

    private Task TurnAway(HttpContext http, Urgency kind)
    {
        Interlocked.Increment(ref turnedAway);
        Volatile.Write(ref refused, 1);
        meters.Shed(kind);
        var now = Now;
        CloseWindow(now);
        return ShedAnswer.Write(http, SecondsUntilRetry(now));
    }

    /// <summary>
    /// In whole seconds: longer the more are turned away for each who is let in, so that those who come again are about as many as can be served, and spread over
    /// as much time again, evenly, so that they do not come together.
    /// </summary>
    private int SecondsUntilRetry(TimeSpan now)
    {
        CountSecond(now);
        var spread = unchecked(Interlocked.Add(ref drawn, 2_654_435_769)) / (double)uint.MaxValue; // multiples of the golden ratio: evenly spread in any order
        return (int)Math.Clamp(Math.Ceiling((Volatile.Read(ref crowding) + 1) * (0.5 + spread)), 1, rules.LongestRetryAfter);
    }

    /// <summary>How many were turned away in the last second for each who was let in.</summary>
    private void CountSecond(TimeSpan now)
    {
        var from = Volatile.Read(ref rateBegan);
        if (now.Ticks - from >= RateWindow.Ticks && Interlocked.CompareExchange(ref rateBegan, now.Ticks, from) == from)
        {
            var (away, inside) = (Interlocked.Exchange(ref turnedAway, 0), Interlocked.Exchange(ref letIn, 0));
            Volatile.Write(ref crowding, away / (double)Math.Max(1, inside));
            Volatile.Write(ref probes, 0);
        }
    }

    private void Ended(HttpContext http, Urgency kind, TimeSpan came)
    {
        var now = Now;
        if (!http.RequestAborted.IsCancellationRequested)
        {
            var took = now - came;
            tallies[(int)kind].Add(took, took > rules.SlowFrom[(int)kind]);
        }

        CloseWindow(now);
    }

    /// <summary>When a window is over and says enough.</summary>
    private void CloseWindow(TimeSpan now)
    {
        var lasted = now.Ticks - Volatile.Read(ref windowBegan);
        if (lasted < Window.Ticks || !closing.TryEnter())
        {
            return;
        }

        try
        {
            lasted = now.Ticks - Volatile.Read(ref windowBegan);
            if (lasted < Window.Ticks || (lasted < LongestWindow.Ticks && tallies.Sum(static tally => tally.Count) < AdaptiveLimit.Few))
            {
                return;
            }

            Volatile.Write(ref windowBegan, now.Ticks);
            Span<Samples> window = stackalloc Samples[Urgencies.Refusable];
            for (var kind = 0; kind < window.Length; kind++)
            {
                window[kind] = tallies[kind].Take();
            }

            limit.Learn(window, Interlocked.Exchange(ref refused, 0) == 1, strain.IsTooMuch(options), TimeSpan.FromTicks(lasted), options);
            rules = Rules.Of(limit, options);
        }
        finally
        {
            closing.Exit();
        }
    }

    /// <summary>What holds until the next window is closed.</summary>
    private sealed record Rules(bool Enabled, int[] Room, TimeSpan[] SlowFrom, int LongestRetryAfter, int Probes)
    {
        public static Rules Of(AdaptiveLimit limit, AdmissionOptions options) => new(
            options.Enabled,
            [.. Enumerable.Range(0, Urgencies.Refusable).Select(kind => (int)Math.Ceiling(limit.Current * options.Share((Urgency)kind)))],
            [.. Enumerable.Range(0, Urgencies.Refusable).Select(kind => limit.SlowFrom((Urgency)kind, options))],
            options.LongestRetryAfter,
            options.Probes);
    }

    /// <summary>The samples of one kind since the last window.</summary>
    private sealed class Tally
    {
        private int count, slow;
        private long took;

        public int Count => Volatile.Read(ref count);

        public void Add(TimeSpan one, bool isSlow)
        {
            Interlocked.Increment(ref count);
            Interlocked.Add(ref took, one.Ticks);
            if (isSlow)
            {
                Interlocked.Increment(ref slow);
            }
        }

        public Samples Take() => new(Interlocked.Exchange(ref count, 0), Interlocked.Exchange(ref slow, 0), TimeSpan.FromTicks(Interlocked.Exchange(ref took, 0)));
    }
}
