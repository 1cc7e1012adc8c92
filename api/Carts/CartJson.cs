using Commerce.Contacts;
using Commerce.Pricing;

namespace Commerce.Carts;

/// <summary>A cart as its owner sees it.</summary>
internal sealed record CartJson
{
    public required string Id { get; init; }

    /// <summary>The guest's secret, shown only by the request that made the cart. Send it as a bearer token from then on.</summary>
    public string? Token { get; init; }
    public required long Version { get; init; }
    public required CartStatus Status { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public required ImmutableArray<LineJson> Lines { get; init; }
    public required TotalsJson Totals { get; init; }
    public required ImmutableArray<AppliedTax> Taxes { get; init; }
    public required ImmutableArray<string> Coupons { get; init; }

    /// <summary>What became of every coupon: without `why` it took effect.</summary>
    public required ImmutableArray<CouponOutcome> CouponOutcomes { get; init; }
    public ShippingJson? Shipping { get; init; }
    public required string ContactId { get; init; }
    public Person? Contact { get; init; }
    public DestinationJson? Destination { get; init; }
    public string? ShippingMethod { get; init; }

    /// <summary>Send it with the checkout: what is charged is then what was shown, or the checkout is refused.</summary>
    public required string QuoteId { get; init; }
    public required DateTimeOffset PriceValidUntil { get; init; }

    /// <summary>False while the destination is unknown.</summary>
    public required bool TaxKnown { get; init; }

    /// <summary>Whether the taxes are only not known because who computes them does not answer; they are asked for again.</summary>
    public bool TaxPending { get; init; }

    /// <summary>Whether rate tables stood in for who computes the taxes.</summary>
    public bool TaxEstimated { get; init; }
    public string? CheckoutId { get; init; }
    public string? OrderId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }

    public static CartJson Of(CartView cart, ContactView? contact, string? token) => new()
    {
        Id = cart.Id,
        Token = token,
        Version = cart.Version,
        Status = cart.Status,
        Channel = cart.Quote.Channel,
        Currency = cart.Quote.Currency,
        Lines = LineJson.Of(cart.Quote),
        Totals = TotalsJson.Of(cart.Quote),
        Taxes = cart.Quote.Taxes,
        Coupons = cart.Coupons,
        CouponOutcomes = cart.Quote.CouponOutcomes,
        Shipping = ShippingJson.Of(cart.Quote.Shipping),
        ContactId = cart.ContactId,
        Contact = contact?.Person,
        Destination = DestinationJson.Of(cart.Destination, contact),
        ShippingMethod = cart.ShippingMethod,
        QuoteId = cart.Quote.Id,
        PriceValidUntil = cart.Quote.ValidUntil,
        TaxKnown = cart.Quote.TaxKnown,
        TaxPending = cart.Quote.TaxPending,
        TaxEstimated = cart.Quote.TaxEstimated,
        CheckoutId = cart.CheckoutId,
        OrderId = cart.OrderId,
        CreatedAt = cart.CreatedAt,
        UpdatedAt = cart.UpdatedAt,
    };
}
