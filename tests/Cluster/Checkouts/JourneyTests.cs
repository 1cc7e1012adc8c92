using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Inventory;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Checkouts;

public sealed class JourneyTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task A_checkout_ends_with_an_order_allocated_stock_and_a_closed_cart()
    {
        var trial = await shop.Cart();

        var reply = await trial.Start();

        Assert.Equal((CheckoutStatus.Completed, trial.OrderId, false), (reply.View.Status, reply.View.OrderId, reply.Replayed));
        await trial.IsBought();
    }

    [Fact]
    public async Task A_decline_undoes_everything_and_the_cart_can_be_bought_with_another_card()
    {
        var trial = await shop.Cart("declined");

        Assert.Equal("card_declined", (await trial.Start()).View.Failure!.Reason);
        await trial.IsUndone(CheckoutStatus.Failed, "payment-declined");

        var again = Identity.New(Identity.Checkout);
        var second = await shop.Grains.Checkout(again).Start(trial.As("again"), trial.Command with { Method = "card" }, Trial.Wait);
        Assert.Equal(CheckoutStatus.Completed, second.View.Status);
    }

    [Fact]
    public async Task What_is_not_there_is_not_sold_and_the_bank_is_not_asked()
    {
        var trial = await shop.Cart(quantity: 3, stock: 2);

        Assert.Equal(trial.Sku, (await trial.Start()).View.Failure!.Reason);

        await trial.IsUndone(CheckoutStatus.Failed, "out-of-stock", stock: 2);
        Assert.Empty(trial.Account.Calls);
    }

    [Fact]
    public async Task Of_what_is_sold_out_no_express_checkout_begins_and_while_others_hold_the_last_ones_it_says_so()
    {
        var sku = await shop.Stocked(1);
        var stock = shop.Grains.Stock(sku);
        var checkout = shop.Grains.Checkout(Identity.New(Identity.Checkout));
        async Task<string?> Refusal()
        {
            try
            {
                Assert.False(await checkout.HasBegun([new NewLine(sku, 1)]));
                return null;
            }
            catch (CommerceException refused)
            {
                return refused.Error.Code;
            }
        }

        Assert.Null(await Refusal());

        await stock.Reserve("res_1", "cart_1", 1, shop.Clock.GetUtcNow().AddMinutes(5));
        await Shop.Until(async () => await Refusal() is "goods-held", "the last one is held");

        await stock.Allocate("res_1", "ord_1", "cart_1", 1);
        await Shop.Until(async () => await Refusal() is "sold-out", "the last one is sold");
        Assert.Null(await checkout.Get(null));
        Assert.Null(await Record.ExceptionAsync(() => checkout.HasBegun([new NewLine("no-such-sku", 1)]))); // told by the cart
    }

    [Fact]
    public async Task Whoever_bought_the_last_one_is_not_told_that_it_is_sold_out()
    {
        var trial = await shop.Cart(quantity: 1, stock: 1);
        await trial.Placed();
        await Shop.Until(
            async () => await Record.ExceptionAsync(() => shop.Grains.Checkout(Identity.New(Identity.Checkout)).HasBegun([new NewLine(trial.Sku, 1)])) is CommerceException, "others are told");

        Assert.True(await trial.Checkout.HasBegun([new NewLine(trial.Sku, 1)]));
    }

    [Fact]
    public async Task The_same_key_twice_at_once_is_one_checkout()
    {
        var trial = await shop.Cart();

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => trial.Start()));

        Assert.All(replies, reply => Assert.Equal(trial.OrderId, reply.View.OrderId));
        Assert.Single(replies, reply => !reply.Replayed);
        Assert.Single(await trial.Events(trial.CheckoutId), "commerce.checkout.started.v1");
        await trial.IsBought();
    }

    [Fact]
    public async Task The_same_key_with_another_request_is_refused_at_once_and_later()
    {
        var trial = await shop.Cart();
        using var gate = shop.Journal.Hold(trial.CheckoutId);
        var first = trial.Start();
        await gate.Reached;

        var other = trial.Checkout.Start(trial.As("start") with { Fingerprint = "of another request" }, trial.Command, Trial.Wait);
        gate.Open();

        Assert.Equal(CheckoutStatus.Completed, (await first).View.Status);
        Assert.Equal("idempotency-key-reused", (await Assert.ThrowsAsync<CommerceException>(() => other)).Error.Code);
        var later = await Assert.ThrowsAsync<CommerceException>(() => trial.Checkout.Start(trial.As("start") with { Fingerprint = "of another request" }, trial.Command, Trial.Wait));
        Assert.Equal("idempotency-key-reused", later.Error.Code);
    }

    [Fact]
    public async Task Of_two_requests_with_one_key_at_once_one_is_refused()
    {
        var trial = await shop.Cart();

        // Whichever comes first: neither is stored yet when the other arrives.
        var outcomes = await Task.WhenAll(new[] { "one", "other" }.Select(async fingerprint =>
        {
            try
            {
                return (await trial.Checkout.Start(trial.As("start") with { Fingerprint = fingerprint }, trial.Command, Trial.Wait)).View.Status.ToString();
            }
            catch (CommerceException refused)
            {
                return refused.Error.Code;
            }
        }));

        Assert.Equal(["Completed", "idempotency-key-reused"], outcomes.Order(StringComparer.Ordinal));
        await trial.IsBought();
    }

    [Fact]
    public async Task The_key_of_a_checkout_is_found_after_its_activation_has_ended()
    {
        var trial = await (await shop.Cart()).Placed();

        await shop.Deactivate(trial.Checkout);
        var repeated = await trial.Start();

        Assert.Equal((true, trial.OrderId), (repeated.Replayed, repeated.View.OrderId));
        await trial.IsBought();
    }

    [Fact]
    public async Task Of_two_checkouts_of_one_cart_one_buys_and_the_other_is_told()
    {
        var trial = await shop.Cart();
        var ids = new[] { trial.CheckoutId, Identity.New(Identity.Checkout) };

        var outcomes = await Task.WhenAll(ids.Select(async (id, i) =>
        {
            try
            {
                return (await shop.Grains.Checkout(id).Start(trial.As($"key {i}"), trial.Command, Trial.Wait)).View.Status.ToString();
            }
            catch (CommerceException refused)
            {
                return refused.Error.Code;
            }
        }));

        Assert.Single(outcomes, "Completed");
        Assert.Single(outcomes, outcome => outcome is "cart-in-checkout" or "cart-checked-out");
        await Shop.Until(async () => await trial.Units() == (8, 0, 2), "one purchase's units are allocated and nothing is reserved");
        Assert.Equal(1, ids.Sum(id => shop.Bank[id.As(Identity.Payment)].Effects.GetValueOrDefault("authorise")));
    }

    [Fact]
    public async Task Of_two_checkouts_of_one_cart_one_buys_even_the_last_unit()
    {
        for (var round = 0; round < 10; round++)
        {
            var trial = await shop.Cart(quantity: 1, stock: 1);
            var other = Identity.New(Identity.Checkout);

            await Task.WhenAll(new[] { trial.CheckoutId, other }.Select(async id =>
            {
                try
                {
                    await shop.Grains.Checkout(id).Start(trial.As(id), trial.Command, Trial.Wait);
                }
                catch (CommerceException refused)
                {
                    Assert.Equal(ErrorKind.Conflict, refused.Error.Kind);
                }
            }));

            Assert.Equal(CartStatus.CheckedOut, (await trial.Cart.Get(trial.Owner))!.Status);
        }
    }

    [Fact]
    public async Task A_cart_that_was_bought_is_not_bought_again()
    {
        var trial = await (await shop.Cart()).Placed();

        var refused = await Assert.ThrowsAsync<CommerceException>(() =>
            shop.Grains.Checkout(Identity.New(Identity.Checkout)).Start(trial.As("again"), trial.Command, Trial.Wait));

        Assert.Equal("cart-checked-out", refused.Error.Code);
    }

    [Fact]
    public async Task Anothers_cart_cannot_be_checked_out_nor_the_checkout_seen()
    {
        var trial = await (await shop.Cart()).Placed();
        var stranger = new Request(Owners.Guest("stranger"), "k", "f");

        Assert.Null(await trial.Checkout.Get(stranger.Owner));
        var refused = await Assert.ThrowsAsync<CommerceException>(() =>
            shop.Grains.Checkout(Identity.New(Identity.Checkout)).Start(stranger, trial.Command, Trial.Wait));
        Assert.Equal(ErrorKind.NotFound, refused.Error.Kind);
    }

    [Fact]
    public async Task A_checkout_cannot_be_cancelled_once_an_order_exists()
    {
        var trial = await (await shop.Cart()).Placed();

        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Checkout.Cancel(trial.As("cancel"), Trial.Wait));

        Assert.Equal("not-now", refused.Error.Code);
        await trial.IsBought();
    }

    [Fact]
    public async Task A_shopper_who_never_comes_back_from_the_bank_leaves_nothing_behind()
    {
        var trial = await shop.Cart("3ds");
        Assert.Equal(CheckoutStatus.RequiresAction, (await trial.Start()).View.Status);

        shop.Clock.Shift(TimeSpan.FromMinutes(15));
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Expired, "the checkout has expired");

        await trial.IsUndone(CheckoutStatus.Expired, "expired");
        Assert.Equal(AuthorisationState.Voided, trial.Account.State);
    }
}
