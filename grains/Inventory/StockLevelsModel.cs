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

    private static readonly string Released = EventCodec<StockEvent>.NameOf<UnitsReleased>();

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
        happened.Type != Released ? [happened.Aggregate]
        : EventCodec<StockEvent>.Read(happened.Type, happened.Data) is UnitsReleased released ? [happened.Aggregate, Reservation(happened, released.ReservationId)]
        : [happened.Aggregate];

    public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find)
    {
        if (EventCodec<StockEvent>.Read(happened.Type, happened.Data) is not { } what || what is ReservationExtended)
        {
            yield break;
        }

        var sku = happened.Aggregate[Identity.Stock.Length..];
        var before = find(happened.Aggregate) is { Body: { } body } ? Read<StoredLevel>(body) : new StoredLevel(new StockLevel(sku, 0, 0, 0, 0, happened.Time), 0);
        if (happened.Sequence <= before.Sequence)
        {
            yield break; // counted already
        }

        var (available, reserved, allocated) = what switch
        {
            StockOpened e => (e.Quantity, 0, 0),
            StockReceived e => (e.Quantity, 0, 0),
            StockAdjusted e => (e.Quantity, 0, 0),
            UnitsReserved e => (-e.Quantity, e.Quantity, 0),
            UnitsAllocated e => (0, -e.Quantity, e.Quantity),
            UnitsReleased e => find(Reservation(happened, e.ReservationId)) is null ? (e.Quantity, 0, -e.Quantity) : (e.Quantity, -e.Quantity, 0),
            ReservationExpired e => (e.Quantity, -e.Quantity, 0),
            _ => throw new InvalidOperationException($"No rule for {what.GetType().Name}."),
        };

        var level = before.Level;
        level = new StockLevel(sku, level.OnHand + available + reserved + allocated, level.Available + available, level.Reserved + reserved, level.Allocated + allocated, happened.Time);
        var after = Write(new StoredLevel(level, happened.Sequence));
        yield return new ReadModelRow(Name, BySku, SortOf(sku), happened.Aggregate, after);
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
    }

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

/// <inheritdoc cref="IStockList"/>
[GrainType("stock-list"), StatelessWorker, Reentrant]
internal sealed class StockList(ReadModelPages pages) : Grain, IStockList
{
    public Task<Page<StockLevel>> Levels(PageRequest page, int? below) => below is { } limit
        ? pages.Page(
            ReadModels.StockLevels, StockLevelsModel.ByAvailable,
            PageCursor.Parse(page.Cursor, static (sort, id) => PageCursor.IsNumber(sort, 10) && StockLevelsModel.IsLowest(id)),
            page.Limit, Read, row => string.CompareOrdinal(row.Sort, StockLevelsModel.SortOf(limit)) > 0, static _ => true)
        : pages.Page(
            ReadModels.StockLevels, StockLevelsModel.BySku,
            PageCursor.Parse(page.Cursor, static (sort, id) => id.StartsWith(Identity.Stock, StringComparison.Ordinal) && sort == StockLevelsModel.SortOf(id[Identity.Stock.Length..])),
            page.Limit, Read);

    private static StockLevel Read(ReadModelRow row) => ReadModel.Read<StoredLevel>(row.Body!).Level;
}
