using Commerce.Journal;
using Orleans.Placement;

namespace Commerce.Events;

/// <inheritdoc cref="ILifecycleReader"/>
[GrainType("lifecycle-reader"), Reentrant, PreferLocalPlacement]
internal sealed class LifecycleReader(IJournal journal, Export export) : Grain, ILifecycleReader
{
    private const int MaxLimit = 1_000;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    public async Task<LifecyclePage> Read(EventCursor after, int limit, TimeSpan wait)
    {
        if (journal.Head <= after.Position && wait > TimeSpan.Zero)
        {
            await journal.WaitBeyond(after.Position, wait < MaxWait ? wait : MaxWait, CancellationToken.None);
        }

        return Page(await journal.Read(null, Before(after), Math.Clamp(limit, 1, MaxLimit) + 1), after, limit);
    }

    public async Task<LifecyclePage> ReadAggregate(string aggregate, EventCursor after, int limit) =>
        Page(await journal.ReadAggregate(aggregate, Before(after), Math.Clamp(limit, 1, MaxLimit) + 1), after, limit);

    public Task<EventCursor> Head() => Task.FromResult(new EventCursor(journal.Head, int.MaxValue));

    public IAsyncEnumerable<string> Export(string table) => export.Rows(table);

    /// <summary>The commit that the cursor stands in is read again: it may hold events after the cursor's.</summary>
    private static long Before(EventCursor after) => Math.Max(0, after.Position - 1);

    private static LifecyclePage Page(ImmutableArray<Recorded> commits, EventCursor after, int limit)
    {
        var events = ImmutableArray.CreateBuilder<LifecycleEvent>();
        var previous = Before(after);
        foreach (var commit in commits)
        {
            foreach (var happened in Lifecycle.Events(commit, previous))
            {
                if (happened.Cursor <= after)
                {
                    continue;
                }

                if (events.Count == limit)
                {
                    return new LifecyclePage(events.ToImmutable(), events[^1].Cursor);
                }

                events.Add(happened);
            }

            previous = commit.Position;
        }

        return new LifecyclePage(events.ToImmutable(), events.Count > 0 ? events[^1].Cursor : after);
    }
}
