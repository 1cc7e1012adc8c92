using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox;

/// <summary>How the vendor sandbox behaves. Bound from <c>Commerce:Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    public const string Section = "Commerce:Sandbox";

    private const string Placeholder = "{vendor}";

    /// <summary>Whether a host that can do without it mounts it. The stand-alone program always does. Default: not said, the host decides.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Where the journal is kept. One process at a time. Default: <c>data/sandbox</c>.</summary>
    [Required]
    public string DataDirectory { get; set; } = "data/sandbox";

    /// <summary>The only secret key that is let in. Default: any that begins with <c>sk_</c>.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Where webhooks go, such as <c>http://localhost:5000/v1/webhooks/{vendor}</c>: <c>{vendor}</c> stands for the vendor's name. An address without it takes
    /// Stripe's only. Default: nowhere; events are still listed.
    /// </summary>
    public string? WebhookUrl { get; set; }

    /// <summary>Asked for a vendor's address when <see cref="WebhookUrl"/> is not set, before each delivery, by a host that learns its own address late. Null: not known yet.</summary>
    public Func<string, Uri?>? ResolveWebhookUrl { get; set; }

    /// <summary>What Stripe's webhooks are signed with. Several, separated by commas, sign together, as during a rotation.</summary>
    [Required]
    public string WebhookSecret { get; set; } = "whsec_sandbox";

    /// <summary>Event types that are sent, separated by commas. Default: all.</summary>
    public string? WebhookEvents { get; set; }

    /// <summary>Deliveries under way at a time. Default: 4.</summary>
    [Range(1, 256)]
    public int WebhookConcurrency { get; set; } = 4;

    /// <summary>Wait before the first redelivery; doubles to 5 minutes, for 3 days. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan WebhookRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a receiver may take to answer. Default: 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan WebhookTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idempotency key is remembered. Default: 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan KeyRetention { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Wait before that happens which happens at a vendor later by itself: an outcome of a refund, a dispute that a test card brings. Default: 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan LaterDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Address of the sandbox as a shopper's browser sees it. Default: the one that the request was sent to.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>A shop's folder that commercetools' project is filled from. Default: none, an empty project.</summary>
    public string? ShopDirectory { get; set; }

    /// <summary>Key of the one project at commercetools. Default: <c>sandbox</c>.</summary>
    [Required]
    public string ProjectKey { get; set; } = "sandbox";

    /// <summary>The API client that commercetools knows. Default: <c>sandbox</c>.</summary>
    [Required]
    public string ClientId { get; set; } = "sandbox";

    /// <summary>Its secret. Default: <c>sandbox</c>.</summary>
    [Required]
    public string ClientSecret { get; set; } = "sandbox";

    /// <summary>How long a token of commercetools is good. Default: 48 hours, as theirs.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(48);

    internal bool SendsWebhooks(string vendor) =>
        string.IsNullOrEmpty(WebhookUrl) ? ResolveWebhookUrl is not null : vendor == "stripe" || WebhookUrl.Contains(Placeholder, StringComparison.Ordinal);

    internal Uri? WebhookUrlOf(string vendor) =>
        !SendsWebhooks(vendor) ? null
        : string.IsNullOrEmpty(WebhookUrl) ? ResolveWebhookUrl!(vendor)
        : new Uri(WebhookUrl.Replace(Placeholder, vendor, StringComparison.Ordinal));
}

[OptionsValidator]
internal sealed partial class SandboxOptionsValidator : IValidateOptions<SandboxOptions>;
