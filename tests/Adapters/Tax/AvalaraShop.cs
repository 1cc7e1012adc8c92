using Commerce.Tax;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Tax;

/// <summary>The real AvaTax adapter, composed as in production, before the real sandbox.</summary>
public sealed class AvalaraShop : IAsyncDisposable
{
    private readonly ServiceProvider services;
    private readonly bool ownsVendor;

    private AvalaraShop(SandboxServer vendor, bool ownsVendor, Action<AvalaraOptions>? configure)
    {
        (Vendor, this.ownsVendor) = (vendor, ownsVendor);
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddLogging()
            .AddAvalara(options =>
            {
                options.AccountId = "1000000000";
                options.LicenceKey = "sandbox";
                options.ResolveBaseUrl = () => new Uri(vendor.Address, "/sandbox/avalara");
                options.RetryDelay = TimeSpan.FromMilliseconds(10);
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        Provider = services.GetRequiredService<ITaxProvider>();
    }

    public SandboxServer Vendor { get; }

    public ITaxProvider Provider { get; }

    public static async Task<AvalaraShop> Open(Action<AvalaraOptions>? configure = null, SandboxServer? vendor = null) => new(vendor ?? await SandboxServer.Start(), vendor is null, configure);

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        if (ownsVendor)
        {
            await Vendor.DisposeAsync();
        }
    }
}
