namespace Commerce.Drops;

/// <summary>How fast places are called, as measured: what was called in the first moment, when everybody found units, is not a pace and does not count.</summary>
internal sealed class Pace
{
    /// <summary>How far back it looks.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>Less than this is no measurement.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Queue<(DateTimeOffset At, int Called)> notes = [];
    private DateTimeOffset last;

    /// <summary>So many places have been called by now.</summary>
    public void Note(DateTimeOffset at, int called)
    {
        if (notes.Count > 0 && at - last < Step)
        {
            return;
        }

        notes.Enqueue((at, called));
        last = at;
        while (notes.Count > 2 && at - notes.Peek().At > Window)
        {
            notes.Dequeue();
        }
    }

    /// <summary>Places a minute; null while it was not watched for long enough.</summary>
    public int? PerMinute(DateTimeOffset at, int called)
    {
        if (!notes.TryPeek(out var first) || at - first.At < Least)
        {
            return null;
        }

        return (int)Math.Min(int.MaxValue, (long)(called - first.Called) * TimeSpan.TicksPerMinute / (at - first.At).Ticks);
    }
}
