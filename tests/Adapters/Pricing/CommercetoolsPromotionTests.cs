using Commerce.Commercetools;
using Commerce.Pricing;

namespace Commerce.Tests.Pricing;

/// <summary>Cart discounts as promotions: what is mapped, to what, and what is told to have no counterpart.</summary>
public sealed class CommercetoolsPromotionTests
{
    private static readonly DateTimeOffset Day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly WireCartDiscount Ten = new(
        "d1", new() { ["de"] = "Zehn", ["en"] = "Ten" }, new WireDiscountValue("relative", 1000), "true", "0.5", IsActive: true, RequiresDiscountCode: false,
        Target: new WireDiscountTarget("lineItems", "true"));

    private static readonly WireDiscountCode Code = new("c1", "Spring-10", IsActive: true, MaxApplications: 5, MaxApplicationsPerCustomer: 1) { CartDiscounts = [new WireReference("d1")] };

    public static TheoryData<string, string> Effects => new()
    {
        { """relative 1000 lineItems true""", new PercentOff(0.1m, Target.Lines).ToString() },
        { """relative 2550 totalPrice""", new PercentOff(0.255m, Target.Order).ToString() },
        { """relative 10000 shipping""", new PercentOff(1m, Target.Shipping).ToString() },
    };

    [Theory]
    [MemberData(nameof(Effects))]
    public void A_percentage_off_lines_order_or_shipping(string written, string effect)
    {
        var words = written.Split(' ');
        var discount = Ten with { Value = new WireDiscountValue("relative", int.Parse(words[1])), Target = new WireDiscountTarget(words[2], words.ElementAtOrDefault(3)) };

        Assert.Equal(effect, Mapped(discount).Effect.ToString());
    }

    [Theory]
    [InlineData("absolute", "totalPrice")]
    [InlineData("absolute", "lineItems")]
    [InlineData("absolute", "shipping")]
    [InlineData("fixed", "lineItems")]
    public void An_amount_off_or_a_fixed_price(string value, string target)
    {
        var discount = Ten with
        {
            Value = new WireDiscountValue(value) { Money = [new WireMoney("EUR", 500, 2), new WireMoney("JPY", 800, 0)] },
            Target = new WireDiscountTarget(target, "sku in (\"A\", \"B\")"),
        };

        var (amounts, on, items) = Mapped(discount).Effect switch
        {
            AmountOff off when value == "absolute" => (off.Amounts, off.On, off.Items),
            FixedPrice price when value == "fixed" => (price.Amounts, price.On, price.Items),
            var other => throw new InvalidOperationException($"{other}"),
        };

        Assert.Equal("5.00 EUR, 800 JPY", string.Join(", ", amounts));
        Assert.Equal(target switch { "totalPrice" => Target.Order, "shipping" => Target.Shipping, _ => Target.Lines }, on);
        Assert.Equal(target == "lineItems" ? ["A", "B"] : null, items?.Skus.ToArray());
    }

    [Fact]
    public void Three_for_two_is_buy_two_get_one()
    {
        var discount = Ten with { Value = new WireDiscountValue("relative", 10_000), Target = new WireDiscountTarget("multiBuyLineItems", "true", 3, 1, 2, "Cheapest") };

        Assert.Equal(new BuyGet(2, 1, null, null, 1m, 2), Mapped(discount).Effect);
    }

    [Theory]
    [InlineData("0.5", 500_000_000)]
    [InlineData("0.123456789", 123_456_789)]
    [InlineData("0.000000001", 1)]
    public void A_sort_order_is_a_priority(string sortOrder, int priority) => Assert.Equal(priority, Mapped(Ten with { SortOrder = sortOrder }).Priority);

    [Fact]
    public void A_code_switches_it_on_and_both_have_to_be_valid()
    {
        var promotion = Mapped(
            Ten with { RequiresDiscountCode = true, ValidFrom = Day, ValidUntil = Day.AddDays(30) },
            Code with { ValidFrom = Day.AddDays(-5), ValidUntil = Day.AddDays(10) });

        Assert.Equal(new CouponCodes("SPRING-10", 5, 1), Assert.Single(promotion.Coupons));
        Assert.Equal((Day, Day.AddDays(10)), (promotion.From, promotion.Until));
        Assert.Equal(("Ten", "ct-d1"), (promotion.Reason, promotion.Id));
    }

    [Fact]
    public void What_nobody_can_switch_on_or_is_switched_off_is_left_out_without_a_word()
    {
        var mapping = Map([Ten with { RequiresDiscountCode = true }, Ten with { Id = "d2", IsActive = false }, Ten with { Id = "d3", Stores = [new WireReference(Key: "elsewhere")] }]);

        Assert.Empty(mapping.Promotions);
        Assert.Empty(mapping.NotMapped);
    }

    [Fact]
    public void The_stores_of_a_discount_are_our_channels() =>
        Assert.Equal("eu", Assert.Single(Mapped(Ten with { Stores = [new WireReference(Key: "eu-store"), new WireReference(Key: "elsewhere")] }).Channels));

    [Theory]
    [InlineData("lineItemTotal(1 = 1) >= \"25.00 EUR\"", "25.00 EUR", 0, "", "")]
    [InlineData("(lineItemTotal(true) >= \"25.00 EUR\" or lineItemTotal(true) >= \"4000 JPY\")", "25.00 EUR,4000 JPY", 0, "", "")]
    [InlineData("lineItemCount(1 = 1) >= 3", "", 3, "", "")]
    [InlineData("lineItemCount(1 = 1) > 3 and shippingAddress.country in (\"DE\", \"AT\")", "", 4, "", "DE,AT")]
    [InlineData("customer.customerGroup.key = \"Wholesale\" and true", "", 0, "wholesale", "")]
    [InlineData("customer.customerGroup.id = \"gr\"", "", 0, "trade", "")]
    public void These_cart_predicates_are_conditions(string predicate, string spend, int quantity, string groups, string countries)
    {
        var when = Mapped(Ten with { CartPredicate = predicate }).When;

        Assert.Equal(spend, string.Join(',', when.MinimumSpend.Select(money => $"{Currency.Format(money.Amount, money.Currency)} {money.Currency}")));
        Assert.Equal((quantity, groups, countries), (when.MinimumQuantity, string.Join(',', when.CustomerGroups), string.Join(',', when.Countries)));
    }

    public static TheoryData<string, object> NotSaidHere => new()
    {
        { "cart predicate", Ten with { CartPredicate = "custom.vip = true" } },
        { "cart predicate", Ten with { CartPredicate = "true or lineItemCount(true) >= 2" } },
        { "cart predicate", Ten with { CartPredicate = "lineItemTotal(sku = \"A\") >= \"25.00 EUR\"" } },
        { "cart predicate", Ten with { CartPredicate = "shippingAddress.country != \"DE\"" } },
        { "predicate of its target", Ten with { Target = new WireDiscountTarget("lineItems", "attributes.color = \"red\"") } },
        { "predicate of its target", Ten with { Target = new WireDiscountTarget("lineItems", "categories.key contains \"tea\"") } },
        { "target of the kind 'customLineItems'", Ten with { Target = new WireDiscountTarget("customLineItems", "true") } },
        { "value of the kind 'giftLineItem'", Ten with { Value = new WireDiscountValue("giftLineItem"), Target = null } },
        { "spread over the lines", Ten with { Value = new WireDiscountValue("absolute", ApplicationMode: "ProportionateDistribution") { Money = [new WireMoney("EUR", 500, 2)] } } },
        { "cheapest", Ten with { Target = new WireDiscountTarget("multiBuyLineItems", "true", 3, 1, null, "MostExpensive") } },
        { "percentage", Ten with { Value = new WireDiscountValue("fixed") { Money = [new WireMoney("EUR", 500, 2)] }, Target = new WireDiscountTarget("multiBuyLineItems", "true", 3, 1) } },
        { "more than 9 digits", Ten with { SortOrder = "0.1234567891" } },
        { "discount groups", Ten with { DiscountGroup = new WireReference("dg") } },
        { "finer than a minor unit", Ten with { Value = new WireDiscountValue("absolute") { Money = [new WireMoney("EUR", 500, 3, "highPrecision", 5001)] } } },
    };

    [Theory]
    [MemberData(nameof(NotSaidHere))]
    public void These_have_no_counterpart_and_it_is_told_why(string why, object discount)
    {
        var mapping = Map([(WireCartDiscount)discount]);

        Assert.Empty(mapping.Promotions);
        Assert.Contains(why, Assert.Single(mapping.NotMapped).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_stops_the_discounts_after_it_is_mapped_only_when_there_are_none()
    {
        var stops = Ten with { StackingMode = "StopAfterThisDiscount" };

        Assert.Single(Map([stops]).Promotions);
        Assert.Equal(["ct-d2"], Map([stops, Ten with { Id = "d2", SortOrder = "0.4" }]).Promotions.Select(promotion => promotion.Id));
    }

    public static TheoryData<object> CodesNotSaidHere =>
    [
        Code with { CartDiscounts = [new WireReference("d1"), new WireReference("d2")] },
        Code with { CartPredicate = "lineItemCount(true) >= 2" },
        Code with { Code = "SPRING 10 %" },
    ];

    [Theory]
    [MemberData(nameof(CodesNotSaidHere))]
    public void A_code_that_cannot_be_said_here_is_told(object code)
    {
        var mapping = Map([Ten with { RequiresDiscountCode = true }], (WireDiscountCode)code);

        Assert.Empty(mapping.Promotions);
        Assert.Equal("discount-code", Assert.Single(mapping.NotMapped).Kind);
    }

    [Fact]
    public void Codes_of_one_discount_that_are_valid_at_different_times_are_told() =>
        Assert.Contains(
            "different times",
            Assert.Single(Map([Ten with { RequiresDiscountCode = true }], Code, Code with { Id = "c2", Code = "AUTUMN", ValidFrom = Day }).NotMapped).Why,
            StringComparison.Ordinal);

    private static Promotion Mapped(WireCartDiscount discount, params WireDiscountCode[] codes)
    {
        var mapping = Map([discount], codes);
        Assert.Empty(mapping.NotMapped);
        return Assert.Single(mapping.Promotions);
    }

    private static PromotionMapping Map(ImmutableArray<WireCartDiscount> discounts, params WireDiscountCode[] codes) => new PromotionMapping(
        new CommercetoolsOptions(),
        [new MarketOptions { Channel = "eu", Store = "eu-store" }],
        new Dictionary<string, string> { ["gr"] = "trade" }).Add(discounts, [.. codes]);
}
