namespace Commerce.Pricing;

/// <summary>What promotions take off a basket. Pure, and blind to the order in which lines and coupons were added.</summary>
/// <remarks>
/// <para>Promotions work in three phases: line by line, on the order, on the shipping; within a phase by priority. Each works on the price that the one
/// before left: half off and then a tenth off leave 45 of 100. A line never falls below zero, and so neither does the order.</para>
/// <para>Where promotions exclude each other, every combination that is allowed is computed and the cheapest for the shopper is taken (ADR 11). Conditions look
/// at prices before discounts, so that adding a promotion never raises what is paid.</para>
/// </remarks>
internal static class Discounting
{
    /// <summary>Combinations that are computed at the most; beyond it the promotions of the lowest priorities are left out of the comparison.</summary>
    private const int MaxCombinations = 64;

    public static Discounted Apply(Basket basket)
    {
        var chosen = Chosen(basket);
        var given = WithoutGifts(basket, except: chosen);
        var reckoning = new Reckoning(given, recording: true);
        reckoning.Run(chosen);

        return reckoning.Result();
    }

    /// <summary>The promotions that serve the shopper best together.</summary>
    private static ImmutableArray<Promotion> Chosen(Basket basket)
    {
        var (promotions, free) = (basket.Promotions, true);
        foreach (var promotion in promotions)
        {
            free &= promotion.Stacking is Stacking.Stackable;
        }

        if (free)
        {
            return promotions;
        }

        var goods = WithoutGifts(basket, except: []);
        ImmutableArray<Promotion> best = [];
        var least = long.MaxValue;
        foreach (var combination in Combinations(promotions))
        {
            var reckoning = new Reckoning(goods, recording: false);
            reckoning.Run(combination);
            if (reckoning.ToPay < least)
            {
                (best, least) = (combination, reckoning.ToPay);
            }
        }

        return best;
    }

    /// <summary>All that stacks with one of each group; then each exclusive one alone.</summary>
    private static IEnumerable<ImmutableArray<Promotion>> Combinations(ImmutableArray<Promotion> promotions)
    {
        var picks = new List<ImmutableArray<Promotion>> { promotions.RemoveAll(p => p.Stacking is not Stacking.Stackable) };
        foreach (var group in promotions.Where(p => p.Stacking is Stacking.BestOf).GroupBy(p => p.Group, StringComparer.Ordinal))
        {
            picks = [.. picks.SelectMany(pick => group.Select(one => pick.Add(one))).Take(MaxCombinations)];
        }

        // In the order of priorities again, which picking has mixed up.
        return picks.Select(pick => promotions.RemoveAll(p => !pick.Contains(p)))
            .Concat(promotions.Where(p => p.Stacking is Stacking.Exclusive).Take(MaxCombinations).Select(p => ImmutableArray.Create(p)));
    }

    private static Basket WithoutGifts(Basket basket, ImmutableArray<Promotion> except)
    {
        foreach (var line in basket.Lines)
        {
            if (line.GiftOf is { } of && !Holds(except, of))
            {
                return basket with { Lines = basket.Lines.RemoveAll(l => l.GiftOf is { } gift && !Holds(except, gift)) };
            }
        }

        return basket;
    }

    private static bool Holds(ImmutableArray<Promotion> promotions, string id)
    {
        foreach (var promotion in promotions)
        {
            if (promotion.Id == id)
            {
                return true;
            }
        }

        return false;
    }
}
