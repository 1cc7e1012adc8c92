using Commerce.Checkouts;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>A bank that takes captures, voids and refunds on, and tells by webhook alone what became of them.</summary>
public sealed class AcceptedTests : IClassFixture<Shop>
{
    private readonly Shop shop;

    public AcceptedTests(Shop shop)
    {
        this.shop = shop;
        shop.Bank.Capabilities = ScriptedPaymentProvider.Silent;
    }

    [Fact]
    public async Task An_accepted_capture_is_pending_until_the_webhook_makes_it()
    {
        var trial = await (await shop.Cart()).Placed();

        var view = (await trial.Order.Capture(trial.As("c1"), null)).View;
        Assert.Equal((false, trial.Total), (view.Captures.Single().Made, view.Captures.Single().Amount));
        Assert.Equal((Euro(0), TransactionStatus.Accepted), (view.Payment.Captured, view.Payment.Transactions[^1].Status));

        await shop.Tell(trial, FactKind.Captured, trial.ReferenceOf("capture", "capture:c1"));

        view = (await trial.Order.Get(null))!;
        Assert.Equal((true, trial.Total, PaymentStatus.Captured), (view.Captures.Single().Made, view.Payment.Captured, view.Payment.Status));
        Assert.Equal(1, trial.Account.Calls["capture"]);
    }

    [Fact]
    public async Task An_accepted_capture_that_fails_days_later_can_be_asked_for_again()
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Capture(trial.As("c1"), null);
        shop.Clock.Shift(TimeSpan.FromDays(2));

        await shop.Tell(trial, FactKind.CaptureFailed, trial.ReferenceOf("capture", "capture:c1"));

        var view = (await trial.Order.Get(null))!;
        Assert.Equal((false, "failed", false), (view.Captures.Single().Made, view.Captures.Single().FailedBecause, view.Captures.Single().Reversed));
        Assert.Equal("payment-refused", await Refused(() => trial.Order.Capture(trial.As("c1"), null)));
        Assert.False((await trial.Order.Capture(trial.As("c2"), null)).View.Captures.Single(c => c.OperationId == "capture:c2").Made);
    }

    [Fact]
    public async Task A_capture_that_was_done_and_fails_afterwards_is_taken_back_and_can_be_asked_for_again()
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Capture(trial.As("c1"), null);
        await shop.Tell(trial, FactKind.Captured, trial.ReferenceOf("capture", "capture:c1"));

        await shop.Tell(trial, FactKind.CaptureFailed, trial.ReferenceOf("capture", "capture:c1"), minutes: 1);

        var view = (await trial.Order.Get(null))!;
        Assert.Equal((Euro(0), PaymentStatus.Authorized, true), (view.Payment.Captured, view.Payment.Status, view.Captures.Single().Reversed));
        await trial.Order.Capture(trial.As("c2"), null);
        await shop.Tell(trial, FactKind.Captured, trial.ReferenceOf("capture", "capture:c2"), minutes: 2);
        Assert.Equal(trial.Total, (await trial.Order.Get(null))!.Payment.Captured);
    }

    [Fact]
    public async Task A_refund_that_comes_back_days_later_shows_on_the_order_and_can_be_given_again()
    {
        var trial = await Captured();
        await trial.Order.Refund(trial.As("r1"), Euro(1000), "late");
        await shop.Tell(trial, FactKind.Refunded, trial.ReferenceOf("refund", "refund:r1"));
        Assert.Equal(PaymentStatus.PartiallyRefunded, (await trial.Order.Get(null))!.Payment.Status);
        shop.Clock.Shift(TimeSpan.FromDays(4));

        await shop.Tell(trial, FactKind.RefundFailed, trial.ReferenceOf("refund", "refund:r1"));

        var view = (await trial.Order.Get(null))!;
        Assert.Equal((Euro(0), PaymentStatus.Captured, true), (view.Payment.Refunded, view.Payment.Status, view.Refunds.Single().Reversed));
        Assert.Contains("commerce.order.movement-reversed.v1", await trial.Events(trial.OrderId));
        await trial.Order.Refund(trial.As("r2"), trial.Total, "again");
        await shop.Tell(trial, FactKind.Refunded, trial.ReferenceOf("refund", "refund:r2"));
        Assert.Equal(trial.Total, (await trial.Order.Get(null))!.Payment.Refunded);
    }

    [Fact]
    public async Task A_webhook_that_comes_before_our_answer_is_that_answer()
    {
        var trial = await (await shop.Cart()).Placed();
        trial.Account.Next("capture", Fault.LostAnswer);
        Assert.Equal("payment-in-doubt", await Refused(() => trial.Order.Capture(trial.As("c1"), null)));

        await shop.Tell(trial, FactKind.Captured, "psp_77", key: $"{trial.PaymentId}:capture:capture:c1");

        var view = (await trial.Order.Get(null))!;
        Assert.Equal((true, trial.Total), (view.Captures.Single().Made, view.Payment.Captured));
        Assert.Equal((1, 1), (trial.Account.Calls["capture"], trial.Account.Effects["capture"]));
    }

    [Fact]
    public async Task Webhooks_that_come_twice_and_in_the_wrong_order_end_as_they_happened()
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Capture(trial.As("c1"), null);
        var reference = trial.ReferenceOf("capture", "capture:c1");

        await shop.Tell(trial, FactKind.CaptureFailed, reference, minutes: 2);
        await shop.Tell(trial, FactKind.Captured, reference, minutes: 1);
        await shop.Tell(trial, FactKind.CaptureFailed, reference, minutes: 2);

        Assert.Equal((Euro(0), PaymentStatus.Authorized), ((await trial.Payment.Get())!.Captured, (await trial.Payment.Get())!.Status));
    }

    [Fact]
    public async Task A_cancelled_order_waits_for_the_webhooks_that_end_it()
    {
        var trial = await Captured(1000);

        Assert.Equal(OrderStatus.Cancelling, (await trial.Order.Cancel(trial.As("cancel"), null)).View.Status);
        Assert.Equal(OrderStatus.Cancelling, (await trial.Order.Cancel(trial.As("cancel"), null)).View.Status);
        Assert.Equal((1, 1), (trial.Account.Calls["refund"], trial.Account.Calls["void"]));

        await shop.Tell(trial, FactKind.Voided, trial.ReferenceOf("void", "cancel:void:1"));
        Assert.Equal(OrderStatus.Cancelling, (await trial.Order.Get(null))!.Status);
        await shop.Tell(trial, FactKind.RefundFailed, trial.ReferenceOf("refund", "cancel:refund:1"));
        Assert.Equal(OrderStatus.Cancelling, (await trial.Order.Get(null))!.Status);
        await shop.Tell(trial, FactKind.Refunded, trial.ReferenceOf("refund", "cancel:refund:2"));

        Assert.Equal(OrderStatus.Cancelled, (await trial.Order.Get(null))!.Status);
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task A_checkout_that_is_undone_waits_for_an_accepted_void_without_asking_all_the_time()
    {
        var trial = await shop.Cart("3ds");
        await trial.Start();

        await trial.Checkout.Cancel(trial.As("cancel"), TimeSpan.FromMilliseconds(200));
        await Shop.Until(() => Task.FromResult(trial.Account.Calls.ContainsKey("void")), "the void is asked for");
        shop.Clock.Shift(TimeSpan.FromMinutes(2));
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => trial.Checkout.Get(trial.Owner)));
        Assert.Equal((CheckoutStatus.Compensating, 1), (await trial.Status(), trial.Account.Calls["void"]));

        await shop.Tell(trial, FactKind.Voided, trial.ReferenceOf("void", "void:1"));

        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Cancelled, "the checkout is cancelled");
        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task A_wake_up_that_comes_while_a_step_ends_and_comes_twice_is_not_lost()
    {
        var trial = await shop.Cart("3ds");
        await trial.Start();
        using var bank = trial.Account.Hold("void");
        await trial.Checkout.Cancel(trial.As("cancel"), TimeSpan.FromMilliseconds(50));
        await bank.Reached;
        using (var journal = shop.Journal.Hold(trial.CheckoutId))
        {
            bank.Open();
            await journal.Reached; // the step notes that it waits
            await shop.Tell(trial, FactKind.Voided, trial.ReferenceOf("void", "void:1"));
            await shop.Grains.GetGrain<IAggregate>(AggregateKinds.GrainOf(trial.CheckoutId)!.Value).Wake();
        }

        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Cancelled, "it goes on at once", TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task A_dispute_after_a_refund_says_so_and_is_given_back_when_it_is_won()
    {
        var trial = await Captured();
        await trial.Order.Refund(trial.As("r1"), null, null);
        await shop.Tell(trial, FactKind.Refunded, trial.ReferenceOf("refund", "refund:r1"));

        await shop.Tell(trial, FactKind.Disputed, "dp_1", amount: trial.Total.Amount, dispute: DisputeStatus.NeedsResponse);

        var payment = (await trial.Order.Get(null))!.Payment;
        Assert.Equal((PaymentStatus.Disputed, true, trial.Total), (payment.Status, payment.Disputes.Single().AfterRefund, payment.ChargedBack));
        await Shop.Until(async () => (await shop.Grains.Payments().Attention(PaymentAttention.Disputed, new PageRequest(null, 100))).Items.Any(p => p.Id == trial.PaymentId), "it is listed as disputed");

        await shop.Tell(trial, FactKind.Disputed, "dp_1", amount: trial.Total.Amount, dispute: DisputeStatus.Won, minutes: 5);

        payment = (await trial.Order.Get(null))!.Payment;
        Assert.Equal((PaymentStatus.Refunded, Euro(0)), (payment.Status, payment.ChargedBack));
        await Shop.Until(async () => (await shop.Grains.Payments().Attention(PaymentAttention.Disputed, new PageRequest(null, 100))).Items.All(p => p.Id != trial.PaymentId), "it is listed no more");
    }

    [Fact]
    public async Task The_movements_of_a_provider_are_listed_by_their_time_with_what_took_them_back()
    {
        var from = shop.Clock.GetUtcNow();
        var trial = await Captured();
        await shop.Tell(trial, FactKind.CaptureFailed, trial.ReferenceOf("capture", "capture:all"), minutes: 1);

        await Shop.Until(async () => (await Movements()).Count == 2, "both are listed");
        var listed = await Movements();
        var capture = listed.Single(m => m.Kind is TransactionKind.Capture);
        Assert.Equal(
            (trial.OrderId, TransactionStatus.Succeeded, trial.Total, trial.ReferenceOf("capture", "capture:all"), trial.Account.Reference),
            (capture.OrderId, capture.Status, capture.Amount, capture.Reference, capture.PaymentReference));
        Assert.Equal(("capture:all", TransactionKind.Capture), (listed.Single(m => m.Kind is TransactionKind.Reverse).Of, listed.Single(m => m.Kind is TransactionKind.Reverse).OfKind));
        Assert.Equal(trial.PaymentId, await shop.Grains.Payments().Find("scripted", trial.Account.Reference));
        Assert.Empty((await shop.Grains.Payments().Movements("scripted", from.AddHours(-1), from, new PageRequest(null, 100))).Items.Where(m => m.PaymentId == trial.PaymentId));

        async Task<List<PaymentMovement>> Movements() =>
            [.. (await shop.Grains.Payments().Movements("scripted", from.AddMinutes(-1), from.AddHours(1), new PageRequest(null, 100))).Items.Where(m => m.PaymentId == trial.PaymentId)];
    }

    private async Task<Trial> Captured(long? amount = null)
    {
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Capture(trial.As("all"), amount is { } cents ? Euro(cents) : null);
        await shop.Tell(trial, FactKind.Captured, trial.ReferenceOf("capture", "capture:all"));
        return trial;
    }

    private static async Task<string> Refused(Func<Task> act) => (await Assert.ThrowsAsync<CommerceException>(act)).Error.Code;

    private static Money Euro(long cents) => new(cents, "EUR");
}
