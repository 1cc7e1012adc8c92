using Commerce.Pricing;

namespace Commerce.Payments;

/// <summary>The money of an order: sums and the ledger that they follow from.</summary>
internal sealed record PaymentJson
{
    public required string Id { get; init; }
    public required PaymentStatus Status { get; init; }
    public required string Provider { get; init; }

    /// <summary>The provider's own reference of the payment.</summary>
    public string? Reference { get; init; }
    public required Money Authorised { get; init; }
    public required Money Captured { get; init; }
    public required Money Refunded { get; init; }
    public required Money Voided { get; init; }
    public PaymentFailure? Failure { get; init; }
    public required ImmutableArray<PaymentTransaction> Transactions { get; init; }

    public static PaymentJson Of(PaymentView payment, string currency) => new()
    {
        Id = payment.Id,
        Status = payment.Status,
        Provider = payment.Provider,
        Reference = payment.Reference is { Length: > 0 } reference ? reference : null,
        Authorised = payment.Authorised.In(currency),
        Captured = payment.Captured.In(currency),
        Refunded = payment.Refunded.In(currency),
        Voided = payment.Voided.In(currency),
        Failure = payment.Failure,
        Transactions = payment.Transactions,
    };
}
