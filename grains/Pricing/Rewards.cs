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

    /// <summary>Units of each line that make up so many bundles, the dearest that fit together; null: there are not enough.</summary>
    private static int[]? Taken(Bundle bundle, Reckoning prices, int[] dearest, int times)
    {
        var parts = new Parts(bundle, prices, times);
        foreach (var i in dearest)
        {
            parts.Fill(i);
        }

        return parts.Wanted == 0 ? parts.Units() : null;
    }

    /// <summary>
    /// Which line gives how many units to which part. A line that finds its part full moves units of another line to another part if it can:
    /// so the dearest units that fit together are in, whatever the order of the parts.
    /// </summary>
    private sealed class Parts(Bundle bundle, Reckoning prices, int times)
    {
        private readonly int[] open = [.. bundle.Parts.Select(part => checked(part.Quantity * times))];
        private readonly int[,] given = new int[prices.Count, bundle.Parts.Length];

        /// <summary>Units that are missing.</summary>
        public int Wanted => open.Sum();

        public int[] Units() => [.. Enumerable.Range(0, prices.Count).Select(i => Enumerable.Range(0, open.Length).Sum(part => given[i, part]))];

        public void Fill(int line)
        {
            var left = prices.Line(line).Quantity;
            while (left > 0 && Path(line) is { Count: > 0 } path)
            {
                var moved = Math.Min(left, open[path[^1].Part]);
                for (var step = 1; step < path.Count; step++)
                {
                    moved = Math.Min(moved, given[path[step].Line, path[step - 1].Part]);
                }

                for (var step = 0; step < path.Count; step++)
                {
                    given[path[step].Line, path[step].Part] += moved;
                    if (step > 0)
                    {
                        given[path[step].Line, path[step - 1].Part] -= moved;
                    }
                }

                open[path[^1].Part] -= moved;
                left -= moved;
            }
        }

        /// <summary>The shortest way from a line to a part with room: the line takes the first part, whose earlier line goes on to the next, and so on.</summary>
        private List<(int Line, int Part)>? Path(int line)
        {
            var cameFrom = new (int Line, int Part)?[open.Length];
            var ways = new Queue<(int Line, int Part)>(PartsOf(line));
            var seen = new bool[open.Length];
            foreach (var (_, part) in ways)
            {
                seen[part] = true;
            }

            while (ways.TryDequeue(out var way))
            {
                if (open[way.Part] > 0)
                {
                    List<(int Line, int Part)> path = [way];
                    while (cameFrom[path[0].Part] is { } before)
                    {
                        path.Insert(0, before);
                    }

                    return path;
                }

                for (var other = 0; other < prices.Count; other++)
                {
                    foreach (var next in given[other, way.Part] > 0 ? PartsOf(other) : [])
                    {
                        if (!seen[next.Part])
                        {
                            seen[next.Part] = true;
                            cameFrom[next.Part] = way;
                            ways.Enqueue(next);
                        }
                    }
                }
            }

            return null;
        }

        private IEnumerable<(int Line, int Part)> PartsOf(int line) =>
            Enumerable.Range(0, open.Length).Where(part => prices.Means(bundle.Parts[part].Items, line)).Select(part => (line, part));
    }
}
