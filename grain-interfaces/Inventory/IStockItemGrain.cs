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

    /// <summary>Moves the expiry of a reservation whose payment is in doubt, however often; false when it is held no more.</summary>
    [Alias("extend")]
    Task<bool> Extend(string reservationId, DateTimeOffset expiresAt);

    /// <summary>Moves the expiry in the ordinary course, where the shopper takes longer: once. False when it was moved before, or is held no more.</summary>
    [Alias("extend-once")]
    Task<bool> ExtendOnce(string reservationId, DateTimeOffset expiresAt);

    /// <summary>
    /// The reserved units belong to an order now. A reservation that has expired is taken again when enough is available. False when the
    /// units cannot be had any more.
    /// </summary>
    [Alias("allocate")]
    Task<bool> Allocate(string reservationId, string orderId, string cartId, int quantity);

    /// <summary>Gives the units back, held or allocated; a reservation that is unknown or closed is left as it is.</summary>
    [Alias("release")]
    Task Release(string reservationId, string reason);

    /// <summary>
    /// Gives back what an order still has, however long ago it was allocated: the order says how much. <paramref name="quantity"/> is what it has and was not shipped.
    /// Only for units that were allocated.
    /// </summary>
    [Alias("return")]
    Task Return(string reservationId, int quantity, string reason);

    /// <summary>Units of an order leave the building. Idempotent by <paramref name="shipmentId"/>. False when the order has fewer there.</summary>
    [Alias("ship")]
    Task<bool> Ship(string shipmentId, string reservationId, string orderId, int quantity);

    /// <summary>Units that came in. Positive.</summary>
    [Alias("receive")]
    Task<Reply<StockView>> Receive(Request request, int quantity, string? reason);

    /// <summary>A correction, up or down. Refused as <c>insufficient-stock</c> when fewer units are available than are taken away.</summary>
    [Alias("adjust")]
    Task<Reply<StockView>> Adjust(Request request, int quantity, string? reason);

    /// <summary>As <see cref="Adjust"/>, if <paramref name="expected"/> units are on hand; otherwise refused as <c>stock-changed</c>.</summary>
    [Alias("adjust-from")]
    Task<Reply<StockView>> AdjustFrom(Request request, int quantity, int expected, string? reason);

    /// <summary>What was found on the shelf is what there is. Promised units stay promised: those that were not found are <see cref="StockView.Short"/>.</summary>
    [Alias("count")]
    Task<Reply<StockView>> Count(Request request, int counted, string? reason);

    /// <summary>How it is sold from now on. What was promised stays promised.</summary>
    [Alias("set-policy")]
    Task<Reply<StockView>> SetPolicy(Request request, StockPolicy policy);

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
    [property: Id(4)] int LowAt)
{
    /// <summary>Units that shoppers hold who have not paid yet: some of them may come back.</summary>
    [Id(5)] public int Held { get; init; }
}

/// <param name="Reserved">Whether the units are held (or allocated already).</param>
/// <param name="Available">What was left, when they are not.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.reserve-answer")]
public sealed record ReserveAnswer([property: Id(0)] bool Reserved, [property: Id(1)] int Available)
{
    /// <summary>Of what was asked for, units that are not there yet.</summary>
    [Id(2)] public int Backordered { get; init; }

    /// <summary>When those are expected (UTC); null: nobody says.</summary>
    [Id(3)] public DateTimeOffset? ExpectedAt { get; init; }
}

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

    /// <summary>Null: the default one, or all of them.</summary>
    [Id(6)] public string? Location { get; init; }

    /// <summary>Of the available units, those that are not kept back as safety stock.</summary>
    [Id(7)] public int Sellable { get; init; }

    /// <summary>Units that were promised before they are there.</summary>
    [Id(8)] public int Backordered { get; init; }

    /// <summary>Units that left the building.</summary>
    [Id(9)] public long Shipped { get; init; }

    /// <summary>Promised units that a count did not find; they are among those on hand until others take their place.</summary>
    [Id(10)] public int Short { get; init; }
    [Id(11)] public StockPolicy Policy { get; init; } = StockPolicy.Default;

    /// <summary>Of a sum: what each location has. Null otherwise.</summary>
    [Id(12)] public ImmutableArray<StockView>? Locations { get; init; }
}

/// <summary>The stock of every SKU: a projection that follows the journal within milliseconds.</summary>
[Alias("commerce.stock-list"), GrainInterfaceType("commerce.stock-list")]
public interface IStockList : IGrainWithIntegerKey
{
    /// <param name="below">Null: by SKU. Otherwise those with fewer available units, the fewest first.</param>
    [Alias("levels")]
    Task<Page<StockLevel>> Levels(PageRequest page, int? below);

    /// <summary>A SKU over all locations, from the items themselves; null when it was never stocked.</summary>
    [Alias("total")]
    Task<StockView?> Total(string sku);

    [Alias("locations")]
    Task<ImmutableArray<LocationView>> Locations();

    /// <summary>What can be bought of those SKUs through a channel (null: any), from a cache that is at most a second old: it never waits for a hot item.</summary>
    [Alias("availability")]
    Task<ImmutableArray<SkuAvailability>> Availability(ImmutableArray<string> skus, string? channel);
}

[GenerateSerializer, Immutable, Alias("commerce.stock.location")]
public sealed record LocationView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string Country,
    [property: Id(3)] int Priority,
    [property: Id(4)] ImmutableArray<string> Channels,
    [property: Id(5)] bool Default);

/// <param name="Available">Units that can be bought and are there.</param>
/// <param name="Beyond">Units that can be bought on top of that, and come later.</param>
/// <param name="ExpectedAt">When those come (UTC); null: nobody says, or there are none.</param>
/// <param name="AsOf">UTC: when the oldest of what this is made of was known.</param>
[GenerateSerializer, Immutable, Alias("commerce.stock.sku-availability")]
public sealed record SkuAvailability(
    [property: Id(0)] string Sku,
    [property: Id(1)] int Available,
    [property: Id(2)] StockStatus Status,
    [property: Id(3)] int Beyond,
    [property: Id(4)] DateTimeOffset? ExpectedAt,
    [property: Id(5)] DateTimeOffset AsOf);

[GenerateSerializer, Alias("commerce.stock.status"), JsonConverter(typeof(JsonStringEnumConverter<StockStatus>))]
public enum StockStatus
{
    [JsonStringEnumMemberName("sold_out")] SoldOut = 0,
    [JsonStringEnumMemberName("in_stock")] InStock = 1,
    [JsonStringEnumMemberName("low")] Low = 2,
    [JsonStringEnumMemberName("backorder")] Backorder = 3,
    [JsonStringEnumMemberName("preorder")] PreOrder = 4,
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
    [property: Id(5)] DateTimeOffset UpdatedAt)
{
    /// <summary>Null: the default one.</summary>
    [Id(6)] public string? Location { get; init; }

    /// <summary>Units that were promised before they are there.</summary>
    [Id(7)] public int Backordered { get; init; }
}

[GenerateSerializer, Alias("commerce.stock.reservation-status"), JsonConverter(typeof(JsonStringEnumConverter<ReservationStatus>))]
public enum ReservationStatus
{
    [JsonStringEnumMemberName("held")] Held = 0,
    [JsonStringEnumMemberName("allocated")] Allocated = 1,
    [JsonStringEnumMemberName("released")] Released = 2,
    [JsonStringEnumMemberName("expired")] Expired = 3,

    /// <summary>All its units left the building.</summary>
    [JsonStringEnumMemberName("shipped")] Shipped = 4,
}

public static class StockErrors
{
    public static CommerceError Insufficient(int asked, int available) => new(
        "insufficient-stock", ErrorKind.Conflict, $"{asked} units cannot be taken away: {available} are available; the rest is promised to somebody.");

    public static CommerceError NotThere(int asked, int there) => new(
        "insufficient-stock", ErrorKind.Conflict, $"{asked} units cannot be shipped: the order has {there} there.");

    public static CommerceError Changed(int expected, int onHand) => new(
        "stock-changed", ErrorKind.Conflict, $"{onHand} units are on hand, and not {expected}. Look again, and decide anew.");

    public static CommerceError InvalidPolicy(string what, string pointer) => new(
        "invalid-policy", ErrorKind.Invalid, what)
    { Pointer = pointer };

    public static CommerceError UnknownLocation(string location) => new(
        "unknown-location", ErrorKind.Invalid, $"The shop has no location '{location}'.")
    { Pointer = "/location" };

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
