using Commerce.Catalog;
using Commerce.Pricing;
using Commerce.Shipping;
using Commerce.Tax;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce.Shop;

public sealed class ShopStartTests
{
    [Fact]
    public async Task The_sample_shop_opens_without_any_configuration()
    {
        using var host = Host(null);
        await host.StartAsync();

        Assert.Equal("files", host.Services.GetRequiredService<ICatalogProvider>().Name);
        Assert.Equal("files", host.Services.GetRequiredService<IPricingProvider>().Name);
        Assert.Equal("rate-tables", host.Services.GetRequiredService<ITaxProvider>().Name);
        Assert.Equal("rate-table", host.Services.GetRequiredService<IShippingProvider>().Name);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_shop_that_is_not_there_stops_the_program_at_its_start()
    {
        using var host = Host("no-such-shop");

        var told = await Assert.ThrowsAsync<ShopFileException>(() => host.StartAsync());
        Assert.Contains("Commerce:Shop:Directory", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shop_without_a_folder_is_refused()
    {
        using var host = Host("");

        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    private static IHost Host(string? directory)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(directory is null ? [] : [new("Commerce:Shop:Directory", directory)]);
        builder.Services.AddShopFiles();

        return builder.Build();
    }
}
