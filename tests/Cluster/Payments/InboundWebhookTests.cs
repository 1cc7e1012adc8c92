using System.Text;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>Webhooks that cannot be applied, and what is kept of all.</summary>
public sealed class InboundWebhookTests : IClassFixture<Shop>
{
    private readonly Shop shop;

    public InboundWebhookTests(Shop shop)
    {
        this.shop = shop;
        shop.Bank.Capabilities = ScriptedPaymentProvider.Silent;
    }

    [Fact]
    public async Task One_that_fits_nothing_is_tried_for_three_days_then_parked_and_applied_when_it_is_replayed_and_fits()
    {
        var trial = await (await shop.Cart()).Placed();
        var eventId = await shop.Post(trial, FactKind.Captured, "psp_9", amount: 500);
        await Shop.Until(async () => (await shop.Inbox(eventId))!.Tries == 1, "it was tried");
        Assert.Equal(InboundWebhookStatus.Received, (await shop.Inbox(eventId))!.Summary.Status);

        shop.Clock.Shift(TimeSpan.FromSeconds(11));
        await Shop.Until(async () => (await shop.Inbox(eventId))!.Tries == 2, "it was tried again after ten seconds");
        shop.Clock.Shift(TimeSpan.FromDays(3));
        await Shop.Until(async () => (await shop.Inbox(eventId))!.Summary.Status is InboundWebhookStatus.Parked, "it is parked");
        await Shop.Until(async () => (await Listed(InboundWebhookStatus.Parked)).Any(w => w.EventId == eventId), "it is listed as parked");

        await trial.Payment.Adopt(new AdoptTransaction("adopt:1", TransactionKind.Capture, "psp_9", new Money(500, "EUR"), "found by reconciliation"));
        await trial.Payment.Adopt(new AdoptTransaction("adopt:2", TransactionKind.Capture, "psp_9", new Money(500, "EUR"), "found again"));
        var webhook = shop.Grains.InboundWebhook($"{Identity.Webhook}scripted_{eventId}");
        var replay = await webhook.Replay(Request.System("replay"), "ada", "it is adopted");

        Assert.Equal((false, InboundWebhookStatus.Applied), (replay.Replayed, replay.View.Summary.Status));
        Assert.True((await webhook.Replay(Request.System("replay"), "ada", "it is adopted")).Replayed);
        Assert.Equal(new Money(500, "EUR"), (await trial.Payment.Get())!.Captured);
        Assert.Equal("not-now", (await Assert.ThrowsAsync<CommerceException>(() => webhook.Replay(Request.System("another"), "ada", null))).Error.Code);
        await Shop.Until(async () => (await Listed(null)).Any(w => w.EventId == eventId && w.Status is InboundWebhookStatus.Applied), "it is listed as applied");
    }

    [Fact]
    public async Task The_raw_bytes_are_kept_for_thirty_days_without_secrets_and_are_in_no_journal()
    {
        var trial = await (await shop.Cart()).Placed();
        var eventId = await shop.Post(trial, FactKind.Authorised);

        var kept = (await shop.Inbox(eventId))!;
        Assert.StartsWith(eventId, Encoding.UTF8.GetString(kept.Body!), StringComparison.Ordinal);
        Assert.Equal(["X-Bank"], kept.Headers.Keys);

        await Shop.Until(async () => (await shop.Inbox(eventId))!.Summary.Status is InboundWebhookStatus.Applied, "it is applied");
        shop.Clock.Shift(TimeSpan.FromDays(30));
        await Shop.Until(async () => (await shop.Inbox(eventId))!.Body is null, "the bytes are deleted");
        Assert.Equal(eventId, (await shop.Inbox(eventId))!.Summary.EventId);
    }

    [Fact]
    public async Task Several_events_in_one_request_are_all_taken_and_a_broken_request_takes_none()
    {
        var trial = await (await shop.Cart()).Placed();
        var (one, other) = ("evt_" + Guid.NewGuid().ToString("N"), "evt_" + Guid.NewGuid().ToString("N"));
        var door = shop.Grains.GetGrain<IWebhookDoor>("scripted");

        await Assert.ThrowsAsync<CommerceException>(() => door.Receive(Lines($"{one}|ping|{trial.PaymentId}", "broken")));
        Assert.Null(await shop.Inbox(one));

        Assert.False((await door.Receive(Lines($"{one}|ping|{trial.PaymentId}", $"{other}|ping|{trial.PaymentId}"))).Duplicate);
        Assert.True((await door.Receive(Lines($"{one}|ping|{trial.PaymentId}", $"{other}|ping|{trial.PaymentId}"))).Duplicate);
        foreach (var eventId in (string[])[one, other])
        {
            await Shop.Until(async () => await shop.Inbox(eventId) is { ReceivedCount: 2, Summary.Status: InboundWebhookStatus.Applied }, "it came twice and is applied");
        }
    }

    [Fact]
    public async Task A_request_that_is_stored_in_part_is_refused_and_made_good_when_it_comes_again()
    {
        var trial = await (await shop.Cart()).Placed();
        var (one, other) = ("evt_" + Guid.NewGuid().ToString("N"), "evt_" + Guid.NewGuid().ToString("N"));
        var door = shop.Grains.GetGrain<IWebhookDoor>("scripted");
        var webhook = Lines($"{one}|ping|{trial.PaymentId}", $"{other}|ping|{trial.PaymentId}");
        using (shop.Journal.Tamper(commit => commit.Aggregate.EndsWith(other, StringComparison.Ordinal) ? Tampering.Fail : Tampering.None))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => door.Receive(webhook));
        }

        await Shop.Until(
            async () =>
            {
                await door.Receive(webhook);
                return await shop.Inbox(one) is not null && await shop.Inbox(other) is not null;
            },
            "both are taken");
    }

    [Fact]
    public async Task An_unknown_provider_is_not_found() => Assert.Equal(
        "not-found", (await Assert.ThrowsAsync<CommerceException>(() => shop.Grains.GetGrain<IWebhookDoor>("nobody").Receive(Lines("x")))).Error.Code);

    private async Task<ImmutableArray<InboundWebhookSummary>> Listed(InboundWebhookStatus? status) => (await shop.Grains.Payments().Webhooks("scripted", status, new PageRequest(null, 100))).Items;

    private static InboundWebhook Lines(params string[] lines) => new(ImmutableDictionary<string, string>.Empty, Encoding.UTF8.GetBytes(string.Join('\n', lines)));
}
