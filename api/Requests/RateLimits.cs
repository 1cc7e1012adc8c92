using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Commerce.Overload;
using Microsoft.Extensions.Options;

namespace Commerce.Requests;

/// <summary>How many requests a caller may make. Bound from <c>Commerce:RateLimits</c>; a change counts at once.</summary>
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

    /// <summary>Checkouts per minute that one token may start, sustained: whoever tries out stolen cards starts many. Repeats count, too. Default: 60.</summary>
    [Range(1, 1_000_000)]
    public int CheckoutsPerToken { get; set; } = 60;

    /// <summary>Checkouts that one token may start at once after a rest. Default: 300.</summary>
    [Range(1, 1_000_000)]
    public int CheckoutBurst { get; set; } = 300;

    /// <summary>
    /// Checkouts per minute that one address may start without a token (express checkouts of new guests), sustained and at once. Default: 0, no limit of its own:
    /// where a proxy stands in front, all shoppers have its address.
    /// </summary>
    [Range(0, 1_000_000)]
    public int CheckoutsPerAddress { get; set; }
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;

/// <summary>A token bucket for each caller: by token, else by address; and one more for its checkouts. Operators are not limited.</summary>
internal sealed class RateLimits : IDisposable
{
    /// <summary>Tells a caller's checkouts from its requests.</summary>
    private const ulong OfCheckouts = 0x9E37_79B9_7F4A_7C15;

    private readonly CallerBuckets buckets = new();
    private readonly TimeProvider time;
    private readonly long begun;
    private readonly IDisposable? following;
    private volatile Limits limits;

    public RateLimits(IOptionsMonitor<RateLimitOptions> options, TimeProvider time)
    {
        this.time = time;
        begun = time.GetTimestamp();
        limits = new Limits(options.CurrentValue);
        following = options.OnChange(changed => limits = new Limits(changed));
    }

    public Task Invoke(HttpContext http, RequestDelegate next)
    {
        var caller = Caller.Of(http);
        var now = limits;
        if (!now.Enabled || caller.Kind is CallerKind.Operator || !http.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase))
        {
            return next(http);
        }

        var name = caller.HasToken ? CallerBuckets.NameOf(caller.Id) : CallerBuckets.NameOf(http.Connection.RemoteIpAddress);
        var at = time.GetElapsedTime(begun);
        var limit = caller.HasToken ? now.Token : now.Address;
        var verdict = buckets.Take(name, limit.Pace, at);
        var left = limit.Say(verdict.Left);
        var headers = http.Response.Headers;
        headers["RateLimit-Policy"] = limit.Policy;
        headers["RateLimit"] = left;
        if (verdict.Admitted && (caller.HasToken ? now.Checkouts : now.AddressCheckouts) is { } ofCheckouts && Urgencies.Of(http) is Urgency.Checkout)
        {
            verdict = buckets.Take(name ^ OfCheckouts, ofCheckouts.Pace, at);
            headers["RateLimit-Policy"] = new([limit.Policy, ofCheckouts.Policy]);
            headers["RateLimit"] = new([left, ofCheckouts.Say(verdict.Left)]);
        }

        return verdict.Admitted ? next(http)
            : ProblemAnswer.Write(http, ProblemTypes.Get("rate-limited"), "Too many requests. Wait as long as Retry-After says.", verdict.RetryAfter);
    }

    public void Dispose() => following?.Dispose();

    private sealed class Limits(RateLimitOptions options)
    {
        public bool Enabled { get; } = options.Enabled;

        public Limit Token { get; } = new("token", Pace.PerSecond(options.PerToken, options.TokenBurst));

        public Limit Address { get; } = new("address", Pace.PerSecond(options.PerAddress, options.AddressBurst));

        public Limit? Checkouts { get; } = new("checkout", Pace.PerMinute(options.CheckoutsPerToken, options.CheckoutBurst));

        public Limit? AddressCheckouts { get; } = options.CheckoutsPerAddress is 0 ? null : new("checkout", Pace.PerMinute(options.CheckoutsPerAddress, options.CheckoutsPerAddress));
    }

    /// <summary>A limit, and how it is told (RateLimit header fields for HTTP, IETF draft).</summary>
    private sealed class Limit(string name, Pace pace)
    {
        private readonly string?[] said = new string?[Math.Min(pace.Burst, 4_096)];

        public Pace Pace => pace;

        /// <summary>In so many seconds a rested caller may make so many requests.</summary>
        public string Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={pace.Burst};w={Math.Max(1, pace.Every * pace.Burst / TimeSpan.TicksPerSecond)}");

        /// <summary>What is left; the same words for the same number.</summary>
        public string Say(int left) => left >= said.Length ? Words(left) : said[left] ??= Words(left);

        private string Words(int left) => string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left};t=1");
    }
}
