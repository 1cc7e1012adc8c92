using System.ComponentModel.DataAnnotations;

namespace Commerce.Payments;

/// <summary>
/// How to reach Adyen. Bound from <c>Commerce:Adyen</c>. <see cref="VendorOptions.BaseUrl"/> is https://checkout-test.adyen.com unless it is set; live it is
/// <c>https://{prefix}-checkout-live.adyenpayments.com/checkout</c>, with the prefix of the account (Customer Area, Developers, API URLs).
/// </summary>
public sealed class AdyenOptions : VendorOptions
{
    public const string Section = "Commerce:Adyen";

    private const int HmacKeyLength = 64;

    internal const string TestUrl = "https://checkout-test.adyen.com", TestReportUrl = "https://ca-test.adyen.com/reports/download";

    /// <summary>Key of a Checkout web service user. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Adyen__ApiKey.")]
    public string? ApiKey { get; set; }

    /// <summary>The account that is paid. Required.</summary>
    [Required(ErrorMessage = "Set Commerce__Adyen__MerchantAccount.")]
    public string? MerchantAccount { get; set; }

    /// <summary>What standard webhooks are signed with, in hex; several, separated by commas, while one is being rotated. Required: Adyen tells outcomes by webhook only.</summary>
    [Required(ErrorMessage = "Set Commerce__Adyen__HmacKey: Adyen tells the outcome of captures, voids and refunds by signed webhook only.")]
    public string? HmacKey { get; set; }

    /// <summary>User of the webhook's basic authentication. Default: none is asked for.</summary>
    public string? WebhookUser { get; set; }

    /// <summary>Its password; goes with <see cref="WebhookUser"/>.</summary>
    public string? WebhookPassword { get; set; }

    /// <summary>Where reports are downloaded. Default: https://ca-test.adyen.com/reports/download; live: https://ca-live.adyen.com/reports/download.</summary>
    public string? ReportBaseUrl { get; set; }

    /// <summary>The report user (<c>report@Company.…</c>). Default: none, and no settlements.</summary>
    public string? ReportUser { get; set; }

    /// <summary>Its password; goes with <see cref="ReportUser"/>.</summary>
    public string? ReportPassword { get; set; }

    /// <summary>Where a shopper comes back to whose request named no address; Adyen demands one. Default: an address that leads nowhere.</summary>
    [Required]
    public string ReturnUrl { get; set; } = "https://return.invalid/";

    /// <summary>Whether 3-D Secure is done in the page where the bank can (<c>nativeThreeDS=preferred</c>), for storefronts with Adyen's library. Default: no, by redirect.</summary>
    public bool NativeThreeDSecure { get; set; }

    /// <summary>
    /// Age past which Adyen may have forgotten an idempotency key (it promises 7 days): what could move money twice is not repeated then. Default: 6 days and 23 hours.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "6.23:59:00")]
    public TimeSpan KeyTrust { get; set; } = new(6, 23, 0, 0);

    /// <summary>
    /// How long an authorisation is counted on: Adyen does not say it with the authorisation, and the card networks differ. Default: 7 days, the shortest of theirs.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "90.00:00:00")]
    public TimeSpan AuthorisationLife { get; set; } = TimeSpan.FromDays(7);

    internal bool ListsSettlements => !string.IsNullOrEmpty(ReportUser);

    internal string[] HmacKeys => HmacKey?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Null as long as the address is not known.</summary>
    internal string? Address => (!string.IsNullOrEmpty(BaseUrl) ? BaseUrl : ResolveBaseUrl is { } resolve ? resolve()?.AbsoluteUri : TestUrl)?.TrimEnd('/');

    /// <summary>Beside a Checkout API whose address is learnt late, the reports are under it.</summary>
    internal string? ReportAddress => (!string.IsNullOrEmpty(ReportBaseUrl) ? ReportBaseUrl
        : string.IsNullOrEmpty(BaseUrl) && ResolveBaseUrl is not null ? Address is { } address ? address + "/reports/download" : null
        : TestReportUrl)?.TrimEnd('/');

    protected override IEnumerable<string> Faults(string section)
    {
        foreach (var fault in base.Faults(section))
        {
            yield return fault;
        }

        if (!string.IsNullOrEmpty(ReportBaseUrl) && !IsTaken(ReportBaseUrl))
        {
            yield return $"{section}:ReportBaseUrl is an absolute https address; http is taken for this machine.";
        }

        if (HmacKeys.Any(static key => key.Length != HmacKeyLength || !key.All(char.IsAsciiHexDigit)))
        {
            yield return $"{section}:HmacKey is {HmacKeyLength} hexadecimal digits, as the Customer Area shows it; several are separated by commas.";
        }

        if (string.IsNullOrEmpty(WebhookUser) != string.IsNullOrEmpty(WebhookPassword))
        {
            yield return $"{section}:WebhookUser and WebhookPassword go together.";
        }

        if (string.IsNullOrEmpty(ReportUser) != string.IsNullOrEmpty(ReportPassword))
        {
            yield return $"{section}:ReportUser and ReportPassword go together.";
        }
    }
}
