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
    /// <summary>Combinations that are computed at the most. Every subset of six promotions is among them; of more, some are not compared.</summary>
    private const int MaxCombinations = 128, MaxSubsets = 6;

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
        if (basket.Promotions.IsEmpty || !HasChoice(basket.Promotions))
        {
            return basket.Promotions;
        }

        var reckoning = new Reckoning(WithoutGifts(basket, except: []), recording: false);
        ImmutableArray<Promotion> best = [];
        var least = long.MaxValue;
        foreach (var combination in Combinations(basket.Promotions).Take(MaxCombinations))
        {
            reckoning.Reset();
            reckoning.Run(combination);
            if (reckoning.ToPay < least)
            {
                (best, least) = (combination, reckoning.ToPay);
            }
        }

        return best;
    }

    /// <summary>
    /// Whether another set of promotions than all of them could serve better: where they exclude each other, or where what one takes off moves to other
    /// lines when another has lowered some before it.
    /// </summary>
    private static bool HasChoice(ImmutableArray<Promotion> promotions)
    {
        foreach (var promotion in promotions)
        {
            if (promotion.Stacking is not Stacking.Stackable || (promotions.Length > 1 && Moves(promotion.Effect)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the effect chooses its units by their prices, or takes what is above a price of all lines together.</summary>
    private static bool Moves(Effect effect) => effect is BuyGet or Bundle or FixedPrice { On: Target.Order };

    /// <summary>All that stacks with one of each group, the most promotions first; then each exclusive one alone.</summary>
    private static IEnumerable<ImmutableArray<Promotion>> Combinations(ImmutableArray<Promotion> promotions)
    {
        var picks = new List<ImmutableArray<Promotion>> { promotions.RemoveAll(p => p.Stacking is not Stacking.Stackable) };
        foreach (var group in promotions.Where(p => p.Stacking is Stacking.BestOf).GroupBy(p => p.Group, StringComparer.Ordinal))
        {
            picks = [.. picks.SelectMany(pick => group.Select(one => pick.Add(one))).Take(MaxCombinations)];
        }

        // In the order of priorities again, which picking has mixed up.
        return picks.Select(pick => promotions.RemoveAll(p => !pick.Contains(p)))
            .Concat(promotions.Where(p => p.Stacking is Stacking.Exclusive).Select(p => ImmutableArray.Create(p)))
            .Concat(picks.SelectMany(pick => Subsets(promotions.RemoveAll(p => !pick.Contains(p)))));
    }

    /// <summary>A set less one or several of its promotions on goods, where one of these moves.</summary>
    private static IEnumerable<ImmutableArray<Promotion>> Subsets(ImmutableArray<Promotion> promotions)
    {
        var goods = promotions.RemoveAll(p => p.Effect is Gift || Reckoning.PhaseOf(p.Effect) is Target.Shipping);
        if (goods.Length < 2 || !goods.Any(p => Moves(p.Effect)))
        {
            yield break;
        }

        for (var left = 1; left < 1 << Math.Min(goods.Length, MaxSubsets); left++)
        {
            yield return promotions.RemoveAll(p => goods.IndexOf(p) is >= 0 and < MaxSubsets and var i && (left & (1 << i)) != 0);
        }
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
