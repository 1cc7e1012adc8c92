using System.Text.Json;
using Commerce.Journal;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Computes a stored quote again from what went into it, which it carries with it. Pure: neither today's prices nor anybody else is asked.</summary>
internal static class Recomputing
{
    public static QuoteVerification Verify(Quote stored)
    {
        if (stored.PricedAt is null)
        {
            return new QuoteVerification(stored.Id, QuoteVerdict.NotRecomputable, [], stored, null);
        }

        var again = Of(stored);

        return Bytes(stored).AsSpan().SequenceEqual(Bytes(again))
            ? new QuoteVerification(stored.Id, QuoteVerdict.Same, [], stored, again)
            : new QuoteVerification(stored.Id, QuoteVerdict.Different, Differing.Between(stored, again), stored, again);
    }

    /// <summary>The quote as the journal writes it.</summary>
    public static byte[] Bytes(Quote quote) => JsonSerializer.SerializeToUtf8Bytes(quote, JournalJson.Default.Quote);

    private static Quote Of(Quote stored)
    {
        var discounted = Discounting.Apply(Basket(stored));
        var terms = new Terms(stored.PricedAt!.Value, stored.ValidUntil, stored.Destination)
        {
            CustomerGroups = stored.CustomerGroups,
            Coupons = [.. stored.CouponOutcomes.Select(AsGiven)],
            Uses = stored.Uses,
        };

        return Quoting.Total(discounted, terms, Assessed(stored, discounted));
    }

    private static Basket Basket(Quote stored) => new(
        new Channel
        {
            Id = stored.Channel,
            Name = stored.Channel,
            Currencies = [stored.Currency],
            TaxInclusive = stored.TaxInclusive,
            Rounding = stored.Rounding,
            Countries = [],
        },
        stored.Currency,
        [.. stored.Lines.Select(Line)],
        stored.Promotions,
        stored.Shipping is { } shipping
            ? new ShippingRate(shipping.Method, shipping.Name, stored.Currency, shipping.Steps, shipping.TaxCategory ?? "", 0, 0)
            : null)
    {
        CodeOf = stored.CouponOutcomes.Where(o => o.Promotion is not null).DistinctBy(o => o.Promotion).ToImmutableDictionary(o => o.Promotion!, o => o.Code),
    };

    private static BasketLine Line(QuoteLine line) => new(line.LineId, line.Sku, line.Name, line.Quantity, line.UnitPrice, line.TaxCategory ?? "")
    {
        PriceList = line.PriceList,
        CompareAt = line.CompareAt?.Amount,
        Product = line.Product,
        Category = line.Category,
        Tags = line.Tags,
        GiftOf = line.GiftOf,
    };

    /// <summary>What the computation itself found out about a coupon is found out again.</summary>
    private static CouponOutcome AsGiven(CouponOutcome outcome) =>
        outcome.Why is CouponRefusals.NothingMatches or CouponRefusals.BetterOne ? outcome with { Why = null, Message = null } : outcome;

    private static Assessed? Assessed(Quote stored, Discounted discounted)
    {
        if (stored.Destination is not { } destination)
        {
            return null;
        }

        if (!stored.TaxKnown)
        {
            return Tax.Assessed.Pending;
        }

        var items = discounted.Order.Select(position => stored.Lines[position].Taxes).Concat(stored.Shipping is { } shipping ? [shipping.Taxes] : []).ToArray();
        var request = discounted.TaxRequest(destination);
        var taxes = stored.TaxArithmetic
            ? Assessment.Of(request, [.. items.Select(taxes => new TaxClass([.. taxes.Select(t => new Levy(t.Jurisdiction, t.Name, t.Rate))]))])
            : new TaxQuote([.. request.Items.Select((item, i) => new ItemTax(item.Id, Net(stored, item, items[i]), items[i]))]);

        return new Assessed(taxes, stored.TaxedBy, stored.TaxEstimated);
    }

    private static Money Net(Quote stored, TaxItem item, ImmutableArray<AppliedTax> taxes) =>
        stored.TaxInclusive ? item.Amount - new Money(taxes.Sum(t => t.Amount.Amount), stored.Currency) : item.Amount;
}
