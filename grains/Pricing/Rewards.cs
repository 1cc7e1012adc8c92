namespace Commerce.Pricing;

/// <summary>Buy so many, get so many for less.</summary>
/// <remarks>Units are counted, not listed: a line of 9,999 units costs no more to compute than a line of one.</remarks>
internal static class Rewards
{
    public static void Of(BuyGet offer, Reckoning prices, Span<long> off)
    {
        var (times, fromBoth) = Times(offer, prices);
        var wanted = times * offer.GetQuantity;
        if (wanted == 0)
        {
            return;
        }

        foreach (var i in CheapestFirst(offer.Get ?? offer.Buy, prices))
        {
            // A unit that could be bought as well is a reward only as far as enough of them are left to buy.
            var both = prices.Means(offer.Buy, i);
            var taken = Math.Min(Math.Min(wanted, prices.Line(i).Quantity), both ? fromBoth : int.MaxValue);
            if (taken <= 0)
            {
                continue;
            }

            off[i] = Math.Clamp(prices.Part((decimal)prices.Payable(i) * taken / prices.Line(i).Quantity, offer.Percentage), 0, prices.Payable(i));
            wanted -= taken;
            fromBoth -= both ? taken : 0;
        }
    }

    /// <summary>How often the offer fits, and how many of its rewards may be units that count as bought otherwise.</summary>
    private static (int Times, int FromBoth) Times(BuyGet offer, Reckoning prices)
    {
        var (bought, rewards, either) = (0, 0, 0);
        for (var i = 0; i < prices.Count; i++)
        {
            var (buys, gets) = (prices.Means(offer.Buy, i), prices.Means(offer.Get ?? offer.Buy, i));
            bought += buys ? prices.Line(i).Quantity : 0;
            rewards += gets ? prices.Line(i).Quantity : 0;
            either += buys || gets ? prices.Line(i).Quantity : 0;
        }

        var times = Math.Min(Math.Min(bought / offer.BuyQuantity, rewards / offer.GetQuantity), either / (offer.BuyQuantity + offer.GetQuantity));
        times = Math.Min(times, offer.Times ?? int.MaxValue);

        return (times, bought - (times * offer.BuyQuantity));
    }

    private static IEnumerable<int> CheapestFirst(ItemSelector? items, Reckoning prices) =>
        Enumerable.Range(0, prices.Count).Where(i => prices.Means(items, i)).OrderBy(i => (decimal)prices.Payable(i) / prices.Line(i).Quantity);
}

/// <summary>Parts that cost less together.</summary>
internal static class Bundles
{
    public static void Of(Bundle bundle, Reckoning prices, Span<long> off)
    {
        var dearest = Enumerable.Range(0, prices.Count).OrderByDescending(i => (decimal)prices.Payable(i) / prices.Line(i).Quantity).ToArray();
        var times = Times(bundle, prices, dearest);
        if (times == 0 || Taken(bundle, prices, dearest, times) is not { } units)
        {
            return;
        }

        var worth = new long[prices.Count];
        var sum = 0L;
        for (var i = 0; i < worth.Length; i++)
        {
            worth[i] = units[i] == 0 ? 0 : Math.Clamp(prices.Part((decimal)prices.Payable(i) * units[i] / prices.Line(i).Quantity, 1m), 0, prices.Payable(i));
            sum = checked(sum + worth[i]);
        }

        var amount = bundle.Percentage > 0 ? prices.Part((decimal)sum, bundle.Percentage) : prices.Has(bundle.Prices) ? checked(sum - (prices.In(bundle.Prices) * times)) : 0;
        amount = Math.Clamp(amount, 0, sum);
        if (amount > 0)
        {
            prices.SpreadOver(amount, worth, off);
        }
    }

    /// <summary>How often all parts are there. Parts may mean the same lines: then it is tried out, by halves.</summary>
    private static int Times(Bundle bundle, Reckoning prices, int[] dearest)
    {
        var most = bundle.Times ?? int.MaxValue;
        foreach (var part in bundle.Parts)
        {
            var there = 0;
            for (var i = 0; i < prices.Count; i++)
            {
                there += prices.Means(part.Items, i) ? prices.Line(i).Quantity : 0;
            }

            most = Math.Min(most, there / part.Quantity);
        }

        var (fits, tooMany) = (0, most + 1L);
        while (tooMany - fits > 1)
        {
            var middle = (int)((fits + tooMany) / 2);
            if (Taken(bundle, prices, dearest, middle) is null)
            {
                tooMany = middle;
            }
            else
            {
                fits = middle;
            }
        }

        return fits;
    }

    /// <summary>Units of each line that make up so many bundles, the dearest first; null: there are not enough.</summary>
    private static int[]? Taken(Bundle bundle, Reckoning prices, int[] dearest, int times)
    {
        var taken = new int[prices.Count];
        foreach (var part in bundle.Parts)
        {
            var wanted = checked(part.Quantity * times);
            foreach (var i in dearest)
            {
                if (wanted > 0 && prices.Means(part.Items, i))
                {
                    var units = Math.Min(wanted, prices.Line(i).Quantity - taken[i]);
                    taken[i] += units;
                    wanted -= units;
                }
            }

            if (wanted > 0)
            {
                return null;
            }
        }

        return taken;
    }
}
