using System.Text;
using Commerce.Checkouts;
using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Checkouts;

/// <summary>
/// A crash at each commit of each journey, right before it and right after it. The repeated request, or the wake-up alone, brings the journey
/// to the same end, and the bank's book shows every effect once.
/// </summary>
public sealed class CrashTests(Shop shop) : IClassFixture<Shop>
{
    private const int Purchase = 11, Decline = 10, Cancel = 5, Capture = 4, Refund = 4;

    public static TheoryData<int, string, string> Purchases => Crashes(Purchase);

    public static TheoryData<int, string, string> Declines => Crashes(Decline);

    public static TheoryData<int, string, string> Cancels => Crashes(Cancel);

    public static TheoryData<int, string, string> Captures => Crashes(Capture);

    public static TheoryData<int, string, string> Refunds => Crashes(Refund);

    [Theory]
    [MemberData(nameof(Purchases))]
    public async Task A_purchase_survives_a_crash(int commit, string when, string then)
    {
        var trial = await shop.Cart();

        await Crash(trial, commit, when, then, () => trial.Start(), async () => await trial.Status() is CheckoutStatus.Completed, Purchase);

        await trial.IsBought();
    }

    [Theory]
    [MemberData(nameof(Declines))]
    public async Task A_compensation_survives_a_crash(int commit, string when, string then)
    {
        var trial = await shop.Cart("declined");

        await Crash(trial, commit, when, then, () => trial.Start(), async () => await trial.Status() is CheckoutStatus.Failed, Decline);

        await trial.IsUndone(CheckoutStatus.Failed, "payment-declined");
        Assert.Equal(1, trial.Account.Effects["authorise"]);
    }

    [Theory]
    [MemberData(nameof(Cancels))]
    public async Task The_cancelling_of_an_order_survives_a_crash(int commit, string when, string then)
    {
        var trial = await (await shop.Cart()).Placed();

        await Crash(trial, commit, when, then, () => trial.Order.Cancel(trial.As("cancel"), "changed my mind"), () => IsOrder(trial, OrderStatus.Cancelled), Cancel);

        Assert.Equal((1, trial.Total.Amount), (trial.Account.Effects["void"], trial.Account.Voided));
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task A_capture_survives_a_crash(int commit, string when, string then)
    {
        var trial = await (await shop.Cart()).Placed();

        await Crash(trial, commit, when, then, () => trial.Order.Capture(trial.As("capture"), null), () => HasEvent(trial, "commerce.order.captured.v1"), Capture);

        Assert.Equal((1, trial.Total.Amount), (trial.Account.Effects["capture"], trial.Account.Captured));
        Assert.Equal((PaymentStatus.Captured, trial.Total), ((await trial.Payment.Get())!.Status, (await trial.Payment.Get())!.Captured));
        Assert.Single(await trial.Events(trial.OrderId), "commerce.order.captured.v1");
    }

    [Theory]
    [MemberData(nameof(Refunds))]
    public async Task A_refund_survives_a_crash(int commit, string when, string then)
    {
        var trial = await (await shop.Cart()).Captured();

        await Crash(trial, commit, when, then, () => trial.Order.Refund(trial.As("refund"), new Money(500, "EUR"), "late"), () => HasEvent(trial, "commerce.order.refunded.v1"), Refund);

        Assert.Equal((1, 500L), (trial.Account.Effects["refund"], trial.Account.Refunded));
        Assert.Equal((PaymentStatus.PartiallyRefunded, new Money(500, "EUR")), ((await trial.Payment.Get())!.Status, (await trial.Payment.Get())!.Refunded));
    }

    [Theory]
    [MemberData(nameof(Refunds))]
    public async Task A_refund_of_units_survives_a_crash(int commit, string when, string then)
    {
        var trial = await (await shop.Cart()).Captured();
        var parts = new OrderParts([new PartOfLine((await trial.Order.Get(null))!.Quote.Lines[0].LineId, 1)], new PartOfShipping(new Money(95, "EUR")));

        await Crash(trial, commit, when, then, () => trial.Order.RefundParts(trial.As("refund"), parts, "late"), () => HasEvent(trial, "commerce.order.refunded.v1"), Refund);

        Assert.Equal((1, 1394L), (trial.Account.Effects["refund"], trial.Account.Refunded));
        Assert.Equal((1, 0), (await trial.Order.Get(null))!.Refunds is [{ Made: true, Shares.Lines: [var share] }] ? (share.Quantity, share.From) : default);
    }

    [Theory]
    [InlineData("authorise")]
    [InlineData("capture")]
    [InlineData("refund")]
    [InlineData("void")]
    public async Task A_crash_with_the_banks_answer_in_hand_moves_no_money_twice(string step)
    {
        var trial = await shop.Cart();
        trial.Account.Next(step, Fault.Crash);

        await Try(() => trial.Start());
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        await Try(() => trial.Order.Capture(trial.As("capture"), new Money(1000, "EUR")));
        await Try(() => trial.Order.Capture(trial.As("capture"), new Money(1000, "EUR")));
        await Try(() => trial.Order.Refund(trial.As("refund"), new Money(400, "EUR"), null));
        await Try(() => trial.Order.Refund(trial.As("refund"), new Money(400, "EUR"), null));
        await Try(() => trial.Order.Cancel(trial.As("cancel"), null));
        await shop.Later(() => IsOrder(trial, OrderStatus.Cancelled), "the order is cancelled");

        var account = trial.Account;
        Assert.Equal((1, 1, 2, 1), (account.Effects["authorise"], account.Effects["capture"], account.Effects["refund"], account.Effects["void"]));
        Assert.Equal((1000L, 1000L, trial.Total.Amount - 1000), (account.Captured, account.Refunded, account.Voided));
    }

    [Fact]
    public async Task An_order_that_is_cancelled_before_its_checkout_could_note_it_leaves_the_checkout_completed()
    {
        var trial = await shop.Cart();
        using (shop.Journal.Tamper(c => c.Aggregate == trial.CheckoutId && Encoding.UTF8.GetString(c.Events.Span).Contains("checkout.completed", StringComparison.Ordinal) ? Tampering.Fail : Tampering.None))
        {
            await Try(() => trial.Start());
            await Shop.Until(() => IsOrder(trial, OrderStatus.Placed), "the order is placed");
            await trial.Order.Cancel(trial.As("cancel"), null);
        }

        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed or CheckoutStatus.Failed, "the checkout has ended");

        Assert.Equal(CheckoutStatus.Completed, await trial.Status());
        Assert.True(await IsOrder(trial, OrderStatus.Cancelled));
        Assert.Equal((10, 0, 0), await trial.Units());
        Assert.Equal(trial.Total.Amount, trial.Account.Voided);
    }

    private static TheoryData<int, string, string> Crashes(int commits)
    {
        var data = new TheoryData<int, string, string>();
        for (var commit = 1; commit <= commits; commit++)
        {
            data.Add(commit, "before", "repeated");
            data.Add(commit, "after", "repeated");
            data.Add(commit, "after", "woken");
            if (commit > 1)
            {
                // Before the first commit nothing is stored that could wake up.
                data.Add(commit, "before", "woken");
            }
        }

        return data;
    }

    private async Task Crash(Trial trial, int commit, string when, string then, Func<Task> journey, Func<Task<bool>> hasEnded, int commits)
    {
        var seen = 0;
        using (shop.Journal.Tamper(c => !trial.Owns(c.Aggregate) || Interlocked.Increment(ref seen) != commit ? Tampering.None : when is "after" ? Tampering.LoseAnswer : Tampering.Fail))
        {
            await Try(journey);
            if (then is "repeated")
            {
                await Shop.Until(async () =>
                {
                    await journey();
                    return true;
                }, "the repeated request is answered");
            }

            await shop.Later(hasEnded, "the journey has ended");
        }

        Assert.True(seen >= commits, $"The journey has {commits} commits, {seen} were seen.");
    }

    private static async Task Try(Func<Task> journey)
    {
        try
        {
            await journey();
        }
        catch (CommerceException refused)
        {
            Assert.Equal(ErrorKind.Unavailable, refused.Error.Kind);
        }
        catch (IOException crashed)
        {
            Assert.Contains("crashed", crashed.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<bool> IsOrder(Trial trial, OrderStatus status) => (await trial.Order.Get(trial.Owner))?.Status == status;

    private static async Task<bool> HasEvent(Trial trial, string type) => (await trial.Events(trial.OrderId)).Contains(type);
}
