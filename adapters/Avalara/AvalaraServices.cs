using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Polly;

namespace Commerce.Tax;

/// <summary>Puts Avalara AvaTax among the tax providers.</summary>
public static class AvalaraServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds AvaTax as an <see cref="ITaxProvider"/>. <paramref name="configure"/> has the last word over <c>Commerce:Avalara</c>.</summary>
        public IServiceCollection AddAvalara(Action<AvalaraOptions>? configure = null)
        {
            services.AddSingleton<IValidateOptions<AvalaraOptions>, AvalaraOptionsValidator>();
            services.AddSingleton<IValidateOptions<AvalaraOptions>, AvalaraAddressValidator>();
            var options = services.AddOptions<AvalaraOptions>().BindConfiguration(AvalaraOptions.Section).ValidateOnStart();
            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.TryAddSingleton(TimeProvider.System);
            services.AddHttpClient(AvalaraConnection.HttpClientName, static client => client.Timeout = Timeout.InfiniteTimeSpan)
                .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    ConnectTimeout = TimeSpan.FromSeconds(2),
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                    UseCookies = false,
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();

            foreach (var operation in AvalaraPipelines.All)
            {
                services.AddResiliencePipeline<string>(operation, AvalaraPipelines.Compose);
            }

            services.AddSingleton<AvalaraConnection>();
            services.AddSingleton<AvalaraCalls>();
            services.AddSingleton<ITaxProvider, AvalaraTaxProvider>();
            return services;
        }
    }
}
