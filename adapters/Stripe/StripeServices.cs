using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Polly;

namespace Commerce.Payments;

/// <summary>Puts Stripe among the payment providers.</summary>
public static class StripeServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds Stripe as an <see cref="IPaymentProvider"/>. <paramref name="configure"/> has the last word over <c>Commerce:Stripe</c>.</summary>
        public IServiceCollection AddStripe(Action<StripeOptions>? configure = null)
        {
            services.AddSingleton<IValidateOptions<StripeOptions>, StripeOptionsValidator>();
            services.AddSingleton<IValidateOptions<StripeOptions>, StripeAddressValidator>();
            var options = services.AddOptions<StripeOptions>().BindConfiguration(StripeOptions.Section).ValidateOnStart();
            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.TryAddSingleton(TimeProvider.System);
            services.AddHttpClient(StripeConnection.HttpClientName, static client => client.Timeout = Timeout.InfiniteTimeSpan)
                .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    ConnectTimeout = TimeSpan.FromSeconds(2),
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                    UseCookies = false,
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();

            foreach (var operation in StripePipelines.All)
            {
                services.AddResiliencePipeline<string>(operation, StripePipelines.Compose);
            }

            services.AddSingleton<StripeConnection>();
            services.AddSingleton<StripeCalls>();
            services.AddSingleton<IPaymentProvider, StripePaymentProvider>();
            return services;
        }
    }
}
