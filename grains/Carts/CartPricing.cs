using Commerce.Catalog;
using Commerce.Pricing;

namespace Commerce.Carts;

/// <summary>Brings a cart before the pricing function: looks up what its SKUs are.</summary>
internal sealed class CartPricing(Pricer pricer, CatalogIndex catalog)
{
    public Channel Channel(string id) => pricer.Channel(id);

    public async ValueTask<Quote> Price(Cart cart, DateTimeOffset at) => await pricer.Price(await Basket(cart, at));

    /// <summary>Whether the cart's channel sells the SKU to its owner.</summary>
    public async ValueTask<bool> Sells(Cart cart, string sku) =>
        await catalog.FindSku(sku) is not null && await pricer.Sells(Request(cart, [], at: null), sku);

    /// <summary>The coupon's code as it is spelt, or a refusal.</summary>
    public ValueTask<string> Coupon(Cart cart, string code) => pricer.Coupon(Request(cart, [], at: null), code);

    /// <summary>The ways to ship to the cart's destination, cheapest first; none without a destination.</summary>
    public async ValueTask<ImmutableArray<ShippingOffer>> Offers(Cart cart, DateTimeOffset at) => await pricer.ShippingMethods(await Basket(cart, at));

    private async ValueTask<BasketRequest> Basket(Cart cart, DateTimeOffset at)
    {
        var items = new BasketItem[cart.Lines.Length];
        for (var i = 0; i < items.Length; i++)
        {
            var line = cart.Lines[i];
            items[i] = await catalog.Item(line.Id, line.Sku, line.Quantity) ?? throw new CommerceException(CartErrors.UnknownSku(line.Sku));
        }

        return Request(cart, ImmutableCollectionsMarshal.AsImmutableArray(items), at);
    }

    private static BasketRequest Request(Cart cart, ImmutableArray<BasketItem> items, DateTimeOffset? at) =>
        new(cart.Channel, cart.Currency, items, cart.Coupons, cart.Destination, cart.ShippingMethod, Owners.CustomerId(cart.Owner), at);
}
