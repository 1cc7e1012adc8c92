namespace Commerce.Pricing;

public sealed class QuotePropertyTests
{
    [Fact]
    public void The_total_is_subtotal_less_discount_plus_shipping_plus_tax() => Baskets.Any.Sample(purchase =>
    {
        var totals = purchase.Quote().Totals;

        Assert.Equal(totals.Subtotal - totals.Discount + totals.Shipping + totals.Tax, totals.Total);
    });

    [Fact]
    public void The_lines_and_the_shipping_add_up_to_the_total() => Baskets.Any.Sample(purchase =>
    {
        var quote = purchase.Quote();

        Assert.Equal(quote.Totals.Total.Amount, quote.Lines.Sum(l => l.Total.Amount) + (quote.Shipping?.Total.Amount ?? 0));
        Assert.Equal(quote.Totals.Subtotal.Amount, quote.Lines.Sum(l => l.Subtotal.Amount));
        Assert.Equal(quote.Totals.Discount.Amount, quote.Lines.Sum(l => l.Discount.Amount));
    });

    [Fact]
    public void Nothing_is_ever_negative() => Baskets.Any.Sample(purchase =>
    {
        var quote = purchase.Quote();
        var totals = quote.Totals;

        Assert.All([totals.Subtotal, totals.Discount, totals.Shipping, totals.Tax, totals.IncludedTax, totals.Total], m => Assert.False(m.IsNegative));
        Assert.All(quote.Lines, l => Assert.All([l.Discount, l.Taxable, l.Total, l.Subtotal - l.Discount], m => Assert.False(m.IsNegative)));
        Assert.All(quote.Taxes, t => Assert.False(t.Amount.IsNegative || t.Taxable.IsNegative));
    });

    [Fact]
    public void Every_line_explains_its_own_total() => Baskets.Any.Sample(purchase => Assert.All(purchase.Quote().Lines, line =>
    {
        Assert.Equal(line.UnitPrice * line.Quantity, line.Subtotal);
        Assert.Equal(line.Discount.Amount, line.Adjustments.Sum(a => a.Amount.Amount));
        Assert.All(line.Adjustments, a => Assert.True(a.Amount.Amount > 0));
        Assert.Equal(line.Total.Amount, line.Taxable.Amount + line.Taxes.Sum(t => t.Amount.Amount));
    }));

    [Fact]
    public void The_summary_of_taxes_is_the_sum_of_the_taxes_of_the_lines_and_the_shipping() => Baskets.Any.Sample(purchase =>
    {
        var quote = purchase.Quote();
        var single = quote.Lines.SelectMany(l => l.Taxes).Concat(quote.Shipping?.Taxes ?? []).Sum(t => t.Amount.Amount);

        Assert.Equal(single, quote.Taxes.Sum(t => t.Amount.Amount));
        Assert.Equal(single, quote.Totals.Tax.Amount + quote.Totals.IncludedTax.Amount);
        Assert.True(quote.TaxInclusive ? quote.Totals.Tax.IsZero : quote.Totals.IncludedTax.IsZero);
    });

    [Fact]
    public void The_order_of_lines_changes_neither_total_nor_id() =>
        Gen.Select(Baskets.Any, Gen.Int[0, 1000]).Sample((purchase, seed) =>
        {
            var random = new Random(seed);
            var shuffled = purchase with
            {
                Basket = purchase.Basket with
                {
                    Lines = [.. purchase.Basket.Lines.OrderBy(_ => random.Next())],
                },
            };

            var (one, other) = (purchase.Quote(), shuffled.Quote());

            Assert.Equal(one.Totals, other.Totals);
            Assert.Equal(one.Id, other.Id);
            Assert.Equal(one.Lines.Select(l => (l.Sku, l.Total.Amount)).Order(), other.Lines.Select(l => (l.Sku, l.Total.Amount)).Order());
        });

    [Fact]
    public void The_same_basket_has_the_same_quote_at_any_time() => Baskets.Any.Sample(purchase =>
    {
        var (now, later) = (purchase.Quote(), purchase.Quote(Baskets.Noon.AddDays(1)));

        Assert.Equal(now.Id, later.Id);
        Assert.Equal(now.Totals, later.Totals);
        Assert.Matches("^qt_[a-z2-7]{26}$", now.Id);
    });

    [Fact]
    public void Another_quantity_price_or_category_is_another_quote() => Baskets.Any.Where(p => !p.Basket.Lines.IsEmpty).Sample(purchase =>
    {
        var line = purchase.Basket.Lines[0];
        string[] ids =
        [
            purchase.Quote().Id,
            With(line with { Quantity = line.Quantity + 1 }),
            With(line with { UnitPrice = line.UnitPrice + new Money(1, "EUR") }),
            With(line with { TaxCategory = "12" }),
            With(line with { Sku = "ANOTHER" }),
            (purchase with { Basket = purchase.Basket with { Channel = purchase.Basket.Channel with { TaxInclusive = !purchase.Basket.Channel.TaxInclusive } } }).Quote().Id,
            (purchase with { Basket = purchase.Basket with { Channel = purchase.Basket.Channel with { Id = "other" } } }).Quote().Id,
        ];

        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());

        string With(BasketLine changed) => (purchase with { Basket = purchase.Basket with { Lines = purchase.Basket.Lines.SetItem(0, changed) } }).Quote().Id;
    });

    [Fact]
    public void Names_and_ids_of_lines_are_not_part_of_the_price() => Baskets.Any.Sample(purchase =>
        purchase.Quote().Id == (purchase with
        {
            Basket = purchase.Basket with { Lines = [.. purchase.Basket.Lines.Select(l => l with { LineId = "x" + l.LineId, Name = "Renamed" })] },
        }).Quote().Id);

    [Fact]
    public void Until_the_destination_is_known_no_tax_is_shown() => Baskets.Any.Where(p => !p.Known).Sample(purchase =>
    {
        var quote = purchase.Quote();

        Assert.False(quote.TaxKnown);
        Assert.Empty(quote.Taxes);
        Assert.Equal(quote.Totals.Subtotal - quote.Totals.Discount, quote.Totals.Total);
    });

    [Fact]
    public void Another_promotion_never_raises_what_is_paid() => Gen.Select(Baskets.Any, Baskets.AnyPromotion).Sample((purchase, promotion) =>
    {
        var more = purchase with { Basket = purchase.Basket with { Promotions = Baskets.ByPriority([.. purchase.Basket.Promotions, promotion with { Id = "another" }]) } };

        Assert.True(Paid(more) <= Paid(purchase), $"{Paid(more)} instead of {Paid(purchase)}");

        static long Paid(Purchase purchase) => Discounting.Apply(purchase.Basket) is var discounted ? discounted.Goods.Amount + (discounted.Shipping?.Payable.Amount ?? 0) : 0;
    });

    [Fact]
    public void A_quote_is_computed_the_same_every_time() => Baskets.Any.Sample(purchase =>
        Assert.Equal(Recomputing.Bytes(purchase.Quote()), Recomputing.Bytes(purchase.Quote())));
}
