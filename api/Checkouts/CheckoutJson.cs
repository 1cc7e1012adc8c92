using System.Text.Json.Serialization;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Checkouts;

/// <summary>A checkout as the shopper sees it.</summary>
internal sealed record CheckoutJson
{
    public required string Id { get; init; }
    public required CheckoutOutcome Status { get; init; }

    /// <summary>The step that it has reached, finer than <see cref="Status"/>.</summary>
    public required CheckoutStatus Stage { get; init; }
    public required long Version { get; init; }

    /// <summary>The guest's secret, when this very request made the guest (express checkout without a token).</summary>
    public string? Token { get; init; }
    public required string CartId { get; init; }
    public string? OrderId { get; init; }
    public string? PaymentId { get; init; }

    /// <summary>What the shopper has to do, while <c>requires_action</c>.</summary>
    public PaymentAction? Action { get; init; }
    public CheckoutFailure? Failure { get; init; }
    public required string QuoteId { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public required ImmutableArray<LineJson> Lines { get; init; }
    public required TotalsJson Totals { get; init; }

    /// <summary>What of it was not there yet when it was reserved; left out: nothing.</summary>
    public ImmutableArray<Inventory.Backordered>? Backordered { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    public static CheckoutJson Of(CheckoutView checkout, string? token = null) => new()
    {
        Id = checkout.Id,
        Status = Outcome(checkout.Status),
        Stage = checkout.Status,
        Version = checkout.Version,
        Token = token,
        CartId = checkout.CartId,
        OrderId = checkout.OrderId,
        PaymentId = checkout.PaymentId is { Length: > 0 } payment ? payment : null,
        Action = checkout.Action,
        Failure = checkout.Failure,
        QuoteId = checkout.Quote.Id,
        Channel = checkout.Quote.Channel,
        Currency = checkout.Quote.Currency,
        Lines = LineJson.Of(checkout.Quote),
        Totals = TotalsJson.Of(checkout.Quote),
        Backordered = checkout.Backordered.IsDefaultOrEmpty ? null : checkout.Backordered,
        CreatedAt = checkout.CreatedAt,
        ExpiresAt = checkout.ExpiresAt,
        EndedAt = checkout.EndedAt,
    };

    public static CheckoutOutcome Outcome(CheckoutStatus status) => status switch
    {
        CheckoutStatus.Completed => CheckoutOutcome.Confirmed,
        CheckoutStatus.Failed or CheckoutStatus.Cancelled or CheckoutStatus.Expired => CheckoutOutcome.Failed,
        CheckoutStatus.RequiresAction => CheckoutOutcome.RequiresAction,
        _ => CheckoutOutcome.Pending,
    };
}

/// <summary>What a shopper is told.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckoutOutcome>))]
internal enum CheckoutOutcome
{
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("requires_action")] RequiresAction,
    [JsonStringEnumMemberName("confirmed")] Confirmed,
    [JsonStringEnumMemberName("failed")] Failed,
}
