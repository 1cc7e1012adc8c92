using System.Runtime.InteropServices;
using Commerce.Pricing;

namespace Commerce.Tax;

/// <summary>One tax that is levied: who, what, how much.</summary>
/// <param name="Rate">A fraction: 0.19 is 19 %.</param>
public sealed record Levy(string Jurisdiction, string Name, decimal Rate);

/// <summary>The taxes of a category at a place.</summary>
public sealed record TaxClass(ImmutableArray<Levy> Levies)
{
    /// <summary>Of all levies together.</summary>
    public decimal Rate { get; } = Levies.Sum(l => l.Rate);
}

/// <summary>The arithmetic of taxes, for whoever has rates. Pure. Exact until the one rounding that the policy asks for; net + tax = gross by construction.</summary>
public static class Assessment
{
    /// <param name="classes">The taxes of each item, in the order of the request's items.</param>
    public static TaxQuote Of(TaxRequest request, ReadOnlySpan<TaxClass> classes)
    {
        var due = new long[request.Items.Length];
        switch (request.Rounding.Level)
        {
            case RoundingLevel.Line:
                ByLine(request, classes, due);
                break;
            case RoundingLevel.Unit:
                ByUnit(request, classes, due);
                break;
            case RoundingLevel.Rate:
                ByRate(request, classes, due);
                break;
            case RoundingLevel.Order:
                ByOrder(request, classes, due);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(request), request.Rounding.Level, "Not a rounding level.");
        }

        var items = new ItemTax[due.Length];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Split(request.Items[i], request.Inclusive, due[i], classes[i]);
        }

        return new TaxQuote(ImmutableCollectionsMarshal.AsImmutableArray(items), Arithmetic: true);
    }

    private static void ByLine(TaxRequest request, ReadOnlySpan<TaxClass> classes, Span<long> due)
    {
        for (var i = 0; i < due.Length; i++)
        {
            var amount = request.Items[i].Amount.Amount;
            due[i] = Within(amount, Rounding.Round(Exact(amount, classes[i].Rate, request.Inclusive), request.Rounding), request.Inclusive);
        }
    }

    private static void ByUnit(TaxRequest request, ReadOnlySpan<TaxClass> classes, Span<long> due)
    {
        for (var i = 0; i < due.Length; i++)
        {
            var (amount, quantity) = (request.Items[i].Amount.Amount, Math.Max(request.Items[i].Quantity, 1));
            var unit = Rounding.Round(Exact(amount, classes[i].Rate, request.Inclusive) / quantity, request.Rounding);
            due[i] = Within(amount, checked(unit * quantity), request.Inclusive);
        }
    }

    /// <summary>Rounds once for each rate, and hands the sum back to its items by their amounts.</summary>
    private static void ByRate(TaxRequest request, ReadOnlySpan<TaxClass> classes, Span<long> due)
    {
        var weights = new long[due.Length];
        var shares = new long[due.Length];
        for (var first = 0; first < due.Length; first++)
        {
            var (rate, sum) = (classes[first].Rate, 0L);
            if (Seen(rate, classes[..first]))
            {
                continue;
            }

            for (var i = 0; i < due.Length; i++)
            {
                weights[i] = classes[i].Rate == rate ? request.Items[i].Amount.Amount : 0;
                sum = checked(sum + weights[i]);
            }

            var tax = Within(sum, Rounding.Round(Exact(sum, rate, request.Inclusive), request.Rounding), request.Inclusive);
            if (tax == 0)
            {
                continue;
            }

            Apportion.LargestRemainder(tax, weights, shares);
            for (var i = 0; i < due.Length; i++)
            {
                due[i] += shares[i];
            }
        }
    }

    /// <summary>Rounds once for everything, and hands the sum back to the items by their exact taxes.</summary>
    private static void ByOrder(TaxRequest request, ReadOnlySpan<TaxClass> classes, Span<long> due)
    {
        var exact = new decimal[due.Length];
        var (sum, gross) = (0m, 0L);
        for (var i = 0; i < due.Length; i++)
        {
            var amount = request.Items[i].Amount.Amount;
            exact[i] = Exact(amount, classes[i].Rate, request.Inclusive);
            sum += exact[i];
            gross = checked(gross + (exact[i] > 0 ? amount : 0));
        }

        var tax = Within(gross, Rounding.Round(sum, request.Rounding), request.Inclusive);
        if (tax == 0)
        {
            return;
        }

        // Weights are whole: as many digits of the fractions as fit a long.
        var scale = 1m;
        while (sum * scale < 100_000_000_000_000_000m && scale < 1_000_000_000m)
        {
            scale *= 10m;
        }

        Apportion.LargestRemainder(tax, Array.ConvertAll(exact, e => decimal.ToInt64(e * scale)), due);
        for (var i = 0; request.Inclusive && i < due.Length; i++)
        {
            due[i] = Math.Min(due[i], request.Items[i].Amount.Amount);
        }
    }

    private static bool Seen(decimal rate, ReadOnlySpan<TaxClass> before)
    {
        foreach (var taxClass in before)
        {
            if (taxClass.Rate == rate)
            {
                return true;
            }
        }

        return false;
    }

    private static decimal Exact(long amount, decimal rate, bool inclusive) => inclusive ? amount * rate / (1m + rate) : amount * rate;

    /// <summary>A tax that is contained in an amount is never more than the amount, however it is rounded.</summary>
    private static long Within(long amount, long tax, bool inclusive) => inclusive ? Math.Min(tax, amount) : tax;

    private static ItemTax Split(TaxItem item, bool inclusive, long due, TaxClass taxClass)
    {
        var net = inclusive ? item.Amount - new Money(due, item.Amount.Currency) : item.Amount;
        var levies = taxClass.Levies;
        if (levies.IsEmpty)
        {
            return new ItemTax(item.Id, net, []);
        }

        if (levies is [var only])
        {
            return new ItemTax(item.Id, net, [Applied(only, net, due)]);
        }

        // Rates are fractions of six digits at the most; as whole numbers they are the weights.
        var weights = new long[levies.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = decimal.ToInt64(levies[i].Rate * 1_000_000m);
        }

        var shares = Apportion.LargestRemainder(due, weights);
        var applied = new AppliedTax[levies.Length];
        for (var i = 0; i < applied.Length; i++)
        {
            applied[i] = Applied(levies[i], net, shares[i]);
        }

        return new ItemTax(item.Id, net, ImmutableCollectionsMarshal.AsImmutableArray(applied));
    }

    private static AppliedTax Applied(Levy levy, Money net, long due) =>
        new(levy.Jurisdiction, levy.Name, levy.Rate, net, new Money(due, net.Currency));
}
