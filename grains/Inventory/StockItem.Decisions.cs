namespace Commerce.Inventory;

/// <summary>What the stock decides: how much may be promised, what a count means, and who gets what became free.</summary>
internal sealed partial record StockItem
{
    /// <summary>Units that can be reserved on top of the sellable ones before they are there.</summary>
    public int Beyond(DateTimeOffset at) => Ahead(at) is { } ahead ? Math.Max(0, ahead.Limit - Backordered) : 0;

    /// <summary>When units that are owed are expected; null: nobody says.</summary>
    public DateTimeOffset? ExpectedAt(DateTimeOffset at) => Ahead(at)?.ExpectedAt;

    public bool IsPreOrder(DateTimeOffset at) => Ahead(at)?.PreOrder is true;

    /// <summary>Whether so many units can be promised, and how many of them would be owed; null when they cannot.</summary>
    public int? Owed(int quantity, DateTimeOffset at)
    {
        var sellable = Sellable;
        return quantity <= sellable ? 0
            : Policy is not null && quantity - sellable <= Beyond(at) ? quantity - sellable
            : null;
    }

    /// <summary>What a count makes of the books. Promised units are never taken away: what is missing of them is a shortfall.</summary>
    public ImmutableArray<StockEvent> Counted(int counted, string? reason)
    {
        var promised = Reserved + Allocated;
        return counted >= promised
            ? [new StockCounted(counted, counted - OnHand, reason)]
            : [new StockCounted(counted, -Available, reason), new StockShortfall(promised - counted)];
    }

    /// <summary>Who gets the units that are free: promised ones that were not there first, then those who are owed, the oldest first. A promise goes before the safety stock.</summary>
    public IEnumerable<StockEvent> Due
    {
        get
        {
            var free = Available;
            if (Short > 0 && free > 0)
            {
                var covered = Math.Min(Short, free);
                free -= covered;
                yield return new ShortfallCovered(covered);
            }

            foreach (var claim in Claims)
            {
                if (free == 0)
                {
                    yield break;
                }

                var units = Math.Min(free, Open[claim.ReservationId].Backordered);
                free -= units;
                yield return new BackorderFilled(claim.ReservationId, units);
            }
        }
    }

    private (int Limit, DateTimeOffset? ExpectedAt, bool PreOrder)? Ahead(DateTimeOffset at) => Policy switch
    {
        { PreOrder: { } ahead } when ahead.From <= at && at < ahead.Until => (ahead.Limit, ahead.ReleaseAt, true),
        { Backorder: { } back } => (back.Limit, back.ExpectedAt, false),
        _ => null,
    };
}
