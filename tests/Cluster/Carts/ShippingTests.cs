using Commerce.Carts;
using Commerce.Contacts;

namespace Commerce.Tests.Cluster.Carts;

/// <summary>What a cart is told about its way to the door.</summary>
public sealed class ShippingTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task A_cart_that_nobody_carries_is_not_offered_a_way_and_not_bought()
    {
        var owner = Owners.Guest(Guid.NewGuid().ToString());
        var cart = shop.Grains.Cart(Identity.New(Identity.Cart));
        var view = (await cart.Create(new Request(owner, "open", "f"), new CreateCart(owner, "eu", null, [new NewLine(ShopFolder.Heavy, 2)]))).View;
        await cart.SetDestination(new Request(owner), new Address("Ada Lovelace", "Unter den Linden 1", null, "Berlin", null, "10117", "DE"));

        Assert.Empty(await cart.ShippingMethods(owner));
        Assert.Equal("no-shipping-method", (await Assert.ThrowsAsync<CommerceException>(() => cart.Freeze(owner, null))).Error.Code);
        Assert.Equal("unknown-shipping-method", (await Assert.ThrowsAsync<CommerceException>(() => cart.SetShippingMethod(new Request(owner), "standard"))).Error.Code);

        await cart.ChangeLine(new Request(owner), view.Quote.Lines[0].LineId, 1);
        Assert.Equal(495, (await cart.Freeze(owner, null)).Quote.Shipping!.Price.Amount);
    }

    [Fact]
    public async Task A_way_to_ship_says_when_it_arrives_and_the_quote_holds_whenever_that_is()
    {
        var trial = await shop.Cart();

        var method = Assert.Single(await trial.Cart.ShippingMethods(trial.Owner));
        var quote = (await trial.Cart.Get(trial.Owner))!.Quote.Id;

        Assert.True(method is { Earliest: { } earliest, Latest: { } latest } && latest > earliest && earliest >= DateOnly.FromDateTime(shop.Clock.GetUtcNow().UtcDateTime).AddDays(2));
        shop.Clock.Shift(TimeSpan.FromDays(3));
        Assert.True(Assert.Single(await trial.Cart.ShippingMethods(trial.Owner)).Earliest > method.Earliest);
        Assert.Equal(quote, (await trial.Cart.Get(trial.Owner))!.Quote.Id);
    }
}
