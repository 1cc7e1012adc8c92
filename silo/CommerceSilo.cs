using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Dashboard;

namespace Commerce;

/// <summary>A silo as production composes it; tests compose the same and swap what they must.</summary>
internal static class CommerceSilo
{
    /// <summary>Ports of the embedded silo when nobody names others and they are free.</summary>
    private const int DefaultPort = 11111, DefaultGatewayPort = 30000;

    /// <summary>Stands in for a vendor account.</summary>
    private const string SandboxKey = "sk_test_sandbox";

    /// <summary>What the sandbox of this very process signs with, and nobody else can.</summary>
    private static readonly string SandboxWebhookSecret = "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    extension(WebApplicationBuilder builder)
    {
        /// <summary>Everything in one process: the silo, its storage, its providers.</summary>
        public WebApplicationBuilder AddCommerceSilo()
        {
            var configuration = builder.Configuration;
            var data = DataDirectory.Take(configuration["Commerce:DataDirectory"] ?? "data");
            configuration["Commerce:DataDirectory"] = data.Path;

            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.Services.AddProviders(configuration, data);
            builder.UseOrleans(silo =>
            {
                var (port, gateway) = Ports(configuration);
                silo.UseLocalhostClustering(port, gateway, serviceId: "commerce", clusterId: "commerce");
                silo.UseEmbeddedStorage(data);
                silo.AddCommerceGrains();
                silo.Configure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10)); // what waits for a vendor has a time of its own
                silo.Services.Configure<MessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(7)); // a slow export shows that it lives every half of this, before a front end's 4 s are over
                silo.UseInMemoryReminderService();
                if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
                {
                    silo.AddActivityPropagation(); // traces join across grains; costs every call, so only where somebody collects them
                }

                silo.AddDashboard(static dashboard =>
                {
                    dashboard.HideTrace = true;
                    dashboard.CounterUpdateIntervalMs = 5_000;
                });
            });

            // Requests under way finish, sagas under way are taken up by the next start; neither takes longer than this.
            builder.Services.Configure<HostOptions>(static host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
            return builder;
        }
    }

    extension(IServiceCollection services)
    {
        private void AddProviders(IConfiguration configuration, DataDirectory data)
        {
            services.AddShopFiles();
            services.AddManualPayments();
            services.AddSingleton<OwnAddress>();
            if (!UsesSandbox(configuration))
            {
                services.AddStripe();
                return;
            }

            services.AddVendorSandbox();
            services.AddOptions<SandboxOptions>().PostConfigure<OwnAddress>((sandbox, own) =>
            {
                sandbox.DataDirectory = configuration["Commerce:Sandbox:DataDirectory"] ?? data.File("sandbox");
                sandbox.WebhookSecret = configuration["Commerce:Stripe:WebhookSecret"] ?? SandboxWebhookSecret;
                sandbox.ResolveWebhookUrl = () => own.Reach("/v1/webhooks/stripe");
            });
            services.AddStripe();
            services.AddOptions<StripeOptions>().PostConfigure<OwnAddress>((stripe, own) =>
            {
                stripe.ApiKey ??= SandboxKey;
                stripe.WebhookSecret ??= SandboxWebhookSecret;
                stripe.SearchLag = TimeSpan.Zero;
                stripe.ResolveBaseUrl = () => own.Reach("/sandbox/stripe");
            });
        }
    }

    /// <summary>Whether the vendors of this start are the sandbox in its own process: by default when no real vendor is configured.</summary>
    public static bool UsesSandbox(IConfiguration configuration) => configuration.GetValue(
        "Commerce:Sandbox:Enabled",
        string.IsNullOrEmpty(configuration["Commerce:Stripe:ApiKey"]) && string.IsNullOrEmpty(configuration["Commerce:Stripe:BaseUrl"]));

    private static (int Port, int Gateway) Ports(IConfiguration configuration) =>
    (
        configuration.GetValue<int?>("Commerce:Silo:Port") ?? FreePort(DefaultPort),
        configuration.GetValue<int?>("Commerce:Silo:GatewayPort") ?? FreePort(DefaultGatewayPort)
    );

    /// <summary>The preferred port, or any other when something else has it: a second shop on the same machine simply starts.</summary>
    private static int FreePort(int preferred)
    {
        foreach (var port in (ReadOnlySpan<int>)[preferred, 0])
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException) when (port != 0)
            {
                // Taken: the operating system names another.
            }
        }

        throw new InvalidOperationException("This machine has no free port.");
    }
}

/// <summary>Where this process listens, known once it does: the sandbox inside it calls back there.</summary>
internal sealed class OwnAddress(IServer server)
{
    /// <summary>An address of this process; null until it listens.</summary>
    public Uri? Reach(string path)
    {
        var address = server.Features.Get<IServerAddressesFeature>()?.Addresses
            .FirstOrDefault(a => a.StartsWith("http://", StringComparison.OrdinalIgnoreCase));
        return address is null ? null : new Uri(address
            .Replace("//[::]:", "//127.0.0.1:", StringComparison.Ordinal)
            .Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal)
            .Replace("//+:", "//127.0.0.1:", StringComparison.Ordinal)
            .Replace("//*:", "//127.0.0.1:", StringComparison.Ordinal)
            .TrimEnd('/') + path);
    }
}
