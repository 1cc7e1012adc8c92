namespace Commerce.Tests.Cluster;

/// <summary>The wall clock, moved on by the tests: timers run as ever, and whatever reads the time finds that hours have passed.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long shift;

    public void Shift(TimeSpan by) => Interlocked.Add(ref shift, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref shift));
}
