using Commerce.Catalog;
using Commerce.Pricing;
using Commerce.Shipping;

namespace Commerce.Carts;

/// <summary>Brings a cart before the pricing function: looks up what its SKUs are, and ships by the cheapest way until another is chosen.</summary>
internal sealed class CartPricing(Pricer pricer, CatalogIndex catalog, IPricingProvider prices)
{
    public ValueTask<Channel> Channel(string id) => pricer.Channel(id);

    public async ValueTask<Quote> Price(Cart cart)
    {
        var basket = await Basket(cart);
        if (cart.Destination is not null && cart.ShippingMethod is null && await Cheapest(basket) is { } method)
        {
            basket = basket with { ShippingMethod = method };
        }

        return await pricer.Price(basket);
    }

    /// <summary>Whether the cart's channel sells the SKU to its owner.</summary>
    public async ValueTask<bool> Sells(Cart cart, string sku) =>
        await catalog.FindSku(sku) is not null
        && await prices.Price(cart.Channel, cart.Currency, sku, Owners.CustomerId(cart.Owner), CancellationToken.None) is not null;

    public ValueTask<Coupon> Coupon(Cart cart, string code) => pricer.Coupon(cart.Channel, code);

    /// <summary>The ways to ship to the cart's destination, cheapest first; none without a destination.</summary>
    public async ValueTask<ImmutableArray<ShippingRate>> Rates(Cart cart) => await pricer.ShippingMethods(await Basket(cart));

    private async ValueTask<string?> Cheapest(BasketRequest basket) =>
        await pricer.ShippingMethods(basket) is [var cheapest, ..] ? cheapest.Id : null;

    private async ValueTask<BasketRequest> Basket(Cart cart)
    {
        var items = new BasketItem[cart.Lines.Length];
        for (var i = 0; i < items.Length; i++)
        {
            var line = cart.Lines[i];
            var (product, variant) = await catalog.FindSku(line.Sku) ?? throw new CommerceException(CartErrors.UnknownSku(line.Sku));
            items[i] = new BasketItem(line.Id, line.Sku, variant.Name, line.Quantity, product.TaxCategory);
        }

        return new BasketRequest(
            cart.Channel,
            cart.Currency,
            ImmutableCollectionsMarshal.AsImmutableArray(items),
            cart.Coupons,
            cart.Destination,
            cart.ShippingMethod,
            Owners.CustomerId(cart.Owner));
    }
}
