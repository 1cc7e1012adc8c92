using Commerce.Journal;

namespace Commerce.Events;

/// <summary>Turns what lies in the journal into what readers get.</summary>
internal static class Lifecycle
{
    /// <summary>Name of the stream provider, and namespace of its streams: one stream a partition, its key the partition's number.</summary>
    public const string Provider = "lifecycle";

    /// <summary>The events of a commit.</summary>
    /// <param name="previous">Position of the commit before it in what is being read.</param>
    public static IEnumerable<LifecycleEvent> Events(Recorded commit, long previous)
    {
        var index = 0;
        foreach (var (type, correlation, data) in EventEnvelopes.Read(commit.Events))
        {
            yield return new LifecycleEvent
            {
                Cursor = new EventCursor(commit.Position, index),
                Aggregate = commit.Aggregate,
                Version = commit.Version,
                Sequence = commit.FirstSequence + index,
                Type = type,
                Time = commit.At,
                CorrelationId = correlation ?? commit.CorrelationId,
                CausationId = commit.CausationId,
                TraceParent = commit.TraceParent,
                Data = data.ToArray(),
                Previous = previous,
            };
            index++;
        }
    }
}
