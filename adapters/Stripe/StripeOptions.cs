using System.ComponentModel.DataAnnotations;
using Commerce.Vendors;

namespace Commerce.Payments;

/// <summary>An account at Stripe: how to reach it, how long to keep trying, and how much at a time. Bound from <c>Commerce:Stripe</c>.</summary>
/// <remarks><see cref="VendorOptions.BaseUrl"/> is https://api.stripe.com by default, and may be plain http with a test key.</remarks>
public sealed class StripeOptions : VendorOptions
{
    /// <summary>Name of the first account, whose settings are the options without a name.</summary>
    public const string Account = "stripe";

    public const string Section = "Commerce:Stripe";

    /// <summary>The version of Stripe's API that is spoken: the one that the library was made for, sent with every request.</summary>
    public const string ApiVersion = "2026-10-28.endive";

    /// <summary>Secret or restricted key. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Stripe__ApiKey. To try the shop without an account set Commerce__Sandbox__Enabled=true (one silo), or run the vendor sandbox apart and set Commerce__Stripe__BaseUrl to it (see README).")]
    public string? ApiKey { get; set; }

    /// <summary>The webhook endpoint's signing secret; several, separated by commas, while one is being rotated. Without any, every webhook is refused.</summary>
    public string? WebhookSecret { get; set; }

    /// <summary>Age past which a key may have been forgotten by Stripe (it promises 24 hours), so that a call looks before it repeats. Default: 23 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "23:59:00")]
    public TimeSpan KeyTrust { get; set; } = TimeSpan.FromHours(23);

    /// <summary>How far Stripe's search may lag behind. Default: 1 minute. The vendor sandbox's does not lag.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan SearchLag { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Whether the account has interchange-plus pricing, which several captures of one payment and raised authorisations need. Default: false; then the first
    /// capture lets the rest go.
    /// </summary>
    public bool InterchangePlus { get; set; }

    protected override bool IsTrial => ApiKey?.StartsWith("sk_test_", StringComparison.Ordinal) ?? false;

    internal string[] WebhookSecrets => WebhookSecret?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
