namespace Commerce.Pricing;

/// <summary>Which lines a promotion means.</summary>
internal static class Selection
{
    public static bool Means(ItemSelector? items, in BasketLine line)
    {
        if (items is null)
        {
            return true;
        }

        if (items.ExceptSkus.Contains(line.Sku))
        {
            return false;
        }

        if (items.Skus.IsEmpty && items.Products.IsEmpty && items.Categories.IsEmpty && items.Tags.IsEmpty)
        {
            return true;
        }

        return items.Skus.Contains(line.Sku)
            || (line.Product is { } product && items.Products.Contains(product))
            || (line.Category is { } category && items.Categories.Contains(category))
            || HasTag(items.Tags, line.Tags);
    }

    private static bool HasTag(ImmutableArray<string> asked, ImmutableArray<string> tags)
    {
        if (!tags.IsDefaultOrEmpty)
        {
            foreach (var tag in asked)
            {
                if (tags.Contains(tag))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
