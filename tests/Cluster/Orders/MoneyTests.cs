using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Orders;

/// <summary>What an order captures, refunds and gives back, also when the bank refuses or is silent.</summary>
public sealed class MoneyTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Captures_and_refunds_in_parts_never_exceed_what_there_is()
    {
        var trial = await (await shop.Cart()).Placed();

        await trial.Order.Capture(trial.As("c1"), Euro(1000));
        Assert.Equal("capture-exceeds-authorised", await Refused(() => trial.Order.Capture(trial.As("c2"), trial.Total)));
        await trial.Order.Capture(trial.As("c3"), null);
        Assert.Equal("nothing-to-capture", await Refused(() => trial.Order.Capture(trial.As("c4"), null)));

        await trial.Order.Refund(trial.As("r1"), Euro(1), null);
        Assert.Equal("refund-exceeds-captured", await Refused(() => trial.Order.Refund(trial.As("r2"), trial.Total, null)));
        await trial.Order.Refund(trial.As("r3"), null, null);
        Assert.Equal("nothing-to-refund", await Refused(() => trial.Order.Refund(trial.As("r4"), null, null)));

        Assert.Equal((trial.Total.Amount, trial.Total.Amount), (trial.Account.Captured, trial.Account.Refunded));
        Assert.Equal(PaymentStatus.Refunded, (await trial.Order.Get(null))!.Payment.Status);
    }

    [Fact]
    public async Task The_same_key_captures_once_and_answers_alike()
    {
        var trial = await (await shop.Cart()).Placed();

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => trial.Order.Capture(trial.As("capture"), Euro(500))));

        Assert.Single(replies, reply => !reply.Replayed);
        Assert.All(replies, reply => Assert.Equal(Euro(500), reply.View.Payment.Captured));
        Assert.Equal((1, 500L), (trial.Account.Effects["capture"], trial.Account.Captured));
    }

    [Fact]
    public async Task A_capture_that_the_bank_refuses_is_refused_each_time_it_is_repeated_and_another_may_follow()
    {
        var trial = await (await shop.Cart()).Placed();
        trial.Account.Refuse("capture", "expired");

        Assert.Equal("payment-refused", await Refused(() => trial.Order.Capture(trial.As("c1"), null)));
        Assert.Equal("payment-refused", await Refused(() => trial.Order.Capture(trial.As("c1"), null)));
        trial.Account.Relent("capture");
        Assert.Equal("payment-refused", await Refused(() => trial.Order.Capture(trial.As("c1"), null)));

        Assert.Equal(trial.Total, (await trial.Order.Capture(trial.As("c2"), null)).View.Payment.Captured);
    }

    [Fact]
    public async Task A_second_capture_while_the_first_is_in_doubt_counts_what_the_first_has_asked_for()
    {
        var trial = await (await shop.Cart()).Placed();
        trial.Account.Next("capture", Enumerable.Repeat(Fault.LostAnswer, 4).ToArray());
        Assert.Equal("payment-in-doubt", await Refused(() => trial.Order.Capture(trial.As("c1"), Euro(2000))));

        Assert.Equal("capture-exceeds-authorised", await Refused(() => trial.Order.Capture(trial.As("c2"), Euro(2000))));

        trial.Account.Next("capture");
        Assert.Equal(Euro(2000), (await trial.Order.Capture(trial.As("c1"), Euro(2000))).View.Payment.Captured);
        Assert.Equal(OrderStatus.Cancelled, (await trial.Order.Cancel(trial.As("cancel"), null)).View.Status);
        Assert.Equal((2000L, 2000L, trial.Total.Amount - 2000), (trial.Account.Captured, trial.Account.Refunded, trial.Account.Voided));
    }

    [Fact]
    public async Task A_second_refund_while_the_first_is_in_doubt_counts_what_the_first_has_asked_for()
    {
        var trial = await (await shop.Cart()).Captured();
        trial.Account.Next("refund", Enumerable.Repeat(Fault.Unavailable, 4).ToArray());
        Assert.Equal("payment-in-doubt", await Refused(() => trial.Order.Refund(trial.As("r1"), Euro(2000), null)));

        Assert.Equal("refund-exceeds-captured", await Refused(() => trial.Order.Refund(trial.As("r2"), Euro(2000), null)));

        trial.Account.Next("refund");
        await shop.Later(async () => (await trial.Order.Get(null))!.Payment.Refunded == Euro(2000), "the refund is made");
        Assert.Equal((1, 2000L), (trial.Account.Effects["refund"], trial.Account.Refunded));
    }

    [Fact]
    public async Task A_cancelled_order_gives_back_money_and_goods()
    {
        var trial = await (await shop.Cart()).Captured();

        var view = (await trial.Order.Cancel(trial.As("cancel"), "changed my mind")).View;

        Assert.Equal((OrderStatus.Cancelled, trial.Total), (view.Status, view.Payment.Refunded));
        Assert.Equal((10, 0, 0), await trial.Units());
        Assert.True((await trial.Order.Cancel(trial.As("cancel"), "changed my mind")).Replayed);
        Assert.Equal("not-now", await Refused(() => trial.Order.Cancel(trial.As("another"), null)));
    }

    [Theory]
    [InlineData("refund")]
    [InlineData("void")]
    public async Task A_cancelled_order_whose_money_the_bank_refuses_to_move_tries_again_until_it_does(string step)
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Capture(trial.As("part"), Euro(1000));
        trial.Account.Refuse(step, "try_later");

        await Assert.ThrowsAsync<CommerceException>(() => trial.Order.Cancel(trial.As("cancel"), null));
        Assert.Equal(OrderStatus.Cancelling, (await trial.Order.Get(null))!.Status);

        trial.Account.Relent(step);
        await shop.Later(async () => (await trial.Order.Get(null))!.Status is OrderStatus.Cancelled, "the order is cancelled");
        Assert.Equal((1000L, trial.Total.Amount - 1000), (trial.Account.Refunded, trial.Account.Voided));
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task An_order_on_hold_moves_no_money()
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Hold(trial.As("hold"), "fraud");

        Assert.Equal("not-now", await Refused(() => trial.Order.Capture(trial.As("c"), null)));

        await trial.Order.Resume(trial.As("resume"));
        Assert.Equal(trial.Total, (await trial.Order.Capture(trial.As("c"), null)).View.Payment.Captured);
    }

    private static async Task<string> Refused(Func<Task> act) => (await Assert.ThrowsAsync<CommerceException>(act)).Error.Code;

    private static Money Euro(long cents) => new(cents, "EUR");
}
