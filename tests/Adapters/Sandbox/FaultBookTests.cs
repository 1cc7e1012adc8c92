using Commerce.Sandbox;

namespace Commerce.Tests.Sandbox;

/// <summary>Which fault hits which request.</summary>
public sealed class FaultBookTests
{
    [Fact]
    public void A_rule_that_names_a_vendor_leaves_the_others_alone()
    {
        var book = new FaultBook();
        book.Add(new FaultRule(FaultKind.Status, Vendor: "adyen"));

        Assert.Null(book.Next("stripe", "refunds.create", "refund"));
        Assert.Equal(FaultKind.Status, book.Next("adyen", "payments", "authorise")?.Kind);
    }

    [Fact]
    public void A_rule_for_every_request_hits_no_webhook()
    {
        var book = new FaultBook();
        book.Add(new FaultRule(FaultKind.DropBefore));

        Assert.Null(book.Next("stripe", "refund.created", "webhook"));
        Assert.Null(book.Next("stripe", "delivery", "webhook_delivery"));
    }

    [Fact]
    public void Latency_comes_on_top_of_what_else_goes_wrong()
    {
        var book = new FaultBook();
        book.Add(new FaultRule(FaultKind.Latency, MinMs: 100, MaxMs: 200));
        var alone = book.Next("stripe", "refunds.create", "refund");
        book.Add(new FaultRule(FaultKind.DropAfter, DelayMs: 1000));
        var both = book.Next("stripe", "refunds.create", "refund");

        Assert.Equal(FaultKind.Slow, alone?.Kind);
        Assert.InRange(alone!.DelayMs, 100, 200);
        Assert.Equal(FaultKind.DropAfter, both?.Kind);
        Assert.InRange(both!.DelayMs, 1100, 1200);
    }

    [Fact]
    public void Latencies_of_a_seed_are_the_same_in_every_run_and_lie_about_their_percentiles()
    {
        var rule = new FaultRule(FaultKind.Latency, P50Ms: 40, P99Ms: 900, Seed: 7);
        var drawn = Drawn(rule);

        Assert.Equal(drawn, Drawn(rule));
        Assert.InRange(drawn.Order().ElementAt(5_000), 37, 43);
        Assert.InRange(drawn.Order().ElementAt(9_900), 750, 1_080);

        static int[] Drawn(FaultRule rule)
        {
            var book = new FaultBook();
            book.Add(rule);
            return [.. Enumerable.Range(0, 10_000).Select(_ => book.Next("stripe", "any", "read")?.DelayMs ?? 0)];
        }
    }

    [Theory]
    [InlineData("latency; min=10; max=10", FaultKind.Latency, 10)]
    [InlineData("slow=5", FaultKind.Slow, null)]
    public void A_header_asks_for_the_same(string header, object kind, int? drawn)
    {
        var rule = FaultRule.Parse(header);

        Assert.Equal(kind, rule?.Kind);
        Assert.Equal(drawn, rule?.Latency?.Draw(new Random(1)));
    }
}
