using Commerce.Pricing;
using Microsoft.FeatureManagement;

namespace Commerce.Payments;

/// <summary>Chooses who takes a payment, and who would take it next.</summary>
internal sealed class PaymentDesk(PaymentProviders providers, IChannels channels, IVariantFeatureManager flags)
{
    private static readonly HashSet<string> NoFlags = [];

    /// <summary>Whether the channel takes the money at once.</summary>
    public bool CapturesAtOnce(string channel) => channels.All[channel].CaptureAtOnce;

    /// <summary>The providers that the channel offers for such a payment, the first choice first; none of them is asked.</summary>
    public async ValueTask<ImmutableArray<IPaymentProvider>> Offers(string channel, PaymentOccasion occasion)
    {
        var market = channels.All.GetValueOrDefault(channel) ?? throw new CommerceException(CommonErrors.NotFound(channel));
        var names = PaymentRouting.Providers(market, occasion, await On(market));
        return [.. names.Select(name => providers[name]).Where(provider => provider.Refuses(occasion.Amount) is null)];
    }

    /// <summary>
    /// Where a payment begins and where it may go on when it is certain that nothing has happened; the first choice first. With a provider that the shopper named
    /// there is no choice. Refused when nobody takes the method or the amount.
    /// </summary>
    /// <param name="method">One token, for the provider that takes its form.</param>
    /// <param name="methods">Tokens by provider; null when there is only one.</param>
    public async ValueTask<ImmutableArray<PaymentRoute>> Routes(
        string channel, PaymentOccasion occasion, string? provider, string method, ImmutableDictionary<string, string>? methods)
    {
        if (provider is not null)
        {
            var named = providers[provider];
            var token = methods?.GetValueOrDefault(provider) ?? method;
            Demand(named, token, occasion.Amount);
            return [new PaymentRoute(provider, token)];
        }

        var market = channels.All[channel];
        var names = PaymentRouting.Providers(market, occasion, await On(market));
        var routes = ImmutableArray.CreateBuilder<PaymentRoute>();
        foreach (var name in names)
        {
            var token = methods is null ? method : methods.GetValueOrDefault(name);
            if (token is not null && providers[name] is var takes && takes.Refuses(token) is null && takes.Refuses(occasion.Amount) is null)
            {
                routes.Add(new PaymentRoute(name, token));
            }
        }

        if (routes.Count == 0)
        {
            var first = names.FirstOrDefault(name => methods is null || methods.ContainsKey(name))
                ?? throw new CommerceException(PaymentErrors.NoMethodFor(names));
            Demand(providers[first], methods is null ? method : methods[first], occasion.Amount);
            throw new CommerceException(PaymentErrors.NoMethodFor(names));
        }

        return routes.ToImmutable();
    }

    private static void Demand(IPaymentProvider provider, string method, Money amount)
    {
        if (provider.Refuses(method) is { } expected)
        {
            throw new CommerceException(Checkouts.CheckoutErrors.UnknownMethod(provider.Name, expected));
        }

        if (provider.Refuses(amount) is { } why)
        {
            throw new CommerceException(PaymentErrors.AmountNotTaken(provider.Name, why));
        }
    }

    private async ValueTask<HashSet<string>> On(Channel market)
    {
        HashSet<string>? on = null;
        foreach (var flag in PaymentRouting.Flags(market))
        {
            if (await flags.IsEnabledAsync(flag))
            {
                (on ??= new(StringComparer.Ordinal)).Add(flag);
            }
        }

        return on ?? NoFlags;
    }
}
