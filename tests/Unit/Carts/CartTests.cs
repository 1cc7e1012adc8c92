using Commerce.Carts;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Carts;

public sealed class CartTests
{
    private static readonly Dictionary<Type, CartEvent> Samples = One<CartEvent>(
        new CartOpened("guest_1", "eu", "EUR"),
        new LineAdded("line_2", "MUG", 1),
        new LineChanged("line_1", 3),
        new LineRemoved("line_1"),
        new CouponAdded("WELCOME10"),
        new CouponRemoved("SPRING"),
        new ContactGiven(),
        new DestinationGiven(new Destination("DE", null)),
        new ShippingMethodChosen("express"),
        new CartClaimed("chk_1", "q1"),
        new CartReleased("chk_1"),
        new CartCheckedOut("chk_1", "ord_1"),
        new CartAbandoned(),
        new CartRepriced(),
        new CartPriceDrifted("qt_1", "qt_2", new Money(1299, "EUR"), new Money(1399, "EUR"), ["unit_price"]));

    private static IEnumerable<(CartStatus? From, Type Happened, CartStatus? To)> Pairs =>
        Pairs<CartStatus, CartEvent>((from, happened) => Cart.Next(from ?? CartStatus.None, happened)).Where(pair => pair.From is not null);

    [Fact]
    public void A_cart_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "None --CartOpened--> Active",
        "Active --LineAdded--> Active",
        "Active --LineChanged--> Active",
        "Active --LineRemoved--> Active",
        "Active --CouponAdded--> Active",
        "Active --CouponRemoved--> Active",
        "Active --ContactGiven--> Active",
        "Active --DestinationGiven--> Active",
        "Active --ShippingMethodChosen--> Active",
        "Active --CartClaimed--> Active",
        "Active --CartReleased--> Active",
        "Active --CartCheckedOut--> CheckedOut",
        "Active --CartAbandoned--> Abandoned",
        "Active --CartRepriced--> Active",
        "Active --CartPriceDrifted--> Active",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs)
        {
            var cart = In(from!.Value);
            if (to is { } next)
            {
                Assert.Equal(next, cart.Apply(Samples[happened], At).Status);
            }
            else
            {
                Assert.Equal(ErrorKind.Conflict, Refused(() => cart.Apply(Samples[happened], At)).Kind);
            }
        }
    }

    [Fact]
    public void A_cart_that_is_claimed_takes_nothing_but_the_end_of_the_claim()
    {
        var claimed = In(CartStatus.Active).Apply(new CartClaimed("chk_1", "q1"), At);

        foreach (var happened in Samples.Values.Where(e => e is not (CartOpened or CartReleased or CartCheckedOut)))
        {
            Assert.Equal("cart-in-checkout", Refused(() => claimed.Apply(happened, At)).Code);
        }

        Assert.Null(claimed.Apply(new CartReleased("chk_1"), At).CheckoutId);
        Assert.Equal("ord_1", claimed.Apply(new CartCheckedOut("chk_1", "ord_1"), At).OrderId);
    }

    [Fact]
    public void A_cart_that_became_an_order_names_it_when_it_refuses() =>
        Assert.Contains("ord_1", Refused(() => In(CartStatus.CheckedOut).Apply(Samples[typeof(LineAdded)], At)).Detail, StringComparison.Ordinal);

    [Fact]
    public void A_price_holds_from_the_last_change_and_looking_at_a_cart_does_not_keep_it_from_being_abandoned()
    {
        var cart = In(CartStatus.Active);
        var later = At.AddHours(1);

        Assert.Equal((later, later), Of(cart.Apply(new LineChanged("line_1", 2), later)));
        Assert.Equal((later, cart.UpdatedAt), Of(cart.Apply(new CartRepriced(), later)));
        Assert.Equal((cart.PricedAt, later), Of(cart.Apply(new CartClaimed("chk_1", "q1"), later)));
        Assert.Equal((cart.PricedAt, later), Of(cart.Apply(Samples[typeof(CartPriceDrifted)], later)));

        static (DateTimeOffset, DateTimeOffset) Of(Cart cart) => (cart.PricedAt, cart.UpdatedAt);
    }

    [Fact]
    public void A_line_id_is_never_used_again()
    {
        var cart = In(CartStatus.Active).Apply(new LineRemoved("line_1"), At);

        Assert.Empty(cart.Lines);
        Assert.Equal(1, cart.LinesEver);
    }

    [Fact]
    public void A_line_that_is_not_there_is_not_found() =>
        Assert.Equal(ErrorKind.NotFound, Refused(() => In(CartStatus.Active).Apply(new LineRemoved("line_9"), At)).Kind);

    [Fact]
    public void Only_a_cart_that_nobody_buys_is_ever_abandoned()
    {
        var cart = In(CartStatus.Active);

        Assert.Equal(At + Cart.AbandonedAfter, cart.WakeAt);
        Assert.Null(cart.Apply(new CartClaimed("chk_1", "q1"), At).WakeAt);
        Assert.Null(In(CartStatus.CheckedOut).WakeAt);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000)]
    public void A_quantity_out_of_bounds_is_a_violation(int quantity) =>
        Assert.NotNull(In(CartStatus.Active).Apply(new LineChanged("line_1", quantity), At).Violation);

    private static Cart In(CartStatus status) => new()
    {
        Status = status,
        Lines = [new CartLine("line_1", "TEA", 2)],
        LinesEver = 1,
        Coupons = ["SPRING"],
        OrderId = status is CartStatus.CheckedOut ? "ord_1" : null,
        UpdatedAt = At,
    };
}
