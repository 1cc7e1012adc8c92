namespace Commerce.Inventory;

/// <summary>What a stock policy must hold.</summary>
internal static class StockPolicyRules
{
    private const int MaxUnits = 1_000_000_000;

    /// <exception cref="CommerceException"><c>invalid-policy</c>: names the field.</exception>
    public static void Demand(StockPolicy policy)
    {
        Must(policy.SafetyStock is >= 0 and <= MaxUnits, "/safetyStock", "The safety stock is a number of units, 0 or more.");
        Must(policy.LowAt is >= 0 and <= MaxUnits, "/lowAt", "This is a number of units, 0 or more.");
        Must(policy.Backorder is not { Limit: < 1 or > MaxUnits }, "/backorder/limit", "The limit is a number of units, 1 or more. Leave 'backorder' out to sell nothing that is not there.");
        Must(policy.PreOrder is not { Limit: < 1 or > MaxUnits }, "/preOrder/limit", "The limit is a number of units, 1 or more. Leave 'preOrder' out to sell nothing that is not out.");
        Must(policy.PreOrder is not { } ahead || ahead.From < ahead.Until, "/preOrder/until", "It is not after 'from'.");
    }

    private static void Must(bool holds, string pointer, string what)
    {
        if (!holds)
        {
            throw new CommerceException(StockErrors.InvalidPolicy(what, pointer));
        }
    }
}
