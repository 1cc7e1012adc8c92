using System.Text.Json.Serialization;

namespace Commerce.Inventory;

/// <summary>What happens to the stock of one SKU at one place.</summary>
[JsonDerivedType(typeof(StockOpened), "commerce.stock.opened.v1")]
[JsonDerivedType(typeof(StockReceived), "commerce.stock.received.v1")]
[JsonDerivedType(typeof(StockAdjusted), "commerce.stock.adjusted.v1")]
[JsonDerivedType(typeof(StockCounted), "commerce.stock.counted.v1")]
[JsonDerivedType(typeof(StockShortfall), "commerce.stock.shortfall.v1")]
[JsonDerivedType(typeof(ShortfallCovered), "commerce.stock.shortfall-covered.v1")]
[JsonDerivedType(typeof(StockPolicyChanged), "commerce.stock.policy-changed.v1")]
[JsonDerivedType(typeof(UnitsReserved), "commerce.stock.reserved.v1")]
[JsonDerivedType(typeof(ReservationExtended), "commerce.stock.reservation-extended.v1")]
[JsonDerivedType(typeof(BackorderFilled), "commerce.stock.backorder-filled.v1")]
[JsonDerivedType(typeof(UnitsAllocated), "commerce.stock.allocated.v1")]
[JsonDerivedType(typeof(UnitsPartlyShipped), "commerce.stock.partly-shipped.v1")]
[JsonDerivedType(typeof(UnitsShipped), "commerce.stock.shipped.v1")]
[JsonDerivedType(typeof(SettledUnitsShipped), "commerce.stock.settled-shipped.v1")]
[JsonDerivedType(typeof(UnitsReleased), "commerce.stock.released.v1")]
[JsonDerivedType(typeof(AllocationReturned), "commerce.stock.allocation-returned.v1")]
[JsonDerivedType(typeof(ReservationExpired), "commerce.stock.reservation-expired.v1")]
internal abstract record StockEvent;

internal sealed record StockOpened(int Quantity) : StockEvent;

internal sealed record StockReceived(int Quantity, string? Reason) : StockEvent;

/// <param name="Quantity">Up or down.</param>
internal sealed record StockAdjusted(int Quantity, string? Reason) : StockEvent;

/// <param name="Counted">Units that were found.</param>
/// <param name="Change">By so many the books went up or down; fewer than were missing when some of the missing are promised.</param>
internal sealed record StockCounted(int Counted, int Change, string? Reason) : StockEvent;

/// <summary>Fewer units were counted than are promised. The promises stay: whoever runs the shop has to find the units, or to tell somebody.</summary>
/// <param name="Units">Promised and not there.</param>
internal sealed record StockShortfall(int Units) : StockEvent;

/// <summary>Units that became free make up for promised ones that were not there.</summary>
internal sealed record ShortfallCovered(int Units) : StockEvent;

internal sealed record StockPolicyChanged(StockPolicy Policy) : StockEvent;

/// <param name="Backordered">Of the quantity, units that are not there yet; null: none.</param>
internal sealed record UnitsReserved(string ReservationId, string CartId, int Quantity, DateTimeOffset ExpiresAt, int? Backordered = null) : StockEvent;

/// <param name="Once">In the ordinary course, which happens once; null: for a payment in doubt.</param>
internal sealed record ReservationExtended(string ReservationId, DateTimeOffset ExpiresAt, bool? Once = null) : StockEvent;

/// <summary>Units that were owed are there.</summary>
internal sealed record BackorderFilled(string ReservationId, int Quantity) : StockEvent;

/// <param name="Backordered">Of the quantity, units that are still owed; null: none.</param>
internal sealed record UnitsAllocated(string ReservationId, string OrderId, int Quantity, int? Backordered = null) : StockEvent;

/// <summary>Some of an order's units left the building; others are still there, or owed.</summary>
internal sealed record UnitsPartlyShipped(string ShipmentId, string ReservationId, string OrderId, int Quantity) : StockEvent;

/// <summary>The last of an order's units left the building.</summary>
internal sealed record UnitsShipped(string ShipmentId, string ReservationId, string OrderId, int Quantity) : StockEvent;

/// <summary>Units left the building whose allocation is so old that it is a number in a sum.</summary>
internal sealed record SettledUnitsShipped(string ShipmentId, string ReservationId, string OrderId, int Quantity) : StockEvent;

/// <param name="Backordered">Of the quantity, units that were still owed; null: none.</param>
internal sealed record UnitsReleased(string ReservationId, int Quantity, string Reason, int? Backordered = null) : StockEvent;

/// <summary>Units of an order were given back whose allocation is so old that it is a number in a sum.</summary>
internal sealed record AllocationReturned(string ReservationId, int Quantity, string Reason) : StockEvent;

/// <param name="Backordered">Of the quantity, units that were still owed; null: none.</param>
internal sealed record ReservationExpired(string ReservationId, int Quantity, int? Backordered = null) : StockEvent;
