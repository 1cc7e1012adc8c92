using Commerce.Carts;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>What a quote says beside its amounts.</summary>
/// <param name="At">UTC: the moment whose prices these are.</param>
/// <param name="ValidUntil">UTC: until when they hold. Not part of the quote's id, nor is the moment.</param>
internal sealed record Terms(DateTimeOffset At, DateTimeOffset ValidUntil, Destination? Destination)
{
    public ImmutableArray<string> CustomerGroups { get; init; } = [];

    /// <summary>Every coupon that was given: refused, or switched on.</summary>
    public ImmutableArray<CouponOutcome> Coupons { get; init; } = [];

    /// <summary>Uses that the coupons take which were switched on.</summary>
    public ImmutableArray<LimitedUse> Uses { get; init; } = [];
}

/// <summary>Adds up what a discounted basket costs, and says why. Pure.</summary>
internal static class Quoting
{
    /// <param name="assessed">The taxes at the destination; null while that is not known.</param>
    /// <exception cref="CommerceException">The taxes do not answer what was asked, or do not add up with the amounts they were asked for.</exception>
    public static Quote Total(Discounted discounted, Terms terms, Assessed? assessed)
    {
        var (basket, currency, taxes) = (discounted.Basket, discounted.Basket.Currency, assessed?.Taxes);
        if (taxes is not null && taxes.Items.Length != basket.Lines.Length + (discounted.Shipping is null ? 0 : 1))
        {
            throw DoNotAddUp();
        }

        var sums = new TaxSums(basket.Channel.TaxInclusive, currency);
        var lines = new QuoteLine[basket.Lines.Length];
        var (subtotal, total) = (0L, 0L);

        for (var i = 0; i < lines.Length; i++)
        {
            var position = discounted.Order[i];
            var line = Line(basket.Lines[position], discounted.Lines[position], taxes?.Items[i], sums, selectable: !basket.Promotions.IsEmpty);
            lines[position] = line;
            subtotal = checked(subtotal + line.Subtotal.Amount);
            total = checked(total + line.Total.Amount);
        }

        var carriage = discounted.Shipping is { } shipping ? Carriage(basket, shipping, taxes?.Items[^1], sums) : null;
        total = checked(total + (carriage?.Total.Amount ?? 0));
        var outcomes = Outcomes(terms.Coupons, discounted);

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
                Shipping = discounted.Shipping?.Payable ?? Money.Zero(currency),
                Tax = sums.Added,
                IncludedTax = sums.Included,
                Total = new Money(total, currency),
            },
            Coupons = InEffect(outcomes),
            ValidUntil = terms.ValidUntil,
            TaxKnown = taxes is not null,
            PricedAt = terms.At,
            Promotions = basket.Promotions,
            CouponOutcomes = outcomes,
            Uses = Taken(terms.Uses, discounted.Applied),
            TaxedBy = assessed?.By,
            TaxEstimated = assessed?.Estimated ?? false,
            TaxPending = assessed is { Taxes: null },
            TaxArithmetic = taxes?.Arithmetic ?? false,
            Destination = terms.Destination,
            CustomerGroups = terms.CustomerGroups,
        };

        return quote with { Id = QuoteId.Of(quote, discounted.Order) };
    }

    private static QuoteLine Line(in BasketLine line, in DiscountedLine discounted, ItemTax? tax, TaxSums sums, bool selectable)
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
            PriceList = line.PriceList,
            CompareAt = line.CompareAt is { } before ? new Money(before, line.UnitPrice.Currency) : null,
            TaxCategory = line.TaxCategory,
            GiftOf = line.GiftOf,
            Product = selectable ? line.Product : null,
            Category = selectable ? line.Category : null,
            Tags = selectable && !line.Tags.IsDefault ? line.Tags : [],
        };
    }

    private static QuoteShipping Carriage(Basket basket, DiscountedShipping shipping, ItemTax? tax, TaxSums sums) => new()
    {
        Method = basket.Shipping!.Id,
        Name = basket.Shipping.Name,
        Price = shipping.Price,
        Taxable = tax?.Net ?? shipping.Payable,
        Taxes = tax?.Taxes ?? [],
        Total = sums.Add(shipping.Payable, tax),
        Adjustments = shipping.Adjustments,
        Discount = shipping.Price - shipping.Payable,
        TaxCategory = shipping.TaxCategory,
        Steps = basket.Shipping.Steps,
    };

    /// <summary>A code that was switched on and took nothing off was outdone by a better promotion, or there is nothing in the cart that it is for.</summary>
    private static ImmutableArray<CouponOutcome> Outcomes(ImmutableArray<CouponOutcome> coupons, Discounted discounted)
    {
        if (coupons.Length > 1)
        {
            coupons = coupons.Sort(static (one, other) => string.CompareOrdinal(one.Code, other.Code));
        }

        for (var i = 0; i < coupons.Length; i++)
        {
            if (coupons[i] is { Why: null, Promotion: { } id } && !discounted.Applied.Contains(id))
            {
                var alone = discounted.Basket.Promotions.All(p => p.Id == id || p.Stacking is Stacking.Stackable) && discounted.Basket.Promotions.Any(p => p.Id == id && p.Stacking is Stacking.Stackable);
                coupons = coupons.SetItem(i, coupons[i] with
                {
                    Why = alone ? CouponRefusals.NothingMatches : CouponRefusals.BetterOne,
                    Message = alone ? "Nothing in the cart is left for this code to lower." : "Another offer serves you better, and the two cannot be had together.",
                });
            }
        }

        return coupons;
    }

    private static ImmutableArray<string> InEffect(ImmutableArray<CouponOutcome> outcomes) => outcomes.IsEmpty ? [] : [.. outcomes.Where(o => o.Why is null).Select(o => o.Code)];

    private static ImmutableArray<LimitedUse> Taken(ImmutableArray<LimitedUse> uses, ImmutableArray<string> applied) =>
        uses.IsEmpty ? [] : uses.RemoveAll(use => use.Promotion is null || !applied.Contains(use.Promotion));

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
