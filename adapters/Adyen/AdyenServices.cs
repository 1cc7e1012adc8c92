using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Commerce.Payments;

/// <summary>Puts Adyen among the payment providers.</summary>
public static class AdyenServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds Adyen as an <see cref="IPaymentProvider"/>. <paramref name="configure"/> has the last word over <c>Commerce:Adyen</c>.</summary>
        public IServiceCollection AddAdyen(Action<AdyenOptions>? configure = null)
        {
            services.AddSingleton<IValidateOptions<AdyenOptions>, AdyenOptionsValidator>();
            services.AddSingleton<IValidateOptions<AdyenOptions>, AdyenSettingsValidator>();
            var options = services.AddOptions<AdyenOptions>().BindConfiguration(AdyenOptions.Section).ValidateOnStart();
            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.AddVendor<AdyenOptions>(AdyenConnection.Vendor, AdyenFailures.Of, AdyenOperations.All);
            services.AddSingleton<AdyenConnection>();
            services.AddSingleton<IPaymentProvider>(provider => ActivatorUtilities.CreateInstance<AdyenPaymentProvider>(
                provider, provider.GetRequiredKeyedService<VendorCalls>(AdyenConnection.Vendor)));
            return services;
        }
    }
}
