using Commerce.Catalog;
using Commerce.Tests.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Catalog;

public sealed class FileCatalogConformance : CatalogProviderConformance
{
    private FilesShop? shop;

    protected override int Products => 12;

    protected override Task<ICatalogProvider> Open() => Task.FromResult((shop = new FilesShop(Products)).Services.GetRequiredService<ICatalogProvider>());

    protected override async Task Close() => await shop!.DisposeAsync();
}
