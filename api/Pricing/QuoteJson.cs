namespace Commerce.Pricing;

/// <summary>What a basket costs, as clients see it.</summary>
internal sealed record QuoteJson
{
    public required string Id { get; init; }
    public required string Channel { get; init; }
    public required string Currency { get; init; }
    public required ImmutableArray<LineJson> Lines { get; init; }
    public ShippingJson? Shipping { get; init; }
    public required ImmutableArray<AppliedTax> Taxes { get; init; }
    public required TotalsJson Totals { get; init; }
    public required ImmutableArray<string> Coupons { get; init; }

    /// <summary>What became of every coupon that was given.</summary>
    public required ImmutableArray<CouponOutcome> CouponOutcomes { get; init; }
    public required DateTimeOffset ValidUntil { get; init; }
    public required bool TaxKnown { get; init; }

    /// <summary>Whether the taxes are only not known because who computes them does not answer.</summary>
    public bool TaxPending { get; init; }

    /// <summary>Whether rate tables stood in for who computes the taxes.</summary>
    public bool TaxEstimated { get; init; }

    public static QuoteJson Of(Quote quote) => new()
    {
        Id = quote.Id,
        Channel = quote.Channel,
        Currency = quote.Currency,
        Lines = LineJson.Of(quote),
        Shipping = ShippingJson.Of(quote.Shipping),
        Taxes = quote.Taxes,
        Totals = TotalsJson.Of(quote),
        Coupons = quote.Coupons,
        CouponOutcomes = quote.CouponOutcomes,
        ValidUntil = quote.ValidUntil,
        TaxKnown = quote.TaxKnown,
        TaxPending = quote.TaxPending,
        TaxEstimated = quote.TaxEstimated,
    };
}

internal sealed record LineJson
{
    public required string Id { get; init; }
    public required string Sku { get; init; }
    public required string Name { get; init; }
    public required int Quantity { get; init; }
    public required Money UnitPrice { get; init; }

    /// <summary>What a unit is shown to have cost before.</summary>
    public Money? CompareAt { get; init; }

    /// <summary>The price list that gave the unit price, with its version.</summary>
    public string? PriceList { get; init; }

    /// <summary>The promotion whose gift it is.</summary>
    public string? GiftOf { get; init; }
    public required Money Subtotal { get; init; }
    public required Money Discount { get; init; }
    public required ImmutableArray<Adjustment> Adjustments { get; init; }

    /// <summary>The net amount that the taxes are computed on.</summary>
    public required Money Taxable { get; init; }
    public required ImmutableArray<AppliedTax> Taxes { get; init; }
    public required Money Total { get; init; }

    /// <summary>On an order: units given back by line.</summary>
    public int? RefundedQuantity { get; init; }

    /// <summary>On an order: what was given back for them.</summary>
    public Money? Refunded { get; init; }

    public static ImmutableArray<LineJson> Of(Quote quote)
    {
        var lines = ImmutableArray.CreateBuilder<LineJson>(quote.Lines.Length);
        foreach (var line in quote.Lines)
        {
            lines.Add(new LineJson
            {
                Id = line.LineId,
                Sku = line.Sku,
                Name = line.Name,
                Quantity = line.Quantity,
                UnitPrice = line.UnitPrice.In(quote.Currency),
                CompareAt = line.CompareAt,
                PriceList = line.PriceList,
                GiftOf = line.GiftOf,
                Subtotal = line.Subtotal.In(quote.Currency),
                Discount = line.Discount.In(quote.Currency),
                Adjustments = line.Adjustments,
                Taxable = line.Taxable.In(quote.Currency),
                Taxes = line.Taxes,
                Total = line.Total.In(quote.Currency),
            });
        }

        return lines.MoveToImmutable();
    }
}

internal sealed record ShippingJson
{
    public required string Method { get; init; }
    public required string Name { get; init; }
    public required Money Price { get; init; }
    public required ImmutableArray<Adjustment> Adjustments { get; init; }
    public required Money Discount { get; init; }

    /// <summary>The net amount that the taxes are computed on.</summary>
    public required Money Taxable { get; init; }
    public required ImmutableArray<AppliedTax> Taxes { get; init; }
    public required Money Total { get; init; }

    public static ShippingJson? Of(QuoteShipping? shipping) => shipping is null ? null : new ShippingJson
    {
        Method = shipping.Method,
        Name = shipping.Name,
        Price = shipping.Price,
        Adjustments = shipping.Adjustments,
        Discount = shipping.Discount ?? Money.Zero(shipping.Price.Currency),
        Taxable = shipping.Taxable,
        Taxes = shipping.Taxes,
        Total = shipping.Total,
    };
}

/// <summary><c>total = subtotal − discount + shipping + tax</c>.</summary>
internal sealed record TotalsJson(Money Subtotal, Money Discount, Money Shipping, Money Tax, Money IncludedTax, Money Total)
{
    public static TotalsJson Of(Quote quote) => new(
        quote.Totals.Subtotal.In(quote.Currency),
        quote.Totals.Discount.In(quote.Currency),
        quote.Totals.Shipping.In(quote.Currency),
        quote.Totals.Tax.In(quote.Currency),
        quote.Totals.IncludedTax.In(quote.Currency),
        quote.Totals.Total.In(quote.Currency));
}

internal static class Amounts
{
    extension(Money money)
    {
        /// <summary>An amount that was never set is nothing of that currency.</summary>
        public Money In(string currency) => money.Currency is null ? Money.Zero(currency) : money;
    }
}
