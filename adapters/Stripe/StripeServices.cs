using Commerce.Vendors;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Payments;

/// <summary>Puts Stripe among the payment providers.</summary>
public static class StripeServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds Stripe as the <see cref="IPaymentProvider"/> <c>stripe</c>. <paramref name="configure"/> has the last word over <c>Commerce:Stripe</c>.</summary>
        public IServiceCollection AddStripe(Action<StripeOptions>? configure = null) => services.AddStripe(StripeOptions.Account, StripeOptions.Section, configure);

        /// <summary>
        /// Adds an account at Stripe as an <see cref="IPaymentProvider"/> of its own, beside others: with settings, a rate limit and pipelines that it shares with none.
        /// </summary>
        /// <param name="name">What requests, payments and the path of its webhooks name it by. The settings of any but <c>stripe</c> have this name among the options.</param>
        /// <param name="section">Of the configuration.</param>
        /// <param name="configure">Has the last word over the section.</param>
        public IServiceCollection AddStripe(string name, string section, Action<StripeOptions>? configure = null)
        {
            services.AddVendor(name, StripeFailures.Instance, StripePipelines.All, name == StripeOptions.Account ? null : name, section, configure);
            services.AddKeyedSingleton(name, (provider, _) => new StripeConnection(
                name, provider.GetRequiredKeyedService<VendorSettings<StripeOptions>>(name), provider.GetRequiredService<IHttpClientFactory>()));
            services.AddKeyedSingleton(name, (provider, _) => new StripeCalls(
                provider.GetRequiredKeyedService<StripeConnection>(name), provider.GetRequiredKeyedService<VendorCalls>(name)));
            services.AddSingleton<IPaymentProvider>(provider => new StripePaymentProvider(
                name,
                provider.GetRequiredKeyedService<StripeCalls>(name),
                provider.GetRequiredKeyedService<VendorSettings<StripeOptions>>(name),
                provider.GetRequiredService<TimeProvider>()));
            return services;
        }
    }
}
