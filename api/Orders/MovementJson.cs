using System.Text.Json.Serialization;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>Money that was taken or given back because the order asked for it.</summary>
/// <param name="Id">The transaction in <c>payment.transactions</c>.</param>
/// <param name="Lines">Which units it was for, and what each share is made of; absent for an amount that belongs to no line.</param>
/// <param name="Shipping">What of the shipping it was for.</param>
internal sealed record MovementJson(
    string Id, Money Amount, MovementStatus Status, string? Reason, DateTimeOffset At, ImmutableArray<LineShareJson>? Lines, ShareJson? Shipping)
{
    /// <summary>Why it came to nothing: the provider's word.</summary>
    public string? FailedBecause { get; init; }

    public static MovementJson Of(OrderMovement movement) => new(
        movement.OperationId,
        movement.Amount,
        movement switch
        {
            { Made: true } => MovementStatus.Made,
            { Reversed: true } => MovementStatus.Reversed,
            { FailedBecause: not null } => MovementStatus.Failed,
            _ => MovementStatus.Pending,
        },
        movement.Reason,
        movement.At,
        movement.Shares is { } shares ? [.. shares.Lines.GroupBy(share => share.LineId).Select(LineShareJson.Of)] : null,
        movement.Shares is { Shipping: [var first, ..] parts } ? ShareJson.Of(parts.Skip(1).Aggregate(first.Worth, (sum, share) => Add(sum, share.Worth))) : null)
    { FailedBecause = movement.FailedBecause };

    /// <summary>What two parts of one line, or of the shipping, are worth together.</summary>
    internal static Worth Add(Worth one, Worth other) => new(
        one.Price + other.Price,
        one.Discount + other.Discount,
        one.Net + other.Net,
        [.. one.Taxes.Zip(other.Taxes, static (a, b) => a with { Taxable = a.Taxable + b.Taxable, Amount = a.Amount + b.Amount })],
        one.Total + other.Total);
}

[JsonConverter(typeof(JsonStringEnumConverter<MovementStatus>))]
internal enum MovementStatus
{
    /// <summary>The provider has not answered yet, or has accepted it and tells the outcome later.</summary>
    [JsonStringEnumMemberName("pending")] Pending = 0,
    [JsonStringEnumMemberName("made")] Made = 1,

    /// <summary>The provider had accepted it, and it came to nothing.</summary>
    [JsonStringEnumMemberName("failed")] Failed = 2,

    /// <summary>It had been made, and came to nothing later; it can be asked for again.</summary>
    [JsonStringEnumMemberName("reversed")] Reversed = 3,
}

/// <summary><c>total = net + Σ taxes</c>.</summary>
internal sealed record ShareJson(Money Price, Money Discount, Money Net, ImmutableArray<AppliedTax> Taxes, Money Total)
{
    public static ShareJson Of(Worth worth) => new(worth.Price, worth.Discount, worth.Net, worth.Taxes, worth.Total);
}

internal sealed record LineShareJson(string LineId, int Quantity, Money Price, Money Discount, Money Net, ImmutableArray<AppliedTax> Taxes, Money Total)
{
    public static LineShareJson Of(IGrouping<string, LineShare> shares)
    {
        var worth = shares.Select(share => share.Worth).Aggregate(MovementJson.Add);
        return new LineShareJson(shares.Key, shares.Sum(share => share.Quantity), worth.Price, worth.Discount, worth.Net, worth.Taxes, worth.Total);
    }
}
