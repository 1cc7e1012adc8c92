using System.ComponentModel.DataAnnotations;

namespace Commerce.Vendors;

/// <summary>How to reach a vendor, how long to keep trying, and how much at a time. Read anew when the configuration changes; what is under way ends as it began.</summary>
/// <remarks>docs/resilience.md has them all on a page.</remarks>
public abstract class VendorOptions
{
    /// <summary>Where the vendor's API is. Default: the vendor's own address. An absolute https address; plain http is taken for this machine, and by a trial (<see cref="IsTrial"/>).</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Asked at the first call when <see cref="BaseUrl"/> is not set, by a host that learns the address late. Null: not known yet, which is Unavailable.</summary>
    public Func<Uri?>? ResolveBaseUrl { get; set; }

    /// <summary>Longest one call may take, retries and waits included. Default: 8 seconds, which leaves a checkout's 10 a margin.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public virtual TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest one attempt may take. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public virtual TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Attempts after the first. Each carries the same idempotency key. Default: 2.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>Wait before the first retry; doubles, with jitter. Default: 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Longest <c>Retry-After</c> that is waited for inside a call; a longer one is handed to the caller at once. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:25")]
    public virtual TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(3);

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
    [Range(typeof(decimal), "0.01", "1", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
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
    public Dictionary<string, OperationOptions> Operations { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Disturbances of our own making, for trials. Refused in Production.</summary>
    public ChaosOptions? Chaos { get; set; }

    /// <summary>What is configured moves no money, as a test key does: then plain http is taken to any machine. Default: it does.</summary>
    protected internal virtual bool IsTrial => false;

    /// <summary>What an operation has otherwise as long as <see cref="Operations"/> says nothing else. Default: nothing.</summary>
    protected virtual OperationOptions? DefaultsOf(string operation) => null;

    /// <summary>What no attribute can say is wrong: each a sentence that begins with the setting's place in the configuration.</summary>
    protected internal virtual IEnumerable<string> Faults(string section)
    {
        if (AttemptTimeout > TotalTimeout)
        {
            yield return $"{section}:AttemptTimeout is longer than TotalTimeout.";
        }

        if (!string.IsNullOrEmpty(BaseUrl) && !IsTaken(BaseUrl))
        {
            yield return $"{section}:BaseUrl is an absolute https address; http is taken for this machine, and with a key that moves no money.";
        }
    }

    /// <summary>Whether calls may go there: secrets and money do not travel in the open.</summary>
    protected bool IsTaken(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || IsTrial)));

    /// <summary>What the attributes of some settings say is wrong.</summary>
    /// <param name="place">Where they stand in the configuration.</param>
    protected internal static IEnumerable<string> OutOfRange(object settings, string place)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(settings, new ValidationContext(settings), found, validateAllProperties: true);
        return found.Select(one => $"{place}: {one.ErrorMessage}");
    }

    /// <summary>What holds for one operation.</summary>
    internal (TimeSpan Total, TimeSpan Attempt, int Retries, TimeSpan LongestRetryAfter, int Concurrency, int Queue) Of(string operation)
    {
        var (own, usual) = (Operations.GetValueOrDefault(operation), DefaultsOf(operation));
        return (
            own?.TotalTimeout ?? usual?.TotalTimeout ?? TotalTimeout,
            own?.AttemptTimeout ?? usual?.AttemptTimeout ?? AttemptTimeout,
            own?.Retries ?? usual?.Retries ?? Retries,
            own?.LongestRetryAfter ?? usual?.LongestRetryAfter ?? LongestRetryAfter,
            own?.Concurrency ?? usual?.Concurrency ?? Concurrency,
            own?.ConcurrencyQueue ?? usual?.ConcurrencyQueue ?? ConcurrencyQueue);
    }
}

/// <summary>What one operation has otherwise; what is not set is as for the vendor.</summary>
public sealed class OperationOptions
{
    /// <inheritdoc cref="VendorOptions.TotalTimeout"/>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan? TotalTimeout { get; set; }

    /// <inheritdoc cref="VendorOptions.AttemptTimeout"/>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan? AttemptTimeout { get; set; }

    /// <inheritdoc cref="VendorOptions.Retries"/>
    [Range(0, 10)]
    public int? Retries { get; set; }

    /// <inheritdoc cref="VendorOptions.LongestRetryAfter"/>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
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
