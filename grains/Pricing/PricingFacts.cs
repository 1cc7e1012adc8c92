using Commerce.Allotments;
using Commerce.Catalog;
using Commerce.Inventory;
using Commerce.Orders;

namespace Commerce.Pricing;

/// <inheritdoc cref="IPricingFacts"/>
internal sealed class PricingFacts(IGrainFactory grains, CatalogIndex catalog, Availability stock) : IPricingFacts
{
    public async ValueTask<bool> HasOrdered(string customerId)
    {
        var page = await grains.Orders().Page(Owners.Customer(customerId), null, 20);

        return page.Items.Any(order => order.Status is not (OrderStatus.Cancelled or OrderStatus.Cancelling));
    }

    public async ValueTask<bool> IsLeft(LimitedUse use) => await grains.Allotment(use.Key).Left(use.Limit) > 0;

    public async ValueTask<BasketItem?> Gift(string lineId, string sku, int quantity) =>
        await catalog.Item(lineId, sku, quantity) is { } item && (await stock.Of(sku, channel: null)).Available >= quantity ? item : null;
}
