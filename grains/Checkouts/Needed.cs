using Commerce.Pricing;

namespace Commerce.Checkouts;

/// <summary>Units of a SKU that a purchase needs, its lines added up: a gift may lie beside the same SKU that was bought.</summary>
internal readonly record struct Needed(string Sku, string Name, int Quantity)
{
    /// <summary>Once for every SKU, in the order of the lines.</summary>
    public static ImmutableArray<Needed> Of(Quote quote)
    {
        var all = ImmutableArray.CreateBuilder<Needed>(quote.Lines.Length);
        foreach (var line in quote.Lines)
        {
            var known = -1;
            for (var i = 0; i < all.Count && known < 0; i++)
            {
                known = all[i].Sku == line.Sku ? i : -1;
            }

            if (known < 0)
            {
                all.Add(new Needed(line.Sku, line.Name, line.Quantity));
            }
            else
            {
                all[known] = all[known] with { Quantity = checked(all[known].Quantity + line.Quantity) };
            }
        }

        return all.DrainToImmutable();
    }
}
