using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Commerce.Pricing;

namespace Commerce.Payments;

/// <summary>What decides who takes a payment.</summary>
/// <param name="Country">ISO 3166-1 alpha-2, where the goods go.</param>
/// <param name="CartId">What is bought: the same cart falls on the same side of every percentage.</param>
internal sealed record PaymentOccasion(Money Amount, string Country, string CartId);

/// <summary>Who takes a payment. Pure: the flags that are on are handed in.</summary>
internal static class PaymentRouting
{
    /// <summary>Flags that the channel's rules ask for.</summary>
    public static IEnumerable<string> Flags(Channel channel) => channel.Payments.Select(rule => rule.Flag).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>The providers whose rules fit, the first choice first; the channel's own when none does.</summary>
    public static ImmutableArray<string> Providers(Channel channel, PaymentOccasion occasion, IReadOnlySet<string> flagsOn)
    {
        if (channel.Payments.IsDefaultOrEmpty)
        {
            return [channel.PaymentProvider];
        }

        var fit = ImmutableArray.CreateBuilder<string>();
        foreach (var rule in channel.Payments)
        {
            if (Fits(rule, occasion, flagsOn) && !fit.Contains(rule.Provider))
            {
                fit.Add(rule.Provider);
            }
        }

        return fit.Count == 0 ? [channel.PaymentProvider] : fit.ToImmutable();
    }

    /// <summary>From 0 to 99: on which side of a percentage a cart falls at a provider, for good.</summary>
    public static int Bucket(string provider, string cartId) =>
        (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{provider}:{cartId}"))) % 100);

    private static bool Fits(PaymentRule rule, PaymentOccasion occasion, IReadOnlySet<string> flagsOn) =>
        (rule.Currencies.IsDefaultOrEmpty || rule.Currencies.Contains(occasion.Amount.Currency))
        && (rule.Countries.IsDefaultOrEmpty || rule.Countries.Contains(occasion.Country))
        && !(occasion.Amount.Amount < rule.From) && !(occasion.Amount.Amount > rule.To)
        && (rule.Flag is null || flagsOn.Contains(rule.Flag))
        && (rule.Percentage >= 100 || Bucket(rule.Provider, occasion.CartId) < rule.Percentage);
}
