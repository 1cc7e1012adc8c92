using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Payments;

/// <summary>How to reach Stripe, how long to keep trying, and how much at a time. Bound from <c>Commerce:Stripe</c>.</summary>
public sealed class StripeOptions
{
    public const string Section = "Commerce:Stripe";

    /// <summary>Secret or restricted key. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Stripe__ApiKey. To try the shop without an account set Commerce__Sandbox__Enabled=true (one silo), or run the vendor sandbox apart and set Commerce__Stripe__BaseUrl to it (see README).")]
    public string? ApiKey { get; set; }

    /// <summary>The webhook endpoint's signing secret; several, separated by commas, while one is being rotated. Without any, every webhook is refused.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>Where Stripe's API is. Default: https://api.stripe.com. Plain http is taken for this machine, and with a test key, which moves no money.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Asked at the first call when <see cref="BaseUrl"/> is not set, by a host that learns the address late. Null: not known yet, which is Unavailable.</summary>
    public Func<Uri?>? ResolveBaseUrl { get; set; }

    /// <summary>Longest one call may take, retries and waits included. Default: 8 seconds, which leaves a checkout's 10 a margin.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:25")]
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
    [Range(0.01, 1)]
    public double BreakerFailureRatio { get; set; } = 0.5;

    /// <summary>Attempts in <see cref="BreakerSampling"/> below which the circuit stays closed. Default: 10.</summary>
    [Range(2, 100_000)]
    public int BreakerMinimumThroughput { get; set; } = 10;

    /// <summary>Window over which attempts are counted. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open circuit stays open before one call tries again. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Age past which a key may have been forgotten by Stripe (it promises 24 hours), so that a call looks before it repeats. Default: 23 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "23:59:00")]
    public TimeSpan KeyTrust { get; set; } = TimeSpan.FromHours(23);

    /// <summary>How far Stripe's search may lag behind. Default: 1 minute. The vendor sandbox's does not lag.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SearchLag { get; set; } = TimeSpan.FromMinutes(1);

    internal bool HasTestKey => ApiKey?.StartsWith("sk_test_", StringComparison.Ordinal) ?? false;

    internal string[] WebhookSecrets => WebhookSecret?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}

[OptionsValidator]
internal sealed partial class StripeOptionsValidator : IValidateOptions<StripeOptions>;

/// <summary>What no attribute can say.</summary>
internal sealed class StripeAddressValidator : IValidateOptions<StripeOptions>
{
    public ValidateOptionsResult Validate(string? name, StripeOptions options) =>
        options.AttemptTimeout > options.TotalTimeout ? ValidateOptionsResult.Fail("Commerce:Stripe:AttemptTimeout is longer than TotalTimeout.")
        : string.IsNullOrEmpty(options.BaseUrl) ? ValidateOptionsResult.Success
        : Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && (url.IsLoopback || options.HasTestKey)))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Commerce:Stripe:BaseUrl is an absolute https address; http is taken for this machine, or with a test key (sk_test_…).");
}
