using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Carts.CartStatus;

namespace Commerce.Carts;

/// <summary>What happens to a cart.</summary>
[JsonDerivedType(typeof(CartOpened), "commerce.cart.opened.v1")]
[JsonDerivedType(typeof(LineAdded), "commerce.cart.line-added.v1")]
[JsonDerivedType(typeof(LineChanged), "commerce.cart.line-changed.v1")]
[JsonDerivedType(typeof(LineRemoved), "commerce.cart.line-removed.v1")]
[JsonDerivedType(typeof(CouponAdded), "commerce.cart.coupon-added.v1")]
[JsonDerivedType(typeof(CouponRemoved), "commerce.cart.coupon-removed.v1")]
[JsonDerivedType(typeof(ContactGiven), "commerce.cart.contact-given.v1")]
[JsonDerivedType(typeof(DestinationGiven), "commerce.cart.destination-given.v1")]
[JsonDerivedType(typeof(ShippingMethodChosen), "commerce.cart.shipping-method-chosen.v1")]
[JsonDerivedType(typeof(CartClaimed), "commerce.cart.claimed.v1")]
[JsonDerivedType(typeof(CartReleased), "commerce.cart.released.v1")]
[JsonDerivedType(typeof(CartCheckedOut), "commerce.cart.checked-out.v1")]
[JsonDerivedType(typeof(CartAbandoned), "commerce.cart.abandoned.v1")]
[JsonDerivedType(typeof(CartRepriced), "commerce.cart.repriced.v1")]
[JsonDerivedType(typeof(CartPriceDrifted), "commerce.cart.price-drifted.v1")]
internal abstract record CartEvent;

internal sealed record CartOpened(string Owner, string Channel, string Currency) : CartEvent;

internal sealed record LineAdded(string LineId, string Sku, int Quantity) : CartEvent;

internal sealed record LineChanged(string LineId, int Quantity) : CartEvent;

internal sealed record LineRemoved(string LineId) : CartEvent;

internal sealed record CouponAdded(string Code) : CartEvent;

internal sealed record CouponRemoved(string Code) : CartEvent;

/// <summary>Who buys was given; by whom is kept where it can be erased.</summary>
internal sealed record ContactGiven : CartEvent;

internal sealed record DestinationGiven(Destination Destination) : CartEvent;

internal sealed record ShippingMethodChosen(string Method) : CartEvent;

internal sealed record CartClaimed(string CheckoutId, string QuoteId) : CartEvent;

internal sealed record CartReleased(string CheckoutId) : CartEvent;

internal sealed record CartCheckedOut(string CheckoutId, string OrderId) : CartEvent;

internal sealed record CartAbandoned : CartEvent;

/// <summary>The price that was shown held no longer: from now on it is that of this moment.</summary>
internal sealed record CartRepriced : CartEvent;

/// <summary>A shopper wanted to buy at a price that does not hold any more, and was told the new one.</summary>
/// <param name="Was">The total that was shown.</param>
/// <param name="Is">The total that is asked for now.</param>
/// <param name="Causes">What has changed: <c>line</c>, <c>quantity</c>, <c>unit_price</c>, <c>discount</c>, <c>shipping</c>, <c>tax</c>.</param>
internal sealed record CartPriceDrifted(string ShownQuoteId, string QuoteId, Money Was, Money Is, ImmutableArray<string> Causes) : CartEvent;

internal sealed record CartLine(string Id, string Sku, int Quantity);

/// <summary>The rules of one cart. Pure: no clock, no storage, no prices.</summary>
internal sealed record Cart : IAggregateState<Cart, CartEvent>
{
    /// <summary>A cart that nobody touches for so long is abandoned.</summary>
    public static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(30);

    public static Cart Initial { get; } = new();

    public CartStatus Status { get; init; }
    public string Owner { get; init; } = "";
    public string Channel { get; init; } = "";
    public string Currency { get; init; } = "";
    public ImmutableArray<CartLine> Lines { get; init; } = [];

    /// <summary>Lines that ever were, so that a line id is never used again.</summary>
    public int LinesEver { get; init; }
    public ImmutableArray<string> Coupons { get; init; } = [];
    public bool HasContact { get; init; }
    public Destination? Destination { get; init; }
    public string? ShippingMethod { get; init; }

    /// <summary>The checkout that has claimed the cart; null: nobody has.</summary>
    public string? CheckoutId { get; init; }
    public string? OrderId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>UTC: the moment whose prices the cart shows. A price that was shown holds from here for as long as the channel promises, whatever happens to price lists, or to this silo.</summary>
    public DateTimeOffset PricedAt { get; init; }

    public DateTimeOffset? WakeAt => Status is Active && CheckoutId is null ? UpdatedAt + AbandonedAfter : null;

    public string? Violation => Lines.Length > CartErrors.MaxLines || Lines.Any(line => line.Quantity is < 1 or > CartErrors.MaxQuantity)
        ? "a line too many, or a quantity out of bounds"
        : null;

    /// <summary>What may follow what. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static CartStatus? Next(CartStatus from, Type happened) => (from, happened.Name) switch
    {
        // from    what happened                     to
        (None,     nameof(CartOpened))            => Active,
        (Active,   nameof(LineAdded))             => Active,
        (Active,   nameof(LineChanged))           => Active,
        (Active,   nameof(LineRemoved))           => Active,
        (Active,   nameof(CouponAdded))           => Active,
        (Active,   nameof(CouponRemoved))         => Active,
        (Active,   nameof(ContactGiven))          => Active,
        (Active,   nameof(DestinationGiven))      => Active,
        (Active,   nameof(ShippingMethodChosen))  => Active,
        (Active,   nameof(CartClaimed))           => Active,
        (Active,   nameof(CartReleased))          => Active,
        (Active,   nameof(CartCheckedOut))        => CheckedOut,
        (Active,   nameof(CartAbandoned))         => Abandoned,
        (Active,   nameof(CartRepriced))          => Active,
        (Active,   nameof(CartPriceDrifted))      => Active,
        _                                         => null,
    };
#pragma warning restore format

    /// <inheritdoc/>
    public Cart Apply(CartEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType()) ?? throw new CommerceException(Refusal(happened));
        if (CheckoutId is { } claimed && happened is not (CartReleased or CartCheckedOut))
        {
            throw new CommerceException(CartErrors.InCheckout(claimed));
        }

        return Remember(happened, at) with
        {
            Status = next,
            UpdatedAt = happened is CartRepriced ? UpdatedAt : at, // looking at a cart is not touching it
            PricedAt = happened is CartPriceDrifted or CartClaimed ? PricedAt : at,
        };
    }

    public CartLine? LineOf(string sku) => Lines.FirstOrDefault(line => line.Sku == sku);

    private Cart Remember(CartEvent happened, DateTimeOffset at) => happened switch
    {
        CartOpened e => this with { Owner = e.Owner, Channel = e.Channel, Currency = e.Currency, CreatedAt = at },
        LineAdded e => this with { Lines = Lines.Add(new CartLine(e.LineId, e.Sku, e.Quantity)), LinesEver = LinesEver + 1 },
        LineChanged e => this with { Lines = Lines.Replace(Line(e.LineId), Line(e.LineId) with { Quantity = e.Quantity }) },
        LineRemoved e => this with { Lines = Lines.Remove(Line(e.LineId)) },
        CouponAdded e => this with { Coupons = Coupons.Add(e.Code) },
        CouponRemoved e => this with { Coupons = Coupons.Remove(e.Code) },
        ContactGiven => this with { HasContact = true },
        DestinationGiven e => this with { Destination = e.Destination },
        ShippingMethodChosen e => this with { ShippingMethod = e.Method },
        CartClaimed e => this with { CheckoutId = e.CheckoutId },
        CartReleased => this with { CheckoutId = null },
        CartCheckedOut e => this with { CheckoutId = e.CheckoutId, OrderId = e.OrderId },
        _ => this,
    };

    private CartLine Line(string lineId) => Lines.FirstOrDefault(line => line.Id == lineId)
        ?? throw new CommerceException(CartErrors.UnknownLine(lineId));

    private CommerceError Refusal(CartEvent happened) => Status is CheckedOut
        ? CartErrors.CheckedOut(OrderId)
        : CommonErrors.NotNow("cart", Status.ToString().ToLowerInvariant(), happened.GetType().Name, []);
}
