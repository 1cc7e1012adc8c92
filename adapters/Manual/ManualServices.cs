using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Payments;

/// <summary>Puts manual payments among the payment providers.</summary>
public static class ManualServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds <c>manual</c>, with the methods <c>invoice</c> and <c>bank_transfer</c>, as an <see cref="IPaymentProvider"/>.</summary>
        public IServiceCollection AddManualPayments() => services.AddSingleton<IPaymentProvider, ManualPaymentProvider>();
    }
}
