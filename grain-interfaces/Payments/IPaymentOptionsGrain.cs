namespace Commerce.Payments;

/// <summary>Who would take a payment. Decides nothing for good: the checkout chooses again, by the same rules.</summary>
[Alias("commerce.payment-options"), GrainInterfaceType("commerce.payment-options")]
public interface IPaymentOptionsGrain : IGrainWithIntegerKey
{
    /// <summary>The providers that a channel offers for an amount, the first choice first.</summary>
    /// <param name="country">ISO 3166-1 alpha-2, where the goods go.</param>
    [Alias("for")]
    Task<ImmutableArray<PaymentOption>> For(string channel, Money amount, string country, string cartId);
}

/// <param name="Provider">What <c>payment.provider</c> and the keys of <c>payment.methods</c> name.</param>
/// <param name="StoresMethods">Whether a signed-in customer can keep the method there for the next purchase.</param>
/// <param name="CapturesAtOnce">Whether the money is taken with the order.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.option")]
public sealed record PaymentOption([property: Id(0)] string Provider, [property: Id(1)] bool StoresMethods, [property: Id(2)] bool CapturesAtOnce);
