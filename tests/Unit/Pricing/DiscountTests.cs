namespace Commerce.Pricing;

public sealed class DiscountTests
{
    [Fact]
    public void A_discount_is_spread_to_the_last_cent()
    {
        var discounted = Apply([Baskets.Of("A", 1000), Baskets.Of("B", 1000), Baskets.Of("C", 1000)], Baskets.Fixed("TEN", 1000));

        Assert.Equal([666L, 667, 667], discounted.Lines.Select(l => l.Payable.Amount));
        Assert.Equal(2000, discounted.Goods.Amount);
    }

    [Fact]
    public void Half_off_and_a_tenth_off_leave_forty_five_of_a_hundred()
    {
        var discounted = Apply([Baskets.Of("A", 2400)], Baskets.Percent("HALF", 0.5m, 2), Baskets.Percent("TENTH", 0.1m, 1));

        Assert.Equal(1080, discounted.Goods.Amount);
        Assert.Equal(["promotion:HALF 1200", "promotion:TENTH 120"], discounted.Lines[0].Adjustments.Select(a => $"{a.Source} {a.Amount.Amount}"));
    }

    [Fact]
    public void The_highest_priority_is_first()
    {
        var discounted = Apply([Baskets.Of("A", 2000)], Baskets.Fixed("FIVE", 500), Baskets.Percent("HALF", 0.5m, 9));

        Assert.Equal("HALF, FIVE", string.Join(", ", discounted.Applied));
        Assert.Equal(500, discounted.Goods.Amount);
    }

    [Fact]
    public void More_off_than_there_is_leaves_nothing_and_no_debt()
    {
        var discounted = Apply([Baskets.Of("A", 300), Baskets.Of("B", 200)], Baskets.Fixed("TEN", 1000), Baskets.Fixed("MORE", 1000));

        Assert.Equal(0, discounted.Goods.Amount);
        Assert.Single(discounted.Applied);
    }

    [Fact]
    public void A_fixed_amount_in_another_currency_has_no_effect()
    {
        var dollars = Baskets.Promotion("USD", new AmountOff([new Money(500, "USD")]));
        var discounted = Apply([Baskets.Of("A", 2500)], dollars);

        Assert.Equal(2500, discounted.Goods.Amount);
        Assert.Empty(discounted.Applied);
    }

    [Fact]
    public void A_quarter_off_is_rounded_by_the_channels_policy_and_not_cut_off() =>
        Assert.Equal(1499, Apply([Baskets.Of("A", 1999)], Baskets.Percent("QUARTER", 0.25m)).Goods.Amount);

    private static Discounted Apply(ImmutableArray<BasketLine> lines, params ImmutableArray<Promotion> promotions) =>
        Discounting.Apply(new Basket(Baskets.Channel(inclusive: true, RoundingPolicy.Default), "EUR", lines, Baskets.ByPriority(promotions)));
}
