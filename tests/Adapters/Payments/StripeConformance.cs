namespace Commerce.Tests.Payments;

public sealed class StripeConformance : PaymentProviderConformance
{
    protected override Task<ProviderTrial> Open() => StripeTrial.Open();
}
