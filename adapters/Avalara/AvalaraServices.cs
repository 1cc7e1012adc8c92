using Commerce.Vendors;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tax;

/// <summary>Puts Avalara AvaTax among the tax providers.</summary>
public static class AvalaraServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds AvaTax as an <see cref="ITaxProvider"/>. <paramref name="configure"/> has the last word over <c>Commerce:Avalara</c>.</summary>
        public IServiceCollection AddAvalara(Action<AvalaraOptions>? configure = null)
        {
            services.AddVendor(AvalaraOptions.Vendor, AvalaraFailures.Instance, AvalaraOperations.All, section: AvalaraOptions.Section, configure: configure);
            services.AddSingleton(provider => new AvalaraConnection(
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredKeyedService<VendorSettings<AvalaraOptions>>(AvalaraOptions.Vendor),
                provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton(provider => new AvalaraCalls(
                provider.GetRequiredService<AvalaraConnection>(), provider.GetRequiredKeyedService<VendorCalls>(AvalaraOptions.Vendor)));
            services.AddSingleton<ITaxProvider>(provider => new AvalaraTaxProvider(
                provider.GetRequiredService<AvalaraCalls>(),
                provider.GetRequiredKeyedService<VendorSettings<AvalaraOptions>>(AvalaraOptions.Vendor),
                provider.GetRequiredService<TimeProvider>()));
            return services;
        }
    }
}
