using System.Text.Json.Serialization;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>Part of an order, to be charged or given back: units of its lines, and of its shipping.</summary>
/// <param name="Lines">Each line once.</param>
/// <param name="Shipping">Null: none of it.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.parts")]
public sealed record OrderParts([property: Id(0)] ImmutableArray<PartOfLine> Lines, [property: Id(1)] PartOfShipping? Shipping = null);

[GenerateSerializer, Immutable, Alias("commerce.order.part-of-line")]
public sealed record PartOfLine([property: Id(0)] string LineId, [property: Id(1)] int Quantity);

/// <param name="Amount">How much of what was paid for it, taxes included; null: all that is left.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.part-of-shipping")]
public sealed record PartOfShipping([property: Id(0)] Money? Amount = null);

/// <summary>What parts of an order are worth: their very shares of prices, discounts and taxes.</summary>
[GenerateSerializer, Immutable, Alias("commerce.order.shares")]
public sealed record OrderShares(
    [property: Id(0)] ImmutableArray<LineShare> Lines,
    [property: Id(1)] ImmutableArray<ShippingShare> Shipping)
{
    [JsonIgnore]
    public bool IsEmpty => Lines.IsEmpty && Shipping.IsEmpty;

    /// <summary>What all of it together is worth, taxes included.</summary>
    public Money Total(string currency) =>
        new(checked(Lines.Sum(share => share.Worth.Total.Amount) + Shipping.Sum(share => share.Worth.Total.Amount)), currency);
}

/// <param name="From">The first of the units: each unit of a line has a place, from 0 on, and is charged and given back once.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.line-share")]
public sealed record LineShare(
    [property: Id(0)] string LineId,
    [property: Id(1)] int From,
    [property: Id(2)] int Quantity,
    [property: Id(3)] Worth Worth);

/// <param name="From">The first of the minor units that were paid for the shipping; there are as many as <see cref="Worth.Total"/> says.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.shipping-share")]
public sealed record ShippingShare([property: Id(0)] long From, [property: Id(1)] Worth Worth);

/// <summary><c>Total = Net + Σ Taxes</c>; price less discount is the net amount, or the total where prices contain their taxes.</summary>
/// <param name="Price">Before discounts.</param>
/// <param name="Discount">What promotions took off; positive.</param>
/// <param name="Net">Without taxes.</param>
/// <param name="Total">What is paid for it, taxes included on every channel.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.worth")]
public sealed record Worth(
    [property: Id(0)] Money Price,
    [property: Id(1)] Money Discount,
    [property: Id(2)] Money Net,
    [property: Id(3)] ImmutableArray<AppliedTax> Taxes,
    [property: Id(4)] Money Total);

/// <summary>Money that was taken or given back, as the order asked for it.</summary>
/// <param name="OperationId">The name under which the payment's ledger has it.</param>
/// <param name="At">UTC: when it was asked for.</param>
/// <param name="Made">False while the provider has not answered.</param>
/// <param name="Shares">Whose money it is; null: an amount that belongs to no line.</param>
[GenerateSerializer, Immutable, Alias("commerce.order.movement")]
public sealed record OrderMovement(
    [property: Id(0)] string OperationId,
    [property: Id(1)] Money Amount,
    [property: Id(2)] string? Reason,
    [property: Id(3)] DateTimeOffset At,
    [property: Id(4)] bool Made,
    [property: Id(5)] OrderShares? Shares)
{
    /// <summary>Why it came to nothing after the provider had accepted it, or even done it; null while it has not.</summary>
    [Id(6)] public string? FailedBecause { get; init; }

    /// <summary>Whether it had been made before it came to nothing.</summary>
    [Id(7)] public bool Reversed { get; init; }
}
