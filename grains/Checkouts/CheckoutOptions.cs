using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Commerce.Checkouts;

/// <summary>How much time a checkout has. Bound from <c>Commerce:Checkouts</c>.</summary>
public sealed class CheckoutOptions
{
    public const string Section = "Commerce:Checkouts";

    /// <summary>How long a shopper has, 3-D Secure included: after that the checkout expires and its goods are sold to others. Shorter turns over what is scarce faster, and turns away who is slow. Default: 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "1.00:00:00")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How much longer the stock is held than the shopper has time, so that a payment in its last second still finds it. Default: 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan HoldBeyond { get; set; } = TimeSpan.FromMinutes(5);
}

[OptionsValidator]
internal sealed partial class CheckoutOptionsValidator : IValidateOptions<CheckoutOptions>;
