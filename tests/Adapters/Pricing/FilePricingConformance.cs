using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Pricing;

public sealed class FilePricingConformance : PricingProviderConformance
{
    private FilesShop? shop;

    protected override int Skus => 12;

    protected override Task<IPricingProvider> Open() => Task.FromResult((shop = new FilesShop(Skus)).Services.GetRequiredService<IPricingProvider>());

    protected override async Task Close() => await shop!.DisposeAsync();
}
