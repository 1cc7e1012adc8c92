using Commerce.Pricing;

namespace Commerce.Payments;

/// <summary>What can be wrong with the payment rules of a channel.</summary>
public static class PaymentRules
{
    /// <summary>Pointers are relative to the list of rules.</summary>
    public static ImmutableArray<Fault> Check(Channel channel)
    {
        var faults = ImmutableArray.CreateBuilder<Fault>();
        for (var i = 0; i < channel.Payments.Length; i++)
        {
            var rule = channel.Payments[i];
            Must(rule.Provider.Length > 0, "provider", "names nobody. Write the name of a payment provider, as stripe.");
            Must(rule.Percentage is >= 0 and <= 100, "percentage", $"{rule.Percentage} is no percentage. Write a whole number from 0 to 100.");
            Must(rule.Currencies.All(channel.Currencies.Contains), "currencies", "has a currency that the channel does not sell in. Add it to the channel, or remove it here.");
            Must(rule.Countries.All(channel.Countries.Contains), "countries", "has a country that the channel does not ship to. Add it to the channel, or remove it here.");
            Must(rule is { From: null, To: null } || rule.Currencies.Length == 1, "currencies", "names not one currency, and the amounts need to know of which they are. Name one.");
            Must(rule is not { From: < 0 } and not { To: < 0 } && !(rule.From > rule.To), "to", "is less than 'from', or below zero. Write amounts in minor units, the smaller one first.");

            void Must(bool holds, string field, string remedy)
            {
                if (!holds)
                {
                    faults.Add(new Fault($"/{i}/{field}", "invalid-value", remedy));
                }
            }
        }

        return faults.ToImmutable();
    }
}
