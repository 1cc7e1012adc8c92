using Commerce.Carts;
using Commerce.Shop;
using Commerce.Tax;

namespace Commerce.Pricing;

public sealed class PricerTests
{
    private static readonly FileShop Shop = FileShop.Open(new ShopOptions());
    private static readonly Destination Germany = new("DE", null);

    private readonly Pricer pricer = With(Shop.Tax);

    [Fact]
    public async Task A_basket_in_europe_contains_its_taxes()
    {
        var quote = await pricer.Price(Basket("eu", Germany, shipping: "standard"));

        Assert.Equal(new Money(1795 + 2 * 1695 + 0, "EUR"), quote.Totals.Subtotal);
        Assert.Equal(quote.Totals.Subtotal + quote.Totals.Shipping, quote.Totals.Total);
        Assert.Equal(117 + 541, quote.Totals.IncludedTax.Amount - quote.Shipping!.Taxes.Sum(t => t.Amount.Amount));
        Assert.True(quote.TaxKnown);
        Assert.Equal(Baskets.Noon.AddMinutes(15), quote.ValidUntil);
    }

    [Fact]
    public async Task A_basket_in_california_pays_them_on_top()
    {
        var quote = await pricer.Price(Basket("us", new Destination("US", "CA"), shipping: "express"));

        Assert.True(quote.Totals.Tax.Amount > 0);
        Assert.Equal(quote.Totals.Subtotal + quote.Totals.Shipping + quote.Totals.Tax, quote.Totals.Total);
        Assert.Equal(["US-CA"], quote.Taxes.Select(t => t.Jurisdiction).Distinct());
    }

    [Fact]
    public async Task Without_a_destination_there_is_neither_tax_nor_shipping()
    {
        var quote = await pricer.Price(Basket("us", null, shipping: "express"));

        Assert.False(quote.TaxKnown);
        Assert.Null(quote.Shipping);
        Assert.Equal(quote.Totals.Subtotal, quote.Totals.Total);
    }

    [Fact]
    public async Task A_partner_pays_its_own_price()
    {
        var request = Basket("partner", Germany);

        var listed = await pricer.Price(request);
        var agreed = await pricer.Price(request with { CustomerId = "hotel-nordlicht" });

        Assert.True(agreed.Lines[0].UnitPrice < listed.Lines[0].UnitPrice);
        Assert.Equal(listed.Lines[1].UnitPrice, agreed.Lines[1].UnitPrice);
        Assert.NotEqual(listed.Id, agreed.Id);
    }

    [Fact]
    public async Task A_coupon_counts_in_its_time_whatever_its_letters()
    {
        var quote = await pricer.Price(Basket("eu", Germany) with { Coupons = ["welcome10", "SUMMER", "SUMMER25", "NOSUCH"] });

        Assert.Equal("SUMMER, WELCOME10", string.Join(", ", quote.Coupons));
        Assert.Equal("coupon-expired", (await Refused(() => pricer.Coupon(Basket("eu", null), "SUMMER25"))).Code);
        Assert.Equal("coupon-not-on-this-channel", (await Refused(() => pricer.Coupon(Basket("eu", null), "PARTNER5"))).Code);
        Assert.Equal("unknown-coupon", (await Refused(() => pricer.Coupon(Basket("eu", null), "NOSUCH"))).Code);
        Assert.Equal("SUMMER", await pricer.Coupon(Basket("eu", null), "summer"));
        Assert.Equal(
            ["NOSUCH unknown-coupon", "SUMMER ", "SUMMER25 coupon-expired", "WELCOME10 "],
            quote.CouponOutcomes.Select(o => $"{o.Code} {o.Why}"));
    }

    [Fact]
    public async Task Every_refusal_has_its_code()
    {
        var basket = Basket("eu", Germany);

        Assert.Equal("unknown-channel", (await Refused(() => pricer.Price(basket with { Channel = "mars" }))).Code);
        Assert.Equal("currency-mismatch", (await Refused(() => pricer.Price(basket with { Currency = "USD" }))).Code);
        Assert.Equal("unknown-sku", (await Refused(() => pricer.Price(basket with { Items = [new BasketItem("l", "NOPE", "Nope", 1, "standard")] }))).Code);
        Assert.Equal("destination-not-served", (await Refused(() => pricer.Price(basket with { Destination = new Destination("US", "CA") }))).Code);
    }

    [Fact]
    public async Task A_region_that_is_missing_is_pointed_at()
    {
        var refused = await Refused(() => pricer.Price(Basket("us", new Destination("US", null))));

        Assert.Equal(("unknown-region", "/region"), (refused.Code, refused.Pointer));
    }

    [Fact]
    public async Task A_tax_that_cannot_be_had_is_pending_and_never_left_out()
    {
        foreach (var failure in (Outcome<TaxQuote>[])[new Outcome<TaxQuote>.Unavailable(TimeSpan.FromSeconds(7)), new Outcome<TaxQuote>.InDoubt("lost"), new Outcome<TaxQuote>.Rejected("unknown-country", "none")])
        {
            var quote = await With(new Scripted(failure)).Price(Basket("eu", Germany));
            Assert.True(quote.TaxPending);
            Assert.False(quote.TaxKnown);
        }

        var refused = await Refused(() => With(new Scripted(new Outcome<TaxQuote>.Ok(new TaxQuote([])))).Price(Basket("eu", Germany)));
        Assert.Equal(("temporarily-unavailable", ErrorKind.Unavailable), (refused.Code, refused.Kind));
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task Shipping_is_offered_cheapest_first_and_free_from_its_threshold()
    {
        var small = await pricer.ShippingMethods(Basket("eu", Germany, mugs: 1));
        var large = await pricer.ShippingMethods(Basket("eu", Germany, mugs: 9));

        Assert.Equal(["standard 395", "express 1195"], small.Select(r => $"{r.Rate.Id} {r.Price.Amount}"));
        Assert.Equal(["standard 0", "express 1195"], large.Select(r => $"{r.Rate.Id} {r.Price.Amount}"));
        Assert.Empty(await pricer.ShippingMethods(Basket("eu", null)));
    }

    [Fact]
    public async Task A_view_of_a_cart_is_priced_at_once_and_without_waste()
    {
        var request = Basket("eu", Germany, shipping: "standard") with { Coupons = ["WELCOME10"] };
        for (var i = 0; i < 200; i++)
        {
            await pricer.Price(request);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var pricing = pricer.Price(request);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(pricing.IsCompletedSuccessfully);
        Assert.InRange(allocated, 0, 7_000);
        await pricing;
    }

    private static BasketRequest Basket(string channel, Destination? destination, string? shipping = null, int mugs = 2) => new(
        channel,
        null,
        [new BasketItem("line_1", "DARJ-FIRS-100", "Darjeeling First Flush, 100 g", 1, "reduced"), new BasketItem("line_2", "STON-MUG-CHK", "Tideline Stoneware Mug, Chalk", mugs, "standard")],
        [],
        destination,
        shipping);

    private static Pricer With(ITaxProvider taxes) =>
        new(new PriceBooks(Shop.Pricing), Shop.Pricing, new TaxDesk([taxes]), Shop.Shipping, new NoFacts(), new Stopped());

    private static async Task<CommerceError> Refused<T>(Func<ValueTask<T>> ask) => (await Assert.ThrowsAsync<CommerceException>(async () => await ask())).Error;

    private sealed class Stopped : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Baskets.Noon;
    }

    private sealed class NoFacts : IPricingFacts
    {
        public ValueTask<bool> HasOrdered(string customerId) => new(false);

        public ValueTask<bool> IsLeft(LimitedUse use) => new(true);

        public ValueTask<BasketItem?> Gift(string lineId, string sku, int quantity) => new((BasketItem?)null);
    }

    private sealed class Scripted(Outcome<TaxQuote> answer) : ITaxProvider
    {
        public string Name => "rate-tables";

        public bool KeepsDocuments => false;

        public ValueTask<Outcome<TaxQuote>> Quote(TaxRequest request, CancellationToken cancellationToken) => new(answer);

        public Task<Outcome<TaxDocument>> Commit(TaxSale sale, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<TaxDocument>> Void(string code, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Outcome<TaxDocument>> Refund(TaxReturn refund, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
