using Commerce.Shop;
using Commerce.Tax;

namespace Commerce.Tests.Tax;

public sealed class RateTableTaxProviderTests : TaxProviderConformance
{
    protected override Task<ITaxProvider> Open() => Task.FromResult<ITaxProvider>(FileShop.Open(new ShopOptions()).Tax);
}
