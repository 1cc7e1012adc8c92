using System.Globalization;
using Commerce.Catalog;
using Commerce.Pricing;

namespace Commerce.Commercetools;

/// <summary>Cart discounts and their codes as promotions. Pure. What cannot be said here the same way is left out and told; nothing is guessed.</summary>
internal sealed class PromotionMapping(CommercetoolsOptions options, ImmutableArray<MarketOptions> markets, IReadOnlyDictionary<string, string> groups)
{
    /// <summary>Digits of a sort order that a priority can hold.</summary>
    private const int SortDigits = 9;

    private readonly List<Promotion> promotions = [];
    private readonly List<NotMapped> notMapped = [];

    public ImmutableArray<Promotion> Promotions => [.. promotions];

    public ImmutableArray<NotMapped> NotMapped => [.. notMapped];

    public PromotionMapping Add(ImmutableArray<WireCartDiscount> discounts, ImmutableArray<WireDiscountCode> codes)
    {
        var usable = Usable(codes);
        var active = discounts.Where(discount => discount.IsActive).ToArray();
        foreach (var discount in active)
        {
            var own = usable.Where(code => code.CartDiscounts[0].Id == discount.Id).ToArray();
            if (discount.RequiresDiscountCode && own.Length == 0)
            {
                continue; // nobody can switch it on
            }

            if (Map(discount, own, active, out var promotion) is { } why)
            {
                notMapped.Add(new NotMapped("cart-discount", discount.Key ?? discount.Id, why));
            }
            else if (promotion is not null)
            {
                promotions.Add(promotion);
            }
        }

        return this;
    }

    private List<WireDiscountCode> Usable(ImmutableArray<WireDiscountCode> codes)
    {
        var usable = new List<WireDiscountCode>();
        foreach (var code in codes.Where(code => code.IsActive).OrderBy(code => code.Id, StringComparer.Ordinal))
        {
            var why = code switch
            {
                { CartDiscounts: not { Length: 1 } } => "it stands for several cart discounts, or for none",
                { CartPredicate: var predicate } when !Predicates.IsAlways(predicate) => $"its own predicate has no counterpart here: {predicate}",
                _ when code.Code.Length > 40 || !code.Code.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') => "it has other signs than letters, digits and dashes, or more than 40",
                _ when usable.Any(other => other.Code.Equals(code.Code, StringComparison.OrdinalIgnoreCase)) => "another code differs from it by case only",
                _ => null,
            };

            if (why is null)
            {
                usable.Add(code);
            }
            else
            {
                notMapped.Add(new NotMapped("discount-code", code.Code, why));
            }
        }

        return usable;
    }

    /// <summary>Why it is not mapped; null: it is, or it is not for us.</summary>
    private string? Map(WireCartDiscount discount, WireDiscountCode[] codes, WireCartDiscount[] all, out Promotion? promotion)
    {
        promotion = null;
        var channels = discount.Stores.IsDefaultOrEmpty
            ? markets.Select(market => market.Channel)
            : markets.Where(market => discount.Stores.Any(store => store.Key is { } key && key == market.Store)).Select(market => market.Channel);
        ImmutableArray<string> ours = [.. channels.Distinct(StringComparer.Ordinal)];
        if (ours.IsEmpty)
        {
            return null; // another's store
        }

        if (discount.DiscountGroup is not null)
        {
            return "discount groups have no counterpart here";
        }

        if (discount.StackingMode is "StopAfterThisDiscount" && all.Any(other => string.CompareOrdinal(other.SortOrder, discount.SortOrder) < 0))
        {
            return "it stops the discounts after it, which has no counterpart here";
        }

        if (Priority(discount.SortOrder) is not { } priority)
        {
            return $"its sort order has more than {SortDigits} digits";
        }

        if (Predicates.Cart(discount.CartPredicate, groups) is not { } when)
        {
            return $"its cart predicate has no counterpart here: {discount.CartPredicate}";
        }

        var (from, until, problem) = Window(discount, codes);
        if (problem is not null)
        {
            return problem;
        }

        if (EffectOf(discount, out var effect) is { } why)
        {
            return why;
        }

        promotion = new Promotion
        {
            Id = $"ct-{discount.Id}",
            Reason = ProductMapping.Text(discount.Name, options.Language),
            Effect = effect!,
            Priority = priority,
            Channels = ours,
            From = from,
            Until = until,
            When = when,
            Coupons = discount.RequiresDiscountCode ? [.. codes.Select(code => new CouponCodes(code.Code.ToUpperInvariant(), code.MaxApplications, code.MaxApplicationsPerCustomer))] : [],
        };
        return null;
    }

    /// <summary>When it counts: while the discount does, and its code. Codes of one discount with times of their own cannot be told apart here.</summary>
    private static (DateTimeOffset? From, DateTimeOffset? Until, string? Problem) Window(WireCartDiscount discount, WireDiscountCode[] codes)
    {
        if (!discount.RequiresDiscountCode)
        {
            return (discount.ValidFrom, discount.ValidUntil, null);
        }

        var windows = codes.Select(code => (code.ValidFrom, code.ValidUntil)).Distinct().ToArray();
        return windows.Length == 1
            ? (Later(discount.ValidFrom, windows[0].ValidFrom), Earlier(discount.ValidUntil, windows[0].ValidUntil), null)
            : (null, null, "its codes are valid at different times");
    }

    private static string? EffectOf(WireCartDiscount discount, out Effect? effect)
    {
        effect = null;
        var (value, target) = (discount.Value, discount.Target);
        if (target is null)
        {
            return $"a value of the kind '{value.Type}' has no counterpart here";
        }

        if (target.Type == "multiBuyLineItems")
        {
            return MultiBuy(value, target, out effect);
        }

        ItemSelector? items = null;
        Target? on = target.Type switch { "lineItems" => Target.Lines, "totalPrice" => Target.Order, "shipping" => Target.Shipping, _ => null };
        if (on is not { } known)
        {
            return $"a target of the kind '{target.Type}' has no counterpart here";
        }

        if (known is Target.Lines && !Predicates.Items(target.Predicate, out items))
        {
            return $"the predicate of its target has no counterpart here: {target.Predicate}";
        }

        if (value is { Type: "absolute" or "fixed", ApplicationMode: not null } && known is Target.Lines && value.ApplicationMode != "IndividualApplication")
        {
            return $"its amount is spread over the lines ({value.ApplicationMode}), which has no counterpart here";
        }

        var (amounts, why) = value.Type is "relative" ? ([], null) : Amounts(value);
        effect = value switch
        {
            { Type: "relative", Permyriad: > 0 and <= 10_000 and var permyriad } => new PercentOff(permyriad / 10_000m, known, items),
            { Type: "absolute" } => new AmountOff(amounts, known, items),
            { Type: "fixed" } => new FixedPrice(amounts, known, items),
            _ => null,
        };

        return why ?? (effect is null ? $"a value of the kind '{value.Type}' has no counterpart here" : null);
    }

    private static string? MultiBuy(WireDiscountValue value, WireDiscountTarget target, out Effect? effect)
    {
        effect = null;
        if (value is not { Type: "relative", Permyriad: > 0 and <= 10_000 and var permyriad })
        {
            return "only a percentage off the last of several units has a counterpart here";
        }

        if (target.SelectionMode is not (null or "Cheapest"))
        {
            return "only the cheapest units can cost less here";
        }

        if (!Predicates.Items(target.Predicate, out var items))
        {
            return $"the predicate of its target has no counterpart here: {target.Predicate}";
        }

        if (target is not { TriggerQuantity: { } trigger, DiscountedQuantity: { } discounted } || discounted < 1 || trigger <= discounted)
        {
            return "its trigger is not larger than what it discounts";
        }

        effect = new BuyGet(trigger - discounted, discounted, items, items, permyriad / 10_000m, target.MaxOccurrence);
        return null;
    }

    private static (ImmutableArray<Money> Amounts, string? Why) Amounts(WireDiscountValue value)
    {
        var amounts = ImmutableArray.CreateBuilder<Money>();
        foreach (var money in value.Money)
        {
            var (amount, why) = VendorMoney.Read(money);
            if (why is not null)
            {
                return ([], why);
            }

            amounts.Add(new Money(amount, money.CurrencyCode));
        }

        return (amounts.DrainToImmutable(), null);
    }

    /// <summary>A sort order is a decimal between 0 and 1, the highest first: its first nine digits.</summary>
    private static int? Priority(string sortOrder) =>
        decimal.TryParse(sortOrder, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var order) && order is > 0 and < 1
        && order * 1_000_000_000m is var digits && digits == decimal.Truncate(digits)
            ? (int)digits
            : null;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}
