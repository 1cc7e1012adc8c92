using Commerce.Pricing;
using Commerce.Shop;

namespace Commerce.Tax;

/// <summary>A vendor is asked once, remembered for an hour, and not waited for.</summary>
public sealed class TaxDeskTests
{
    private static readonly Channel Stopping = new() { Id = "eu", Name = "Europe", Currencies = ["EUR"], TaxInclusive = false, Countries = ["DE"], TaxProvider = "vendor" };

    private static readonly Channel Estimating = Stopping with { TaxFallback = TaxFallback.Tables };

    private readonly MovedClock clock = new();
    private readonly Vendor vendor = new();

    [Fact]
    public async Task The_same_question_is_asked_once_and_again_when_its_hour_is_over()
    {
        var desk = Desk();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => desk.Assess(Stopping, Request(), default).AsTask()));
        Assert.Equal(1, vendor.Asked);
        Assert.All(answers, a => Assert.Equal(("vendor", false), (a.By, a.Estimated)));

        clock.Now += TimeSpan.FromMinutes(59);
        await desk.Assess(Stopping, Request(), default);
        Assert.Equal(1, vendor.Asked);
        clock.Now += TimeSpan.FromMinutes(2);
        await desk.Assess(Stopping, Request(), default);
        Assert.Equal(2, vendor.Asked);
    }

    public static TheoryData<TaxRequest> OtherQuestions =>
    [
        Request() with { PostalCode = "10115" },
        Request() with { Inclusive = true },
        Request() with { BusinessIn = "FR" },
        Request() with { At = At.AddHours(1) },
        Request() with { Items = [new TaxItem("line_1", "standard", new Money(1_001, "EUR"), 1, "SKU")] },
        Request() with { Items = [new TaxItem("line_1", "reduced", new Money(1_000, "EUR"), 1, "SKU")] },
    ];

    [Theory]
    [MemberData(nameof(OtherQuestions))]
    public async Task Another_question_is_another(TaxRequest other)
    {
        var desk = Desk();
        await desk.Assess(Stopping, Request(), default);
        await desk.Assess(Stopping, other, default);

        Assert.Equal(2, vendor.Asked);
    }

    [Fact]
    public async Task Without_an_answer_the_channel_decides_and_a_second_later_it_is_asked_again()
    {
        var desk = Desk();
        vendor.Answer = new Outcome<TaxQuote>.Unavailable(TimeSpan.FromSeconds(1));

        Assert.Null((await desk.Assess(Stopping, Request(), default)).Taxes);
        var estimate = await desk.Assess(Estimating, Request(), default);
        Assert.Equal((ITaxProvider.RateTables, true, 190), (estimate.By, estimate.Estimated, estimate.Taxes!.Items[0].Taxes[0].Amount.Amount));
        Assert.Equal(1, vendor.Asked);

        (vendor.Answer, clock.Now) = (null, clock.Now + TimeSpan.FromSeconds(1));
        var answer = await desk.Assess(Estimating, Request(), default);
        Assert.Equal(("vendor", false), (answer.By, answer.Estimated));
    }

    [Fact]
    public async Task An_address_that_taxes_cannot_be_computed_for_is_refused_at_its_postal_code()
    {
        vendor.Answer = new Outcome<TaxQuote>.Rejected(TaxErrors.UnknownAddressCode, "no");

        Assert.Equal("/postalCode", (await Assert.ThrowsAsync<CommerceException>(() => Desk().Assess(Estimating, Request(), default).AsTask())).Error.Pointer);
    }

    [Fact]
    public async Task A_provider_that_nobody_configured_is_named_with_those_that_are() =>
        Assert.Contains("rate-tables, vendor", (await Assert.ThrowsAsync<InvalidOperationException>(() => Desk().Assess(Stopping with { TaxProvider = "avalra" }, Request(), default).AsTask())).Message, StringComparison.Ordinal);

    private static DateTimeOffset At => DateTimeOffset.Parse("2026-05-05T10:00:00Z");

    private static TaxRequest Request() =>
        new("DE", null, Inclusive: false, RoundingPolicy.Default, [new TaxItem("line_1", "standard", new Money(1_000, "EUR"), 1, "SKU")], At: At);

    private TaxDesk Desk() => new([vendor, FileShop.Open(new ShopOptions()).Tax], clock);

    private sealed class MovedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = At;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;
    }

    private sealed class Vendor : ITaxProvider
    {
        private int asked;

        public string Name => "vendor";

        public bool KeepsDocuments => true;

        public Outcome<TaxQuote>? Answer { get; set; }

        public int Asked => Volatile.Read(ref asked);

        public async ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref asked);
            await Task.Yield();

            return Answer ?? new Outcome<TaxQuote>.Ok(Assessment.Of(request, [new TaxClass([new Levy("DE", "Vendor", 0.2m)])]));
        }

        public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
