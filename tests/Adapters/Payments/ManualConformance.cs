using Commerce.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Payments;

public sealed class ManualConformance : PaymentProviderConformance
{
    protected override Task<ProviderTrial> Open() => Task.FromResult<ProviderTrial>(new ManualTrial());

    [Fact]
    public void It_has_no_effect_outside_so_no_intent_needs_to_be_stored_first() => Assert.False(Provider.Capabilities.OutsideEffects);

    private sealed class ManualTrial : ProviderTrial
    {
        private readonly ServiceProvider services = new ServiceCollection().AddManualPayments().BuildServiceProvider();

        public override IPaymentProvider Provider => services.GetRequiredService<IPaymentProvider>();

        public override string GoodMethod => "invoice";

        public override ImmutableArray<Money> Taken => [new(1299, "EUR"), new(500, "JPY"), new(12990, "KWD")];

        public override ValueTask DisposeAsync() => services.DisposeAsync();
    }
}
