using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Tax.OrderTaxStatus;

namespace Commerce.Tax;

/// <summary>What happens to the tax document of an order.</summary>
[JsonDerivedType(typeof(TaxSaleRequested), "commerce.tax.sale-requested.v1")]
[JsonDerivedType(typeof(TaxSaleBooked), "commerce.tax.sale-booked.v1")]
[JsonDerivedType(typeof(TaxTruedUp), "commerce.tax.trued-up.v1")]
[JsonDerivedType(typeof(TaxVoidRequested), "commerce.tax.void-requested.v1")]
[JsonDerivedType(typeof(TaxVoided), "commerce.tax.voided.v1")]
[JsonDerivedType(typeof(TaxRefundRequested), "commerce.tax.refund-requested.v1")]
[JsonDerivedType(typeof(TaxRefundBooked), "commerce.tax.refund-booked.v1")]
[JsonDerivedType(typeof(TaxAttemptFailed), "commerce.tax.attempt-failed.v1")]
internal abstract record OrderTaxEvent;

/// <param name="Charged">The taxes that the order charged.</param>
/// <param name="Estimated">Whether the tables had stood in for the provider.</param>
internal sealed record TaxSaleRequested(string OrderId, string Provider, Money Charged, bool Estimated) : OrderTaxEvent;

/// <param name="Due">What the provider says is due.</param>
internal sealed record TaxSaleBooked(string Reference, Money Due) : OrderTaxEvent;

/// <summary>What was charged was an estimate, or is not what is due: now it is known by how much.</summary>
/// <param name="Difference">Due less charged.</param>
internal sealed record TaxTruedUp(Money Charged, Money Due, Money Difference) : OrderTaxEvent;

internal sealed record TaxVoidRequested : OrderTaxEvent;

internal sealed record TaxVoided : OrderTaxEvent;

/// <param name="OperationId">Of the order's refund.</param>
/// <param name="Amount">What is given back, taxes included.</param>
internal sealed record TaxRefundRequested(string OperationId, Money Amount) : OrderTaxEvent;

internal sealed record TaxRefundBooked(string OperationId, string Reference, Money Tax) : OrderTaxEvent;

/// <param name="Step"><c>commit</c>, <c>void</c> or <c>refund</c>.</param>
/// <param name="Why">The provider's code, or what became of the call.</param>
internal sealed record TaxAttemptFailed(string Step, string Why, DateTimeOffset NextAttempt) : OrderTaxEvent;

/// <param name="Reference">Null: not booked yet.</param>
internal sealed record TaxRefund(string OperationId, Money Amount, string? Reference = null, Money? Tax = null);

/// <summary>The rules of one order's tax document. Pure: no clock, no storage, no provider.</summary>
internal sealed record OrderTax : IAggregateState<OrderTax, OrderTaxEvent>
{
    public static OrderTax Initial { get; } = new();

    public OrderTaxStatus Status { get; init; }
    public string OrderId { get; init; } = "";
    public string Provider { get; init; } = "";
    public string? Reference { get; init; }
    public Money Charged { get; init; }
    public Money? Due { get; init; }
    public bool Estimated { get; init; }
    public ImmutableArray<TaxRefund> Refunds { get; init; } = [];

    /// <summary>Attempts since the last that succeeded.</summary>
    public int Failures { get; init; }
    public string? Failure { get; init; }

    /// <summary>UTC, when the next step is due; null: nothing was asked for.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>A refund that waits for its turn; null: none does.</summary>
    public TaxRefund? OpenRefund => Refunds.FirstOrDefault(refund => refund.Reference is null);

    /// <summary>Whether the provider has to be told something.</summary>
    public bool IsOpen => Status is Committing or Unwanted or Voiding || (Status is Committed && OpenRefund is not null);

    public DateTimeOffset? WakeAt => IsOpen ? NextAttempt : null;

    public string? Violation => Refunds.Select(r => r.OperationId).Distinct(StringComparer.Ordinal).Count() != Refunds.Length ? "a refund twice" : null;

    /// <summary>What may follow what. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static OrderTaxStatus? Next(OrderTaxStatus from, Type happened) => (from, happened.Name) switch
    {
        // from         what happened                   to
        (None,          nameof(TaxSaleRequested))    => Committing,
        (Committing,    nameof(TaxSaleBooked))       => Committed,
        (Committed,     nameof(TaxTruedUp))          => Committed,
        (Committing,    nameof(TaxRefundRequested))  => Committing,
        (Committed,     nameof(TaxRefundRequested))  => Committed,
        (Committed,     nameof(TaxRefundBooked))     => Committed,
        // a cancelled order
        (Committing,    nameof(TaxVoidRequested))    => Unwanted,
        (Unwanted,      nameof(TaxSaleBooked))       => Voiding,
        (Committed,     nameof(TaxVoidRequested))    => Voiding,
        (Voiding,       nameof(TaxVoided))           => Voided,
        // no attempt is the last
        (Committing,    nameof(TaxAttemptFailed))    => Committing,
        (Committed,     nameof(TaxAttemptFailed))    => Committed,
        (Unwanted,      nameof(TaxAttemptFailed))    => Unwanted,
        (Voiding,       nameof(TaxAttemptFailed))    => Voiding,
        _                                            => null,
    };
#pragma warning restore format

    /// <inheritdoc/>
    public OrderTax Apply(OrderTaxEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("tax document", Status.ToString().ToLowerInvariant(), happened.GetType().Name, []));

        return Remember(happened, at) with { Status = next };
    }

    private OrderTax Remember(OrderTaxEvent happened, DateTimeOffset at) => happened switch
    {
        TaxSaleRequested e => this with { OrderId = e.OrderId, Provider = e.Provider, Charged = e.Charged, Estimated = e.Estimated, NextAttempt = at },
        TaxSaleBooked e => Succeeded(at) with { Reference = e.Reference, Due = e.Due },
        TaxVoidRequested => this with { NextAttempt = at },
        TaxVoided => Succeeded(at),
        TaxRefundRequested e => this with { Refunds = Refunds.Add(new TaxRefund(e.OperationId, e.Amount)), NextAttempt = IsOpen ? NextAttempt : at },
        TaxRefundBooked e => Succeeded(at) with { Refunds = [.. Refunds.Select(r => r.OperationId == e.OperationId ? r with { Reference = e.Reference, Tax = e.Tax } : r)] },
        TaxAttemptFailed e => this with { Failures = Failures + 1, Failure = $"{e.Step}: {e.Why}", NextAttempt = e.NextAttempt },
        _ => this,
    };

    private OrderTax Succeeded(DateTimeOffset at) => this with { Failures = 0, Failure = null, NextAttempt = at };
}
