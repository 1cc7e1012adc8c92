using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Adds up what a discounted basket costs, and says why. Pure: the time until when it holds is handed in, and is not part of the quote's id.</summary>
internal static class Quoting
{
    /// <param name="destination">Where it goes, with the <paramref name="taxes"/> there; both null while it is not known.</param>
    /// <exception cref="CommerceException">The taxes do not answer what was asked, or do not add up with the amounts they were asked for.</exception>
    public static Quote Total(Discounted discounted, Destination? destination, ShippingRate? shipping, TaxQuote? taxes, DateTimeOffset validUntil)
    {
        var (basket, currency) = (discounted.Basket, discounted.Basket.Currency);
        if (taxes is not null && taxes.Items.Length != basket.Lines.Length + (shipping is null ? 0 : 1))
        {
            throw DoNotAddUp();
        }

        var sums = new TaxSums(basket.Channel.TaxInclusive, currency);
        var lines = new QuoteLine[basket.Lines.Length];
        var (subtotal, total) = (0L, 0L);

        for (var i = 0; i < lines.Length; i++)
        {
            var position = discounted.Order[i];
            var line = Line(basket.Lines[position], discounted.Lines[position], taxes?.Items[i], sums);
            lines[position] = line;
            subtotal = checked(subtotal + line.Subtotal.Amount);
            total = checked(total + line.Total.Amount);
        }

        var carriage = shipping is null ? null : Carriage(shipping, taxes?.Items[^1], sums);
        total = checked(total + (carriage?.Total.Amount ?? 0));

        var quote = new Quote
        {
            Channel = basket.Channel.Id,
            Currency = currency,
            TaxInclusive = basket.Channel.TaxInclusive,
            Rounding = basket.Channel.Rounding,
            Lines = ImmutableCollectionsMarshal.AsImmutableArray(lines),
            Shipping = carriage,
            Taxes = sums.ByRate(),
            Totals = new Totals
            {
                Subtotal = new Money(subtotal, currency),
                Discount = new Money(subtotal - discounted.Goods.Amount, currency),
                Shipping = shipping?.Price ?? Money.Zero(currency),
                Tax = sums.Added,
                IncludedTax = sums.Included,
                Total = new Money(total, currency),
            },
            Coupons = Codes(discounted.Applied),
            ValidUntil = validUntil,
            TaxKnown = taxes is not null,
        };

        return quote with { Id = QuoteId.Of(quote, discounted, destination) };
    }

    private static QuoteLine Line(in BasketLine line, in DiscountedLine discounted, ItemTax? tax, TaxSums sums)
    {
        var subtotal = line.Subtotal;

        return new QuoteLine
        {
            LineId = line.LineId,
            Sku = line.Sku,
            Name = line.Name,
            Quantity = line.Quantity,
            UnitPrice = line.UnitPrice,
            Subtotal = subtotal,
            Adjustments = discounted.Adjustments,
            Discount = subtotal - discounted.Payable,
            Taxable = tax?.Net ?? discounted.Payable,
            Taxes = tax?.Taxes ?? [],
            Total = sums.Add(discounted.Payable, tax),
        };
    }

    private static QuoteShipping Carriage(ShippingRate rate, ItemTax? tax, TaxSums sums) => new()
    {
        Method = rate.Id,
        Name = rate.Name,
        Price = rate.Price,
        Taxable = tax?.Net ?? rate.Price,
        Taxes = tax?.Taxes ?? [],
        Total = sums.Add(rate.Price, tax),
    };

    private static ImmutableArray<string> Codes(ImmutableArray<Coupon> coupons) => coupons.IsEmpty ? [] : [.. coupons.Select(c => c.Code)];

    private static CommerceException DoNotAddUp() =>
        new(CommonErrors.Unavailable("The taxes that were answered do not add up with the amounts asked about.", TimeSpan.FromSeconds(30)));

    /// <summary>Taxes as they are added up, item by item.</summary>
    private sealed class TaxSums(bool inclusive, string currency)
    {
        private readonly List<AppliedTax> byRate = [];
        private long sum;

        public Money Added => new(inclusive ? 0 : sum, currency);

        public Money Included => new(inclusive ? sum : 0, currency);

        public ImmutableArray<AppliedTax> ByRate() => byRate.Count == 0 ? [] : [.. byRate];

        /// <summary>Adds the taxes of an item. Returns what is paid for it, taxes included.</summary>
        public Money Add(Money payable, ItemTax? tax)
        {
            if (tax is null)
            {
                return payable;
            }

            var due = 0L;
            foreach (var applied in tax.Taxes)
            {
                due = checked(due + applied.Amount.Amount);
                Remember(applied);
            }

            var net = inclusive ? payable.Amount - due : payable.Amount;
            if (tax.Net != new Money(net, currency) || net < 0 || due < 0)
            {
                throw DoNotAddUp();
            }

            sum = checked(sum + due);

            return new Money(checked(net + due), currency);
        }

        private void Remember(AppliedTax tax)
        {
            for (var i = 0; i < byRate.Count; i++)
            {
                var known = byRate[i];
                if (known.Rate == tax.Rate && known.Jurisdiction == tax.Jurisdiction && known.Name == tax.Name)
                {
                    byRate[i] = known with { Taxable = known.Taxable + tax.Taxable, Amount = known.Amount + tax.Amount };
                    return;
                }
            }

            byRate.Add(tax);
        }
    }
}
