namespace Commerce.Pricing;

/// <summary>What a promotion, a price list and codes to be made must be like: one mistake in a good one, and where it is told.</summary>
public sealed class PromotionRuleTests
{
    private static readonly ImmutableArray<Money> Five = [new Money(500, "EUR")];
    private static readonly Promotion Good = new() { Id = "summer-sale", Reason = "Summer", Effect = new PercentOff(0.2m) };
    private static readonly PriceList List = new()
    {
        Id = "eu-eur",
        Channel = "eu",
        Currency = "EUR",
        Prices = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty.Add("TEA", [new ListedPrice(100)]),
    };

    public static TheoryData<string, Promotion> Mistakes => new()
    {
        { "/id", Good with { Id = "Summer" } },
        { "/id", Good with { Id = "" } },
        { "/id", Good with { Id = new string('a', 65) } },
        { "/reason", Good with { Reason = " " } },
        { "/reason", Good with { Reason = "two\nlines" } },
        { "/stacking", Good with { Stacking = (Stacking)9 } },
        { "/group", Good with { Stacking = Stacking.BestOf } },
        { "/channels/1", Good with { Channels = ["eu", "mars"] } },
        { "/until", Good with { From = Baskets.Noon, Until = Baskets.Noon } },
        { "/when/minimumSpend/0/amount", Good with { When = new() { MinimumSpend = [new Money(0, "EUR")] } } },
        { "/when/minimumSpend/0/currency", Good with { When = new() { MinimumSpend = [new Money(1, "EUX")] } } },
        { "/when/minimumSpend", Good with { When = new() { MinimumSpend = [new Money(1, "EUR"), new Money(2, "EUR")] } } },
        { "/when/minimumQuantity", Good with { When = new() { MinimumQuantity = -1 } } },
        { "/when/items/skus/0", Good with { When = new() { Items = ItemSelector.Sku("a b") } } },
        { "/when/customerGroups/0", Good with { When = new() { CustomerGroups = ["Whole Sale"] } } },
        { "/when/countries/0", Good with { When = new() { Countries = ["de"] } } },
        { "/coupons/0/code", Good with { Coupons = [new CouponCodes("summer")] } },
        { "/coupons/0/uses", Good with { Coupons = [new CouponCodes("SUMMER", 0)] } },
        { "/coupons/0/usesPerCustomer", Good with { Coupons = [new CouponCodes("SUMMER", 1, 0)] } },
        { "/coupons/0/seed", Good with { Coupons = [new CouponCodes("SUMMER", Generated: 5)] } },
        { "/coupons/0/seed", Good with { Coupons = [new CouponCodes("SUMMER", Generated: 5, Seed: "c2hvcnQ=")] } },
        { "/coupons", Good with { Coupons = [new CouponCodes("SUMMER"), new CouponCodes("SUMMER")] } },
        { "/effect/percentage", Good with { Effect = new PercentOff(0) } },
        { "/effect/percentage", Good with { Effect = new PercentOff(20) } },
        { "/effect/on", Good with { Effect = new PercentOff(0.2m, (Target)7) } },
        { "/effect/items", Good with { Effect = new PercentOff(0.2m, Target.Shipping, ItemSelector.Sku("TEA")) } },
        { "/effect/amounts", Good with { Effect = new AmountOff([]) } },
        { "/effect/amounts/0/amount", Good with { Effect = new FixedPrice([new Money(-5, "EUR")]) } },
        { "/effect/buyQuantity", Good with { Effect = new BuyGet(0, 1) } },
        { "/effect/getQuantity", Good with { Effect = new BuyGet(1, 0) } },
        { "/effect/times", Good with { Effect = new BuyGet(1, 1, Times: 0) } },
        { "/effect/steps", Good with { Effect = new Tiers([]) } },
        { "/effect/on", Good with { Effect = new Tiers([new Tier { FromQuantity = 1, Percentage = 0.1m }], Target.Shipping) } },
        { "/effect/steps/0", Good with { Effect = new Tiers([new Tier { Percentage = 0.1m }]) } },
        { "/effect/steps/0", Good with { Effect = new Tiers([new Tier { FromQuantity = 2 }]) } },
        { "/effect/steps/1", Good with { Effect = new Tiers([new Tier { FromQuantity = 5, Percentage = 0.1m }, new Tier { FromQuantity = 5, Percentage = 0.2m }]) } },
        { "/effect/steps/1", Good with { Effect = new Tiers([new Tier { FromSpend = Five, Percentage = 0.1m }, new Tier { FromQuantity = 5, Percentage = 0.2m }]) } },
        { "/effect/parts", Good with { Effect = new Bundle([], Five) } },
        { "/effect/parts/0/quantity", Good with { Effect = new Bundle([new BundlePart(new ItemSelector(), 0)], Five) } },
        { "/effect", Good with { Effect = new Bundle([new BundlePart(new ItemSelector())], Five, 0.5m) } },
        { "/effect/sku", Good with { Effect = new Gift("") } },
        { "/effect/quantity", Good with { Effect = new Gift("TEA", 0) } },
    };

    public static TheoryData<string, PriceList> ListMistakes => new()
    {
        { "/id", List with { Id = "EU" } },
        { "/channel", List with { Channel = "mars" } },
        { "/currency", List with { Currency = "EUX" } },
        { "/currency", List with { Currency = "USD" } },
        { "/customerGroup", List with { Customer = "ann", CustomerGroup = "wholesale" } },
        { "/countries/0", List with { Countries = ["Germany"] } },
        { "/until", List with { From = Baskets.Noon, Until = Baskets.Noon.AddDays(-1) } },
        { "/prices/TEA", Priced() },
        { "/prices/TEA/amount", Priced(new ListedPrice(-1)) },
        { "/prices/TEA/amount", Priced(new ListedPrice(1_000_000_000_001)) },
        { "/prices/TEA/fromQuantity", Priced(new ListedPrice(1, 0)) },
        { "/prices/TEA/compareAt", Priced(new ListedPrice(100, CompareAt: 100)) },
        { "/prices/TEA/1/until", Priced(new ListedPrice(100), new ListedPrice(90, From: Baskets.Noon, Until: Baskets.Noon)) },
        { "/prices/TEA", Priced(new ListedPrice(100), new ListedPrice(90)) },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_in_a_promotion_is_told_with_its_place_and_what_to_do(string pointer, Promotion promotion) => Told(pointer, PromotionRules.Check(promotion, new OneChannel()));

    [Theory]
    [MemberData(nameof(ListMistakes))]
    public void A_mistake_in_a_price_list_is_too(string pointer, PriceList list) => Told(pointer, PriceListRules.Check(list, new OneChannel()));

    [Theory]
    [InlineData("/count", 0, "SPRING-", 1)]
    [InlineData("/count", 100_001, "SPRING-", 1)]
    [InlineData("/prefix", 1, "spring", 1)]
    [InlineData("/prefix", 1, "SPRING-SPRING-SPRING-SPRING-", 1)]
    [InlineData("/uses", 1, "SPRING-", 0)]
    public void A_mistake_in_codes_to_be_made_is_too(string pointer, int count, string prefix, int uses) => Told(pointer, PromotionRules.Check(new NewCodes(count, prefix, uses)));

    [Fact]
    public void What_the_tests_of_pricing_make_up_breaks_no_rule_but_that_shipping_has_no_items() => Baskets.AnyPromotion.Sample(promotion =>
        Assert.DoesNotContain(PromotionRules.Check(promotion, new OneChannel()), fault => fault.Pointer != "/effect/items"));

    [Fact]
    public void All_mistakes_are_told_at_once() => Assert.Equal(
        ["/id", "/reason", "/effect/percentage"], PromotionRules.Check(Good with { Id = "", Reason = "", Effect = new PercentOff(2) }, new OneChannel()).Select(f => f.Pointer));

    private static void Told(string pointer, ImmutableArray<Fault> faults)
    {
        var fault = Assert.Single(faults);
        Assert.Equal(pointer, fault.Pointer);
        Assert.EndsWith(".", fault.Remedy, StringComparison.Ordinal);
        Assert.NotNull(Commerce.Problems.ProblemTypes.Find(fault.Code));
    }

    private static PriceList Priced(params ImmutableArray<ListedPrice> prices) => List with { Prices = List.Prices.SetItem("TEA", prices) };

    private sealed class OneChannel : IChannels
    {
        public ImmutableDictionary<string, Channel> All { get; } = ImmutableDictionary<string, Channel>.Empty.Add(
            "eu", new Channel { Id = "eu", Name = "Europe", Currencies = ["EUR"], TaxInclusive = true, Countries = ["DE"] });
    }
}
