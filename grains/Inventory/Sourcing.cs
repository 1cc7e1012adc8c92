using Commerce.Checkouts;
using Commerce.Pricing;

namespace Commerce.Inventory;

/// <summary>What a stock item can give, as far as is known.</summary>
/// <param name="Location">Null for the default location.</param>
/// <param name="Now">Units that can be reserved and are there.</param>
/// <param name="Beyond">Units that can be reserved on top of that and are not there yet.</param>
internal readonly record struct SourceLevel(string? Location, int Now, int Beyond = 0);

/// <summary>Decides which stock items a purchase is taken from. Pure: the same needs, levels and rule make the same plan.</summary>
internal static class Sourcing
{
    /// <summary>Most plans that a purchase makes before it is out of stock.</summary>
    public const int MaxPlans = 3;

    /// <summary>Up to so many locations every choice of them is tried to make the fewest parcels; beyond it one that has everything goes first, and then the priorities decide.</summary>
    private const int MaxExact = 10;

    /// <summary>The parts of a plan; without one, everything comes from the default items.</summary>
    public static ImmutableArray<Sourced> Of(ImmutableArray<Sourced> sources, Quote quote) => !sources.IsDefaultOrEmpty
        ? sources
        : [.. Needed.Of(quote).Select(static need => new Sourced(Identity.Stock + need.Sku, need.Sku, need.Quantity))];

    /// <summary>Takes what is there first; only what cannot be had so may come later.</summary>
    /// <param name="locations">Those that may be taken from, by priority.</param>
    /// <param name="levels">What each SKU has where.</param>
    /// <param name="country">Where the goods go.</param>
    /// <param name="number">The plan's, from 1.</param>
    /// <returns>Null when the needs cannot be met.</returns>
    public static ImmutableArray<Sourced>? Plan(
        ImmutableArray<Needed> needs, ImmutableArray<Location> locations, Func<string, IEnumerable<SourceLevel>> levels, SourcingPolicy policy, string country, int number)
    {
        var there = needs.ToDictionary(
            static need => need.Sku, need => levels(need.Sku).ToDictionary(static level => level.Location ?? "", StringComparer.Ordinal), StringComparer.Ordinal);
        return Plan(static level => Math.Max(0, level.Now)) ?? Plan(static level => (int)Math.Min(int.MaxValue, (long)Math.Max(0, level.Now) + Math.Max(0, level.Beyond)));

        ImmutableArray<Sourced>? Plan(Func<SourceLevel, int> units)
        {
            int At(string sku, Location location) => there[sku].TryGetValue(NameOf(location) ?? "", out var level) ? units(level) : 0;

            var chosen = Ordered(locations, policy.Rule, country);
            if (policy.Rule is SourcingRule.FewestParcels)
            {
                chosen = Fewest(chosen, subset => needs.All(need => Split(need, subset, At, policy.Split) is not null)) ?? chosen;
            }

            var parts = ImmutableArray.CreateBuilder<Sourced>(needs.Length);
            foreach (var need in needs)
            {
                var order = policy.Rule is SourcingRule.MostStock ? [.. chosen.OrderByDescending(location => At(need.Sku, location))] : chosen;
                if (Split(need, order, At, policy.Split) is not { } from)
                {
                    return null;
                }

                parts.AddRange(from.Select(part => new Sourced(new StockId(need.Sku, NameOf(part.Location)).ToString(), need.Sku, part.Units, number)));
            }

            return parts.DrainToImmutable();
        }
    }

    /// <summary>The location as an id of a stock item names it.</summary>
    public static string? NameOf(Location location) => location.Default ? null : location.Id;

    private static ImmutableArray<Location> Ordered(ImmutableArray<Location> locations, SourcingRule rule, string country) =>
        rule is SourcingRule.Nearest ? [.. locations.OrderBy(location => location.Country == country ? 0 : 1)] : locations;

    /// <summary>All of it from the first that has all; from several, in their order, only when none has.</summary>
    private static List<(Location Location, int Units)>? Split(Needed need, ImmutableArray<Location> locations, Func<string, Location, int> at, bool mayBeSplit)
    {
        if (locations.FirstOrDefault(location => at(need.Sku, location) >= need.Quantity) is { } whole)
        {
            return [(whole, need.Quantity)];
        }

        var parts = new List<(Location, int)>();
        var left = need.Quantity;
        foreach (var location in mayBeSplit ? locations : [])
        {
            var units = Math.Min(left, at(need.Sku, location));
            if (units > 0)
            {
                parts.Add((location, units));
                left -= units;
            }
        }

        return left == 0 ? parts : null;
    }

    /// <summary>The smallest choice that will do, of those the one with the best priorities; null when none does.</summary>
    private static ImmutableArray<Location>? Fewest(ImmutableArray<Location> locations, Func<ImmutableArray<Location>, bool> does)
    {
        if (locations.Length > MaxExact)
        {
            return locations.Select(static location => (ImmutableArray<Location>)[location]).Cast<ImmutableArray<Location>?>().FirstOrDefault(one => does(one!.Value));
        }

        // The bits of a number choose, the first location by the highest, so that among choices of one size the greatest number has the best priorities.
        foreach (var choice in Enumerable.Range(1, (1 << locations.Length) - 1).OrderBy(static bits => int.PopCount(bits)).ThenByDescending(static bits => bits))
        {
            ImmutableArray<Location> subset = [.. locations.Where((_, i) => (choice >> (locations.Length - 1 - i) & 1) == 1)];
            if (does(subset))
            {
                return subset;
            }
        }

        return null;
    }
}
