using System.Text.Json.Serialization;

namespace Commerce.Inventory;

/// <summary>The stock of one SKU: so many units, reserved with an expiry, allocated, given back. Keyed by a <see cref="StockId"/>.</summary>
/// <remarks>
/// The hot path of a flash sale: reentrant, and what many callers ask at once becomes one commit. Operations are idempotent by
/// their reservation or operation id. <c>on_hand = available + reserved + allocated</c> at every version.
/// </remarks>
[Alias("commerce.stock-item"), GrainInterfaceType("commerce.stock-item")]
public interface IStockItemGrain : IGrainWithStringKey
{
    /// <summary>The first receipt of a SKU that was never stocked; does nothing to one that was.</summary>
    [Alias("open")]
    Task Open(int quantity);

    /// <summary>Holds units for a checkout until <paramref name="expiresAt"/> (UTC). Asked again for a reservation that is held or allocated, it is a read.</summary>
    [Alias("reserve")]
    Task<ReserveAnswer> Reserve(string reservationId, string cartId, int quantity, DateTimeOffset expiresAt);

    /// <summary>Moves the expiry of a reservation that is still held; false when it is held no more.</summary>
    [Alias("extend")]
    Task<bool> Extend(string reservationId, DateTimeOffset expiresAt);

    /// <summary>
    /// The reserved units belong to an order now. A reservation that has expired is taken again when enough is available. False when the
    /// units cannot be had any more.
    /// </summary>
    [Alias("allocate")]
    Task<bool> Allocate(string reservationId, string orderId, string cartId, int quantity);

    /// <summary>Gives the units back, held or allocated; a reservation that is unknown or closed is left as it is.</summary>
    [Alias("release")]
    Task Release(string reservationId, string reason);

    /// <summary>Units that came in. Positive.</summary>
    [Alias("receive")]
    Task<Reply<StockView>> Receive(Request request, int quantity, string? reason);

    /// <summary>A correction, up or down. Refused as <c>insufficient-stock</c> when fewer units are available than are taken away.</summary>
    [Alias("adjust")]
    Task<Reply<StockView>> Adjust(Request request, int quantity, string? reason);

    /// <summary>Null for a SKU that was never stocked.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<StockView?> Get();

    /// <summary>Units that can be reserved now; 0 for an unknown SKU.</summary>
    [Alias("available"), AlwaysInterleave]
    Task<int> Available();

    /// <summary>What can be bought of it now. Does not wait for what is being written.</summary>
    [Alias("level"), AlwaysInterleave]
    Task<ItemLevel> Level();
}

/// <param name="Sellable">Units that are there and can be reserved; the safety stock is not among them.</param>
/// <param name="Beyond">Units that can be reserved on top of that before they are there.</param>
/// <param name="PreOrder">Whether what lies beyond is not out yet, rather than not there again yet.</param>
/// <param name="ExpectedAt">When what lies beyond is expected (UTC); null: nobody says.</param>
/// <param name="LowAt">At so many sellable units, or fewer, the stock is low.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.item-level")]
public sealed record ItemLevel(
    [property: Id(0)] int Sellable,
    [property: Id(1)] int Beyond,
    [property: Id(2)] bool PreOrder,
    [property: Id(3)] DateTimeOffset? ExpectedAt,
    [property: Id(4)] int LowAt);

/// <param name="Reserved">Whether the units are held (or allocated already).</param>
/// <param name="Available">What was left, when they are not.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.reserve-answer")]
public sealed record ReserveAnswer([property: Id(0)] bool Reserved, [property: Id(1)] int Available);

[GenerateSerializer, Immutable, Alias("commerce.stock.view")]
public sealed record StockView
{
    [Id(0)] public string Sku { get; init; } = "";
    [Id(1)] public long Version { get; init; }

    /// <summary>Everything in the building: available + reserved + allocated.</summary>
    [Id(2)] public int OnHand { get; init; }
    [Id(3)] public int Available { get; init; }
    [Id(4)] public int Reserved { get; init; }
    [Id(5)] public int Allocated { get; init; }
}

/// <summary>The stock of every SKU: a projection that follows the journal within milliseconds.</summary>
[Alias("commerce.stock-list"), GrainInterfaceType("commerce.stock-list")]
public interface IStockList : IGrainWithIntegerKey
{
    /// <param name="below">Null: by SKU. Otherwise those with fewer available units, the fewest first.</param>
    [Alias("levels")]
    Task<Page<StockLevel>> Levels(PageRequest page, int? below);
}

/// <param name="OnHand">Everything in the building: available + reserved + allocated.</param>
/// <param name="UpdatedAt">UTC, when it changed last.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.level")]
public sealed record StockLevel(
    [property: Id(0)] string Sku,
    [property: Id(1)] int OnHand,
    [property: Id(2)] int Available,
    [property: Id(3)] int Reserved,
    [property: Id(4)] int Allocated,
    [property: Id(5)] DateTimeOffset UpdatedAt);

[GenerateSerializer, Alias("commerce.stock.reservation-status"), JsonConverter(typeof(JsonStringEnumConverter<ReservationStatus>))]
public enum ReservationStatus
{
    [JsonStringEnumMemberName("held")] Held = 0,
    [JsonStringEnumMemberName("allocated")] Allocated = 1,
    [JsonStringEnumMemberName("released")] Released = 2,
    [JsonStringEnumMemberName("expired")] Expired = 3,
}

public static class StockErrors
{
    public static CommerceError Insufficient(int asked, int available) => new(
        "insufficient-stock", ErrorKind.Conflict, $"{asked} units cannot be taken away: {available} are available; the rest is promised to somebody.");

    public static CommerceError InvalidQuantity(string what) => new(
        "invalid-quantity", ErrorKind.Invalid, what)
    { Pointer = "/quantity" };
}

public static class StockGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The stock of that SKU, whether or not it was ever stocked.</summary>
        public IStockItemGrain Stock(string sku) => grains.GetGrain<IStockItemGrain>(Identity.Stock + sku);

        /// <summary>A stock item by its id: see <see cref="StockId"/>.</summary>
        public IStockItemGrain StockItem(string id) => grains.GetGrain<IStockItemGrain>(id);

        public IStockList StockLevels() => grains.GetGrain<IStockList>(0);
    }
}
