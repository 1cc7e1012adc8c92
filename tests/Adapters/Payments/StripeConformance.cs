namespace Commerce.Tests.Payments;

public sealed class StripeConformance : PaymentProviderConformance
{
    protected override Task<ProviderTrial> Open() => StripeTrial.Open();
}

/// <summary>The same of an account that may capture several times and raise authorisations.</summary>
public sealed class StripeInterchangePlusConformance : PaymentProviderConformance
{
    protected override Task<ProviderTrial> Open() => StripeTrial.Open(interchangePlus: true);
}
