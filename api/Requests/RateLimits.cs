using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Commerce.Requests;

/// <summary>How many requests a caller may make. Bound from <c>Commerce:RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Commerce:RateLimits";

    /// <summary>Whether callers are limited at all. Default: true. Switch it off only behind a gateway that limits them.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests per second of one guest's or customer's token, sustained. Default: 200.</summary>
    [Range(1, 1_000_000)]
    public int PerToken { get; set; } = 200;

    /// <summary>Requests that one token may make at once after a rest. Default: 400.</summary>
    [Range(1, 1_000_000)]
    public int TokenBurst { get; set; } = 400;

    /// <summary>Requests per second of one address without a token, sustained. Default: 5,000, since many shoppers can share an address.</summary>
    [Range(1, 1_000_000)]
    public int PerAddress { get; set; } = 5_000;

    /// <summary>Requests that one address may make at once after a rest. Default: 20,000.</summary>
    [Range(1, 1_000_000)]
    public int AddressBurst { get; set; } = 20_000;
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;

/// <summary>A token bucket for each caller: by token, else by address. Operators are not limited.</summary>
internal sealed class RateLimits : IAsyncDisposable
{
    private readonly PartitionedRateLimiter<HttpContext>? limiter;
    private readonly string tokenPolicy, addressPolicy;

    public RateLimits(IOptions<RateLimitOptions> options)
    {
        var limits = options.Value;
        tokenPolicy = Policy("token", limits.TokenBurst, limits.PerToken);
        addressPolicy = Policy("address", limits.AddressBurst, limits.PerAddress);
        limiter = limits.Enabled ? PartitionedRateLimiter.Create<HttpContext, string>(http => Partition(Caller.Of(http), limits), StringComparer.Ordinal) : null;
    }

    public Task Invoke(HttpContext http, RequestDelegate next)
    {
        var caller = Caller.Of(http);
        if (limiter is null || caller.Kind is CallerKind.Operator || !http.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase))
        {
            return next(http);
        }

        bool admitted;
        using (var lease = limiter.AttemptAcquire(http))
        {
            admitted = lease.IsAcquired;
        }

        var left = limiter.GetStatistics(http)?.CurrentAvailablePermits ?? 0;
        var headers = http.Response.Headers;
        headers["RateLimit-Policy"] = caller.HasToken ? tokenPolicy : addressPolicy;
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{(caller.HasToken ? "token" : "address")}\";r={left};t=1");

        return admitted
            ? next(http)
            : throw new Refusal("rate-limited", "Too many requests. Wait as long as Retry-After says.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    public ValueTask DisposeAsync() => limiter?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static RateLimitPartition<string> Partition(Caller caller, RateLimitOptions limits) => RateLimitPartition.GetTokenBucketLimiter(caller.Id, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = caller.HasToken ? limits.TokenBurst : limits.AddressBurst,
        TokensPerPeriod = Math.Max(1, (caller.HasToken ? limits.PerToken : limits.PerAddress) / 10),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
        QueueLimit = 0,
        AutoReplenishment = false, // the partitioned limiter has one timer for all
    });

    /// <summary>In so many seconds a rested caller may make so many requests (RateLimit header fields for HTTP, IETF draft).</summary>
    private static string Policy(string name, int burst, int perSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={burst};w={Math.Max(1, burst / perSecond)}");
}
