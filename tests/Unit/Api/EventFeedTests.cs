using System.Collections.Immutable;
using Commerce.Events;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class EventFeedTests : IDisposable
{
    private readonly Journal journal = new();
    private readonly CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
    private readonly EventFeed feed;

    public EventFeedTests() => feed = new EventFeed(() => journal, TimeProvider.System, NullLogger<EventFeed>.Instance, stop.Token);

    public void Dispose() => stop.Dispose();

    [Fact]
    public async Task A_reader_gets_what_was_and_what_comes_without_gap_or_repetition()
    {
        journal.Append(1_500);
        var reading = Read(EventCursor.Start, null, 3_000);
        while (journal.Count < 3_000)
        {
            journal.Append(25);
            await Task.Yield();
        }

        Assert.Equal(Positions(1, 3_000), await reading);
    }

    [Fact]
    public async Task A_reader_who_comes_back_goes_on_after_the_last_it_saw()
    {
        journal.Append(100);
        Assert.Equal(Positions(1, 40), await Read(EventCursor.Start, null, 40));

        var kept = Read(new EventCursor(100, 0), null, 20); // keeps the tail running
        journal.Append(50);
        Assert.Equal(Positions(101, 120), await kept);
        Assert.Equal(Positions(41, 150), await Read(new EventCursor(40, 0), null, 110));
    }

    [Fact]
    public async Task A_slow_reader_misses_nothing()
    {
        await using var slow = feed.Follow(EventCursor.Start, null, stop.Token).GetAsyncEnumerator(stop.Token);
        journal.Append(1);
        Assert.True(await slow.MoveNextAsync());

        var quick = Read(new EventCursor(1, 0), null, Seat.Capacity * 3);
        for (var i = 0; i < 30; i++)
        {
            journal.Append(Seat.Capacity / 10 + 1);
        }

        await quick; // by now the slow one's seat has overflowed
        var seen = new List<long> { slow.Current.Cursor.Position };
        while (seen.Count < journal.Count)
        {
            Assert.True(await slow.MoveNextAsync());
            seen.Add(slow.Current.Cursor.Position);
        }

        Assert.Equal(Positions(1, journal.Count), seen);
    }

    [Fact]
    public async Task A_reader_of_one_aggregate_gets_its_events_alone()
    {
        journal.Append(30); // every third is b's
        var reading = Read(EventCursor.Start, "b", 20);
        await journal.Polled();
        journal.Append(30);

        Assert.Equal(Positions(1, 60).Where(position => position % 3 == 0), await reading);
    }

    [Fact]
    public async Task Many_readers_share_one_tail()
    {
        journal.Append(10);
        var readers = Enumerable.Range(0, 50).Select(_ => Read(new EventCursor(10, 0), null, 200)).ToArray();
        await journal.Polled();
        for (var i = 0; i < 20; i++)
        {
            journal.Append(10);
            await Task.Delay(1);
        }

        Assert.All(await Task.WhenAll(readers), seen => Assert.Equal(Positions(11, 210), seen));
        Assert.InRange(journal.LongPolls, 1, 60);
    }

    [Fact]
    public async Task A_feed_that_nobody_follows_does_not_run()
    {
        Assert.False(feed.IsRunning);
        journal.Append(3);
        await Read(EventCursor.Start, null, 3);
        Assert.False(feed.IsRunning);
    }

    [Fact]
    public async Task An_outage_of_the_journal_delays_and_loses_nothing()
    {
        journal.Append(5);
        journal.FailNext = 2;
        Assert.Equal(Positions(1, 5), await Read(EventCursor.Start, null, 5));
    }

    [Fact]
    public async Task A_stream_ends_when_the_process_stops()
    {
        var reading = Read(EventCursor.Start, null, 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static IEnumerable<long> Positions(long first, long last)
    {
        for (var position = first; position <= last; position++)
        {
            yield return position;
        }
    }

    private async Task<List<long>> Read(EventCursor after, string? aggregate, int count)
    {
        var seen = new List<long>();
        await foreach (var happened in feed.Follow(after, aggregate, stop.Token))
        {
            seen.Add(happened.Cursor.Position);
            if (seen.Count == count)
            {
                return seen;
            }
        }

        stop.Token.ThrowIfCancellationRequested();
        return seen;
    }

    /// <summary>A journal in memory, one event a commit, of the aggregates a, a, b in turn.</summary>
    private sealed class Journal : ILifecycleReader
    {
        private readonly Lock gate = new();
        private readonly List<LifecycleEvent> events = [];
        private readonly TaskCompletionSource polled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int longPolls;

        public int FailNext { get; set; }

        public int LongPolls => longPolls;

        public int Count
        {
            get
            {
                lock (gate)
                {
                    return events.Count;
                }
            }
        }

        /// <summary>Until the tail waits at the end.</summary>
        public Task Polled() => polled.Task;

        public void Append(int count)
        {
            lock (gate)
            {
                for (var i = 0; i < count; i++)
                {
                    var position = events.Count + 1;
                    events.Add(new LifecycleEvent { Cursor = new EventCursor(position, 0), Aggregate = position % 3 == 0 ? "b" : "a", Type = "t", Data = "{}"u8.ToArray() });
                }

                appended.SetResult();
                appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        public async Task<LifecyclePage> Read(EventCursor after, int limit, TimeSpan wait)
        {
            var page = Page(after, limit, null, out var next);
            if (page.Events.IsEmpty && wait > TimeSpan.Zero)
            {
                Interlocked.Increment(ref longPolls);
                polled.TrySetResult();
                await Task.WhenAny(next, Task.Delay(wait));
                page = Page(after, limit, null, out _);
            }

            return page;
        }

        public Task<LifecyclePage> ReadAggregate(string aggregate, EventCursor after, int limit) => Task.FromResult(Page(after, limit, aggregate, out _));

        public Task<EventCursor> Head()
        {
            lock (gate)
            {
                return FailNext-- > 0 ? throw new TimeoutException() : Task.FromResult(events.Count == 0 ? default : events[^1].Cursor);
            }
        }

        public IAsyncEnumerable<string> Export(string table) => throw new NotSupportedException();

        private LifecyclePage Page(EventCursor after, int limit, string? aggregate, out Task next)
        {
            lock (gate)
            {
                next = appended.Task;
                var found = events.Where(e => !after.Covers(e.Cursor) && (aggregate is null || e.Aggregate == aggregate)).Take(limit).ToImmutableArray();
                return new LifecyclePage(found, found.IsEmpty ? after : found[^1].Cursor);
            }
        }
    }
}
