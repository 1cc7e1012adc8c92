namespace Commerce.Pricing;

/// <summary>In what two quotes differ, line by line. Pure.</summary>
internal static class Differing
{
    public static ImmutableArray<QuoteChange> Between(Quote was, Quote now)
    {
        var changes = ImmutableArray.CreateBuilder<QuoteChange>();
        foreach (var line in was.Lines)
        {
            Compare(changes, line, Same(now, line));
        }

        foreach (var line in now.Lines.Where(line => Same(was, line) is null))
        {
            changes.Add(new QuoteChange(line.Sku, "line", null, $"{line.Quantity} × {line.UnitPrice}"));
        }

        Compare(changes, "shipping", "shipping", was.Shipping is { } before ? $"{before.Method} {before.Total}" : null, now.Shipping is { } after ? $"{after.Method} {after.Total}" : null);
        Compare(changes, "order", "tax", Taxes(was), Taxes(now));
        Compare(changes, "order", "total", was.Totals.Total.ToString(), now.Totals.Total.ToString());
        if (changes.Count == 0)
        {
            Compare(changes, "order", "id", was.Id, now.Id);
        }

        return changes.DrainToImmutable();
    }

    /// <summary>Whether somebody who agreed to the one pays the same for the same by the other.</summary>
    public static bool ChargesTheSame(Quote one, Quote other) =>
        one.Currency == other.Currency
        && one.Totals == other.Totals
        && one.Shipping?.Method == other.Shipping?.Method
        && one.Lines.Length == other.Lines.Length
        && one.Lines.All(line => Same(other, line) is { } same && same.Quantity == line.Quantity && same.Total == line.Total);

    private static QuoteLine? Same(Quote quote, QuoteLine line) => quote.Lines.FirstOrDefault(l => l.Sku == line.Sku && l.GiftOf == line.GiftOf);

    private static void Compare(ImmutableArray<QuoteChange>.Builder changes, QuoteLine was, QuoteLine? now)
    {
        if (now is null)
        {
            changes.Add(new QuoteChange(was.Sku, "line", $"{was.Quantity} × {was.UnitPrice}", null));
            return;
        }

        Compare(changes, was.Sku, "quantity", $"{was.Quantity}", $"{now.Quantity}");
        Compare(changes, was.Sku, "unit_price", was.UnitPrice.ToString(), now.UnitPrice.ToString());
        Compare(changes, was.Sku, "discount", was.Discount.ToString(), now.Discount.ToString());
    }

    private static string Taxes(Quote quote) => quote.TaxKnown ? (quote.Totals.Tax + quote.Totals.IncludedTax).ToString() : "not known";

    private static void Compare(ImmutableArray<QuoteChange>.Builder changes, string of, string what, string? was, string? now)
    {
        if (was != now)
        {
            changes.Add(new QuoteChange(of, what, was, now));
        }
    }
}
