using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Payments;

/// <summary>Puts Adyen among the payment providers.</summary>
public static class AdyenServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds Adyen as the <see cref="IPaymentProvider"/> <c>adyen</c>. <paramref name="configure"/> has the last word over <c>Commerce:Adyen</c>.</summary>
        public IServiceCollection AddAdyen(Action<AdyenOptions>? configure = null)
        {
            services.AddVendor(AdyenConnection.Vendor, AdyenFailures.Of, AdyenOperations.All, section: AdyenOptions.Section, configure: configure);
            services.AddSingleton<IPaymentProvider>(provider =>
            {
                var settings = provider.GetRequiredKeyedService<VendorSettings<AdyenOptions>>(AdyenConnection.Vendor);
                var time = provider.GetRequiredService<TimeProvider>();
                return new AdyenPaymentProvider(
                    provider.GetRequiredKeyedService<VendorCalls>(AdyenConnection.Vendor),
                    new AdyenConnection(provider.GetRequiredService<IHttpClientFactory>(), settings, time),
                    settings,
                    time);
            });
            return services;
        }
    }
}
