using Commerce.Payments;

namespace Commerce.Tests.Payments;

public sealed class StripeConformance : PaymentProviderConformance
{
    private StripeShop? shop;

    protected override string GoodMethod => "pm_card_visa";

    protected override string? DeclinedMethod => "pm_card_chargeDeclined";

    protected override async Task<IPaymentProvider> Open() => (shop = await StripeShop.Open()).Provider;

    protected override async Task Close() => await shop!.DisposeAsync();
}
