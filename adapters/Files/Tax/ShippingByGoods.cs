namespace Commerce.Tax;

/// <summary>The tax of the shipping as the average of the goods' rates, weighted by what they cost net.</summary>
internal static class ShippingByGoods
{
    private const int Digits = 6;

    /// <param name="classes">The taxes of the items; those of items without a SKU, which are shipped with the others, are replaced.</param>
    public static void Apply(TaxRequest request, Span<TaxClass> classes)
    {
        if (Average(request, classes) is not { } average)
        {
            return;
        }

        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = request.Items[i].Sku is null ? average : classes[i];
        }
    }

    /// <summary>Null where nothing is paid for the goods: the shipping is taxed by its own category then.</summary>
    private static TaxClass? Average(TaxRequest request, ReadOnlySpan<TaxClass> classes)
    {
        var (only, alike, sum) = ((TaxClass?)null, true, 0m);
        for (var i = 0; i < classes.Length; i++)
        {
            if (request.Items[i] is { Sku: not null, Amount.Amount: > 0 })
            {
                alike &= only is null || ReferenceEquals(only, classes[i]);
                only ??= classes[i];
                sum += Net(request, i, classes[i]);
            }
        }

        return only is null || alike ? only : Blend(request, classes, sum);
    }

    private static TaxClass Blend(TaxRequest request, ReadOnlySpan<TaxClass> classes, decimal sum)
    {
        var levies = new List<(Levy Levy, decimal Weight)>();
        for (var i = 0; i < classes.Length; i++)
        {
            if (request.Items[i] is not { Sku: not null, Amount.Amount: > 0 })
            {
                continue;
            }

            foreach (var levy in classes[i].Levies)
            {
                var weight = Net(request, i, classes[i]) * levy.Rate;
                var at = levies.FindIndex(l => l.Levy.Jurisdiction == levy.Jurisdiction && l.Levy.Name == levy.Name);
                if (at < 0)
                {
                    levies.Add((levy, weight));
                }
                else
                {
                    levies[at] = (levy, levies[at].Weight + weight);
                }
            }
        }

        return new TaxClass([.. levies.Select(l => l.Levy with { Rate = decimal.Round(l.Weight / sum, Digits, MidpointRounding.AwayFromZero) })]);
    }

    private static decimal Net(TaxRequest request, int item, TaxClass taxClass) =>
        request.Inclusive ? request.Items[item].Amount.Amount / (1m + taxClass.Rate) : request.Items[item].Amount.Amount;
}
