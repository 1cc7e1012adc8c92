namespace Commerce.Tests.Payments;

/// <summary>Runs as the system's clock does, and jumps ahead when told: hours pass at once, and waits of milliseconds still end by themselves.</summary>
public sealed class TrialClock : TimeProvider
{
    private long ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref ahead));

    public void Advance(TimeSpan by) => Interlocked.Add(ref ahead, by.Ticks);
}
