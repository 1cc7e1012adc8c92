using System.Collections.Concurrent;
using System.Diagnostics;
using HdrHistogram;

namespace Commerce.Load.Measuring;

/// <summary>One second of a run, for one kind of outcome. Latencies in milliseconds.</summary>
/// <param name="Second">Since the run began.</param>
internal readonly record struct Moment(string Kind, double Second, long Count, double P50, double P99);

/// <summary>How long things of one kind took, all together. Latencies in milliseconds.</summary>
internal readonly record struct Latency(string Kind, long Count, double P50, double P95, double P99, double P999, double Max)
{
    public static Latency Of(string kind, HistogramBase histogram) => new(
        kind, histogram.TotalCount, At(histogram, 50), At(histogram, 95), At(histogram, 99), At(histogram, 99.9), At(histogram, 100));

    public static double At(HistogramBase histogram, double percentile) => histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percentile) / 1000.0;
}

/// <summary>What a run measures: a latency histogram for each kind of outcome, second by second and altogether. Any thread may record.</summary>
internal sealed class Meters
{
    private const long Longest = 600_000_000; // ten minutes, in microseconds

    private readonly ConcurrentDictionary<string, (Recorder Recorder, LongHistogram Total)> kinds = new();
    private readonly List<Moment> moments = [];
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private double lastMoment;

    public TimeSpan Elapsed => clock.Elapsed;

    public IReadOnlyList<Moment> Moments => moments;

    /// <param name="began">A <see cref="Stopwatch"/> timestamp.</param>
    public void Record(string kind, long began) => Record(kind, Stopwatch.GetElapsedTime(began));

    public void Record(string kind, TimeSpan took) => Kind(kind).Recorder.RecordValue(Math.Clamp((long)took.TotalMicroseconds, 0, Longest));

    /// <summary>Ends a second: what was recorded since the last one.</summary>
    public IReadOnlyList<Moment> Tick()
    {
        lock (moments)
        {
            var now = clock.Elapsed.TotalSeconds;
            var ended = new List<Moment>();
            foreach (var (kind, (recorder, total)) in kinds)
            {
                var interval = recorder.GetIntervalHistogram();
                total.Add(interval);
                ended.Add(new Moment(kind, now, interval.TotalCount, Latency.At(interval, 50), Latency.At(interval, 99)));
            }

            lastMoment = now;
            moments.AddRange(ended);
            return ended;
        }
    }

    /// <summary>All that was recorded, by kind; ends the last second.</summary>
    public IReadOnlyList<Latency> Totals()
    {
        Tick();
        return [.. kinds.OrderBy(kind => kind.Key).Select(kind => Latency.Of(kind.Key, kind.Value.Total))];
    }

    /// <summary>The last second is not a whole one: rates over it are not to be trusted.</summary>
    public double LastMoment => lastMoment;

    public Latency Total(params ReadOnlySpan<string> together)
    {
        var all = new LongHistogram(Longest, 3);
        foreach (var kind in together)
        {
            if (kinds.TryGetValue(kind, out var one))
            {
                all.Add(one.Total);
            }
        }

        return Latency.Of(string.Join("+", together.ToArray()), all);
    }

    private (Recorder Recorder, LongHistogram Total) Kind(string kind) => kinds.GetOrAdd(kind, static _ => (
        HistogramFactory.With64BitBucketSize().WithValuesUpTo(Longest).WithPrecisionOf(3).WithThreadSafeWrites().WithThreadSafeReads().Create(),
        new LongHistogram(Longest, 3)));
}
