using System.Text.Json;
using Commerce.Journal;

namespace Commerce.Pricing;

/// <summary>What is published, over what the files say, as a silo that followed all along sees it, and one that starts later.</summary>
public sealed class PublicationTests
{
    private static readonly DateTimeOffset At = Baskets.Noon;

    private static readonly PriceBook Files = PriceBook.Empty.With(
        new PricingPage([List("eu-eur", ("TEA", 1000), ("PEN", 500))], [Baskets.Percent("sale", 0.1m)], [new CustomerGroup("wholesale", ["ann"])], [], "", More: false), null);

    [Fact]
    public void A_change_of_one_price_counts_from_its_moment_and_leaves_the_others()
    {
        var book = Book((At, new PricesChanged(List("eu-eur", ("TEA", 900)) with { Version = 2 }, "ann")));

        Assert.Equal(("eu-eur@2", 900), Price(book, "TEA", At));
        Assert.Equal(1000, Price(book, "TEA", At.AddTicks(-1)).Amount);
        Assert.Equal(500, Price(book, "PEN", At).Amount);
    }

    [Fact]
    public void A_price_to_come_takes_effect_at_its_second()
    {
        var tomorrow = At.AddDays(1);
        var book = Book((At, new PricesChanged(Listing(new ListedPrice(1000), new ListedPrice(800, From: tomorrow, CompareAt: 1000)), null)));

        Assert.Equal(1000, Price(book, "TEA", tomorrow.AddTicks(-1)).Amount);
        Assert.Equal(800, Price(book, "TEA", tomorrow).Amount);
    }

    [Fact]
    public void A_whole_list_takes_off_what_it_does_not_name()
    {
        var book = Book((At, new PriceListPublished(List("eu-eur", ("TEA", 900)), null)));

        Assert.Equal(900, Price(book, "TEA", At).Amount);
        Assert.Equal(0, Price(book, "PEN", At).Amount);
        Assert.Equal(500, Price(book, "PEN", At.AddTicks(-1)).Amount);
    }

    [Fact]
    public void A_list_that_is_withdrawn_ends_and_can_be_published_again()
    {
        var withdrawn = (At, (PriceEvent)new PriceListWithdrawn(List("eu-eur"), null));
        Assert.Equal(0, Price(Book(withdrawn), "TEA", At).Amount);
        Assert.Equal(1000, Price(Book(withdrawn), "TEA", At.AddTicks(-1)).Amount);

        var again = Book(withdrawn, (At.AddHours(1), new PriceListPublished(List("eu-eur", ("TEA", 700)), null)));
        Assert.Equal(700, Price(again, "TEA", At.AddHours(1)).Amount);
        Assert.Equal(0, Price(again, "PEN", At.AddHours(1)).Amount);
    }

    [Fact]
    public void A_promotion_of_the_files_is_replaced_and_withdrawn_and_was_what_it_was()
    {
        var book = Book(
            (At, new PromotionPublished(Baskets.Percent("sale", 0.2m) with { Version = 2 }, null)),
            (At.AddHours(1), new PromotionWithdrawn(Baskets.Percent("sale", 0.2m) with { Version = 3 }, null)));

        Assert.Equal([], InForce(book, At.AddHours(1)));
        Assert.Equal([0.2m], InForce(book, At.AddMinutes(59)));
        Assert.Equal([0.1m], InForce(book, At.AddTicks(-1)));
    }

    [Fact]
    public void A_group_is_replaced_and_withdrawn()
    {
        var published = (At, (PriceEvent)new CustomerGroupPublished(new CustomerGroup("wholesale", ["bob"]), null));
        Assert.Equal((string[])["wholesale"], Book(published).GroupsOf("bob"));
        Assert.Empty(Book(published).GroupsOf("ann"));
        Assert.Empty(Book(published, (At, new CustomerGroupWithdrawn(new CustomerGroup("wholesale", []), null))).GroupsOf("bob"));
    }

    [Fact]
    public void A_silo_that_starts_later_has_the_prices_that_the_others_have() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2], Gen.Long[1, 9999], Gen.Int[1, 60]).Array[1, 40].Sample(steps =>
        {
            var (state, followed, at) = (Publications.Initial, Files, At);
            foreach (var (what, name, amount, hours) in steps)
            {
                at = at.AddHours(hours);
                var happened = Happened(state, what, $"list-{name}", amount);
                state = state.Apply(happened, at);
                followed = state.After(state.Version - 1).Aggregate(followed, (book, publication) => book.With(publication));
            }

            var late = state.After(0).Aggregate(Files, (book, publication) => book.With(publication));
            foreach (var moment in (DateTimeOffset[])[at, at.AddHours(-12), at.AddHours(30)])
            {
                Assert.Equal(InForce(followed, moment), InForce(late, moment));
                foreach (var sku in (string[])["TEA", "PEN", "CUP"])
                {
                    Assert.Equal(Price(followed, sku, moment), Price(late, sku, moment));
                }
            }

            Assert.Equal(steps.Length, state.Version);
        });

    [Fact]
    public void What_was_replaced_more_than_a_day_ago_is_not_kept()
    {
        var state = Publications.Initial;
        for (var day = 0; day < 50; day++)
        {
            state = state.Apply(new PromotionPublished(Baskets.Percent("sale", 0.2m), null), At.AddDays(2 * day)).Apply(new PricesChanged(List("eu-eur", ("TEA", day)), null), At.AddDays(2 * day));
        }

        Assert.Equal((2, 2), (state.OfPromotion("sale").Length, state.OfList("eu-eur").Length));
        Assert.Equal(49, Publications.Merged(Files.List("eu-eur"), state.OfList("eu-eur"))!.Prices["TEA"][0].Amount);
    }

    [Fact]
    public void A_snapshot_has_all_of_it()
    {
        var state = Publications.Initial
            .Apply(new PromotionPublished(Baskets.Percent("sale", 0.2m) with { Coupons = [new CouponCodes("S-", 1, null, 5, "c2VlZHNlZWRzZWVkc2VlZA==")] }, "ann"), At)
            .Apply(new PriceListPublished(List("eu-eur", ("TEA", 900)), "ann"), At);
        var info = JournalJson.Default.GetTypeInfo(typeof(Snapshot<Publications>))!;

        var read = (Snapshot<Publications>)JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(Snapshot<Publications>.Of(state, Operations.None, 2), info), info)!;

        Assert.Equal(2, read.State.Version);
        Assert.Equal(state.OfPromotion("sale")[0].Promotion!.Coupons.AsEnumerable(), read.State.OfPromotion("sale")[0].Promotion!.Coupons);
        Assert.Equal(900, read.State.OfList("eu-eur")[0].List!.Prices["TEA"][0].Amount);
        Assert.Equal(state.After(0).Select(p => p.Version), read.State.After(0).Select(p => p.Version));
    }

    /// <summary>As the grain lets it happen: what is not there is not changed.</summary>
    private static PriceEvent Happened(Publications state, int what, string id, long amount)
    {
        var stands = state.OfList(id) is [.., { IsWithdrawal: false }];

        return what switch
        {
            0 => new PriceListPublished(List(id, ("TEA", amount), ("CUP", amount)), null),
            1 when stands => new PriceListWithdrawn(List(id), null),
            2 or 3 when stands => new PricesChanged(List(id, (amount % 2 == 0 ? "TEA" : "PEN", amount)), null),
            4 => new PromotionWithdrawn(Baskets.Percent(id, 0.5m), null),
            _ => new PromotionPublished(Baskets.Percent(id, 1m / amount), null),
        };
    }

    private static PriceBook Book(params (DateTimeOffset At, PriceEvent Happened)[] happened) =>
        happened.Aggregate(Publications.Initial, (state, step) => state.Apply(step.Happened, step.At)).After(0).Aggregate(Files, (book, publication) => book.With(publication));

    private static (string? List, long Amount) Price(PriceBook book, string sku, DateTimeOffset at) =>
        book.Price(new PriceQuestion("eu", "EUR", null, [], null, at), sku, 1) is { } found ? (found.List, found.Price.Amount) : (null, 0);

    private static decimal[] InForce(PriceBook book, DateTimeOffset at) =>
        [.. book.Promotions.Where(p => PriceBook.InForce(p, at)).OrderBy(p => p.Id, StringComparer.Ordinal).Select(p => ((PercentOff)p.Effect).Percentage)];

    private static PriceList List(string id, params (string Sku, long Amount)[] prices) => new()
    {
        Id = id,
        Channel = "eu",
        Currency = "EUR",
        Prices = prices.ToImmutableDictionary(p => p.Sku, p => ImmutableArray.Create(new ListedPrice(p.Amount))),
    };

    private static PriceList Listing(params ImmutableArray<ListedPrice> tea) => List("eu-eur") with { Prices = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty.Add("TEA", tea) };
}
