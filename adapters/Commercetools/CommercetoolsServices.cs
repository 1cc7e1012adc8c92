using Commerce.Catalog;
using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Polly;

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
            services.AddSingleton<IValidateOptions<CommercetoolsOptions>, CommercetoolsOptionsValidator>();
            services.AddSingleton<IValidateOptions<CommercetoolsOptions>, CommercetoolsAddressValidator>();
            var options = services.AddOptions<CommercetoolsOptions>().BindConfiguration(CommercetoolsOptions.Section).PostConfigure<IChannels>(EveryChannel).ValidateOnStart();
            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.TryAddSingleton(TimeProvider.System);
            services.AddHttpClient(CommercetoolsReads.HttpClientName, static client => client.Timeout = Timeout.InfiniteTimeSpan)
                .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    AutomaticDecompression = System.Net.DecompressionMethods.All,
                    ConnectTimeout = TimeSpan.FromSeconds(2),
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                    UseCookies = false,
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();
            services.AddResiliencePipeline<string>(CommercetoolsPipeline.Name, CommercetoolsPipeline.Compose);
            services.AddSingleton<CommercetoolsTokens>();
            services.AddSingleton<CommercetoolsReads>();
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
