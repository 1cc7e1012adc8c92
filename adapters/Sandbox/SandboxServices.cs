using Commerce.Sandbox.Avalara;
using Commerce.Sandbox.Commercetools;
using Commerce.Sandbox.Stripe;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Commerce.Sandbox;

/// <summary>What the vendor sandbox needs of its host: a program of its own, or the process of a silo.</summary>
public static class SandboxServices
{
    extension(IServiceCollection services)
    {
        /// <summary>Adds the sandbox's state and its sender of webhooks. <paramref name="configure"/> has the last word over <c>Commerce:Sandbox</c>.</summary>
        public IServiceCollection AddVendorSandbox(Action<SandboxOptions>? configure = null)
        {
            services.AddSingleton<IValidateOptions<SandboxOptions>, SandboxOptionsValidator>();
            var options = services.AddOptions<SandboxOptions>().BindConfiguration(SandboxOptions.Section).ValidateOnStart();
            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<SandboxJournal>();
            services.AddSingleton<StripeAccount>();
            services.AddSingleton<IWebhookSource>(vendors => vendors.GetRequiredService<StripeAccount>());
            services.AddSingleton<IVendorBooks>(vendors => vendors.GetRequiredService<StripeAccount>());
            services.AddSingleton<StripeDoor>();
            services.AddSingleton<AvalaraCompany>();
            services.AddSingleton<AvalaraDoor>();
            services.AddSingleton<VendorProject>();
            services.AddSingleton<VendorDoor>();
            services.AddSingleton<FaultBook>();
            services.AddSingleton<WebhookQueue>();
            services.AddHostedService<WebhookSender>();
            services.AddHostedService<StripeLater>();
            return services;
        }
    }
}
