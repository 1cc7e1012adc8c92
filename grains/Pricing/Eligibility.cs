namespace Commerce.Pricing;

/// <summary>What conditions look at: the basket before discounts, and who buys it.</summary>
/// <param name="CustomerId">Null for a guest.</param>
/// <param name="HasOrdered">Null: nobody has asked, since no promotion wants to know.</param>
/// <param name="Country">Null while the destination is unknown.</param>
internal sealed record Shopping(
    string Channel,
    string Currency,
    ImmutableArray<BasketLine> Lines,
    string? CustomerId,
    ImmutableArray<string> Groups,
    bool? HasOrdered,
    string? Country,
    DateTimeOffset At);

/// <summary>Whom a promotion is for. Pure.</summary>
internal static class Eligibility
{
    /// <summary>Why a promotion does not count for a basket, as a code and a sentence for the shopper; null: it does.</summary>
    public static (string Code, string Message)? Refusal(Promotion promotion, Shopping shopping)
    {
        var when = promotion.When;

        return promotion switch
        {
            { Channels.IsEmpty: false } when !promotion.Channels.Contains(shopping.Channel) => (CouponRefusals.OtherChannel, "This code is not for this shop."),
            _ when shopping.At < promotion.From => (CouponRefusals.NotYet, $"This code counts from {promotion.From:yyyy-MM-dd HH:mm} UTC on."),
            _ when shopping.At >= promotion.Until => (CouponRefusals.Over, "The time of this code is over."),
            _ when !when.CustomerGroups.IsEmpty && !when.CustomerGroups.Any(shopping.Groups.Contains) => (CouponRefusals.NotYourGroup, "This code is for other customers."),
            _ when !when.Countries.IsEmpty && (shopping.Country is null || !when.Countries.Contains(shopping.Country)) =>
                (CouponRefusals.NotThere, $"This code is for deliveries to {string.Join(", ", when.Countries)}."),
            _ when when.FirstOrder && shopping.HasOrdered is true => (CouponRefusals.NotFirstOrder, "This code is for a first order."),
            _ when MinimumMissed(when, shopping) is { } missed => (CouponRefusals.MinimumNotReached, missed),
            _ => null,
        };
    }

    private static string? MinimumMissed(PromotionConditions when, Shopping shopping)
    {
        if (when.MinimumSpend.IsEmpty && when.MinimumQuantity == 0)
        {
            return null;
        }

        var (units, spend) = (0, 0L);
        foreach (var line in shopping.Lines)
        {
            if (line.GiftOf is null && Selection.Means(when.Items, line))
            {
                units += line.Quantity;
                spend = checked(spend + line.Subtotal.Amount);
            }
        }

        var minimum = when.MinimumSpend.FirstOrDefault(m => m.Currency == shopping.Currency);

        return when.MinimumSpend.IsEmpty ? units >= when.MinimumQuantity ? null : $"This code needs {when.MinimumQuantity} units; {units} are in the cart."
            : minimum.Currency is null ? $"This code does not count in {shopping.Currency}."
            : spend < minimum.Amount ? $"This code counts from {minimum} on; {minimum - new Money(spend, shopping.Currency)} are missing."
            : units < when.MinimumQuantity ? $"This code needs {when.MinimumQuantity} units; {units} are in the cart."
            : null;
    }

    /// <summary>The uses that a code takes when it is used by that customer. A limit for each customer needs one who is known.</summary>
    public static IEnumerable<LimitedUse> Uses(Promotion promotion, CouponCodes codes, string code, string? customerId)
    {
        if (codes.Uses is { } all)
        {
            yield return new LimitedUse("coupon:" + code, all, code, promotion.Id);
        }

        if (codes.UsesPerCustomer is { } each && customerId is not null)
        {
            yield return new LimitedUse($"coupon:{code}:{customerId}", each, code, promotion.Id);
        }

        if (FirstOrder(promotion, customerId) is { } first)
        {
            yield return first with { Code = code };
        }
    }

    /// <summary>Of two first orders at once one is the first: the offer can be used once by a customer who is known. Null: it is not for first orders, or for a guest's.</summary>
    public static LimitedUse? FirstOrder(Promotion promotion, string? customerId) => promotion.When.FirstOrder && customerId is not null
        ? new LimitedUse($"first-order:{promotion.Id}:{customerId}", 1, promotion.Id, promotion.Id)
        : null;
}
