using Microsoft.Extensions.Options;

namespace Commerce.Payments;

/// <summary>Which providers are watched beside others. Bound from <c>Commerce:Payments</c>.</summary>
public sealed class PaymentsOptions
{
    public const string Section = "Commerce:Payments";

    /// <summary>By a provider's name the name of the one that is asked beside it whatever only reads; their differences are counted and logged. Default: none.</summary>
    public Dictionary<string, string> Shadows { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>The payment providers of this silo, by name; each with its shadow, where it has one.</summary>
internal sealed class PaymentProviders
{
    private readonly ImmutableDictionary<string, IPaymentProvider> byName;

    public PaymentProviders(IEnumerable<IPaymentProvider> providers, IOptions<PaymentsOptions> options, ShadowMeters meters, ILogger<ShadowedProvider> logger)
    {
        var alone = providers.ToImmutableDictionary(provider => provider.Name, StringComparer.Ordinal);
        byName = alone;
        foreach (var (name, shadow) in options.Value.Shadows)
        {
            byName = byName.SetItem(name, new ShadowedProvider(Named(name), Named(shadow), meters, logger));
        }

        IPaymentProvider Named(string name) => alone.GetValueOrDefault(name) ?? throw new InvalidOperationException(
            $"{PaymentsOptions.Section}:Shadows names '{name}', which is no payment provider of this shop. Those are {string.Join(", ", alone.Keys.Order(StringComparer.Ordinal))}.");
    }

    public IEnumerable<IPaymentProvider> All => byName.Values;

    public IPaymentProvider this[string name] => Find(name)
        ?? throw new CommerceException(Checkouts.CheckoutErrors.UnknownProvider(name));

    public IPaymentProvider? Find(string name) => byName.GetValueOrDefault(name);
}
