namespace Commerce.Overload;

/// <summary>What requests of one kind took in a window.</summary>
/// <param name="Slow">How many took longer than <see cref="AdaptiveLimit.SlowFrom"/>.</param>
/// <param name="Took">All of them together.</param>
internal readonly record struct Samples(int Count, int Slow, TimeSpan Took);

/// <summary>
/// How many requests may be under way at once, learned from how long they take: it grows by its square root while most are quick and it is needed, and
/// loses a tenth while most are slow (three, while they are very slow). No clock, no threads: windows of samples in, a limit out.
/// </summary>
/// <remarks>
/// <para>By Little's law the limit settles where the requests under way are what the machine serves within <see cref="AdmissionOptions.Target"/>.</para>
/// <para>Samples vote, quick or slow: a few that are slow for a reason of their own (a body that comes slowly, one hot cart) do not speak for the machine.
/// What is usual for a kind is the least mean seen lately; it is forgotten slowly, and only while nobody is turned away: an overload that lasts never becomes usual.</para>
/// </remarks>
internal sealed class AdaptiveLimit(AdmissionOptions options)
{
    /// <summary>Fewer samples say nothing.</summary>
    public const int Few = 10;

    /// <summary>Within so long what is usual may double.</summary>
    private static readonly TimeSpan Forgets = TimeSpan.FromMinutes(10);

    private const double Falls = 0.9, FallsFast = 0.7;

    /// <summary>So many times slower than slow, the limit falls fast.</summary>
    private const int Far = 4;

    /// <summary>A checkout does the work of several other requests, and is worth waiting for.</summary>
    private const int Patience = 10;

    private readonly double[] usual = [0, 0, 0, 0]; // milliseconds; 0: not known yet
    private double limit = Math.Clamp(options.Start, options.Minimum, options.Maximum);

    public int Current => (int)limit;

    /// <summary>Whether most of the last window were slow, or the process had too much to do.</summary>
    public bool IsSlow { get; private set; }

    /// <summary>Whether requests that wait for nobody else say that the shop is quick: then whatever takes long waits for a vendor.</summary>
    public bool IsSurelyQuick { get; private set; }

    /// <summary>From when on a request of that kind counts as slow.</summary>
    public TimeSpan SlowFrom(Urgency kind, AdmissionOptions now) =>
        TimeSpan.FromMilliseconds(Math.Max(now.Target.TotalMilliseconds * (kind is Urgency.Checkout ? Patience : 1), usual[(int)kind] * now.Tolerance));

    /// <summary>Closes a window.</summary>
    /// <param name="window">By kind, <see cref="Urgencies.Refusable"/> of them. Checkouts are asked only when nobody else can tell: they wait for vendors.</param>
    /// <param name="refused">Whether anybody was turned away in it.</param>
    /// <param name="strained">Whether the process itself says that it has too much to do.</param>
    /// <param name="lasted">How long the window was.</param>
    public int Learn(ReadOnlySpan<Samples> window, bool refused, bool strained, TimeSpan lasted, AdmissionOptions now)
    {
        var (count, slow, far) = (0, 0, false);
        IsSurelyQuick = false;
        for (var kind = 0; kind < window.Length; kind++)
        {
            var samples = window[kind];
            if (samples.Count >= Few && !refused)
            {
                var mean = samples.Took.TotalMilliseconds / samples.Count;
                usual[kind] = usual[kind] is 0 ? mean : Math.Min(mean, usual[kind] * Math.Pow(2, lasted / Forgets));
            }

            if (kind < (int)Urgency.Checkout || count < Few)
            {
                count += samples.Count;
                slow += samples.Slow;
                far |= samples.Count > 0 && samples.Took / samples.Count > SlowFrom((Urgency)kind, now) * Far;
                IsSurelyQuick = kind < (int)Urgency.Checkout && count >= Few && slow * 2 <= count;
            }
        }

        IsSlow = strained || (count >= Few && slow * 2 > count);
        IsSurelyQuick &= !strained;
        var next = IsSlow ? limit * (far ? FallsFast : Falls)
            : count >= Few && (refused || limit < now.Start) ? limit + Math.Sqrt(limit) * (1 - 2.0 * slow / count)
            : limit;
        limit = Math.Clamp(next, now.Minimum, Math.Max(now.Minimum, now.Maximum));
        return Current;
    }
}
