using Commerce.Allotments;
using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Orders;
using Commerce.Pricing;

namespace Commerce.Tests.Cluster.Pricing;

/// <summary>Uses of coupons, as checkouts take and orders keep them.</summary>
public sealed class CouponTests(Shop shop) : IClassFixture<Shop>
{
    private const int Purchase = 13, Decline = 12, Cancel = 6;
    private static readonly Money Off = new(100, "EUR");

    public static TheoryData<int, bool> Purchases => Crashes(Purchase);

    public static TheoryData<int, bool> Declines => Crashes(Decline);

    public static TheoryData<int, bool> Cancels => Crashes(Cancel);

    [Fact]
    public async Task The_last_use_wanted_by_a_hundred_checkouts_at_once_is_given_once()
    {
        var code = await Coupon(uses: 1);
        var sku = await shop.Stocked(1_000);
        var trials = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => With(code, new Trial(shop, sku, 1, "card"))));

        var checkouts = await Task.WhenAll(trials.Select(trial => trial.Start()));

        Assert.Single(checkouts, checkout => checkout.View.Status is CheckoutStatus.Completed);
        Assert.All(checkouts.Where(c => c.View.Status is not CheckoutStatus.Completed), checkout =>
        {
            Assert.Equal((CheckoutStatus.Failed, "coupon-used-up", code, true),
                (checkout.View.Status, checkout.View.Failure!.Code, checkout.View.Failure.Reason, checkout.View.Failure.Retryable));
        });
        Assert.Equal(0, await Left(code, 1));
        var stock = (await shop.Grains.Stock(sku).Get())!;
        Assert.Equal((999, 0, 1), (stock.Available, stock.Reserved, stock.Allocated));
    }

    [Fact]
    public async Task Who_came_too_late_sees_why_and_buys_without_it()
    {
        var code = await Coupon(uses: 1);
        var (first, second) = (await With(code), await With(code));
        await first.Start();

        var failed = await second.Start();
        Assert.Contains(failed.View.Failure!.Code, (string[])["coupon-used-up"]);

        var cart = (await second.Cart.Get(second.Owner))!;
        Assert.Equal(CouponRefusals.UsedUp, Assert.Single(cart.Quote.CouponOutcomes).Why);
        var again = await shop.Grains.Checkout(Identity.New(Identity.Checkout)).Start(second.As("again"), second.Command, Trial.Wait);
        Assert.Equal((CheckoutStatus.Completed, second.Total), (again.View.Status, again.View.Quote.Totals.Total));
    }

    [Fact]
    public async Task A_coupon_that_is_used_up_is_refused_by_a_cart()
    {
        var code = await Coupon(uses: 1);
        await (await With(code)).Start();
        var late = await shop.Cart();

        var refused = await Assert.ThrowsAsync<CommerceException>(() => late.Cart.AddCoupon(late.As("coupon"), code));

        Assert.Equal(CouponRefusals.UsedUp, refused.Error.Code);
    }

    [Fact]
    public async Task A_use_for_each_customer_is_counted_for_each()
    {
        var code = await Coupon(uses: null, each: 1);
        var (ann, again, bob) = (Owners.Customer("ann"), Owners.Customer("ann"), Owners.Customer("bob"));
        var purchases = new List<CheckoutStatus>();
        foreach (var owner in (string[])[ann, bob])
        {
            purchases.Add(await Buy(owner, code));
        }

        Assert.All(purchases, status => Assert.Equal(CheckoutStatus.Completed, status));
        var refused = await Assert.ThrowsAsync<CommerceException>(() => Buy(again, code));
        Assert.Equal(CouponRefusals.UsedUp, refused.Error.Code);
    }

    [Fact]
    public async Task The_last_use_repeated_is_taken_once()
    {
        var code = await Coupon(uses: 1);
        var trial = await With(code);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => trial.Start()));

        Assert.All(replies, reply => Assert.Equal(CheckoutStatus.Completed, reply.View.Status));
        Assert.Equal(0, await Left(code, 1));
    }

    [Fact]
    public async Task A_decline_gives_the_use_back()
    {
        var code = await Coupon(uses: 1);

        Assert.Equal("payment-declined", (await (await With(code, "declined")).Start()).View.Failure!.Code);

        Assert.Equal(1, await Left(code, 1));
    }

    [Fact]
    public async Task A_cancelled_order_gives_the_use_back_long_after_it_was_placed()
    {
        var code = await Coupon(uses: 1);
        var trial = await With(code);
        await trial.Start();
        shop.Clock.Shift(TimeSpan.FromDays(3));

        await trial.Order.Cancel(trial.As("cancel"), "changed my mind");

        Assert.Equal(1, await Left(code, 1));
    }

    [Fact]
    public async Task A_quote_without_limited_coupons_asks_no_allotment()
    {
        var code = await Coupon(uses: null);
        var trial = await With(code);

        await trial.Start();

        Assert.Equal(CheckoutStatus.Completed, await trial.Status());
        Assert.Empty(await trial.Events(Identity.Of(Identity.Allotment, "coupon:" + code)));
    }

    [Theory]
    [MemberData(nameof(Purchases))]
    public async Task A_purchase_that_crashes_uses_its_coupon_once(int commit, bool stored)
    {
        var code = await Coupon(uses: 2);
        var trial = await With(code);

        await Crash(trial, code, commit, stored, () => trial.Start(), async () => await trial.Status() is CheckoutStatus.Completed);

        Assert.Equal(1, await Left(code, 2));
    }

    [Theory]
    [MemberData(nameof(Declines))]
    public async Task A_decline_that_crashes_gives_its_use_back(int commit, bool stored)
    {
        var code = await Coupon(uses: 1);
        var trial = await With(code, "declined");

        await Crash(trial, code, commit, stored, () => trial.Start(), async () => await trial.Status() is CheckoutStatus.Failed);

        Assert.Equal(1, await Left(code, 1));
    }

    [Theory]
    [MemberData(nameof(Cancels))]
    public async Task An_order_whose_cancelling_crashes_gives_its_use_back_once(int commit, bool stored)
    {
        var code = await Coupon(uses: 2);
        await (await With(code)).Start();
        var trial = await With(code);
        await trial.Start();

        await Crash(
            trial, code, commit, stored, () => trial.Order.Cancel(trial.As("cancel"), null), async () => (await trial.Order.Get(trial.Owner))?.Status is OrderStatus.Cancelled);

        Assert.Equal(1, await Left(code, 2));
    }

    [Fact]
    public async Task A_gift_beside_the_same_goods_is_reserved_sold_and_given_back_with_them()
    {
        var sku = await shop.Stocked(10);
        await Publish(new Promotion
        {
            Id = "gift-" + sku.ToLowerInvariant(),
            Reason = "One for free",
            Effect = new Gift(sku),
            When = new PromotionConditions { Items = ItemSelector.Sku(sku), MinimumQuantity = 2 },
        });
        var trial = await With(null, new Trial(shop, sku, 2, "card"));

        var checkout = await trial.Start();

        Assert.Equal(CheckoutStatus.Completed, checkout.View.Status);
        Assert.Equal((int[])[2, 1], checkout.View.Quote.Lines.Select(line => line.Quantity));
        Assert.Equal((7, 0, 3), await trial.Units());
        await trial.Order.Cancel(trial.As("cancel"), null);
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task Of_two_first_orders_at_once_one_is_the_first()
    {
        var owner = Owners.Customer("ann-" + Guid.NewGuid().ToString("N"));
        var sku = await shop.Stocked(10);
        await Publish(new Promotion
        {
            Id = "first-" + sku.ToLowerInvariant(),
            Reason = "Welcome",
            Effect = new AmountOff([Off], Target.Order, ItemSelector.Sku(sku)),
            When = new PromotionConditions { FirstOrder = true },
        });
        var carts = new[] { Identity.New(Identity.Cart), Identity.New(Identity.Cart) };
        foreach (var cart in carts)
        {
            await shop.Grains.Cart(cart).Create(new Request(owner, cart, "f"), new CreateCart(owner, "eu", null, [new NewLine(sku, 1)]));
            await shop.Grains.Cart(cart).SetDestination(new Request(owner), new Commerce.Contacts.Address("Ann", "Street 1", null, "Berlin", null, "10117", "DE"));
        }

        var checkouts = await Task.WhenAll(carts.Select(cart => shop.Grains.Checkout(Identity.New(Identity.Checkout))
            .Start(new Request(owner, "buy", "f"), new StartCheckout(cart, null, null, "card", null), Trial.Wait)));

        var bought = Assert.Single(checkouts, checkout => checkout.View.Status is CheckoutStatus.Completed).View;
        Assert.Equal(Off, bought.Quote.Totals.Discount);
        var other = Assert.Single(checkouts, checkout => checkout.View.Status is CheckoutStatus.Failed).View;
        Assert.Equal("coupon-used-up", other.Failure!.Code);
        Assert.True((await shop.Grains.Cart(other.CartId).Get(owner))!.Quote.Totals.Discount.IsZero);
    }

    private static TheoryData<int, bool> Crashes(int commits)
    {
        var data = new TheoryData<int, bool>();
        for (var commit = 1; commit <= commits; commit++)
        {
            data.Add(commit, false);
            data.Add(commit, true);
        }

        return data;
    }

    private async Task Crash(Trial trial, string code, int commit, bool stored, Func<Task> journey, Func<Task<bool>> hasEnded)
    {
        var (seen, counter) = (0, Identity.Of(Identity.Allotment, "coupon:" + code));
        using (shop.Journal.Tamper(c => (!trial.Owns(c.Aggregate) && c.Aggregate != counter) || Interlocked.Increment(ref seen) != commit ? Tampering.None : stored ? Tampering.LoseAnswer : Tampering.Fail))
        {
            await Shop.Until(async () =>
            {
                try
                {
                    await journey();
                }
                catch (CommerceException refused) when (refused.Error.Kind is ErrorKind.Unavailable)
                {
                    return false;
                }

                return true;
            }, "the repeated request is answered");
            await shop.Later(hasEnded, "the journey has ended");
        }

        Assert.True(seen >= commit, $"The journey has {seen} commits.");
    }

    private async Task<CheckoutStatus> Buy(string owner, string code)
    {
        var cart = Identity.New(Identity.Cart);
        await shop.Grains.Cart(cart).Create(new Request(owner, cart, "f"), new CreateCart(owner, "eu", null, [new NewLine(await shop.Stocked(5), 1)]));
        await shop.Grains.Cart(cart).SetDestination(new Request(owner), new Commerce.Contacts.Address("Ann", "Street 1", null, "Berlin", null, "10117", "DE"));
        await shop.Grains.Cart(cart).AddCoupon(new Request(owner, "coupon", "f"), code);
        var checkout = await shop.Grains.Checkout(Identity.New(Identity.Checkout)).Start(new Request(owner, "buy", "f"), new StartCheckout(cart, null, null, "card", null), Trial.Wait);

        return checkout.View.Status;
    }

    private async Task<Trial> With(string code, string method = "card")
    {
        var trial = await shop.Cart(method);
        await trial.Cart.AddCoupon(trial.As("coupon"), code);

        return trial;
    }

    private static async Task<Trial> With(string? code, Trial trial)
    {
        await trial.Cart.Create(new Request(trial.Owner, "open", "f"), new CreateCart(trial.Owner, "eu", null, [new NewLine(trial.Sku, code is null ? 2 : 1)]));
        await trial.Cart.SetDestination(new Request(trial.Owner), new Commerce.Contacts.Address("Ada", "Street 1", null, "Berlin", null, "10117", "DE"));
        if (code is not null)
        {
            await trial.Cart.AddCoupon(trial.As("coupon"), code);
        }

        return trial;
    }

    /// <summary>A code that nobody else uses, in force.</summary>
    private async Task<string> Coupon(int? uses, int? each = null)
    {
        var code = "C" + Guid.NewGuid().ToString("N")[..20].ToUpperInvariant();
        await Publish(new Promotion { Id = "coupon-" + code.ToLowerInvariant(), Reason = "A little off", Effect = new AmountOff([Off]), Coupons = [new CouponCodes(code, uses, each)] });

        return code;
    }

    private async Task Publish(Promotion promotion)
    {
        var reply = await shop.Grains.PriceBook().PublishPromotion(new Request(null), promotion, "tests");
        await shop.Grains.PriceFollower().CatchUp(reply.View.BookVersion);
    }

    private Task<int> Left(string code, int limit) => shop.Grains.Allotment("coupon:" + code).Left(limit);
}
