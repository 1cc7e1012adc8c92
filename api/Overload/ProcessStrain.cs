namespace Commerce.Overload;

/// <summary>What the process says of itself: how long work waits for a thread, and how much of its memory is in use. Looked at while requests come, never by a timer.</summary>
internal sealed class ProcessStrain(OverloadMeters meters, TimeProvider time) : IThreadPoolWorkItem
{
    /// <summary>Memory is asked after a garbage collection only: before the next, the answer is the same.</summary>
    private int collections = -1;

    private double memory;
    private long asked, waited;
    private int asking;

    /// <summary>Whether the process has too much to do, as far as is known; asks anew.</summary>
    public bool IsTooMuch(AdmissionOptions options)
    {
        if (GC.CollectionCount(0) is var now && now != collections)
        {
            collections = now;
            var info = GC.GetGCMemoryInfo(GCKind.Any);
            memory = info.TotalAvailableMemoryBytes > 0 ? info.MemoryLoadBytes / (double)info.TotalAvailableMemoryBytes : 0;
        }

        var longest = Longest();
        if (Interlocked.CompareExchange(ref asking, 1, 0) == 0)
        {
            Volatile.Write(ref asked, time.GetTimestamp());
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        return longest > options.LongestQueue || memory > options.MemoryLoad;
    }

    void IThreadPoolWorkItem.Execute()
    {
        var took = time.GetElapsedTime(Volatile.Read(ref asked));
        Volatile.Write(ref waited, took.Ticks);
        Volatile.Write(ref asking, 0);
        meters.Queued(took);
    }

    /// <summary>The last wait that ended, or the one that goes on if it is longer already.</summary>
    private TimeSpan Longest()
    {
        var last = TimeSpan.FromTicks(Volatile.Read(ref waited));
        return Volatile.Read(ref asking) == 1 && time.GetElapsedTime(Volatile.Read(ref asked)) is var still && still > last ? still : last;
    }
}
