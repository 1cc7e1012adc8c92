using System.Threading.Channels;

namespace Commerce.Events;

/// <summary>Where the feed stands in the journal, what it saw lately, and who sits there. Guarded by the feed's lock.</summary>
internal sealed class Tail
{
    /// <summary>Events that are kept for readers who come back.</summary>
    private const int Kept = 4_096;

    private readonly TaskCompletionSource<EventCursor> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<Seat> seats = [];

    /// <summary>Seats by whose events they are for, "" for everybody's: a thousand readers of an order each cost an event nothing that is not theirs.</summary>
    private readonly Dictionary<string, HashSet<Seat>> rows = new(StringComparer.Ordinal);
    private readonly Queue<FeedEvent> recent = new();
    private EventCursor recentFrom;

    /// <summary>Everything up to here was published.</summary>
    public EventCursor Reached { get; private set; }

    /// <summary>A new seat gets every event after <see cref="Seat.From"/>. What is still at hand after <paramref name="after"/> comes with it.</summary>
    public Seat Sit(string? aggregate, EventCursor after, out FeedEvent[] atHand, Action<Seat> leave)
    {
        var isKept = started.Task.IsCompleted && after.CoversAll(recentFrom);
        atHand = isKept ? [.. recent.Where(happened => !after.Covers(happened.Cursor) && (aggregate is null || happened.Aggregate == aggregate))] : [];

        var from = !started.Task.IsCompletedSuccessfully ? started.Task
            : isKept ? Task.FromResult(EventCursor.Start) // nothing is missing
            : Task.FromResult(Reached);
        var seat = new Seat(this, aggregate, from, leave);
        seats.Add(seat);
        (rows.TryGetValue(seat.Row, out var row) ? row : rows[seat.Row] = []).Add(seat);
        return seat;
    }

    /// <returns>Whether nobody is left.</returns>
    public bool Leave(Seat seat)
    {
        if (!seats.Remove(seat))
        {
            return false;
        }

        var row = rows[seat.Row];
        row.Remove(seat);
        if (row.Count == 0)
        {
            rows.Remove(seat.Row);
        }

        return seats.Count == 0;
    }

    public void Start(EventCursor head)
    {
        Reached = recentFrom = head;
        started.TrySetResult(head);
    }

    public void Publish(LifecyclePage page)
    {
        foreach (var raw in page.Events)
        {
            if (Reached.Covers(raw.Cursor))
            {
                continue;
            }

            var happened = new FeedEvent(raw);
            Reached = raw.Cursor;
            recent.Enqueue(happened);
            if (recent.Count > Kept)
            {
                recentFrom = recent.Dequeue().Cursor;
            }

            Offer("", happened);
            Offer(happened.Aggregate, happened);
        }

        Reached = Reached.Join(page.Next);
    }

    public void End()
    {
        started.TrySetCanceled();
        foreach (var seat in seats)
        {
            seat.End();
        }
    }

    private void Offer(string row, FeedEvent happened)
    {
        if (rows.TryGetValue(row, out var readers))
        {
            foreach (var seat in readers)
            {
                seat.Offer(happened);
            }
        }
    }
}

/// <summary>One reader's place at the tail: a bounded queue of what was published since it sat down.</summary>
/// <param name="from">Where the tail stood then: the reader gets what is before from the journal.</param>
internal sealed class Seat(Tail tail, string? aggregate, Task<EventCursor> from, Action<Seat> leave) : IDisposable
{
    /// <summary>Events that wait for a reader at the most; one who falls further behind reads the journal instead.</summary>
    internal const int Capacity = 1_024;

    private readonly Channel<FeedEvent> queue = Channel.CreateBounded<FeedEvent>(new BoundedChannelOptions(Capacity)
    {
        SingleReader = true,
        SingleWriter = true,
        FullMode = BoundedChannelFullMode.Wait,
    });

    public Tail Tail { get; } = tail;

    /// <summary>Whose events are read here; "": everybody's.</summary>
    public string Row { get; } = aggregate ?? "";

    public Task<EventCursor> From { get; } = from;

    public ChannelReader<FeedEvent> Events => queue.Reader;

    /// <summary>Hands on an event; a full queue ends the seat, and what it holds is still read.</summary>
    public void Offer(FeedEvent happened)
    {
        if (!queue.Writer.TryWrite(happened))
        {
            queue.Writer.TryComplete();
        }
    }

    public void End() => queue.Writer.TryComplete();

    public void Dispose() => leave(this);
}
