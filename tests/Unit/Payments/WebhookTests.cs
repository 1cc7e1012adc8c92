using Commerce.Payments;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Payments;

public sealed class WebhookTests
{
    private static readonly WebhookReceived Told = new("stripe", "evt_1", "payment_intent.succeeded", "pay_1", "pi_1", At);

    [Fact]
    public void An_event_is_received_often_and_applied_once()
    {
        var webhook = Webhook.Initial.Apply(Told, At).Apply(new WebhookReceivedAgain(), At).Apply(new WebhookApplied("payment Authorized"), At);

        Assert.Equal((2, 1), (webhook.ReceivedCount, webhook.AppliedCount));
        Assert.Equal(3, webhook.Apply(new WebhookReceivedAgain(), At).ReceivedCount);
        Assert.Equal("not-now", Refused(() => webhook.Apply(new WebhookApplied("again"), At)).Code);
        Assert.Equal("not-now", Refused(() => webhook.Apply(Told, At)).Code);
    }

    [Fact]
    public void What_was_never_received_is_neither_repeated_nor_applied()
    {
        Assert.Equal("not-now", Refused(() => Webhook.Initial.Apply(new WebhookReceivedAgain(), At)).Code);
        Assert.Equal("not-now", Refused(() => Webhook.Initial.Apply(new WebhookApplied("none"), At)).Code);
    }

    [Fact]
    public void An_event_is_awake_until_it_is_applied()
    {
        var received = Webhook.Initial.Apply(Told, At);

        Assert.Equal(At + Webhook.TryAgain, received.WakeAt);
        Assert.Null(received.Apply(new WebhookApplied("payment Authorized"), At).WakeAt);
    }
}
