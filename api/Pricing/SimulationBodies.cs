namespace Commerce.Pricing;

/// <summary>A basket that somebody made up, as it is sent.</summary>
internal sealed record SimulationBody(
    string? Currency,
    bool? PricesIncludeTax,
    SimulationPolicyBody? Policy,
    ImmutableArray<SimulationLineBody> Lines,
    ImmutableArray<SimulationPromotionBody> Promotions,
    ImmutableArray<SimulationChargeBody> Shipping,
    ImmutableArray<SimulationChargeBody> Surcharges);

/// <param name="Rounding"><c>halfEven</c>, <c>halfAwayFromZero</c>, <c>halfUp</c> (toward +∞), <c>halfDown</c>, <c>up</c>, <c>down</c>.</param>
/// <param name="Level"><c>line</c>, <c>unit</c>, <c>rate</c>, <c>order</c>.</param>
/// <param name="SpreadBy"><c>gross</c> or <c>price</c>: what order discounts are spread by.</param>
internal sealed record SimulationPolicyBody(string? Rounding, string? Level, string? Apportioning, int? Increment, string? SpreadBy);

internal sealed record SimulationLineBody(long UnitPrice, int Quantity, decimal? TaxRatePct, ImmutableArray<decimal>? TaxRates);

/// <param name="Type"><c>itemPercent</c>, <c>itemFixed</c> (off every unit), <c>orderPercent</c>, <c>orderFixed</c>, <c>orderFixedPrice</c>.</param>
/// <param name="Lines">Positions of the lines that it is for, from 0; absent: all.</param>
internal sealed record SimulationPromotionBody(string Type, decimal Value, ImmutableArray<decimal>? Lines);

internal sealed record SimulationChargeBody(long Price, decimal? TaxRatePct, ImmutableArray<decimal>? TaxRates, bool? IncludesTax);

/// <summary>What a simulation is sent, field by field.</summary>
internal static class SimulationBodies
{
    private const int MaxLines = 1_000, MaxPromotions = 100, MaxCharges = 100, MaxRates = 10;
    private const long MaxPrice = 1_000_000_000_000;
    private const decimal MaxRate = 1_000m;

    private static readonly ImmutableDictionary<string, RoundingMode> Modes = new Dictionary<string, RoundingMode>
    {
        ["halfEven"] = RoundingMode.HalfEven,
        ["halfAwayFromZero"] = RoundingMode.HalfUp,
        ["halfUp"] = RoundingMode.HalfUpPositive,
        ["halfDown"] = RoundingMode.HalfDown,
        ["up"] = RoundingMode.Up,
        ["down"] = RoundingMode.Down,
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, RoundingLevel> Levels = new Dictionary<string, RoundingLevel>
    {
        ["line"] = RoundingLevel.Line,
        ["unit"] = RoundingLevel.Unit,
        ["rate"] = RoundingLevel.Rate,
        ["order"] = RoundingLevel.Order,
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, SpreadBy> Spreads = new Dictionary<string, SpreadBy>
    {
        ["gross"] = SpreadBy.Gross,
        ["price"] = SpreadBy.Price,
    }.ToImmutableDictionary();

    private static readonly ImmutableDictionary<string, bool> Apportionings = new Dictionary<string, bool> { ["largestRemainder"] = true }.ToImmutableDictionary();

    private enum Kind
    {
        ItemPercent,
        ItemFixed,
        OrderPercent,
        OrderFixed,
        OrderFixedPrice,
    }

    private static readonly ImmutableDictionary<string, Kind> Kinds = new Dictionary<string, Kind>
    {
        ["itemPercent"] = Kind.ItemPercent,
        ["itemFixed"] = Kind.ItemFixed,
        ["orderPercent"] = Kind.OrderPercent,
        ["orderFixed"] = Kind.OrderFixed,
        ["orderFixedPrice"] = Kind.OrderFixedPrice,
    }.ToImmutableDictionary();

    public static Simulation Read(Fields fields)
    {
        var currency = fields.CurrencyCode("currency") ?? "EUR";
        var inclusive = fields.Flag("pricesIncludeTax") ?? false;
        var policy = fields.Inner("policy") is { } given ? Policy(given) : new RoundingPolicy(RoundingMode.HalfUp, RoundingLevel.Line, 1, SpreadBy.Gross);
        var lines = fields.List("lines", MaxLines, "too-many-lines", Line);
        var count = 0;
        var simulation = new Simulation(
            currency,
            inclusive,
            policy,
            lines,
            fields.List("promotions", MaxPromotions, "invalid-value", promotion => Promotion(promotion, currency, lines.Length, count++)),
            fields.List("shipping", MaxCharges, "invalid-value", charge => Charge(charge, inclusive, surcharge: false)),
            fields.List("surcharges", MaxCharges, "invalid-value", charge => Charge(charge, inclusive, surcharge: true)));
        fields.NothingElse();
        return simulation;
    }

    private static RoundingPolicy Policy(Fields fields)
    {
        var policy = new RoundingPolicy(
            fields.Choice("rounding", Modes) ?? RoundingMode.HalfUp,
            fields.Choice("level", Levels) ?? RoundingLevel.Line,
            (int)(fields.Whole("increment", 1, 1_000) ?? 1),
            fields.Choice("spreadBy", Spreads) ?? SpreadBy.Gross);
        _ = fields.Choice("apportioning", Apportionings);
        fields.NothingElse();
        return policy;
    }

    private static SimulatedLine Line(Fields fields)
    {
        var line = new SimulatedLine(Price(fields, "unitPrice"), fields.Quantity("quantity"), Rates(fields));
        fields.NothingElse();
        return line;
    }

    private static SimulatedCharge Charge(Fields fields, bool inclusive, bool surcharge)
    {
        var charge = new SimulatedCharge(Price(fields, "price"), Rates(fields), surcharge ? fields.Flag("includesTax") ?? inclusive : inclusive);
        fields.NothingElse();
        return charge;
    }

    /// <summary>The first promotion has the highest priority.</summary>
    private static Promotion Promotion(Fields fields, string currency, int lines, int position)
    {
        var kind = fields.Choice("type", Kinds);
        var percent = kind is Kind.ItemPercent or Kind.OrderPercent;
        var value = (percent ? fields.Number("value", 0m, 100m) : fields.Whole("value", 0, MaxPrice)) ?? 0m;
        if (kind is null)
        {
            fields.Wrong("type", "required", $"'type' is one of {string.Join(", ", Kinds.Keys.Order(StringComparer.Ordinal))}.");
        }

        if (!fields.Has("value"))
        {
            fields.Wrong("value", "required", "'value' is per cent, or minor units.");
        }

        var positions = fields.Numbers("lines", MaxLines, 0, Math.Max(0, lines - 1));
        var items = positions.IsDefault ? null : ItemSelector.Sku([.. positions.Select(p => Simulation.Sku((int)p))]);
        if (positions is { IsDefault: false } named && (named.IsEmpty || named.Any(p => p != decimal.Truncate(p))))
        {
            fields.Wrong("lines", "invalid-value", "'lines' are positions of lines, from 0. Leave it out for all of them.");
        }

        fields.NothingElse();
        return new Promotion
        {
            Id = $"promotion-{position + 1}",
            Reason = $"Promotion {position + 1}",
            Priority = MaxPromotions - position,
            Effect = kind switch
            {
                Kind.ItemPercent => new PercentOff(value / 100m, Target.Lines, items),
                Kind.ItemFixed => new AmountOff([new Money((long)value, currency)], Target.Lines, items),
                Kind.OrderPercent => new PercentOff(value / 100m, Target.Order, items),
                Kind.OrderFixed => new AmountOff([new Money((long)value, currency)], Target.Order, items),
                _ => new FixedPrice([new Money((long)value, currency)], Target.Order, items),
            },
        };
    }

    private static long Price(Fields fields, string name)
    {
        var price = fields.Whole(name, 0, MaxPrice);
        if (price is null)
        {
            fields.Wrong(name, "required", $"'{name}' is minor units, as 1295 for 12.95.");
        }

        return price ?? 0;
    }

    /// <summary>As fractions.</summary>
    private static ImmutableArray<decimal> Rates(Fields fields)
    {
        var one = fields.Number("taxRatePct", 0m, MaxRate);
        var several = fields.Numbers("taxRates", MaxRates, 0m, MaxRate);
        if (one is not null && !several.IsDefault)
        {
            fields.Wrong("taxRates", "invalid-value", "Give 'taxRatePct' or 'taxRates', not both.");
        }

        return several.IsDefault ? one is { } rate ? [rate / 100m] : [] : [.. several.Select(r => r / 100m)];
    }
}
