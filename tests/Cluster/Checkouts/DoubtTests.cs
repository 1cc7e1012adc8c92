using Commerce.Checkouts;
using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Checkouts;

/// <summary>The bank does not answer, or nobody hears it: in doubt is not failed, and nothing is asked for twice.</summary>
public sealed class DoubtTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly TimeSpan Briefly = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task An_answer_lost_on_the_way_back_does_not_reserve_the_money_twice()
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", Fault.LostAnswer);

        Assert.Equal(CheckoutStatus.Authorizing, (await trial.Start(Briefly)).View.Status);
        Assert.Equal(PaymentStatus.Unknown, (await trial.Payment.Get())!.Status);

        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout asked again and is completed");
        await trial.IsBought();
        Assert.Equal(2, trial.Account.Calls["authorise"]);
    }

    [Theory]
    [InlineData(Fault.LostRequest)]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.LostAnswer)]
    internal async Task However_often_the_bank_is_silent_it_is_asked_until_it_answers(Fault fault)
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", fault, fault, fault, fault);

        await trial.Start(Briefly);
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");

        await trial.IsBought();
        Assert.Single(await trial.Events(trial.PaymentId), "commerce.payment.answer-lost.v1");
    }

    [Fact]
    public async Task A_checkout_in_doubt_past_its_time_is_undone_only_when_the_bank_has_said_what_it_holds()
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", [Fault.LostAnswer, .. Enumerable.Repeat(Fault.Unavailable, 40)]);
        await trial.Start(Briefly);

        shop.Clock.Shift(TimeSpan.FromMinutes(16));
        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Compensating, "the checkout has expired and is being undone");
        for (var longer = 1; longer <= 4; longer++)
        {
            await Shop.Until(
                async () => (await trial.Events(trial.CheckoutId)).Count(type => type == "commerce.checkout.stock-held-longer.v1") >= longer,
                "the units are held longer, as long as the bank may hold the money");
            Assert.Equal((8, 2, 0), await trial.Units());
            shop.Clock.Shift(TimeSpan.FromMinutes(11));
        }

        trial.Account.Next("authorise");
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Expired, "the checkout has expired");
        await trial.IsUndone(CheckoutStatus.Expired, "expired");
        Assert.Equal((1, trial.Total.Amount), (trial.Account.Effects["authorise"], trial.Account.Voided));
    }

    [Fact]
    public async Task Cancelling_in_doubt_finds_out_what_the_bank_holds_and_voids_it()
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", Fault.LostAnswer);
        await trial.Start(Briefly);

        await trial.Checkout.Cancel(trial.As("cancel"), Trial.Wait);
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Cancelled, "the checkout is cancelled");

        await trial.IsUndone(CheckoutStatus.Cancelled, "cancelled");
        Assert.Equal((1, 1, trial.Total.Amount), (trial.Account.Effects["authorise"], trial.Account.Effects["void"], trial.Account.Voided));
    }

    [Fact]
    public async Task Cancelling_after_a_crash_with_the_banks_answer_in_hand_lets_the_money_go()
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", Fault.Crash);
        await trial.Start(Briefly);

        await trial.Checkout.Cancel(trial.As("cancel"), Trial.Wait);
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Cancelled, "the checkout is cancelled");

        await trial.IsUndone(CheckoutStatus.Cancelled, "cancelled");
        Assert.Equal((1, trial.Total.Amount), (trial.Account.Effects["authorise"], trial.Account.Voided));
    }

    [Fact]
    public async Task Cancelling_while_the_bank_is_still_thinking_ends_with_an_order_or_with_nothing()
    {
        var trial = await shop.Cart();
        using var gate = trial.Account.Hold("authorise");
        var start = trial.Start();
        await gate.Reached;

        var cancel = trial.Checkout.Cancel(trial.As("cancel"), Trial.Wait);
        await Shop.Until(async () => (await trial.Events(trial.CheckoutId)).Contains("commerce.checkout.cancel-requested.v1"), "the wish to cancel is stored");
        gate.Open();

        if ((await start).View.Status is CheckoutStatus.Completed)
        {
            Assert.Equal("not-now", (await Assert.ThrowsAsync<CommerceException>(() => cancel)).Error.Code);
            await trial.IsBought();
        }
        else
        {
            await cancel;
            await trial.IsUndone(CheckoutStatus.Cancelled, "cancelled");
        }
    }

    [Fact]
    public async Task A_caller_who_does_not_wait_leaves_the_checkout_to_finish_by_itself()
    {
        var trial = await shop.Cart();
        using var gate = trial.Account.Hold("authorise");

        Assert.Equal(CheckoutStatus.Authorizing, (await trial.Start(Briefly)).View.Status);
        gate.Open();

        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        await trial.IsBought();
    }

    [Fact]
    public async Task A_void_whose_answer_is_lost_is_asked_again_and_counts_once()
    {
        var trial = await (await shop.Cart()).Placed();
        trial.Account.Next("void", Fault.LostAnswer, Fault.Unavailable);

        Assert.Equal("payment-in-doubt", (await Assert.ThrowsAsync<CommerceException>(() => trial.Order.Cancel(trial.As("cancel"), null))).Error.Code);
        await shop.Later(async () => (await trial.Order.Get(null))!.Status is OrderStatus.Cancelled, "the order is cancelled");

        Assert.Equal((1, trial.Total.Amount), (trial.Account.Effects["void"], trial.Account.Voided));
        Assert.Equal((10, 0, 0), await trial.Units());
    }
}
