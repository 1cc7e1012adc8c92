using System.Diagnostics;
using Commerce.Tax;
using static Commerce.Tests.Tax.AvalaraDialectTests;

namespace Commerce.Tests.Tax;

/// <summary>AvaTax slow, down, limiting, dropping and talking nonsense: an outcome each time, and never a second document.</summary>
public sealed class AvalaraFaultTests : IAsyncLifetime
{
    private AvalaraShop shop = null!;

    public async Task InitializeAsync() => shop = await AvalaraShop.Open(options =>
    {
        options.QuoteTimeout = TimeSpan.FromMilliseconds(300);
        options.AttemptTimeout = TimeSpan.FromMilliseconds(400);
        options.TotalTimeout = TimeSpan.FromSeconds(3);
        options.BreakerMinimumThroughput = 1_000;
    });

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task A_slow_quote_is_away_when_its_time_is_over()
    {
        await shop.Vendor.Fault(new { kind = "slow", operation = "avalara.quote", delayMs = 2_000 });
        var started = Stopwatch.GetTimestamp();

        Assert.IsType<Outcome<TaxQuote>.Unavailable>(await Quote());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 200, 1_500);
    }

    [Fact]
    public async Task A_breakdown_is_tried_again_and_then_away()
    {
        await shop.Vendor.Fault(new { kind = "status", operation = "avalara.quote", status = 503, count = 1 });
        Assert.IsType<Outcome<TaxQuote>.Ok>(await Quote());
        await shop.Vendor.Fault(new { kind = "status", operation = "avalara.quote", status = 500 });

        Assert.IsType<Outcome<TaxQuote>.Unavailable>(await Quote());
    }

    [Fact]
    public async Task Who_says_429_is_left_alone_for_as_long_as_it_said()
    {
        await shop.Vendor.Fault(new { kind = "status", operation = "tax", status = 429, retryAfterSeconds = 7, count = 1 });

        Assert.InRange(Assert.IsType<Outcome<TaxQuote>.Unavailable>(await Quote()).RetryAfter.TotalSeconds, 6, 7);
        Assert.InRange(Assert.IsType<Outcome<TaxQuote>.Unavailable>(await Quote()).RetryAfter.TotalSeconds, 5, 7); // nobody was asked
    }

    [Fact]
    public async Task A_booking_waits_as_long_as_429_says()
    {
        await shop.Vendor.Fault(new { kind = "status", operation = "avalara.commit", status = 429, retryAfterSeconds = 1, count = 1 });
        var started = Stopwatch.GetTimestamp();

        Assert.IsType<Outcome<TaxDocument>.Ok>(await Commit());
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1, 3);
    }

    [Theory]
    [InlineData("drop_after")]
    [InlineData("truncate")]
    public async Task A_booking_whose_answer_was_lost_is_found_again(string kind)
    {
        await shop.Vendor.Fault(new { kind, operation = "avalara.commit", count = 1 });

        Assert.Equal(TaxDocumentStatus.Committed, Assert.IsType<Outcome<TaxDocument>.Ok>(await Commit()).Value.Status);
        Assert.Single(await Documents(shop.Vendor));
    }

    [Fact]
    public async Task A_booking_that_is_never_answered_is_in_doubt_and_a_later_one_finds_it()
    {
        await shop.Vendor.Fault(new { kind = "drop_after", operation = "avalara.commit" });
        await shop.Vendor.Fault(new { kind = "drop_before", operation = "avalara.read" });
        Assert.IsNotType<Outcome<TaxDocument>.Ok>(await Commit());
        await shop.Vendor.Http.DeleteAsync("faults");

        Assert.IsType<Outcome<TaxDocument>.Ok>(await Commit());
        Assert.Single(await Documents(shop.Vendor));
    }

    [Fact]
    public async Task A_void_whose_answer_was_lost_is_void()
    {
        await Commit();
        await shop.Vendor.Fault(new { kind = "drop_after", operation = "avalara.void", count = 1 });

        Assert.Equal(TaxDocumentStatus.Voided, Assert.IsType<Outcome<TaxDocument>.Ok>(await shop.Provider.Void("ord_1", default)).Value.Status);
    }

    [Theory]
    [InlineData("html")]
    [InlineData("schema")]
    [InlineData("amount")]
    [InlineData("currency")]
    public async Task Nonsense_is_not_believed(string variant)
    {
        await shop.Vendor.Fault(new { kind = "garbage", operation = "tax", variant });

        Assert.IsNotType<Outcome<TaxQuote>.Ok>(await Quote());
        Assert.IsType<Outcome<TaxDocument>.InDoubt>(await Commit());
    }

    [Fact]
    public async Task Nobody_at_all_is_away_and_nothing_was_sent()
    {
        await using var lonely = await AvalaraShop.Open(options => options.BaseUrl = "http://127.0.0.1:9");

        Assert.IsType<Outcome<TaxQuote>.Unavailable>(await lonely.Provider.Quote(Request("DE", null, null, "EUR", 100), default));
        Assert.IsType<Outcome<TaxDocument>.Unavailable>(await lonely.Provider.Commit(Sale(), default));
    }

    [Fact]
    public async Task A_vendor_that_keeps_failing_is_not_asked_for_a_while()
    {
        await using var careful = await AvalaraShop.Open(options => { options.BreakerMinimumThroughput = 2; options.Retries = 0; }, shop.Vendor);
        await shop.Vendor.Fault(new { kind = "status", operation = "avalara.quote", status = 500, count = 2 });
        await careful.Provider.Quote(Request("DE", null, null, "EUR", 100), default);
        await careful.Provider.Quote(Request("DE", null, null, "EUR", 100), default);

        Assert.IsType<Outcome<TaxQuote>.Unavailable>(await careful.Provider.Quote(Request("DE", null, null, "EUR", 100), default));
    }

    private async Task<Outcome<TaxQuote>> Quote() => await shop.Provider.Quote(Request("DE", null, "10115", "EUR", 100_00), default);

    private Task<Outcome<TaxDocument>> Commit() => shop.Provider.Commit(Sale(), default);

    private static TaxSale Sale() => new("ord_1", Request("DE", null, "10115", "EUR", 100_00), "con_1", null, null, new Money(19_00, "EUR"));
}
