using System.Net;
using Commerce.Catalog;
using Commerce.Pricing;
using Commerce.Vendors;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Commercetools;

/// <summary>Makes commercetools the source of products and prices.</summary>
public static class CommercetoolsServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Makes commercetools the <see cref="ICatalogProvider"/> and the <see cref="IPricingProvider"/>. <paramref name="configure"/> has the last word over <c>Commerce:Commercetools</c>.</summary>
        /// <remarks>Needs <see cref="IChannels"/>: channels stay the shop's own.</remarks>
        public IServiceCollection AddCommercetools(Action<CommercetoolsOptions>? configure = null)
        {
            services.AddOptions<CommercetoolsOptions>().PostConfigure<IChannels>(EveryChannel);
            services.AddVendor(
                CommercetoolsOptions.Vendor, CommercetoolsFailures.Instance, CommercetoolsOperations.All, section: CommercetoolsOptions.Section, configure: configure);
            services.AddHttpClient(CommercetoolsOptions.Vendor)
                .ConfigurePrimaryHttpMessageHandler(static (handler, _) => ((SocketsHttpHandler)handler).AutomaticDecompression = DecompressionMethods.All);
            services.AddSingleton(provider => new CommercetoolsTokens(
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredKeyedService<VendorSettings<CommercetoolsOptions>>(CommercetoolsOptions.Vendor),
                provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton(provider => new CommercetoolsReads(
                provider.GetRequiredService<IHttpClientFactory>(),
                provider.GetRequiredService<CommercetoolsTokens>(),
                provider.GetRequiredKeyedService<VendorCalls>(CommercetoolsOptions.Vendor),
                provider.GetRequiredKeyedService<VendorSettings<CommercetoolsOptions>>(CommercetoolsOptions.Vendor),
                provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ICatalogProvider, CommercetoolsCatalog>();
            services.AddSingleton<IPricingProvider, CommercetoolsPricing>();
            return services;
        }
    }

    private static void EveryChannel(CommercetoolsOptions options, IChannels channels)
    {
        if (options.Markets.Count == 0)
        {
            foreach (var channel in channels.All.Values.OrderBy(channel => channel.Id, StringComparer.Ordinal))
            {
                var market = new MarketOptions { Channel = channel.Id, PriceChannel = channel.Id, Store = channel.Id };
                market.Currencies.AddRange(channel.Currencies);
                market.Countries.AddRange(channel.Countries);
                options.Markets.Add(market);
            }
        }
    }
}
