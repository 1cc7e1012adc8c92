using System.ComponentModel.DataAnnotations;
using Commerce.Vendors;

namespace Commerce.Tax;

/// <summary>How to reach Avalara AvaTax, how long to keep trying, and what our words are there. Bound from <c>Commerce:Avalara</c>.</summary>
/// <remarks><see cref="VendorOptions.BaseUrl"/> is https://rest.avatax.com by default; plain http is taken for this machine only.</remarks>
public sealed class AvalaraOptions : VendorOptions
{
    public const string Section = "Commerce:Avalara";

    internal const string Vendor = "avalara";

    /// <summary>An account's limits are narrower than most vendors', and its answers are waited for by prices.</summary>
    public AvalaraOptions()
    {
        RetryDelay = TimeSpan.FromMilliseconds(100);
        RequestsPerSecond = 500;
        Concurrency = 64;
        ConcurrencyQueue = 256;
        BreakerMinimumThroughput = 5;
        BreakerPause = TimeSpan.FromSeconds(3);
    }

    /// <summary>Number of the account. Required.</summary>
    [Required(ErrorMessage = "Set Commerce__Avalara__AccountId, or let no channel name avalara as its taxProvider.")]
    public string? AccountId { get; set; }

    /// <summary>Licence key of the account. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Avalara__LicenceKey.")]
    public string? LicenceKey { get; set; }

    /// <summary>The company in whose name is sold. Default: DEFAULT.</summary>
    [Required]
    public string CompanyCode { get; set; } = "DEFAULT";

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

    /// <summary><see cref="VendorOptions.BreakerFailureRatio"/> in percent. Default: half.</summary>
    public int BreakerFailurePercent
    {
        get => (int)(BreakerFailureRatio * 100);
        set => BreakerFailureRatio = value / 100m;
    }

    /// <summary>A price waits for its quote, so a quote waits for nothing: one repetition within its time, and no <c>Retry-After</c>.</summary>
    protected override OperationOptions? DefaultsOf(string operation) => operation == AvalaraOperations.Quote
        ? new OperationOptions
        {
            TotalTimeout = QuoteTimeout,
            AttemptTimeout = new TimeSpan(QuoteTimeout.Ticks * 9 / 10),
            Retries = Math.Min(Retries, 1),
            LongestRetryAfter = TimeSpan.Zero,
        }
        : null;
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
