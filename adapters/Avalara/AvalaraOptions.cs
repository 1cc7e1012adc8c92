using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Tax;

/// <summary>How to reach Avalara AvaTax, how long to keep trying, and what our words are there. Bound from <c>Commerce:Avalara</c>.</summary>
public sealed class AvalaraOptions
{
    public const string Section = "Commerce:Avalara";

    /// <summary>Number of the account. Required.</summary>
    [Required(ErrorMessage = "Set Commerce__Avalara__AccountId, or let no channel name avalara as its taxProvider.")]
    public string? AccountId { get; set; }

    /// <summary>Licence key of the account. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Avalara__LicenceKey.")]
    public string? LicenceKey { get; set; }

    /// <summary>The company in whose name is sold. Default: DEFAULT.</summary>
    [Required]
    public string CompanyCode { get; set; } = "DEFAULT";

    /// <summary>Where AvaTax is. Default: https://rest.avatax.com. Plain http is taken for this machine only.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Asked at the first call when <see cref="BaseUrl"/> is not set, by a host that learns the address late. Null: not known yet, which is Unavailable.</summary>
    public Func<Uri?>? ResolveBaseUrl { get; set; }

    /// <summary>From where it is shipped. Without a country: from the channel's <c>sellerCountry</c>, else from where it goes.</summary>
    public AvalaraOrigin ShipFrom { get; set; } = new();

    /// <summary>AvaTax's codes by tax category; <c>shipping</c> is the shipping's. A category that is not named is P0000000, tangible goods.</summary>
    public Dictionary<string, string> TaxCodes { get; set; } = new(StringComparer.Ordinal)
    {
        ["standard"] = "P0000000",
        ["reduced"] = "PF050001",
        ["zero"] = "NT",
        ["shipping"] = "FR020100",
    };

    /// <summary>Entity use code of a buyer that gave a VAT id; null: none, AvaTax decides by the id.</summary>
    public string? BusinessEntityUseCode { get; set; }

    /// <summary>Longest that a quote may take, retries and waits included. Default: 1.4 seconds, within what a price waits for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public TimeSpan QuoteTimeout { get; set; } = TimeSpan.FromMilliseconds(1_400);

    /// <summary>Longest that a booking may take, retries and waits included. Default: 8 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:00:25")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest one attempt of a booking may take. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:25")]
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Attempts after the first. Documents have codes of ours, so that a repeat finds them. Default: 2.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 2;

    /// <summary>Wait before the first retry; doubles, with jitter. Default: 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest <c>Retry-After</c> that is waited for inside a booking; a longer one is handed to the caller at once. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:25")]
    public TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Requests a second over all operations, with as much again in waiting. Default: 500; lower it to what the account is allowed.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 500;

    /// <summary>Calls under way at a time, of each operation. Default: 64.</summary>
    [Range(1, 10_000)]
    public int Concurrency { get; set; } = 64;

    /// <summary>Calls that wait for one of those places before they are turned away. Default: 256.</summary>
    [Range(0, 1_000_000)]
    public int ConcurrencyQueue { get; set; } = 256;

    /// <summary>Percentage of failed attempts that opens an operation's circuit. Default: half.</summary>
    [Range(1, 100)]
    public int BreakerFailurePercent { get; set; } = 50;

    /// <summary>Attempts in <see cref="BreakerSampling"/> below which the circuit stays closed. Default: 5.</summary>
    [Range(2, 100_000)]
    public int BreakerMinimumThroughput { get; set; } = 5;

    /// <summary>Window over which attempts are counted. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerSampling { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an open circuit stays open before one call tries again. Default: 3 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan BreakerPause { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>An address that goods leave from.</summary>
public sealed class AvalaraOrigin
{
    public string? Line1 { get; set; }
    public string? City { get; set; }
    public string? Region { get; set; }
    public string? PostalCode { get; set; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; set; }
}

[OptionsValidator]
internal sealed partial class AvalaraOptionsValidator : IValidateOptions<AvalaraOptions>;

/// <summary>What no attribute can say.</summary>
internal sealed class AvalaraAddressValidator : IValidateOptions<AvalaraOptions>
{
    public ValidateOptionsResult Validate(string? name, AvalaraOptions options) =>
        options.AttemptTimeout > options.TotalTimeout ? ValidateOptionsResult.Fail("Commerce:Avalara:AttemptTimeout is longer than TotalTimeout.")
        : string.IsNullOrEmpty(options.BaseUrl) ? ValidateOptionsResult.Success
        : Uri.TryCreate(options.BaseUrl, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail("Commerce:Avalara:BaseUrl is an absolute https address; http is taken for this machine.");
}
