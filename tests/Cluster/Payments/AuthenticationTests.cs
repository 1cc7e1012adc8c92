using Commerce.Checkouts;
using Commerce.Journal;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>3-D Secure: the shopper goes to the bank and comes back, or does not; the bank's webhook comes early, late, twice, or not at all.</summary>
public sealed class AuthenticationTests(Shop shop) : IClassFixture<Shop>
{
    private readonly string eventId = "evt_" + Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_shopper_who_authenticates_and_returns_has_bought()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();

        Assert.Equal(CheckoutStatus.Completed, (await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait)).View.Status);

        await trial.IsBought();
    }

    [Fact]
    public async Task A_shopper_who_fails_to_authenticate_has_not()
    {
        var trial = await Waiting();
        trial.Account.Authenticate(successfully: false);

        Assert.Equal(CheckoutStatus.Failed, (await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait)).View.Status);

        Assert.Equal((10, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task A_shopper_who_returns_too_early_is_sent_again()
    {
        var trial = await Waiting();

        var early = (await trial.Checkout.Confirm(trial.As("early"), Trial.Wait)).View;
        Assert.Equal((CheckoutStatus.RequiresAction, true), (early.Status, early.Action is not null));

        trial.Account.Authenticate();
        Assert.Equal(CheckoutStatus.Completed, (await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait)).View.Status);
        await trial.IsBought();
    }

    [Fact]
    public async Task The_webhook_alone_finishes_what_a_shopper_who_never_returns_has_paid()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();

        await Receive(trial);

        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        await trial.IsBought();
    }

    [Fact]
    public async Task A_shopper_who_returns_after_the_webhook_finds_the_order()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();

        await Receive(trial);
        Assert.Equal(CheckoutStatus.Completed, (await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait)).View.Status);

        await trial.IsBought();
    }

    [Fact]
    public async Task A_webhook_after_the_shoppers_return_changes_nothing()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();
        await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait);

        await Receive(trial);
        await Shop.Until(async () => (await Inbox()).AppliedCount == 1, "the webhook is applied");

        await trial.IsBought();
    }

    [Fact]
    public async Task A_webhook_that_comes_often_is_applied_once()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();

        var receipts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Receive(trial)));

        Assert.Single(receipts, receipt => !receipt.Duplicate);
        await Shop.Until(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        await Shop.Until(async () => await Inbox() is { ReceivedCount: 5, AppliedCount: 1 }, "five were received and one was applied");
        await trial.IsBought();
    }

    [Fact]
    public async Task A_webhook_that_is_faster_than_its_payment_waits_for_it()
    {
        var trial = await shop.Cart("3ds");
        await Receive(trial);
        Assert.Equal((1, 0), ((await Inbox()).ReceivedCount, (await Inbox()).AppliedCount));

        await trial.Start();
        trial.Account.Authenticate();

        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the parked webhook was applied");
        Assert.Equal(1, (await Inbox()).AppliedCount);
        await trial.IsBought();
    }

    [Theory]
    [InlineData(Fault.Unavailable)]
    [InlineData(Fault.LostRequest)]
    internal async Task A_webhook_that_comes_when_the_bank_does_not_answer_is_not_used_up(Fault fault)
    {
        var trial = await Waiting();
        trial.Account.Authenticate();
        trial.Account.Next("find", fault);

        await Receive(trial);

        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the webhook was applied when the bank answered");
        await trial.IsBought();
    }

    [Fact]
    public async Task A_webhook_about_nothing_of_ours_is_noted_and_done()
    {
        await shop.Grains.GetGrain<IWebhookDoor>("scripted").Receive(ScriptedPaymentProvider.Webhook(eventId, "payout.paid", "po_1"));

        await Shop.Until(async () => (await Inbox()).AppliedCount == 1, "the webhook is applied");
    }

    [Fact]
    public async Task A_cancelled_detour_lets_go_of_everything_even_when_the_shopper_authenticates_meanwhile()
    {
        var trial = await Waiting();
        trial.Account.Authenticate();

        await trial.Checkout.Cancel(trial.As("cancel"), Trial.Wait);
        await shop.Later(async () => await trial.Status() is CheckoutStatus.Cancelled, "the checkout is cancelled");

        await trial.IsUndone(CheckoutStatus.Cancelled, "cancelled");
        Assert.Equal(AuthorisationState.Voided, trial.Account.State);
    }

    [Theory]
    [InlineData("after")]
    [InlineData("before")]
    public async Task A_crash_between_the_webhook_and_the_checkout_is_made_up_for(string when)
    {
        var trial = await Waiting();
        trial.Account.Authenticate();
        var crashed = 0;
        using (shop.Journal.Tamper(commit => commit.Aggregate.EndsWith(eventId, StringComparison.Ordinal) && commit.Version == 2 && Interlocked.Increment(ref crashed) == 1
            ? when is "after" ? Tampering.LoseAnswer : Tampering.Fail
            : Tampering.None))
        {
            await Receive(trial);
            await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        }

        Assert.True(crashed > 0);
        await trial.IsBought();
    }

    private async Task<Trial> Waiting()
    {
        var trial = await shop.Cart("3ds");
        var view = (await trial.Start()).View;
        Assert.Equal((CheckoutStatus.RequiresAction, "redirect"), (view.Status, view.Action!.Type));
        Assert.Equal((8, 2, 0), await trial.Units());
        return trial;
    }

    private Task<WebhookReceipt> Receive(Trial trial) =>
        shop.Grains.GetGrain<IWebhookDoor>("scripted").Receive(ScriptedPaymentProvider.Webhook(eventId, "payment.authorised", trial.PaymentId));

    private async Task<Webhook> Inbox()
    {
        var webhook = Webhook.Initial;
        foreach (var commit in await shop.Journal.ReadAggregate($"{Identity.Webhook}scripted_{eventId}", 0, 100))
        {
            webhook = EventCodec<WebhookEvent>.Read(commit.Events).Aggregate(webhook, (state, happened) => state.Apply(happened, commit.At));
        }

        return webhook;
    }
}
