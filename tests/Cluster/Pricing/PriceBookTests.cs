using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Cluster.Pricing;

public sealed class PriceBookTests(Shop shop) : IClassFixture<Shop>
{
    private const string List = "eu-eur";

    private IPriceBookGrain Book => shop.Grains.PriceBook();

    [Fact]
    public async Task A_publication_is_in_force_within_half_a_second_without_anybody_asking()
    {
        var sku = await shop.Stocked(1);

        await Book.ChangePrices(new Request(null), List, Price(sku, new ListedPrice(1199, CompareAt: 1299)), "ann");

        await Shop.Until(async () => await Now(sku) == 1199, "the new price counts", TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task A_price_to_come_takes_effect_at_its_second_and_what_is_now_holds_until_then()
    {
        var sku = await shop.Stocked(1);
        var soon = shop.Clock.GetUtcNow().AddHours(2);

        await Change(sku, new ListedPrice(999, From: soon));

        Assert.Equal(1299, await Now(sku));
        shop.Clock.Shift(TimeSpan.FromHours(2));
        Assert.Equal(999, await Now(sku));
    }

    [Fact]
    public async Task A_request_repeated_publishes_once()
    {
        var request = new Request(null, "key-" + Guid.NewGuid(), "f");
        var promotion = Sale("repeated");

        var first = await Book.PublishPromotion(request, promotion, "ann");
        var again = await Book.PublishPromotion(request, promotion, "ann");

        Assert.Equal((1, false, 1, true), (first.View.Version, first.Replayed, again.View.Version, again.Replayed));
        var other = await Assert.ThrowsAsync<CommerceException>(() => Book.PublishPromotion(request with { Fingerprint = "other" }, promotion, "ann"));
        Assert.Equal(ErrorKind.KeyReused, other.Error.Kind);
    }

    [Fact]
    public async Task Of_two_who_saw_the_same_version_one_publishes()
    {
        var promotion = Sale("contested");
        await Book.PublishPromotion(new Request(null), promotion, "ann");

        await Book.PublishPromotion(new Request(null, "a", null, 1), promotion, "ann");

        var stale = await Assert.ThrowsAsync<CommerceException>(() => Book.PublishPromotion(new Request(null, "b", null, 1), promotion, "bob"));
        Assert.Equal(ErrorKind.Stale, stale.Error.Kind);
        Assert.Equal((2, "ann"), ((await Book.Promotion("contested"))!.Version, (await Book.Promotion("contested"))!.By));
    }

    [Fact]
    public async Task What_was_published_is_there_after_a_restart_and_its_history_with_it()
    {
        var sku = await shop.Stocked(1);
        await Change(sku, new ListedPrice(777));
        await Book.PublishPromotion(new Request(null), Sale("lasting"), "ann");
        await Book.WithdrawPromotion(new Request(null, "w"), "lasting", "bob");
        await Book.PublishPromotion(new Request(null), Sale("lasting") with { Reason = "Again" }, "carol");

        await shop.Stop();
        await shop.Start();

        Assert.Equal(777, await Now(sku));
        var versions = (await Book.PromotionVersions("lasting", new PageRequest(null, 10))).Items;
        Assert.Equal(["3 carol False", "2 bob True", "1 ann False"], versions.Select(v => $"{v.Version} {v.By} {v.IsWithdrawn}"));
        var page = await Book.PromotionVersions("lasting", new PageRequest(null, 2));
        Assert.Equal(1, Assert.Single((await Book.PromotionVersions("lasting", new PageRequest(page.Next, 2))).Items).Version);
    }

    [Fact]
    public async Task Made_codes_are_told_again_and_their_seed_is_not()
    {
        await Book.PublishPromotion(new Request(null), Sale("made") with { Coupons = [new CouponCodes("MADE-ONE")] }, "ann");

        var made = await Book.MakeCodes(new Request(null, "make", "f"), "made", new NewCodes(250, "MADE-"), "ann");

        Assert.All(made.View.Document.Coupons, codes => Assert.Null(codes.Seed));
        var all = (await Book.Codes("made", "MADE-", 0, 1_000))!.Value;
        Assert.Equal(250, all.Distinct().Count());
        Assert.Equal(all.Skip(200), (await Book.Codes("made", "MADE-", 200, 1_000))!.Value);
        await shop.Grains.PriceFollower().CatchUp(made.View.BookVersion);
        Assert.NotNull((await Books()).Coupon(all[17].ToLowerInvariant(), shop.Clock.GetUtcNow()));

        // A whole publication names them again to keep them, and cannot make some up.
        var kept = await Book.PublishPromotion(new Request(null), made.View.Document with { Reason = "Still" }, "ann");
        Assert.Equal(all[3], (await Book.Codes("made", "MADE-", 3, 1))!.Value[0]);
        await Assert.ThrowsAsync<CommerceException>(() => Book.PublishPromotion(new Request(null), kept.View.Document with { Coupons = [new CouponCodes("MORE-", 1, null, 5)] }, "ann"));

        var revoked = await Book.RevokeCodes(new Request(null, "revoke", "f"), "made", "MADE-", "ann");
        await shop.Grains.PriceFollower().CatchUp(revoked.View.BookVersion);
        Assert.Null(await Book.Codes("made", "MADE-", 0, 1));
        Assert.False(PriceBook.InForce((await Books()).Coupon(all[17], shop.Clock.GetUtcNow())!.Value.Promotion, shop.Clock.GetUtcNow()));
        var last = await Assert.ThrowsAsync<CommerceException>(() => Book.MakeCodes(new Request(null, "taken", "f"), "made", new NewCodes(1, "MADE-ONE"), "ann"));
        Assert.Equal("code-taken", last.Error.Code);
    }

    [Fact]
    public async Task A_code_switches_on_one_promotion()
    {
        await Book.PublishPromotion(new Request(null), Sale("one") with { Coupons = [new CouponCodes("MINE")] }, null);

        var taken = await Assert.ThrowsAsync<CommerceException>(() => Book.PublishPromotion(new Request(null), Sale("two") with { Coupons = [new CouponCodes("MINE")] }, null));

        Assert.Equal(("code-taken", "/coupons/0/code"), (taken.Error.Code, taken.Error.Pointer));
        await Book.WithdrawPromotion(new Request(null, "free"), "one", null);
        Assert.Equal("two", (await Book.PublishPromotion(new Request(null), Sale("two") with { Coupons = [new CouponCodes("MINE")] }, null)).View.Document.Id);
    }

    [Fact]
    public async Task Lists_and_groups_are_published_withdrawn_and_listed()
    {
        var sku = await shop.Stocked(1);
        await Book.PublishPrices(new Request(null), new PriceList { Id = "eu-best", Channel = "eu", Currency = "EUR", CustomerGroup = "best", Prices = Price(sku, new ListedPrice(500)) }, "ann");
        await Book.PublishGroup(new Request(null), new CustomerGroup("best", ["ann"]), "ann");
        await shop.Grains.PriceFollower().CatchUp(long.MaxValue);

        Assert.Equal((500, 1299), (await Now(sku, "ann"), await Now(sku, "bob")));
        Assert.Contains((await Book.PriceLists(new PageRequest(null, 100))).Items, list => list.Document is { Id: "eu-best", Prices.IsEmpty: true });
        Assert.Equal(500, (await Book.PriceList("eu-best"))!.Document.Prices[sku][0].Amount);

        await Book.WithdrawPrices(new Request(null, "w-list"), "eu-best", "ann");
        await Book.WithdrawGroup(new Request(null, "g"), "best", "ann");
        await shop.Grains.PriceFollower().CatchUp(long.MaxValue);
        Assert.Equal(1299, await Now(sku, "ann"));
        Assert.Null(await Book.PriceList("eu-best"));
        Assert.Null(await Book.Group("best"));
        await Assert.ThrowsAsync<CommerceException>(() => Book.ChangePrices(new Request(null), "eu-best", Price(sku, new ListedPrice(1)), null));
    }

    private async Task Change(string sku, params ImmutableArray<ListedPrice> prices)
    {
        var reply = await Book.ChangePrices(new Request(null), List, Price(sku, prices), "ann");
        await shop.Grains.PriceFollower().CatchUp(reply.View.BookVersion);
    }

    private async Task<long> Now(string sku, string? customer = null)
    {
        var book = await Books();

        return book.Price(new PriceQuestion("eu", "EUR", customer, book.GroupsOf(customer), null, shop.Clock.GetUtcNow()), sku, 1)?.Price.Amount ?? 0;
    }

    private ValueTask<PriceBook> Books() => shop.Services.GetRequiredService<PriceBooks>().Current();

    private static ImmutableDictionary<string, ImmutableArray<ListedPrice>> Price(string sku, params ImmutableArray<ListedPrice> prices) =>
        ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty.Add(sku, prices);

    /// <summary>Something for nobody, so that other tests pay what they do.</summary>
    private static Promotion Sale(string id) => new()
    {
        Id = id,
        Reason = "Sale",
        Effect = new PercentOff(0.1m),
        When = new PromotionConditions { MinimumQuantity = 1_000_000 },
    };
}
