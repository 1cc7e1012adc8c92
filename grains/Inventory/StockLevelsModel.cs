using System.Globalization;
using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Inventory;

/// <summary>The stock of every SKU, by SKU and by what is available; each has a row for either.</summary>
/// <remarks>
/// A release does not say whether its units were held or allocated: the reservations that are held have rows of their own, and a released one without
/// was allocated.
/// </remarks>
internal sealed class StockLevelsModel : ReadModel
{
    /// <summary>Keys of the rows.</summary>
    public const string BySku = "sku", ByAvailable = "available", Held = "held";

    /// <summary>Ends an id; no SKU has a space.</summary>
    private const string Lowest = " lowest", OfReservation = " held ";

    private static readonly string Released = EventCodec<StockEvent>.NameOf<UnitsReleased>(), Filled = EventCodec<StockEvent>.NameOf<BackorderFilled>();

    public override string Name => ReadModels.StockLevels;

    /// <summary>
    /// The highest sort key comes first, and the lowest SKU shall: each character is turned around, and what is higher than any ends it, so that a SKU comes
    /// before those that begin with it.
    /// </summary>
    public static string SortOf(string sku) => string.Create(sku.Length + 1, sku, static (sort, sku) =>
    {
        for (var i = 0; i < sku.Length; i++)
        {
            sort[i] = (char)('!' + '~' - sku[i]);
        }

        sort[^1] = '\x7f';
    });

    /// <summary>The same for units.</summary>
    public static string SortOf(int available) => ((long)int.MaxValue - available).ToString("D10", CultureInfo.InvariantCulture);

    /// <summary>Id of the row that is sorted by what is available.</summary>
    public static bool IsLowest(string id) => id.StartsWith(Identity.Stock, StringComparison.Ordinal) && id.EndsWith(Lowest, StringComparison.Ordinal);

    public override bool Concerns(string aggregate) => aggregate.StartsWith(Identity.Stock, StringComparison.Ordinal);

    public override IEnumerable<string> Needs(LifecycleEvent happened) =>
        happened.Type != Released && happened.Type != Filled ? [happened.Aggregate] : EventCodec<StockEvent>.Read(happened.Type, happened.Data) switch
        {
            UnitsReleased released => [happened.Aggregate, Reservation(happened, released.ReservationId)],
            BackorderFilled filled => [happened.Aggregate, Reservation(happened, filled.ReservationId)],
            _ => [happened.Aggregate],
        };

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (EventCodec<StockEvent>.Read(happened.Type, happened.Data) is not { } what || what is ReservationExtended or StockPolicyChanged or StockShortfall)
        {
            yield break;
        }

        var id = StockId.Parse(happened.Aggregate);
        var before = find(happened.Aggregate) is { Body: { } body } ? Read<StoredLevel>(body) : new StoredLevel(new StockLevel(id.Sku, 0, 0, 0, 0, happened.Time), 0);
        if (happened.Sequence <= before.Sequence)
        {
            yield break; // counted already
        }

        var (available, reserved, allocated, owed) = what switch
        {
            StockOpened e => (e.Quantity, 0, 0, 0),
            StockReceived e => (e.Quantity, 0, 0, 0),
            StockAdjusted e => (e.Quantity, 0, 0, 0),
            StockCounted e => (e.Change, 0, 0, 0),
            ShortfallCovered e => (-e.Units, 0, 0, 0),
            UnitsReserved { Backordered: var late } e => (-There(e.Quantity, late), There(e.Quantity, late), 0, late ?? 0),
            BackorderFilled e => IsHeld(e.ReservationId) ? (-e.Quantity, e.Quantity, 0, -e.Quantity) : (-e.Quantity, 0, e.Quantity, -e.Quantity),
            UnitsAllocated { Backordered: var late } e => (0, -There(e.Quantity, late), There(e.Quantity, late), 0),
            UnitsPartlyShipped e => (0, 0, -e.Quantity, 0),
            UnitsShipped e => (0, 0, -e.Quantity, 0),
            SettledUnitsShipped e => (0, 0, -e.Quantity, 0),
            AllocationReturned e => (e.Quantity, 0, -e.Quantity, 0),
            UnitsReleased { Backordered: var late } e when IsHeld(e.ReservationId) => (There(e.Quantity, late), -There(e.Quantity, late), 0, -(late ?? 0)),
            UnitsReleased { Backordered: var late } e => (There(e.Quantity, late), 0, -There(e.Quantity, late), -(late ?? 0)),
            ReservationExpired { Backordered: var late } e => (There(e.Quantity, late), -There(e.Quantity, late), 0, -(late ?? 0)),
            _ => throw new InvalidOperationException($"No rule for {what.GetType().Name}."),
        };

        var level = before.Level;
        level = new StockLevel(id.Sku, level.OnHand + available + reserved + allocated, level.Available + available, level.Reserved + reserved, level.Allocated + allocated, happened.Time)
        {
            Location = id.Location,
            Backordered = level.Backordered + owed,
        };
        var after = Write(new StoredLevel(level, happened.Sequence));
        yield return new ReadModelRow(Name, BySku, SortOf(happened.Aggregate[Identity.Stock.Length..]), happened.Aggregate, after);
        yield return new ReadModelRow(Name, ByAvailable, SortOf(level.Available), happened.Aggregate + Lowest, after);

        switch (what)
        {
            case UnitsReserved e:
                yield return HeldRow(happened, e.ReservationId, "{}"u8.ToArray());
                break;
            case UnitsAllocated e:
                yield return HeldRow(happened, e.ReservationId, null);
                break;
            case UnitsReleased e:
                yield return HeldRow(happened, e.ReservationId, null);
                break;
            case ReservationExpired e:
                yield return HeldRow(happened, e.ReservationId, null);
                break;
            default:
                break;
        }

        bool IsHeld(string reservationId) => find(Reservation(happened, reservationId)) is not null;
    }

    /// <summary>Units of a reservation that are there.</summary>
    private static int There(int quantity, int? owed) => quantity - (owed ?? 0);

    private static string Reservation(LifecycleEvent happened, string reservationId) => happened.Aggregate + OfReservation + reservationId;

    private static ReadModelRow HeldRow(LifecycleEvent happened, string reservationId, byte[]? body) =>
        new(ReadModels.StockLevels, Held, "", Reservation(happened, reservationId), body);
}

/// <param name="Sequence">Number of the last event in the stock item that is counted in.</param>
internal sealed record StoredLevel(StockLevel Level, long Sequence);

/// <inheritdoc cref="StockLevelsModel"/>
[ImplicitStreamSubscription(Lifecycle.Provider), GrainType(ReadModels.StockLevels)]
internal sealed class StockLevelsProjection(IJournal journal, ReadModelCursors cursors, ILogger<StockLevelsProjection> logger)
    : Projection(new StockLevelsModel(), journal, cursors, logger);
