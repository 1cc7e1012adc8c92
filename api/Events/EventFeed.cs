using System.Runtime.CompilerServices;

namespace Commerce.Events;

/// <summary>
/// The events of the journal for everybody who follows them through this process: one tail, however many readers. Each reader gets each
/// event once, in order, none skipped.
/// </summary>
/// <remarks>
/// The tail runs while somebody follows, and publishes to the seats. A new reader first takes its seat, then reads what it missed
/// from the journal up to where the tail stood at that moment, then goes on with what its seat has gathered meanwhile: whatever
/// overlaps is told by its cursor and dropped. A seat that overflows ends, and its reader takes another in the same way.
/// </remarks>
internal sealed partial class EventFeed(Func<ILifecycleReader> journal, TimeProvider time, ILogger<EventFeed> log, CancellationToken stopping)
{
    private const int PageSize = 500;
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(2), AfterFailure = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private Tail? tail;

    /// <summary>Cancelled when the process begins to stop: streams end then, or it would wait for them.</summary>
    public CancellationToken Stopping => stopping;

    /// <summary>Whether the journal is being read at this moment.</summary>
    internal bool IsRunning
    {
        get
        {
            lock (gate)
            {
                return tail is not null;
            }
        }
    }

    /// <summary>Every event after <paramref name="after"/>, of one aggregate or of all, for as long as it is asked for.</summary>
    public async IAsyncEnumerable<FeedEvent> Follow(EventCursor after, string? aggregate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            using var seat = Sit(aggregate, after, out var recent);
            foreach (var happened in recent)
            {
                after = after.With(happened.Cursor);
                yield return happened.Seen(after);
            }

            var reached = await seat.From.WaitAsync(cancellationToken);
            await foreach (var happened in Missed(after, reached, aggregate, cancellationToken))
            {
                after = happened.Cursor;
                yield return happened;
            }

            after = after.Join(reached);
            await foreach (var happened in seat.Events.ReadAllAsync(cancellationToken))
            {
                if (!after.Covers(happened.Cursor))
                {
                    after = after.With(happened.Cursor);
                    yield return happened.Seen(after);
                }
            }
        }
    }

    private Seat Sit(string? aggregate, EventCursor after, out FeedEvent[] recent)
    {
        lock (gate)
        {
            if (tail is null)
            {
                var begun = tail = new Tail();
                using (ExecutionContext.SuppressFlow()) // the tail is nobody's request
                {
                    _ = Task.Run(() => Run(begun));
                }
            }

            return tail.Sit(aggregate, after, out recent, Leave);
        }
    }

    private void Leave(Seat seat)
    {
        lock (gate)
        {
            if (seat.Tail.Leave(seat) && ReferenceEquals(tail, seat.Tail))
            {
                tail = null; // it notices when its long poll ends, and publishes nothing any more
            }
        }
    }

    /// <summary>What the journal holds from <paramref name="after"/> up to <paramref name="reached"/>, and perhaps a little beyond.</summary>
    private async IAsyncEnumerable<FeedEvent> Missed(EventCursor after, EventCursor reached, string? aggregate, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!after.CoversAll(reached))
        {
            var from = after;
            var page = aggregate is null
                ? await Ask(reader => reader.Read(after, PageSize, TimeSpan.Zero), cancellationToken)
                : await Ask(reader => reader.ReadAggregate(aggregate, after, PageSize), cancellationToken);
            foreach (var happened in page.Events)
            {
                if (!after.Covers(happened.Cursor))
                {
                    after = happened.Cursor;
                    yield return new FeedEvent(happened);
                }
            }

            if (after == from)
            {
                yield break;
            }
        }
    }

    private async Task Run(Tail mine)
    {
        try
        {
            mine.Start(await Ask(static reader => reader.Head(), stopping));
            while (IsCurrent(mine))
            {
                var page = await Ask(reader => reader.Read(mine.Reached, PageSize, LongPoll), stopping);
                lock (gate)
                {
                    if (ReferenceEquals(tail, mine))
                    {
                        mine.Publish(page);
                    }
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            mine.End();
        }
    }

    private bool IsCurrent(Tail candidate)
    {
        lock (gate)
        {
            return ReferenceEquals(tail, candidate) && !stopping.IsCancellationRequested;
        }
    }

    /// <summary>Asks the journal until it answers: readers wait through an outage rather than lose their place.</summary>
    private async Task<T> Ask<T>(Func<ILifecycleReader, Task<T>> question, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await question(journal()).WaitAsync(cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                Unanswered(log, e.GetType().Name, e.Message);
                await Task.Delay(AfterFailure, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The journal cannot be read at the moment ({Kind}: {Why}); asking again")]
    private static partial void Unanswered(ILogger log, string kind, string why);
}
