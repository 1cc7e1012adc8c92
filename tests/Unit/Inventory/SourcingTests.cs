using Commerce.Checkouts;
using Commerce.Inventory;

namespace Commerce.Tests.Unit.Inventory;

public sealed class SourcingTests
{
    private static readonly ImmutableArray<Location> Places =
    [
        new() { Id = "berlin", Name = "Berlin", Country = "DE", Priority = 1, Default = true },
        new() { Id = "lyon", Name = "Lyon", Country = "FR", Priority = 2 },
        new() { Id = "milan", Name = "Milan", Country = "IT", Priority = 3 },
    ];

    [Theory]
    // rule, split, destination, needs, Berlin, Lyon, Milan → plan
    [InlineData(SourcingRule.Priority, false, "FR", "TEA:2", "TEA:5", "TEA:9", "", "stk_TEA:2")]
    [InlineData(SourcingRule.Priority, false, "DE", "TEA:6", "TEA:5", "TEA:9", "", "stk_TEA @lyon:6")]
    [InlineData(SourcingRule.Priority, false, "DE", "TEA:10", "TEA:5", "TEA:9", "", null)]
    [InlineData(SourcingRule.Priority, true, "DE", "TEA:10", "TEA:5", "TEA:9", "", "stk_TEA:5 stk_TEA @lyon:5")]
    [InlineData(SourcingRule.Priority, true, "DE", "TEA:15", "TEA:5", "TEA:9", "", null)]
    [InlineData(SourcingRule.Nearest, false, "IT", "TEA:2", "TEA:5", "TEA:5", "TEA:5", "stk_TEA @milan:2")]
    [InlineData(SourcingRule.Nearest, false, "IT", "TEA:2", "", "TEA:5", "TEA:1", "stk_TEA @lyon:2")]
    [InlineData(SourcingRule.Nearest, true, "IT", "TEA:7", "TEA:5", "TEA:5", "TEA:5", "stk_TEA @milan:5 stk_TEA:2")]
    [InlineData(SourcingRule.Nearest, false, "ES", "TEA:2", "TEA:5", "TEA:5", "TEA:5", "stk_TEA:2")]
    [InlineData(SourcingRule.MostStock, false, "DE", "TEA:2 MUG:1", "TEA:5 MUG:3", "TEA:9 MUG:2", "", "stk_TEA @lyon:2 stk_MUG:1")]
    [InlineData(SourcingRule.FewestParcels, false, "DE", "TEA:1 MUG:1", "TEA:5", "MUG:5", "TEA:1 MUG:1", "stk_TEA @milan:1 stk_MUG @milan:1")]
    [InlineData(SourcingRule.FewestParcels, false, "DE", "TEA:1 MUG:1", "TEA:5", "MUG:5", "MUG:1", "stk_TEA:1 stk_MUG @lyon:1")]
    [InlineData(SourcingRule.FewestParcels, true, "DE", "TEA:4 MUG:1", "TEA:2", "TEA:2 MUG:1", "TEA:2 MUG:1", "stk_TEA:2 stk_TEA @lyon:2 stk_MUG @lyon:1")]
    public void A_rule_takes_goods_from_where_it_says(SourcingRule rule, bool split, string country, string needs, string berlin, string lyon, string milan, string? plan) =>
        Assert.Equal(plan, Written(Sourcing.Plan(Needs(needs), Places, Levels(berlin, lyon, milan), new SourcingPolicy(rule, split), country, number: 1)));

    [Fact]
    public void What_is_there_goes_before_what_comes_later()
    {
        IEnumerable<SourceLevel> levels = [new(null, 1, 100), new("lyon", 3)];

        Assert.Equal("stk_TEA @lyon:3", Written(Sourcing.Plan(Needs("TEA:3"), Places, _ => levels, SourcingPolicy.Default, "DE", number: 1)));
        Assert.Equal("stk_TEA:4", Written(Sourcing.Plan(Needs("TEA:4"), Places, _ => levels, SourcingPolicy.Default, "DE", number: 1)));
    }

    [Fact]
    public void A_later_plan_reserves_under_a_name_of_its_own() => Assert.Equal(
        ["chk_1:TEA", "chk_1:TEA~2"], new[] { new Sourced("stk_TEA", "TEA", 1), new Sourced("stk_TEA", "TEA", 1, 2) }.Select(part => part.ReservationOf("chk_1")));

    [Fact]
    public void A_plan_meets_every_need_and_takes_no_more_than_there_is_anywhere() =>
        Gen.Select(Gen.Int[0, 12].Array[6], Gen.Int[1, 15], Gen.Int[1, 15], Gen.Enum<SourcingRule>(), Gen.Bool).Sample((units, tea, mug, rule, split) =>
        {
            var levels = Levels($"TEA:{units[0]} MUG:{units[1]}", $"TEA:{units[2]} MUG:{units[3]}", $"TEA:{units[4]} MUG:{units[5]}");
            ImmutableArray<Needed> needs = [new("TEA", "Tea", tea), new("MUG", "Mug", mug)];
            var plan = Sourcing.Plan(needs, Places, levels, new SourcingPolicy(rule, split), "FR", number: 1);
            bool Possible(string sku, int quantity) => split ? levels(sku).Sum(level => level.Now) >= quantity : levels(sku).Any(level => level.Now >= quantity);
            Assert.Equal(Possible("TEA", tea) && Possible("MUG", mug), plan is not null);
            foreach (var part in plan ?? [])
            {
                var id = StockId.Parse(part.StockId);
                Assert.Equal(part.Sku, id.Sku);
                Assert.InRange(part.Quantity, 1, levels(part.Sku).Single(level => level.Location == id.Location).Now);
            }

            Assert.All(plan is null ? [] : needs, need => Assert.Equal(need.Quantity, plan!.Value.Where(part => part.Sku == need.Sku).Sum(part => part.Quantity)));
            Assert.Equal(plan?.Length, plan?.Select(part => part.StockId).Distinct().Count());
        });

    private static ImmutableArray<Needed> Needs(string needs) => [.. Units(needs).Select(need => new Needed(need.Key, need.Key, need.Value))];

    private static Func<string, IEnumerable<SourceLevel>> Levels(string berlin, string lyon, string milan) => sku =>
        from place in new (string? Name, string Has)[] { (null, berlin), ("lyon", lyon), ("milan", milan) }
        select new SourceLevel(place.Name, Units(place.Has).GetValueOrDefault(sku));

    private static Dictionary<string, int> Units(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(':')).ToDictionary(part => part[0], part => int.Parse(part[1]));

    private static string? Written(ImmutableArray<Sourced>? plan) => plan is null ? null : string.Join(' ', plan.Value.Select(part => $"{part.StockId}:{part.Quantity}"));
}
