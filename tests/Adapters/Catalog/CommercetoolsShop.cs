using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Commerce.Catalog;
using Commerce.Commercetools;
using Commerce.Pricing;
using Commerce.Tests.Sandbox;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Catalog;

/// <summary>The real commercetools adapter, composed as in production, before the real sandbox, over HTTP.</summary>
public sealed class CommercetoolsShop : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private CommercetoolsShop(SandboxServer vendor, TimeProvider time, Action<CommercetoolsOptions>? configure)
    {
        Vendor = vendor;
        services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
            .AddSingleton(time)
            .AddSingleton<IChannels>(new EuAndUs())
            .AddLogging()
            .AddCommercetools(options =>
            {
                (options.ProjectKey, options.ClientId, options.ClientSecret) = ("sandbox", "sandbox", "sandbox");
                options.ResolveUrl = () => new Uri(vendor.Address, "/sandbox/commercetools");
                options.RetryDelay = TimeSpan.FromMilliseconds(10);
                options.Overlap = TimeSpan.FromMilliseconds(200);
                configure?.Invoke(options);
            })
            .BuildServiceProvider();
        Catalog = services.GetRequiredService<ICatalogProvider>();
        Pricing = services.GetRequiredService<IPricingProvider>();
    }

    public SandboxServer Vendor { get; }

    public ICatalogProvider Catalog { get; }

    public IPricingProvider Pricing { get; }

    /// <param name="products">How many there are.</param>
    public static async Task<CommercetoolsShop> Open(
        int products = 0, Action<CommercetoolsOptions>? configure = null, Action<Commerce.Sandbox.SandboxOptions>? sandbox = null, TimeProvider? time = null)
    {
        var shop = new CommercetoolsShop(await SandboxServer.Start(configure: sandbox, time: time), time ?? TimeProvider.System, configure);
        if (products > 0)
        {
            await shop.Merchant(HttpMethod.Post, $"generate?count={products}");
        }

        return shop;
    }

    /// <summary>Does what a merchant does, in the sandbox.</summary>
    public async Task Merchant(HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"commercetools/-/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await Vendor.Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
    }

    public async Task<int> TokensGranted() => (int)JsonNode.Parse(await Vendor.Http.GetStringAsync("commercetools/-/tokens"))!["granted"]!;

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        await Vendor.DisposeAsync();
    }

    private sealed class EuAndUs : IChannels
    {
        public ImmutableDictionary<string, Channel> All { get; } = new[]
        {
            new Channel { Id = "eu", Name = "Europe", Currencies = ["EUR"], TaxInclusive = true, Countries = ["DE", "FR"] },
            new Channel { Id = "us", Name = "United States", Currencies = ["USD"], TaxInclusive = false, Countries = ["US"] },
        }.ToImmutableDictionary(channel => channel.Id);
    }
}
