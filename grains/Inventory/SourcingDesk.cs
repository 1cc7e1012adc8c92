using Commerce.Checkouts;
using Commerce.Pricing;

namespace Commerce.Inventory;

/// <summary>Plans where a purchase is taken from, by what is known about the stock. In a shop with one location there is nothing to plan, and nothing is asked.</summary>
internal sealed class SourcingDesk(ILocations locations, IChannels channels, StockCache stock)
{
    /// <summary>The first plan; null when there is one location, or when nothing can be planned: the default items then say what is lacking.</summary>
    public async ValueTask<ImmutableArray<Sourced>?> Plan(Quote quote, string country) => locations.All.Length == 1
        ? null
        : await Plan(Needed.Of(quote), quote.Channel, country, number: 1, fresh: false) ?? await Plan(Needed.Of(quote), quote.Channel, country, number: 1, fresh: true);

    /// <summary>Another plan for SKUs that were refused, by what the stock items say themselves; null when they cannot be had.</summary>
    public ValueTask<ImmutableArray<Sourced>?> PlanAgain(ImmutableArray<Needed> needs, string channel, string country, int number) => Plan(needs, channel, country, number, fresh: true);

    private async ValueTask<ImmutableArray<Sourced>?> Plan(ImmutableArray<Needed> needs, string channel, string country, int number, bool fresh)
    {
        ImmutableArray<Location> places = [.. locations.All.Where(location => location.Channels.IsEmpty || location.Channels.Contains(channel))];
        var levels = await Task.WhenAll(
            from need in needs
            from place in places
            select Level(need.Sku, Sourcing.NameOf(place), fresh));
        var bySku = levels.ToLookup(static level => level.Sku, static level => level.Level, StringComparer.Ordinal);
        return Sourcing.Plan(needs, places, sku => bySku[sku], channels.All[channel].Sourcing, country, number);
    }

    private async Task<(string Sku, SourceLevel Level)> Level(string sku, string? location, bool fresh)
    {
        var id = new StockId(sku, location).ToString();
        var level = fresh ? await stock.Fresh(id) : await stock.Of(id);
        return (sku, new SourceLevel(location, level.Sellable, level.Beyond));
    }
}
