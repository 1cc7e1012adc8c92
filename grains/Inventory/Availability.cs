namespace Commerce.Inventory;

/// <summary>What can be bought of a SKU, over the locations that serve a channel, as this silo knows it.</summary>
internal sealed class Availability(ILocations locations, StockCache stock)
{
    /// <param name="channel">Null: any.</param>
    public ValueTask<SkuAvailability> Of(string sku, string? channel)
    {
        if (locations.All.Length == 1)
        {
            var known = stock.Of(Identity.Stock + sku);
            return known.IsCompletedSuccessfully ? new(Sum(sku, [known.Result])) : Wait();

            async ValueTask<SkuAvailability> Wait() => Sum(sku, [await known]);
        }

        return OfAll(sku, channel);
    }

    private async ValueTask<SkuAvailability> OfAll(string sku, string? channel) => Sum(sku, await Task.WhenAll(
        from location in locations.All
        where channel is null || location.Channels.IsEmpty || location.Channels.Contains(channel)
        select stock.Of(new StockId(sku, Sourcing.NameOf(location)).ToString()).AsTask()));

    /// <summary>Units that are held at any location by shoppers who have not paid yet.</summary>
    public async ValueTask<int> Held(string sku)
    {
        var held = 0L;
        foreach (var location in locations.All)
        {
            held += (await stock.Of(new StockId(sku, Sourcing.NameOf(location)).ToString())).Level.Held;
        }

        return (int)Math.Min(held, int.MaxValue);
    }

    /// <summary>What is there at any of them is there; what comes later, comes when the first of them has it.</summary>
    internal static SkuAvailability Sum(string sku, ReadOnlySpan<KnownLevel> levels)
    {
        var (now, beyond, lowAt, preOrder) = (0L, 0L, 0, false);
        DateTimeOffset? expectedAt = null;
        var asOf = DateTimeOffset.MaxValue;
        foreach (var (level, at) in levels)
        {
            (now, beyond, lowAt) = (now + level.Sellable, beyond + level.Beyond, Math.Max(lowAt, level.LowAt));
            asOf = at < asOf ? at : asOf;
            if (level.Beyond > 0)
            {
                (preOrder, expectedAt) = (preOrder || level.PreOrder, expectedAt is null || level.ExpectedAt < expectedAt ? level.ExpectedAt : expectedAt);
            }
        }

        var status = now > lowAt ? StockStatus.InStock
            : now > 0 ? StockStatus.Low
            : beyond == 0 ? StockStatus.SoldOut
            : preOrder ? StockStatus.PreOrder
            : StockStatus.Backorder;
        return new SkuAvailability(sku, (int)Math.Min(now, int.MaxValue), status, (int)Math.Min(beyond, int.MaxValue), beyond > 0 ? expectedAt : null, asOf);
    }
}
