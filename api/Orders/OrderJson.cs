using Commerce.Contacts;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>An order as its owner and the operators see it.</summary>
internal sealed record OrderJson
{
    public required string Id { get; init; }
    public required long Version { get; init; }
    public required OrderStatus Status { get; init; }
    public required string CheckoutId { get; init; }
    public required string CartId { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public required ImmutableArray<LineJson> Lines { get; init; }
    public ShippingJson? Shipping { get; init; }
    public required TotalsJson Totals { get; init; }
    public required ImmutableArray<AppliedTax> Taxes { get; init; }
    public required ImmutableArray<string> Coupons { get; init; }

    /// <summary>What of the goods was not there yet when they were bought; left out: nothing.</summary>
    public ImmutableArray<Inventory.Backordered>? Backordered { get; init; }
    public required string ContactId { get; init; }
    public Person? Contact { get; init; }
    public DestinationJson? Destination { get; init; }
    public required string QuoteId { get; init; }
    public required PaymentJson Payment { get; init; }

    /// <summary>What was taken, or is about to be, and for which parts.</summary>
    public required ImmutableArray<MovementJson> Captures { get; init; }

    /// <summary>What was given back, or is about to be, and for which parts.</summary>
    public required ImmutableArray<MovementJson> Refunds { get; init; }

    /// <summary>What may be asked for now: <c>cancel</c>, <c>capture</c>, <c>refund</c>, <c>hold</c>, <c>resume</c>.</summary>
    public required ImmutableArray<string> Allowed { get; init; }
    public string? Reason { get; init; }
    public required DateTimeOffset PlacedAt { get; init; }
    public DateTimeOffset? ConfirmedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    public required OrderLinks Links { get; init; }

    public static OrderJson Of(OrderView order, ContactView? contact) => new()
    {
        Id = order.Id,
        Version = order.Version,
        Status = order.Status,
        CheckoutId = order.CheckoutId,
        CartId = order.CartId,
        Channel = order.Quote.Channel,
        Currency = order.Quote.Currency,
        Lines = [.. LineJson.Of(order.Quote).Select(line => WithRefunds(line, order))],
        Shipping = ShippingJson.Of(order.Quote.Shipping),
        Totals = TotalsJson.Of(order.Quote),
        Taxes = order.Quote.Taxes,
        Coupons = order.Quote.Coupons,
        Backordered = order.Backordered.IsDefaultOrEmpty ? null : order.Backordered,
        ContactId = order.ContactId,
        Contact = contact?.Person,
        Destination = DestinationJson.Of(order.Destination, contact),
        QuoteId = order.Quote.Id,
        Payment = PaymentJson.Of(order.Payment, order.Quote.Currency),
        Captures = [.. order.Captures.Select(MovementJson.Of)],
        Refunds = [.. order.Refunds.Select(MovementJson.Of)],
        Allowed = order.Allowed,
        Reason = order.Reason,
        PlacedAt = order.PlacedAt,
        ConfirmedAt = order.ConfirmedAt,
        EndedAt = order.EndedAt,
        Links = new OrderLinks($"/v1/orders/{order.Id}", $"/v1/orders/{order.Id}/events"),
    };

    private static LineJson WithRefunds(LineJson line, OrderView order)
    {
        LineShare[] refunded = [.. order.Refunds.Where(refund => refund.Made).SelectMany(refund => refund.Shares?.Lines ?? []).Where(share => share.LineId == line.Id)];
        return line with
        {
            RefundedQuantity = refunded.Sum(share => share.Quantity),
            Refunded = new Money(refunded.Sum(share => share.Worth.Total.Amount), order.Quote.Currency),
        };
    }
}

internal sealed record OrderLinks(string Self, string Events);
