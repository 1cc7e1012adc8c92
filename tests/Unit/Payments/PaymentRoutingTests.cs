using Commerce.Pricing;

namespace Commerce.Payments;

/// <summary>Who takes a payment, by the rules of a channel.</summary>
public sealed class PaymentRoutingTests
{
    private static readonly HashSet<string> NoFlags = [];

    [Fact]
    public void Without_rules_the_channels_own_provider_takes_it() => Assert.Equal(["stripe"], Route(Channel(), 1_000));

    [Fact]
    public void The_first_rule_that_fits_is_the_first_choice_and_the_others_follow() =>
        Assert.Equal(["adyen", "stripe"], Route(Channel(Rule("adyen"), Rule("stripe"), Rule("adyen")), 1_000));

    [Fact]
    public void When_no_rule_fits_the_channels_own_provider_takes_it() =>
        Assert.Equal(["stripe"], Route(Channel(Rule("adyen") with { Countries = ["FR"] }), 1_000));

    [Theory]
    [InlineData(999, "manual")]
    [InlineData(1_000, "adyen")]
    [InlineData(5_000, "adyen")]
    [InlineData(5_001, "manual")]
    public void Amounts_decide_with_both_ends_included(long amount, string first) =>
        Assert.Equal(first, Route(Channel(Rule("adyen") with { Currencies = ["EUR"], From = 1_000, To = 5_000 }, Rule("manual")), amount)[0]);

    [Theory]
    [InlineData("EUR", "DE", "adyen")]
    [InlineData("USD", "DE", "stripe")]
    [InlineData("EUR", "FR", "stripe")]
    public void Currency_and_country_decide(string currency, string country, string first) => Assert.Equal(
        first,
        PaymentRouting.Providers(
            Channel(Rule("adyen") with { Currencies = ["EUR"], Countries = ["DE"] }), new PaymentOccasion(new Money(1_000, currency), country, "cart_1"), NoFlags)[0]);

    [Fact]
    public void A_rule_with_a_flag_holds_while_the_flag_is_on()
    {
        var channel = Channel(Rule("adyen") with { Flag = "new-bank" });

        Assert.Equal(["stripe"], Route(channel, 1_000));
        Assert.Equal(["adyen"], PaymentRouting.Providers(channel, new PaymentOccasion(new Money(1_000, "EUR"), "DE", "cart_1"), new HashSet<string> { "new-bank" }).AsEnumerable());
    }

    [Fact]
    public void A_percentage_sends_about_so_many_carts_and_each_always_the_same_way()
    {
        var channel = Channel(Rule("adyen") with { Percentage = 10 }, Rule("stripe"));
        var first = Enumerable.Range(0, 10_000).Select(i => Route(channel, 1_000, $"cart_{i}")).ToArray();

        Assert.InRange(first.Count(route => route[0] == "adyen"), 850, 1_150);
        Assert.Equal(first, Enumerable.Range(0, 10_000).Select(i => Route(channel, 1_000, $"cart_{i}")));
        Assert.All(first.Where(route => route[0] == "stripe"), route => Assert.Equal(["stripe"], route));
        Assert.DoesNotContain(first, _ => Route(Channel(Rule("adyen") with { Percentage = 0 }), 1_000)[0] == "adyen");
    }

    [Fact]
    public void What_was_sent_at_ten_percent_is_still_sent_at_twenty() => Assert.All(
        Enumerable.Range(0, 1_000).Where(i => PaymentRouting.Bucket("adyen", $"cart_{i}") < 10),
        i => Assert.Equal("adyen", Route(Channel(Rule("adyen") with { Percentage = 20 }), 1_000, $"cart_{i}")[0]));

    [Fact]
    public void Mistakes_in_the_rules_are_told_with_their_place()
    {
        var faults = PaymentRules.Check(Channel(
            Rule("adyen") with { Percentage = 101 }, Rule("") with { Currencies = ["JPY"] }, Rule("stripe") with { From = 5, Currencies = [] }, Rule("stripe") with { Currencies = ["EUR"], From = 5, To = 4 }));

        Assert.Equal(["/0/percentage", "/1/provider", "/1/currencies", "/2/currencies", "/3/to"], faults.Select(fault => fault.Pointer));
    }

    private static string[] Route(Channel channel, long amount, string cart = "cart_1") =>
        [.. PaymentRouting.Providers(channel, new PaymentOccasion(new Money(amount, "EUR"), "DE", cart), NoFlags)];

    private static PaymentRule Rule(string provider) => new() { Provider = provider };

    private static Channel Channel(params PaymentRule[] rules) => new()
    {
        Id = "eu",
        Name = "Europe",
        Currencies = ["EUR"],
        Countries = ["DE", "FR"],
        TaxInclusive = true,
        Payments = [.. rules],
    };
}
