namespace Commerce.Payments;

/// <inheritdoc cref="IPaymentOptionsGrain"/>
[GrainType("payment-options"), StatelessWorker, Reentrant]
internal sealed class PaymentOptionsGrain(PaymentDesk desk) : Grain, IPaymentOptionsGrain
{
    public async Task<ImmutableArray<PaymentOption>> For(string channel, Money amount, string country, string cartId) =>
        [.. (await desk.Offers(channel, new PaymentOccasion(amount, country, cartId))).Select(offer => new PaymentOption(offer.Name, offer.Capabilities.StoresMethods, desk.CapturesAtOnce(channel)))];
}
