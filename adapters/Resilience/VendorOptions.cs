using System.ComponentModel.DataAnnotations;

namespace Commerce.Vendors;

/// <summary>How to reach a vendor, how long to keep trying, and how much at a time. Read anew when the configuration changes; what is under way ends as it began.</summary>
public abstract class VendorOptions
{
    /// <summary>Where the vendor's API is. Default: the vendor's own address.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Asked at the first call when <see cref="BaseUrl"/> is not set, by a host that learns the address late. Null: not known yet, which is Unavailable.</summary>
    public Func<Uri?>? ResolveBaseUrl { get; set; }

    /// <summary>Longest one call may take, retries and waits included. Default: 8 seconds, which leaves a checkout's 10 a margin.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest one attempt may take. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Attempts after the first. Each carries the same idempotency key. Default: 2.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>Wait before the first retry; doubles, with jitter. Default: 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest <c>Retry-After</c> that is waited for inside a call; a longer one is handed to the caller at once. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:25")]
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Requests a second over all operations, with as much again in waiting. Default: 5,000; lower it to what the account is allowed.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 5_000;

    /// <summary>Calls under way at a time, of each operation. Default: 128.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 128;

    /// <summary>Calls that wait for one of those places before they are turned away. Default: 2,048.</summary>
    [Range(0, 1_000_000)]
    public int ConcurrencyQueue { get; set; } = 2_048;

    /// <summary>Share of failed attempts that opens an operation's circuit. Default: half.</summary>
    [Range(typeof(decimal), "0.01", "1")]
    public decimal BreakerFailureRatio { get; set; } = 0.5m;

    /// <summary>Attempts in <see cref="BreakerSampling"/> below which the circuit stays closed. Default: 10.</summary>
    [Range(2, 100_000)]
    public int BreakerMinimumThroughput { get; set; } = 10;

    /// <summary>Window over which attempts are counted. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open circuit stays open before one call tries again. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What an operation has otherwise, by its name (<c>authorise</c>, <c>find</c>, …).</summary>
    public Dictionary<string, OperationOptions> Operations { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Disturbances of our own making, for trials. Refused in Production.</summary>
    public ChaosOptions? Chaos { get; set; }

    /// <summary>What holds for one operation.</summary>
    internal (TimeSpan Total, TimeSpan Attempt, int Retries, TimeSpan LongestRetryAfter, int Concurrency, int Queue) Of(string operation)
    {
        var own = Operations.GetValueOrDefault(operation);
        return (
            own?.TotalTimeout ?? TotalTimeout, own?.AttemptTimeout ?? AttemptTimeout, own?.Retries ?? Retries, own?.LongestRetryAfter ?? LongestRetryAfter,
            own?.Concurrency ?? Concurrency, own?.ConcurrencyQueue ?? ConcurrencyQueue);
    }
}

/// <summary>What one operation has otherwise; what is not set is as for the vendor.</summary>
public sealed class OperationOptions
{
    /// <inheritdoc cref="VendorOptions.TotalTimeout"/>
    public TimeSpan? TotalTimeout { get; set; }

    /// <inheritdoc cref="VendorOptions.AttemptTimeout"/>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <inheritdoc cref="VendorOptions.Retries"/>
    [Range(0, 10)]
    public int? Retries { get; set; }

    /// <inheritdoc cref="VendorOptions.LongestRetryAfter"/>
    public TimeSpan? LongestRetryAfter { get; set; }

    /// <inheritdoc cref="VendorOptions.Concurrency"/>
    [Range(1, 10_000)]
    public int? Concurrency { get; set; }

    /// <inheritdoc cref="VendorOptions.ConcurrencyQueue"/>
    [Range(0, 1_000_000)]
    public int? ConcurrencyQueue { get; set; }
}

/// <summary>How much goes wrong on purpose.</summary>
public sealed class ChaosOptions
{
    /// <summary>Percentage of attempts whose connection breaks before they are sent. Default: none.</summary>
    [Range(0, 100)]
    public int FaultPercent { get; set; }

    /// <summary>Percentage of attempts that wait <see cref="Latency"/> first. Default: none.</summary>
    [Range(0, 100)]
    public int LatencyPercent { get; set; }

    /// <summary>Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Latency { get; set; } = TimeSpan.FromSeconds(1);
}
