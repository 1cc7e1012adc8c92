namespace Commerce.Payments;

/// <summary>The methods that customers keep at the payment providers, by reference. Any activation serves any call.</summary>
[Alias("commerce.stored-methods"), GrainInterfaceType("commerce.stored-methods")]
public interface IStoredMethods : IGrainWithIntegerKey
{
    /// <summary>Those of a customer; a guest keeps none.</summary>
    /// <param name="provider">At one provider; null: at all that keep methods. An unknown one is <c>unknown-payment-provider</c>.</param>
    [Alias("list"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<ImmutableArray<StoredMethodView>> List(string owner, string? provider);

    /// <summary>Makes the provider forget a method; false when the customer has no such method.</summary>
    [Alias("forget"), ResponseTimeout(PaymentGrains.VendorPatience)]
    Task<bool> Forget(string owner, string provider, string method);
}

/// <param name="Method">What to pay with: <c>payment.method</c> of a checkout.</param>
/// <param name="Kind"><c>card</c>, <c>sepa_debit</c>, … as the provider names it.</param>
/// <param name="Expires">Last month in which it is good, as <c>2027-04</c>; null when it does not end.</param>
[GenerateSerializer, Immutable, Alias("commerce.payment.stored-method")]
public sealed record StoredMethodView(
    [property: Id(0)] string Provider,
    [property: Id(1)] string Method,
    [property: Id(2)] string Kind,
    [property: Id(3)] string? Brand,
    [property: Id(4)] string? Last4,
    [property: Id(5)] string? Expires);

public static class StoredMethodGrains
{
    extension(IGrainFactory grains)
    {
        public IStoredMethods StoredMethods() => grains.GetGrain<IStoredMethods>(0);
    }
}
