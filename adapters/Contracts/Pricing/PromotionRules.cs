namespace Commerce.Pricing;

/// <summary>What a promotion has to be like, whoever writes it: a file, a person, another system. Pure.</summary>
public static class PromotionRules
{
    /// <summary>Most codes that are made together.</summary>
    public const int MostGenerated = 100_000;

    /// <summary>Longest beginning of codes that are made: the whole code has room in 40 letters.</summary>
    public const int MaxPrefix = 24;

    private const int MaxCode = 40, MaxReason = 200;

    /// <summary>Everything that is wrong with it; empty when nothing is.</summary>
    public static ImmutableArray<Fault> Check(Promotion promotion, IChannels channels)
    {
        var faults = new Faults();
        faults.Id(promotion.Id, "/id");
        faults.Text(promotion.Reason, MaxReason, "/reason");
        faults.Must(promotion.Priority is >= -1_000_000 and <= 1_000_000, "/priority", "A priority is within -1,000,000 and 1,000,000.");
        faults.Must(Enum.IsDefined(promotion.Stacking), "/stacking", "Write stackable, exclusive or best_of.");
        faults.Must(promotion.Stacking is not Stacking.BestOf || promotion.Group is not null, "/group", "One of a group needs the group's name.", "required");
        if (promotion.Group is { } group)
        {
            faults.Id(group, "/group");
        }

        faults.Few(promotion.Channels, 100, "/channels");
        for (var i = 0; i < promotion.Channels.Length; i++)
        {
            faults.Channel(promotion.Channels[i], channels, $"/channels/{i}");
        }

        faults.Window(promotion.From, promotion.Until, "");
        Conditions(promotion.When, faults);
        Coupons(promotion.Coupons, faults);
        Effect(promotion.Effect, faults);

        return faults.Found;
    }

    /// <summary>Whether a code, or what codes begin with, can be typed.</summary>
    public static bool CanBeTyped(string? code, int most) => code is { Length: > 0 } && code.Length <= most && code.All(c => c is (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '-');

    /// <summary>What is wrong with codes that are to be made.</summary>
    public static ImmutableArray<Fault> Check(NewCodes codes)
    {
        var faults = new Faults();
        faults.Must(codes.Count is >= 1 and <= MostGenerated, "/count", $"1 to {MostGenerated} codes are made at once.", "invalid-quantity");
        faults.Must(CanBeTyped(codes.Prefix, MaxPrefix), "/prefix", $"Codes begin with 1 to {MaxPrefix} capital letters, digits and dashes, as SPRING-.");
        faults.Quantity(codes.Uses, 1, "/uses");
        faults.Quantity(codes.UsesPerCustomer ?? 1, 1, "/usesPerCustomer");

        return faults.Found;
    }

    private static void Conditions(PromotionConditions when, Faults faults)
    {
        faults.Amounts(when.MinimumSpend, "/when/minimumSpend", required: false);
        faults.Quantity(when.MinimumQuantity, 0, "/when/minimumQuantity");
        faults.Items(when.Items, "/when/items");
        faults.Ids(when.CustomerGroups, 100, "/when/customerGroups");
        faults.Countries(when.Countries, "/when/countries");
    }

    private static void Coupons(ImmutableArray<CouponCodes> coupons, Faults faults)
    {
        faults.Few(coupons, 200, "/coupons");
        for (var i = 0; i < coupons.Length; i++)
        {
            var (codes, at) = (coupons[i], $"/coupons/{i}");
            var most = codes.Generated == 0 ? MaxCode : MaxPrefix;
            faults.Must(CanBeTyped(codes.Code, most), $"{at}/code", $"A code has 1 to {most} capital letters, digits and dashes.");
            faults.Quantity(codes.Uses ?? 1, 1, $"{at}/uses");
            faults.Quantity(codes.UsesPerCustomer ?? 1, 1, $"{at}/usesPerCustomer");
            faults.Must(codes.Generated is >= 0 and <= MostGenerated, $"{at}/generated", $"0 to {MostGenerated} codes are made together.", "invalid-quantity");
            faults.Must((codes.Generated == 0) == (codes.Seed is null), $"{at}/seed", "Codes that are made together follow from a seed, and one code from none.");
            faults.Must(codes.Seed is null || IsSecret(codes.Seed), $"{at}/seed", "A seed is 16 bytes or more in base 64.");
        }

        faults.Must(coupons.Select(c => c.Code).Distinct(StringComparer.OrdinalIgnoreCase).Count() == coupons.Length, "/coupons", "A code is there twice. Keep one.");
    }

    private static void Effect(Effect effect, Faults faults)
    {
        switch (effect)
        {
            case PercentOff percent:
                faults.Fraction(percent.Percentage, "/effect/percentage");
                On(percent.On, percent.Items, faults);
                break;
            case AmountOff amount:
                faults.Amounts(amount.Amounts, "/effect/amounts");
                On(amount.On, amount.Items, faults);
                break;
            case FixedPrice price:
                faults.Amounts(price.Amounts, "/effect/amounts");
                On(price.On, price.Items, faults);
                break;
            case BuyGet buyGet:
                faults.Quantity(buyGet.BuyQuantity, 1, "/effect/buyQuantity");
                faults.Quantity(buyGet.GetQuantity, 1, "/effect/getQuantity");
                faults.Items(buyGet.Buy, "/effect/buy");
                faults.Items(buyGet.Get, "/effect/get");
                faults.Fraction(buyGet.Percentage, "/effect/percentage");
                faults.Quantity(buyGet.Times ?? 1, 1, "/effect/times");
                break;
            case Tiers tiers:
                Steps(tiers.Steps, faults);
                faults.Must(tiers.On is Target.Lines or Target.Order, "/effect/on", "Tiers are reached by lines, or by the order.");
                faults.Items(tiers.Items, "/effect/items");
                break;
            case Bundle bundle:
                Parts(bundle, faults);
                break;
            case Gift gift:
                faults.Sku(gift.Sku, "/effect/sku");
                faults.Quantity(gift.Quantity, 1, "/effect/quantity");
                break;
            default:
                faults.Must(false, "/effect", "A promotion needs an effect.", "required");
                break;
        }
    }

    private static void On(Target on, ItemSelector? items, Faults faults)
    {
        faults.Must(Enum.IsDefined(on), "/effect/on", "Write lines, order or shipping.");
        faults.Must(on is not Target.Shipping || items is null, "/effect/items", "Shipping has no items. Leave it out.");
        faults.Items(items, "/effect/items");
    }

    private static void Steps(ImmutableArray<Tier> steps, Faults faults)
    {
        faults.Must(steps is { IsDefaultOrEmpty: false, Length: <= 50 }, "/effect/steps", "Tiers have 1 to 50 steps.", "required");
        for (var i = 0; i < steps.Length; i++)
        {
            var (step, at) = (steps[i], $"/effect/steps/{i}");
            faults.Must(step.FromQuantity > 0 != !step.FromSpend.IsEmpty, at, "A step goes by fromQuantity or by fromSpend. Give one of them.");
            faults.Quantity(step.FromQuantity, 0, $"{at}/fromQuantity");
            faults.Amounts(step.FromSpend, $"{at}/fromSpend", required: false);
            faults.Must(step.Percentage != 0 != !step.Amounts.IsEmpty, at, "A step takes off a percentage or amounts. Give one of them.");
            faults.Must(step.Percentage is >= 0 and <= 1, $"{at}/percentage", $"{step.Percentage} is no fraction above 0 and up to 1. Write 0.10 for 10 %.");
            faults.Amounts(step.Amounts, $"{at}/amounts", required: false);
            faults.Must(i == 0 || IsAbove(step, steps[i - 1]), at, "Each step begins above the one before it, by the same measure. Put them in order.");
        }
    }

    private static bool IsAbove(Tier step, Tier before) => step.FromSpend.IsEmpty
        ? before.FromSpend.IsEmpty && step.FromQuantity > before.FromQuantity
        : !before.FromSpend.IsEmpty && step.FromSpend.All(from => before.FromSpend.All(b => b.Currency != from.Currency || b.Amount < from.Amount));

    private static void Parts(Bundle bundle, Faults faults)
    {
        faults.Must(bundle.Parts is { IsDefaultOrEmpty: false, Length: <= 20 }, "/effect/parts", "A bundle has 1 to 20 parts.", "required");
        for (var i = 0; i < bundle.Parts.Length; i++)
        {
            faults.Quantity(bundle.Parts[i].Quantity, 1, $"/effect/parts/{i}/quantity");
            faults.Items(bundle.Parts[i].Items, $"/effect/parts/{i}/items");
        }

        faults.Must(bundle.Percentage != 0 != !bundle.Prices.IsEmpty, "/effect", "A bundle has prices, or a percentage is taken off. Give one of them.");
        faults.Must(bundle.Percentage is >= 0 and <= 1, "/effect/percentage", $"{bundle.Percentage} is no fraction above 0 and up to 1. Write 0.10 for 10 %.");
        faults.Amounts(bundle.Prices, "/effect/prices", required: false);
        faults.Quantity(bundle.Times ?? 1, 1, "/effect/times");
    }

    private static bool IsSecret(string seed)
    {
        Span<byte> bytes = stackalloc byte[128];

        return Convert.TryFromBase64String(seed, bytes, out var length) && length >= 16;
    }
}
