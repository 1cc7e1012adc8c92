namespace Commerce.Tests.Payments;

public sealed class AdyenConformance : PaymentProviderConformance
{
    protected override Task<ProviderTrial> Open() => AdyenTrial.Open();
}
