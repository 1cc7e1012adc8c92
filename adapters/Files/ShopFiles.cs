using Commerce.Catalog;
using Commerce.Inventory;
using Commerce.Pricing;
using Commerce.Shipping;
using Commerce.Shop;
using Commerce.Tax;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Commerce;

public static class ShopFiles
{
    extension(IServiceCollection services)
    {
        /// <summary>Makes a folder of JSON files the catalog, the prices, the taxes and the shipping rates. Read once, at start.</summary>
        public IServiceCollection AddShopFiles()
        {
            services.AddOptionsWithValidateOnStart<ShopOptions, ShopOptionsValidator>().BindConfiguration(ShopOptions.Section);

            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(s => FileShop.Open(s.GetRequiredService<IOptions<ShopOptions>>().Value, s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<ICatalogProvider>(s => s.GetRequiredService<FileShop>().Catalog);
            services.AddSingleton<IPricingProvider>(s => s.GetRequiredService<FileShop>().Pricing);
            services.AddSingleton<IChannels>(s => s.GetRequiredService<FileShop>().Pricing);
            services.AddSingleton<ITaxProvider>(s => s.GetRequiredService<FileShop>().Tax);
            services.AddSingleton<IShippingProvider>(s => s.GetRequiredService<FileShop>().Shipping);
            services.AddSingleton<ILocations>(s => s.GetRequiredService<FileShop>().Locations);
            services.AddHostedService<OpenAtStart>();

            return services;
        }
    }

    /// <summary>A shop that cannot be read stops the program when it starts, not the first shopper.</summary>
#pragma warning disable CS9113 // asking for the shop is what reads it
    private sealed class OpenAtStart(FileShop shop) : IHostedService
#pragma warning restore CS9113
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
