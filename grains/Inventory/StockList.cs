using Commerce.Events;
using Commerce.Journal;

namespace Commerce.Inventory;

/// <inheritdoc cref="IStockList"/>
[GrainType("stock-list"), StatelessWorker, Reentrant]
internal sealed class StockList(ReadModelPages pages, ILocations locations, Availability availability) : Grain, IStockList
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

    public async Task<StockView?> Total(string sku)
    {
        var all = await Task.WhenAll(locations.All.Select(location => GrainFactory.StockItem(new StockId(sku, Sourcing.NameOf(location)).ToString()).Get()));
        if (locations.All.Length == 1)
        {
            return all[0];
        }

        ImmutableArray<StockView> stocked = [.. all.Zip(locations.All, static (view, location) => view is null ? null : view with { Location = location.Id }).OfType<StockView>()];
        return stocked.IsEmpty ? null : new StockView
        {
            Sku = sku,
            Version = stocked.Sum(static view => view.Version),
            OnHand = stocked.Sum(static view => view.OnHand),
            Available = stocked.Sum(static view => view.Available),
            Reserved = stocked.Sum(static view => view.Reserved),
            Allocated = stocked.Sum(static view => view.Allocated),
            Sellable = stocked.Sum(static view => view.Sellable),
            Backordered = stocked.Sum(static view => view.Backordered),
            Shipped = stocked.Sum(static view => view.Shipped),
            Short = stocked.Sum(static view => view.Short),
            Policy = stocked[0].Policy,
            Locations = stocked,
        };
    }

    public Task<ImmutableArray<LocationView>> Locations() => Task.FromResult<ImmutableArray<LocationView>>(
        [.. locations.All.Select(static location => new LocationView(location.Id, location.Name, location.Country, location.Priority, location.Channels, location.Default))]);

    public async Task<ImmutableArray<SkuAvailability>> Availability(ImmutableArray<string> skus, string? channel) =>
        [.. await Task.WhenAll(skus.Select(sku => availability.Of(sku, channel).AsTask()))];

    private static StockLevel Read(ReadModelRow row) => ReadModel.Read<StoredLevel>(row.Body!).Level;
}
