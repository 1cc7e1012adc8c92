using System.Collections.Concurrent;

namespace Commerce.Drops;

/// <summary>Where the queues stand, as this process knows it: each drop is asked once a second at the most, however many people ask here.</summary>
internal sealed class Fronts(IGrainFactory grains, TimeProvider time)
{
    /// <summary>How old an answer may be.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    /// <summary>How long what was known is told on while the drop does not answer: its silo may be lost, and people keep their places.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A drop that nobody asked for so long is forgotten here.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Follower> followers = new(StringComparer.Ordinal);

    /// <summary>As it stands, a second old at the most; null when there is no such drop.</summary>
    public Task<Front?> Now(string dropId) => Follow(dropId).Now();

    /// <summary>The next one after <paramref name="seen"/>.</summary>
    public Task<Front?> After(string dropId, Front seen) => Follow(dropId).After(seen);

    private Follower Follow(string dropId)
    {
        if (followers.TryGetValue(dropId, out var follower))
        {
            return follower;
        }

        foreach (var (id, old) in followers)
        {
            if (old.Idle > Kept)
            {
                followers.TryRemove(id, out _);
            }
        }

        return followers.GetOrAdd(dropId, id => new Follower(grains.Drop(id), time));
    }

    private sealed class Follower(IDropGrain drop, TimeProvider time)
    {
        private readonly Lock gate = new();
        private Front? known;
        private long at = time.GetTimestamp() - (long)(Age.TotalSeconds * time.TimestampFrequency);
        private long asked = time.GetTimestamp();
        private Task<Front?>? next;

        public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref asked));

        public Task<Front?> Now()
        {
            Volatile.Write(ref asked, time.GetTimestamp());
            lock (gate)
            {
                return known is { } front && time.GetElapsedTime(at) < Age ? Task.FromResult<Front?>(front) : Next(TimeSpan.Zero);
            }
        }

        public Task<Front?> After(Front seen)
        {
            Volatile.Write(ref asked, time.GetTimestamp());
            lock (gate)
            {
                return known is { } front && front != seen ? Task.FromResult<Front?>(front) : Next(Age - time.GetElapsedTime(at));
            }
        }

        private Task<Front?> Next(TimeSpan wait)
        {
            if (next is { IsCompleted: false } under)
            {
                return under;
            }

            using (ExecutionContext.SuppressFlow()) // it is nobody's request
            {
                return next = Task.Run(() => Ask(wait));
            }
        }

        private async Task<Front?> Ask(TimeSpan wait)
        {
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time);
            }

            try
            {
                var front = await drop.Front() is { } view ? Front.Of(view, known) : null;
                lock (gate)
                {
                    (known, at) = (front, time.GetTimestamp());
                }

                return front;
            }
            catch (Exception e) when (known is { } last && ProblemBoundary.IsPassing(e) && time.GetElapsedTime(at) < Patience)
            {
                return last;
            }
        }
    }
}

/// <summary>Where the queue of a drop stands, and who has which place.</summary>
internal sealed class Front
{
    private readonly HashSet<int> left;
    private readonly int[] places;

    private Front(DropFront view, int[] places, HashSet<int> left) => (View, this.places, this.left) = (view, places, left);

    public DropFront View { get; }

    /// <summary>Whether the drop takes nobody any more.</summary>
    public bool IsOver => View.Status is DropStatus.SoldOut or DropStatus.Closed or DropStatus.Cancelled;

    /// <summary>Whether the order is known: before a lottery is drawn it is not.</summary>
    public bool IsOrdered => View.Order is DropOrder.Arrival || View.Status is not DropStatus.Scheduled;

    public static Front Of(DropFront view, Front? before)
    {
        var drawn = view.Seed is not { } seed ? [] : before?.View.Seed == seed ? before.places : Lottery.Places(seed, view.Drawn);
        return new Front(view, drawn, [.. view.Left]);
    }

    /// <summary>Place of a ticket, from 0.</summary>
    public int PlaceOf(int ticket) => ticket < places.Length ? places[ticket] : ticket;

    /// <summary>What is known of an entry without asking the drop; null: it was called, and the drop knows more.</summary>
    public EntryStatus? Waiting(int ticket) =>
        left.Contains(ticket) ? EntryStatus.Left
        : IsOrdered && PlaceOf(ticket) < View.Called ? null
        : View.Status switch
        {
            DropStatus.SoldOut => EntryStatus.SoldOut,
            DropStatus.Closed => View.SoldOut ? EntryStatus.SoldOut : EntryStatus.Closed,
            DropStatus.Cancelled => EntryStatus.Cancelled,
            _ => EntryStatus.Waiting,
        };
}
