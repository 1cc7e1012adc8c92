using System.Text.Json.Serialization;

namespace Commerce.Inventory;

/// <summary>A claim on units: held for a checkout, or allocated to an order.</summary>
/// <param name="Quantity">Units that it still has, or is owed.</param>
/// <param name="CartId">Null once it is an order's.</param>
/// <param name="Backordered">Of the quantity, units that it is owed.</param>
/// <param name="Claim">Its place among those who are owed; 0: owed nothing.</param>
/// <param name="Extended">Whether it was held longer in the ordinary course.</param>
internal sealed record Reservation(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] ReservationStatus Status,
    int Quantity,
    string? CartId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] DateTimeOffset ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Backordered = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Claim = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Extended = false)
{
    /// <summary>Units that are there.</summary>
    [JsonIgnore]
    public int There => Quantity - Backordered;
}

/// <summary>When a held reservation runs out (UTC).</summary>
internal readonly record struct Expiry(DateTimeOffset At, string ReservationId) : IComparable<Expiry>
{
    public int CompareTo(Expiry other) => At != other.At ? At.CompareTo(other.At) : string.CompareOrdinal(ReservationId, other.ReservationId);
}

/// <summary>Somebody who is owed units, by the order in which they came.</summary>
internal readonly record struct Claim(long Number, string ReservationId) : IComparable<Claim>
{
    public int CompareTo(Claim other) => Number.CompareTo(other.Number);
}

/// <summary>When a reservation became an order's (UTC).</summary>
internal readonly record struct Allocation(string ReservationId, DateTimeOffset At);
