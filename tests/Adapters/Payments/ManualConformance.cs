using Commerce.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments;

public sealed class ManualConformance : PaymentProviderConformance
{
    protected override string GoodMethod => "invoice";

    protected override string? DeclinedMethod => null;

    protected override Task<IPaymentProvider> Open() =>
        Task.FromResult(new ServiceCollection().AddManualPayments().BuildServiceProvider().GetRequiredService<IPaymentProvider>());

    protected override Task Close() => Task.CompletedTask;

    [Fact]
    public void It_has_no_effect_outside_so_no_intent_needs_to_be_stored_first() => Assert.False(Provider.Capabilities.OutsideEffects);
}
