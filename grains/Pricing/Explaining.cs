using System.Globalization;
using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Tells how every cent of a quote came about, as data and as sentences that can be read out. Pure.</summary>
internal static class Explaining
{
    private const string Order = "order", Carriage = "shipping";

    public static ImmutableArray<ExplanationStep> Of(Quote quote)
    {
        var steps = ImmutableArray.CreateBuilder<ExplanationStep>();
        foreach (var line in quote.Lines)
        {
            Explain(steps, quote, line);
        }

        if (quote.Shipping is { } shipping)
        {
            Explain(steps, quote, shipping);
        }

        foreach (var outcome in quote.CouponOutcomes.Where(o => o.Why is not null))
        {
            steps.Add(new ExplanationStep(Order, ExplanationKind.Note, Money.Zero(quote.Currency), outcome.Code, $"The code {outcome.Code} took nothing off: {outcome.Message}"));
        }

        steps.Add(new ExplanationStep(Order, ExplanationKind.Note, Money.Zero(quote.Currency), null, Policy(quote.Rounding)));
        steps.Add(new ExplanationStep(Order, ExplanationKind.Total, quote.Totals.Total, null, Total(quote)));

        return steps.DrainToImmutable();
    }

    /// <summary>The same for a made-up basket, whose lines have no names.</summary>
    public static ImmutableArray<ExplanationStep> Simulated(Simulation simulation, Discounted discounted, ImmutableArray<ItemTax> items)
    {
        var steps = ImmutableArray.CreateBuilder<ExplanationStep>();
        for (var i = 0; i < discounted.Lines.Length; i++)
        {
            var (line, after) = (discounted.Basket.Lines[i], discounted.Lines[i]);
            steps.Add(new ExplanationStep(line.LineId, ExplanationKind.ListPrice, line.Subtotal, null, $"{line.Quantity} × {line.UnitPrice} are {line.Subtotal}."));
            Discounts(steps, line.LineId, after.Adjustments);
            Taxes(steps, simulation.Policy, simulation.PricesIncludeTax, line.LineId, after.Payable, items[i].Taxes);
        }

        foreach (var item in items[discounted.Lines.Length..])
        {
            var gross = item.Net + new Money(item.Taxes.Sum(t => t.Amount.Amount), simulation.Currency);
            steps.Add(new ExplanationStep(item.Id, ExplanationKind.Shipping, gross, null, $"Shipping or a surcharge: {item.Net} and {gross - item.Net} tax are {gross}."));
        }

        var total = new Money(items.Sum(item => item.Net.Amount + item.Taxes.Sum(t => t.Amount.Amount)), simulation.Currency);
        steps.Add(new ExplanationStep(Order, ExplanationKind.Note, Money.Zero(simulation.Currency), null, Policy(simulation.Policy)));
        steps.Add(new ExplanationStep(Order, ExplanationKind.Total, total, null, $"Together {total}."));

        return steps.DrainToImmutable();
    }

    private static void Explain(ImmutableArray<ExplanationStep>.Builder steps, Quote quote, QuoteLine line)
    {
        var list = line.PriceList is { } name ? $" from the price list {Versioned(name)}" : "";
        var before = line.CompareAt is { } compareAt ? $" It is shown to have cost {compareAt} before." : "";
        steps.Add(new ExplanationStep(
            line.LineId, ExplanationKind.ListPrice, line.Subtotal, line.PriceList, $"{line.Name}: {line.Quantity} × {line.UnitPrice}{list} are {line.Subtotal}.{before}"));
        Discounts(steps, line.LineId, line.Adjustments);
        Taxes(steps, quote.Rounding, quote.TaxInclusive, line.LineId, line.Subtotal - line.Discount, line.Taxes, quote.TaxArithmetic ? null : quote.TaxedBy);
        steps.Add(new ExplanationStep(line.LineId, ExplanationKind.Total, line.Total, null, $"{line.Name}: {line.Total} in all."));
    }

    private static void Explain(ImmutableArray<ExplanationStep>.Builder steps, Quote quote, QuoteShipping shipping)
    {
        steps.Add(new ExplanationStep(Carriage, ExplanationKind.Shipping, shipping.Price, shipping.Method, $"Shipping by {shipping.Name} costs {shipping.Price}{Because(quote, shipping)}."));
        Discounts(steps, Carriage, shipping.Adjustments);
        Taxes(steps, quote.Rounding, quote.TaxInclusive, Carriage, shipping.Price - (shipping.Discount ?? Money.Zero(quote.Currency)), shipping.Taxes, quote.TaxArithmetic ? null : quote.TaxedBy);
        steps.Add(new ExplanationStep(Carriage, ExplanationKind.Total, shipping.Total, null, $"Shipping: {shipping.Total} in all."));
    }

    private static string Because(Quote quote, QuoteShipping shipping)
    {
        var goods = new Money(quote.Lines.Where(line => line.GiftOf is null).Sum(line => line.Subtotal.Amount), quote.Currency);
        var reached = shipping.Steps.LastOrDefault(step => goods.Amount >= step.From);

        return reached.From > 0 ? $", since the goods cost {new Money(reached.From, quote.Currency)} or more" : "";
    }

    private static void Discounts(ImmutableArray<ExplanationStep>.Builder steps, string of, ImmutableArray<Adjustment> adjustments)
    {
        foreach (var adjustment in adjustments)
        {
            var code = adjustment.Source.StartsWith("coupon:", StringComparison.Ordinal) ? $" (code {adjustment.Source["coupon:".Length..]})" : "";
            steps.Add(new ExplanationStep(of, ExplanationKind.Promotion, -adjustment.Amount, adjustment.Promotion ?? adjustment.Source, $"{adjustment.Reason}{code}: {adjustment.Amount} off."));
        }
    }

    private static void Taxes(
        ImmutableArray<ExplanationStep>.Builder steps, RoundingPolicy policy, bool inclusive, string of, Money payable, ImmutableArray<AppliedTax> taxes, string? answeredBy = null)
    {
        var together = taxes.Sum(t => t.Rate);
        foreach (var tax in taxes)
        {
            var exact = inclusive ? payable.Amount * tax.Rate / (1m + together) : payable.Amount * tax.Rate;
            var rate = $"{tax.Rate * 100m / 1.0000000000000000000000000000m} % {tax.Name}{(tax.Jurisdiction.Length > 0 ? $" ({tax.Jurisdiction})" : "")}";
            var how = tax.Rate == 0 ? "nothing" : answeredBy is not null ? $"{tax.Amount}, as {answeredBy} answered" : $"{tax.Amount}{Rounded(policy, exact, tax.Amount)}";
            steps.Add(new ExplanationStep(
                of,
                inclusive ? ExplanationKind.IncludedTax : ExplanationKind.Tax,
                tax.Amount,
                tax.Jurisdiction.Length > 0 ? tax.Jurisdiction : null,
                inclusive ? $"{payable} contain {rate}: {how}." : $"{rate} on {payable}: {how}.")
            {
                Exact = answeredBy is null ? exact.ToString("0.######", CultureInfo.InvariantCulture) : null,
            });
        }
    }

    private static string Rounded(RoundingPolicy policy, decimal exact, Money amount) => exact == amount.Amount
        ? ""
        : policy.Level switch
        {
            RoundingLevel.Line => $", rounded {Mode(policy.Mode)} for the line",
            RoundingLevel.Unit => $", rounded {Mode(policy.Mode)} for each unit",
            RoundingLevel.Rate => $", its share of what was rounded {Mode(policy.Mode)} once for all that this rate is levied on",
            _ => $", its share of what was rounded {Mode(policy.Mode)} once for the order",
        };

    private static string Policy(RoundingPolicy policy)
    {
        var level = policy.Level switch
        {
            RoundingLevel.Line => "line by line",
            RoundingLevel.Unit => "unit by unit",
            RoundingLevel.Rate => "once for each tax rate",
            _ => "once for the order",
        };
        var increment = policy.Increment == 1 ? "" : $", to {policy.Increment} minor units";

        return $"Amounts are rounded {level}, {Mode(policy.Mode)}{increment}; what is spread over lines goes by largest remainder, to the first of equals.";
    }

    private static string Mode(RoundingMode mode) => mode switch
    {
        RoundingMode.HalfUp => "half up",
        RoundingMode.HalfEven => "half to even",
        RoundingMode.HalfUpPositive => "half up, towards plus infinity",
        RoundingMode.HalfDown => "half down",
        RoundingMode.Up => "up",
        _ => "down",
    };

    private static string Total(Quote quote)
    {
        var totals = quote.Totals;
        var tax = quote.TaxInclusive ? $"; {totals.IncludedTax} of it are taxes" : $" and {totals.Tax} taxes";

        return $"Goods {totals.Subtotal} less {totals.Discount}, shipping {totals.Shipping}{(quote.TaxKnown ? tax : "; the taxes are not known yet")}: {totals.Total} to pay.";
    }

    private static string Versioned(string list) => list.LastIndexOf('@') is > 0 and var at ? $"{list[..at]} (version {list[(at + 1)..]})" : list;
}
