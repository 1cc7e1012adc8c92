using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Commerce.Commercetools;
using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Storage;
using Commerce.Storage.Postgres;
using Commerce.Tax;
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
    /// <summary>The service's id, and the cluster's: one cluster a database.</summary>
    public const string Cluster = "commerce";

    /// <summary>Ports of a silo when nobody names others and they are free.</summary>
    private const int DefaultPort = 11111, DefaultGatewayPort = 30000;

    /// <summary>Calls that run in one grain or wait for it.</summary>
    private const int DefaultQueuedCalls = 10_000;

    /// <summary>Stands in for a vendor account.</summary>
    private const string SandboxKey = "sk_test_sandbox", SandboxAccount = "1000000000", SandboxMerchant = "SandboxECOM";

    /// <summary>What the sandbox of this very process signs with, and nobody else can.</summary>
    private static readonly string SandboxWebhookSecret = "whsec_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>The same of Adyen's: a key in hex.</summary>
    private static readonly string SandboxHmacKey = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    extension(WebApplicationBuilder builder)
    {
        /// <summary>A silo with its storage and its providers: on files, or on PostgreSQL where <c>ConnectionStrings:Commerce</c> names one.</summary>
        public WebApplicationBuilder AddCommerceSilo()
        {
            var configuration = builder.Configuration;
            builder.Services.TryAddSingleton(TimeProvider.System);
            builder.UseOrleans(silo =>
            {
                if (Databases(configuration) is [var home, ..] shards)
                {
                    silo.UsePostgresStorage(shards);
                    silo.UsePostgresClustering(home, Cluster);
                    var (port, gateway) = Ports(configuration, IPAddress.Any);
                    silo.ConfigureEndpoints(Address(configuration), port, gateway, listenOnAnyHostAddress: true);
                    builder.Services.AddProviders(configuration, configuration["Commerce:DataDirectory"] ?? "data");
                }
                else
                {
                    var data = DataDirectory.Take(configuration["Commerce:DataDirectory"] ?? "data");
                    configuration["Commerce:DataDirectory"] = data.Path;
                    silo.UseEmbeddedStorage(data);
                    var (port, gateway) = Ports(configuration, IPAddress.Loopback);
                    silo.UseLocalhostClustering(port, gateway, serviceId: Cluster, clusterId: Cluster);
                    builder.Services.AddProviders(configuration, data.Path);
                }

                silo.AddCommerceGrains();
                silo.Configure<SiloMessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(10)); // what waits for a vendor has a time of its own
                silo.Services.Configure<MessagingOptions>(static messaging => messaging.ResponseTimeout = TimeSpan.FromSeconds(7)); // a slow export shows that it lives every half of this, before a front end's 4 s are over
                silo.RefuseOverload(configuration);
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

    extension(ISiloBuilder silo)
    {
        /// <summary>Long queues answer at once that they are full (<c>LimitExceededException</c>, which the front end answers 503 <c>overloaded</c>).</summary>
        /// <remarks>
        /// <para>A grain's queue counts the calls that run in a reentrant grain, too: a stock item that stores 60,000 reservations a second works 10,000 off in a sixth of one,
        /// and more front ends than a sale has would have to send all they let in to that one grain.</para>
        /// <para>Gateways turn calls of front ends away when memory runs out, not when the processor is busy: they cannot tell a paid checkout from a look around, the
        /// front ends can, and a sale that uses the whole machine is a good one.</para>
        /// </remarks>
        private void RefuseOverload(IConfiguration configuration)
        {
            silo.Configure<SiloMessagingOptions>(messaging => messaging.MaxEnqueuedRequestsHardLimit = configuration.GetValue("Commerce:Silo:MaxQueuedCalls", DefaultQueuedCalls));
            silo.Configure<LoadSheddingOptions>(static shedding =>
            {
                shedding.LoadSheddingEnabled = true;
                (shedding.CpuThreshold, shedding.MemoryThreshold) = (100, 95);
            });
        }
    }

    extension(IServiceCollection services)
    {
        private void AddProviders(IConfiguration configuration, string data)
        {
            services.AddShopFiles();
            services.AddCatalogOf(configuration);
            services.AddManualPayments();
            services.AddFurtherAccounts(configuration);
            services.AddSingleton<OwnAddress>();
            if (!UsesSandbox(configuration))
            {
                // A shop without Stripe is one with Adyen; one with neither is told what it needs by Stripe's settings.
                var paidByAdyen = !string.IsNullOrEmpty(configuration["Commerce:Adyen:ApiKey"]);
                if (!paidByAdyen || !string.IsNullOrEmpty(configuration["Commerce:Stripe:ApiKey"]))
                {
                    services.AddStripe();
                }

                if (paidByAdyen)
                {
                    services.AddAdyen();
                }

                if (!string.IsNullOrEmpty(configuration["Commerce:Avalara:AccountId"]))
                {
                    services.AddAvalara();
                }

                return;
            }

            services.AddVendorSandbox();
            services.AddOptions<SandboxOptions>().PostConfigure<OwnAddress>((sandbox, own) =>
            {
                sandbox.DataDirectory = configuration["Commerce:Sandbox:DataDirectory"] ?? Path.Combine(Path.GetFullPath(data), "sandbox");
                sandbox.WebhookSecret = configuration["Commerce:Stripe:WebhookSecret"] ?? SandboxWebhookSecret;
                sandbox.AdyenHmacKey = configuration["Commerce:Adyen:HmacKey"]?.Split(',')[0].Trim() ?? SandboxHmacKey;
                sandbox.AdyenWebhookUser ??= configuration["Commerce:Adyen:WebhookUser"];
                sandbox.AdyenWebhookPassword ??= configuration["Commerce:Adyen:WebhookPassword"];
                sandbox.ResolveWebhookUrl = vendor => own.Reach("/v1/webhooks/" + vendor);
                sandbox.ShopDirectory ??= SellsFromCommercetools(configuration) ? Path.GetFullPath(configuration["Commerce:Shop:Directory"] ?? "shop", AppContext.BaseDirectory) : null;
            });
            services.AddStripe();
            services.AddOptions<StripeOptions>().PostConfigure<OwnAddress>((stripe, own) =>
            {
                stripe.ApiKey ??= SandboxKey;
                stripe.WebhookSecret ??= SandboxWebhookSecret;
                stripe.SearchLag = TimeSpan.Zero;
                stripe.ResolveBaseUrl = () => own.Reach("/sandbox/stripe");
            });
            services.AddAdyen();
            services.AddOptions<AdyenOptions>().PostConfigure<OwnAddress>((adyen, own) =>
            {
                adyen.ApiKey ??= SandboxKey;
                adyen.MerchantAccount ??= SandboxMerchant;
                adyen.HmacKey ??= SandboxHmacKey;
                (adyen.ReportUser, adyen.ReportPassword) = (adyen.ReportUser ?? "report@Company.Sandbox", adyen.ReportPassword ?? SandboxKey);
                adyen.ResolveBaseUrl = () => own.Reach("/sandbox/adyen");
            });
            services.AddAvalara();
            services.AddOptions<AvalaraOptions>().PostConfigure<OwnAddress>((avalara, own) =>
            {
                avalara.AccountId ??= SandboxAccount;
                avalara.LicenceKey ??= SandboxKey;
                avalara.ResolveBaseUrl = () => own.Reach("/sandbox/avalara");
            });
        }
    }

    extension(IServiceCollection services)
    {
        /// <summary>
        /// Accounts beside the first, each a payment provider of its own name with the settings of its vendor: <c>Commerce:Payments:Accounts:{name}:Vendor</c>,
        /// <c>…:ApiKey</c>, … What canaries, shadows and countries with accounts of their own are made of.
        /// </summary>
        private void AddFurtherAccounts(IConfiguration configuration)
        {
            foreach (var account in configuration.GetSection(PaymentsOptions.Section + ":Accounts").GetChildren())
            {
                switch (account["Vendor"])
                {
                    case "stripe":
                        services.AddStripe(account.Key, account.Path);
                        break;
                    default:
                        throw new InvalidOperationException($"{account.Path}:Vendor is 'stripe', not '{account["Vendor"]}'.");
                }
            }
        }
    }

    extension(IServiceCollection services)
    {
        /// <summary>Products and prices from the shop's files, unless the configuration names another source. Channels, taxes and shipping rates are the files' in any case.</summary>
        private void AddCatalogOf(IConfiguration configuration)
        {
            if (!SellsFromCommercetools(configuration))
            {
                return;
            }

            services.AddCommercetools();
            if (UsesSandbox(configuration) && string.IsNullOrEmpty(configuration["Commerce:Commercetools:ProjectKey"]))
            {
                services.AddOptions<CommercetoolsOptions>().PostConfigure<OwnAddress>((commercetools, own) =>
                {
                    (commercetools.ProjectKey, commercetools.ClientId, commercetools.ClientSecret) = ("sandbox", "sandbox", "sandbox");
                    commercetools.ResolveUrl = () => own.Reach("/sandbox/commercetools");
                });
            }
        }
    }

    /// <summary>Whose products and prices the shop sells: its files' by default.</summary>
    private static bool SellsFromCommercetools(IConfiguration configuration) => configuration["Commerce:Catalog:Provider"] switch
    {
        null or "" or "files" => false,
        "commercetools" => true,
        var other => throw new InvalidOperationException($"Commerce:Catalog:Provider is 'files' or 'commercetools', not '{other}'."),
    };

    /// <summary>
    /// Whether the vendors of this start are the sandbox in its own process: by default when no real vendor is configured and this silo is the only one.
    /// Of several silos each would have vendors of its own, which know nothing of what the others were paid.
    /// </summary>
    public static bool UsesSandbox(IConfiguration configuration) => configuration.GetValue(
        "Commerce:Sandbox:Enabled",
        string.IsNullOrEmpty(configuration["Commerce:Stripe:ApiKey"]) && string.IsNullOrEmpty(configuration["Commerce:Stripe:BaseUrl"])
            && string.IsNullOrEmpty(configuration["Commerce:Adyen:ApiKey"])
            && string.IsNullOrEmpty(configuration.GetConnectionString("Commerce")));

    /// <summary>Whether this process answers requests itself, or leaves that to front ends of their own.</summary>
    public static bool HasApi(IConfiguration configuration) => configuration.GetValue("Commerce:Api:Enabled", true);

    /// <summary>The databases that the configuration names, the shop's home first; empty: everything is kept in files.</summary>
    public static ImmutableArray<PostgresDatabase> Databases(IConfiguration configuration) =>
        [.. PostgresShards.ConnectionStrings(configuration).Select(static connectionString => new PostgresDatabase(connectionString))];

    /// <summary>Where other silos and the front ends reach this one: as configured, or the machine's first address that is not a loopback.</summary>
    private static IPAddress Address(IConfiguration configuration) => configuration["Commerce:Silo:Address"] is { Length: > 0 } given
        ? IPAddress.Parse(given)
        : NetworkInterface.GetAllNetworkInterfaces()
            .Where(static network => network is { OperationalStatus: OperationalStatus.Up, NetworkInterfaceType: not NetworkInterfaceType.Loopback })
            .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
            .Select(static unicast => unicast.Address)
            .FirstOrDefault(static address => address.AddressFamily is AddressFamily.InterNetwork) ?? IPAddress.Loopback;

    private static (int Port, int Gateway) Ports(IConfiguration configuration, IPAddress on) =>
    (
        configuration.GetValue<int?>("Commerce:Silo:Port") ?? FreePort(on, DefaultPort),
        configuration.GetValue<int?>("Commerce:Silo:GatewayPort") ?? FreePort(on, DefaultGatewayPort)
    );

    /// <summary>The preferred port, or any other when something else has it: a second shop on the same machine simply starts.</summary>
    private static int FreePort(IPAddress on, int preferred)
    {
        foreach (var port in (ReadOnlySpan<int>)[preferred, 0])
        {
            try
            {
                using var listener = new TcpListener(on, port);
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
