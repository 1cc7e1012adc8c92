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
        return await pricer.Price(cart.Destination is null ? basket : basket with { ShippingMethod = await Method(basket) });
    }

    /// <summary>Whether the cart's channel sells the SKU to its owner.</summary>
    public async ValueTask<bool> Sells(Cart cart, string sku) =>
        await catalog.FindSku(sku) is not null
        && await prices.Price(cart.Channel, cart.Currency, sku, Owners.CustomerId(cart.Owner), CancellationToken.None) is not null;

    public ValueTask<Coupon> Coupon(Cart cart, string code) => pricer.Coupon(cart.Channel, code);

    /// <summary>The ways to ship to the cart's destination, cheapest first; none without a destination.</summary>
    public async ValueTask<ImmutableArray<ShippingRate>> Rates(Cart cart) => await pricer.ShippingMethods(await Basket(cart));

    /// <summary>The chosen way of shipping, or the cheapest when none is chosen, or when the chosen one does not go where the cart goes by now.</summary>
    private async ValueTask<string?> Method(BasketRequest basket)
    {
        var rates = await pricer.ShippingMethods(basket);
        return rates.FirstOrDefault(rate => rate.Id == basket.ShippingMethod)?.Id ?? rates.FirstOrDefault()?.Id;
    }

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
