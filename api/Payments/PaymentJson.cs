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

    /// <summary>What banks took back and have not given back.</summary>
    public required Money ChargedBack { get; init; }

    /// <summary>When what is authorised and not captured lapses; absent when the provider does not say.</summary>
    public DateTimeOffset? CaptureBefore { get; init; }

    /// <summary>Why it was declined. The provider's own code in it is for operators alone.</summary>
    public PaymentFailure? Failure { get; init; }
    public required ImmutableArray<PaymentTransaction> Transactions { get; init; }
    public required ImmutableArray<PaymentDispute> Disputes { get; init; }

    /// <summary>As its owner sees it.</summary>
    public static PaymentJson Of(PaymentView payment, string currency) =>
        ForOperators(payment, currency) is var all && all.Failure is { } failure ? all with { Failure = failure with { VendorCode = null } } : all;

    public static PaymentJson ForOperators(PaymentView payment, string currency) => new()
    {
        Id = payment.Id,
        Status = payment.Status,
        Provider = payment.Provider,
        Reference = payment.Reference is { Length: > 0 } reference ? reference : null,
        Authorised = payment.Authorised.In(currency),
        Captured = payment.Captured.In(currency),
        Refunded = payment.Refunded.In(currency),
        Voided = payment.Voided.In(currency),
        ChargedBack = payment.ChargedBack.In(currency),
        CaptureBefore = payment.CaptureBefore,
        Failure = payment.Failure,
        Transactions = payment.Transactions,
        Disputes = payment.Disputes,
    };
}
