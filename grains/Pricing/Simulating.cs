using Commerce.Tax;

namespace Commerce.Pricing;

/// <summary>Prices made-up baskets: the same discounting, the same taxes and the same rounding as for a cart, with rates that are given instead of looked up. Pure.</summary>
internal static class Simulating
{
    public static SimulationResult Run(Simulation simulation)
    {
        var discounted = Discounting.Apply(Basket(simulation));
        var inclusive = simulation.PricesIncludeTax;
        var charges = simulation.Shipping.AddRange(simulation.Surcharges);
        var own = charges.RemoveAll(c => c.IncludesTax != inclusive);
        var others = charges.RemoveAll(c => c.IncludesTax == inclusive);

        // What is priced the other way round is rounded by itself; everything else is one sum.
        var items = Taxed(simulation, inclusive, [.. Lines(simulation, discounted), .. Charges(own, simulation.Currency)]).AddRange(
            Taxed(simulation, !inclusive, [.. Charges(others, simulation.Currency)]));

        var lines = ImmutableArray.CreateBuilder<SimulatedTotal>(simulation.Lines.Length);
        for (var i = 0; i < simulation.Lines.Length; i++)
        {
            var (net, tax) = Sums(items[i]);
            lines.Add(new SimulatedTotal(net, tax, checked(net + tax), (discounted.Basket.Lines[i].Subtotal - discounted.Lines[i].Payable).Amount));
        }

        var (allNet, allTax) = (0L, 0L);
        foreach (var item in items)
        {
            var (net, tax) = Sums(item);
            (allNet, allTax) = (checked(allNet + net), checked(allTax + tax));
        }

        return new SimulationResult(
            allNet, allTax, checked(allNet + allTax), lines.MoveToImmutable(), Summary(items), Explaining.Simulated(simulation, discounted, items));
    }

    private static Basket Basket(Simulation simulation)
    {
        var channel = new Channel
        {
            Id = "simulation",
            Name = "Simulation",
            Currencies = [simulation.Currency],
            TaxInclusive = simulation.PricesIncludeTax,
            Rounding = simulation.Policy,
            Countries = [],
        };

        return new Basket(channel, simulation.Currency, [.. simulation.Lines.Select((line, i) => Line(simulation, line, i))], simulation.Promotions);
    }

    private static BasketLine Line(Simulation simulation, SimulatedLine line, int i) =>
        new($"line_{i + 1}", Simulation.Sku(i), $"line {i + 1}", line.Quantity, new Money(line.UnitPrice, simulation.Currency), "given") { TaxRate = line.Rates.Sum() };

    private static IEnumerable<(TaxItem Item, TaxClass Class)> Lines(Simulation simulation, Discounted discounted) => simulation.Lines.Select((line, i) =>
        (new TaxItem($"line_{i + 1}", "given", discounted.Lines[i].Payable, line.Quantity), Class(line.Rates)));

    private static IEnumerable<(TaxItem Item, TaxClass Class)> Charges(ImmutableArray<SimulatedCharge> charges, string currency) => charges.Select((charge, i) =>
        (new TaxItem($"charge_{i + 1}", "given", new Money(charge.Price, currency), 1), Class(charge.Rates)));

    private static TaxClass Class(ImmutableArray<decimal> rates) =>
        new([.. rates.Select(rate => new Levy("", "tax", rate))]);

    private static ImmutableArray<ItemTax> Taxed(Simulation simulation, bool inclusive, ImmutableArray<(TaxItem Item, TaxClass Class)> items) =>
        Assessment.Of(new TaxRequest("", null, inclusive, simulation.Policy, [.. items.Select(i => i.Item)]), [.. items.Select(i => i.Class)]).Items;

    private static (long Net, long Tax) Sums(ItemTax item) => (item.Net.Amount, item.Taxes.Sum(t => t.Amount.Amount));

    private static ImmutableArray<SimulatedTax> Summary(ImmutableArray<ItemTax> items) =>
    [
        .. items.SelectMany(item => item.Taxes).GroupBy(tax => tax.Rate).OrderBy(rate => rate.Key)
            .Select(rate => new SimulatedTax(rate.Key * 100m / 1.0000000000000000000000000000m, rate.Sum(t => t.Taxable.Amount), rate.Sum(t => t.Amount.Amount))),
    ];
}
