namespace Commerce.Inventory;

/// <summary>A part of a plan: so many units of a SKU come from that stock item. Stored before anything is reserved; every later step goes where it says.</summary>
/// <param name="StockId">See <see cref="Inventory.StockId"/>.</param>
/// <param name="Plan">Number of the plan that named it first: a SKU that was planned anew is reserved under a new name.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.sourced")]
public sealed record Sourced(
    [property: Id(0)] string StockId,
    [property: Id(1)] string Sku,
    [property: Id(2)] int Quantity,
    [property: Id(3)] int Plan = 1)
{
    /// <summary>Name of the reservation: one, however often it is asked for.</summary>
    public string ReservationOf(string checkoutId) => Plan == 1 ? $"{checkoutId}:{Sku}" : $"{checkoutId}:{Sku}~{Plan}";
}

/// <summary>Units that were bought before they are there.</summary>
/// <param name="ExpectedAt">When they are expected (UTC); null: nobody says.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.backordered")]
public sealed record Backordered(
    [property: Id(0)] string Sku,
    [property: Id(1)] int Quantity,
    [property: Id(2)] DateTimeOffset? ExpectedAt);
