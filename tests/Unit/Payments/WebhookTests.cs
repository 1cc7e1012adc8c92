using Commerce.Payments;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Payments;

public sealed class WebhookTests
{
    private static readonly WebhookReceived Told = new("stripe", "evt_1", "payment_intent.succeeded", "pay_1", "pi_1", At, BodyId: "whb_1");

    private static readonly Dictionary<Type, WebhookEvent> Samples = One<WebhookEvent>(
        Told, new WebhookReceivedAgain(), new WebhookApplied("payment Authorized"), new WebhookDelayed("away", At.AddMinutes(1)), new WebhookParked("too long"),
        new WebhookReplayed("ada", "it is back"), new WebhookBodyDeleted());

    private static IEnumerable<(InboundWebhookStatus? From, Type Happened, InboundWebhookStatus? To)> Pairs => Pairs<InboundWebhookStatus, WebhookEvent>(Webhook.Next);

    [Fact]
    public void A_webhook_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "- --WebhookReceived--> Received",
        "Received --WebhookReceivedAgain--> Received",
        "Received --WebhookApplied--> Applied",
        "Received --WebhookDelayed--> Received",
        "Received --WebhookParked--> Parked",
        "Received --WebhookBodyDeleted--> Received",
        "Applied --WebhookReceivedAgain--> Applied",
        "Applied --WebhookBodyDeleted--> Applied",
        "Parked --WebhookReceivedAgain--> Parked",
        "Parked --WebhookReplayed--> Received",
        "Parked --WebhookBodyDeleted--> Parked",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs)
        {
            var webhook = from is { } status ? Webhook.Initial.Apply(Told, At) with { Status = status } : Webhook.Initial;
            if (to is { } next)
            {
                Assert.Equal(next, webhook.Apply(Samples[happened], At).Status);
            }
            else
            {
                Assert.Equal("not-now", Refused(() => webhook.Apply(Samples[happened], At)).Code);
            }
        }
    }

    [Fact]
    public void An_event_is_received_often_and_applied_once()
    {
        var webhook = Webhook.Initial.Apply(Told, At).Apply(new WebhookReceivedAgain(), At).Apply(new WebhookApplied("payment Authorized"), At);

        Assert.Equal((2, 1), (webhook.ReceivedCount, webhook.AppliedCount));
        Assert.Equal(3, webhook.Apply(new WebhookReceivedAgain(), At).ReceivedCount);
    }

    [Fact]
    public void An_event_is_awake_until_it_is_applied_and_once_more_when_its_body_is_deleted()
    {
        var received = Webhook.Initial.Apply(Told, At);
        Assert.Equal(At + Webhook.TryAgain, received.WakeAt);

        var applied = received.Apply(new WebhookApplied("payment Authorized"), At);
        Assert.Equal(At + Webhook.KeepBody, applied.WakeAt);
        Assert.Null(applied.Apply(new WebhookBodyDeleted(), At).WakeAt);
    }

    [Fact]
    public void Tries_come_further_and_further_apart() => Assert.Equal(
        [10, 60, 300, 1_800, 7_200, 21_600, 21_600, 21_600],
        Enumerable.Range(0, 8).Select(tries => Webhook.Pause(tries).Ticks / TimeSpan.TicksPerSecond));

    [Fact]
    public void One_that_is_replayed_is_tried_as_one_that_has_just_come()
    {
        var parked = Webhook.Initial.Apply(Told, At).Apply(new WebhookDelayed("away", At), At).Apply(new WebhookParked("away"), At);

        var replayed = parked.Apply(new WebhookReplayed("ada", null), At.AddDays(4));

        Assert.Equal((0, At.AddDays(4), At.AddDays(4) + Webhook.TryAgain), (replayed.Tries, replayed.TriedSince, replayed.NextTryAt));
    }
}
