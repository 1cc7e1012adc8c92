using Commerce.Journal;

namespace Commerce.Events;

/// <summary>How much of a rebuild is done, by the time of the events: positions have gaps, and how many events lie between two nobody has counted.</summary>
/// <param name="takenUpAt">UTC, when this grain began or took over.</param>
internal sealed class RebuildProgress(DateTimeOffset takenUpAt)
{
    private readonly double[] done = new double[IJournal.Partitions];
    private readonly DateTimeOffset[] first = new DateTimeOffset[IJournal.Partitions];
    private double doneBefore;

    /// <summary>From 0 to 1.</summary>
    public double Done => done.Average();

    /// <summary>Looks where a partition begins, and how much of it whoever built before has done.</summary>
    public async Task Begin(IJournal journal, int partition, string reader)
    {
        first[partition] = await journal.Read(partition, 0, 1) is [var oldest] ? oldest.At : takenUpAt;
        Reached(partition, await journal.Read(partition, await journal.Checkpoint(reader, partition), 1) is [var next] ? next.At : takenUpAt);
    }

    /// <summary>All partitions have begun.</summary>
    public void TakenUp() => doneBefore = Done;

    public void Reached(int partition, DateTimeOffset at)
    {
        var whole = takenUpAt - first[partition];
        done[partition] = whole > TimeSpan.Zero ? Math.Clamp((at - first[partition]) / whole, 0, 1) : 1;
    }

    public void Joined(int partition) => done[partition] = 1;

    /// <summary>UTC; null while nothing can be told from what was done so far.</summary>
    public DateTimeOffset? EstimatedEnd(DateTimeOffset now) =>
        Done > doneBefore && now > takenUpAt ? now + ((1 - Done) / (Done - doneBefore) * (now - takenUpAt)) : null;
}
