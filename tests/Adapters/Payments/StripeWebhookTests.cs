using System.Text;
using System.Text.Json.Nodes;
using Commerce.Payments;
using Commerce.Sandbox.Stripe;

namespace Commerce.Tests.Payments;

/// <summary>Which webhooks are believed.</summary>
public sealed class StripeWebhookTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Body = """
        {"id":"evt_1","object":"event","type":"payment_intent.succeeded","created":1772366400,
         "data":{"object":{"id":"pi_1","object":"payment_intent","metadata":{"payment_id":"pay_1"}}}}
        """u8.ToArray();

    private StripeShop shop = null!;

    public async Task InitializeAsync() => shop = await StripeShop.Open();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Theory]
    [InlineData("whsec_sandbox")]
    [InlineData("whsec_old")]
    public void A_webhook_signed_with_either_secret_of_a_rotation_is_read(string secret)
    {
        var read = shop.Provider.ReadWebhook(Signed(Body, secret, Now), Now);

        Assert.Equal(new ProviderWebhook("evt_1", "payment_intent.succeeded", "pay_1", "pi_1", Now), Assert.Single(read));
    }

    [Fact]
    public void A_webhook_signed_with_another_secret_is_refused() => Refused(Signed(Body, "whsec_other", Now), Now);

    [Fact]
    public void A_body_changed_by_one_byte_is_refused()
    {
        var signed = Signed(Body, "whsec_sandbox", Now);
        var changed = (byte[])Body.Clone();
        changed[10] ^= 1;

        Refused(signed with { Body = changed }, Now);
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public void A_signature_older_or_newer_than_five_minutes_is_refused(int seconds) => Refused(Signed(Body, "whsec_sandbox", Now.AddSeconds(seconds)), Now);

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("t=,v1=")]
    [InlineData("t=99999999999999999999,v1=00")]
    [InlineData("v1=00")]
    [InlineData("t=1772366400")]
    public void A_header_that_is_none_is_refused(string header) =>
        Refused(new InboundWebhook(ImmutableDictionary<string, string>.Empty.Add("stripe-signature", header), Body), Now);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    public void A_signed_body_that_is_no_event_is_unreadable(string body)
    {
        var refused = Assert.Throws<CommerceException>(() => shop.Provider.ReadWebhook(Signed(Encoding.UTF8.GetBytes(body), "whsec_sandbox", Now), Now));

        Assert.Equal("webhook-unreadable", refused.Error.Code);
    }

    [Fact]
    public void An_event_about_a_charge_names_its_payment()
    {
        var body = """{"id":"evt_2","type":"charge.refunded","created":1772366400,"data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_1","metadata":{"payment_id":"pay_1"}}}}"""u8.ToArray();

        var read = Assert.Single(shop.Provider.ReadWebhook(Signed(body, "whsec_sandbox", Now), Now));

        Assert.Equal(("pay_1", "pi_1"), (read.PaymentId, read.Reference));
    }

    [Theory]
    [InlineData("refund.failed", """{"id":"re_1","object":"refund","status":"failed","failure_reason":"lost_or_stolen_card"}""", FactKind.RefundFailed, "re_1", "lost_or_stolen_card", null)]
    [InlineData("refund.updated", """{"id":"re_1","object":"refund","status":"canceled"}""", FactKind.RefundFailed, "re_1", "refund_canceled", null)]
    [InlineData("refund.updated", """{"id":"re_1","object":"refund","status":"succeeded"}""", FactKind.Refunded, "re_1", null, null)]
    [InlineData("charge.refund.updated", """{"id":"re_1","object":"refund","status":"succeeded"}""", FactKind.Refunded, "re_1", null, null)]
    [InlineData("charge.dispute.created", """{"id":"du_1","object":"dispute","status":"needs_response","reason":"fraudulent"}""", FactKind.Disputed, "du_1", "fraudulent", DisputeStatus.NeedsResponse)]
    [InlineData("charge.dispute.created", """{"id":"du_1","object":"dispute","status":"warning_needs_response","reason":"general"}""", FactKind.Disputed, "du_1", "general", DisputeStatus.Inquiry)]
    [InlineData("charge.dispute.funds_withdrawn", """{"id":"du_1","object":"dispute","status":"under_review","reason":"duplicate"}""", FactKind.Disputed, "du_1", "duplicate", DisputeStatus.UnderReview)]
    [InlineData("charge.dispute.closed", """{"id":"du_1","object":"dispute","status":"won","reason":"duplicate"}""", FactKind.Disputed, "du_1", "duplicate", DisputeStatus.Won)]
    [InlineData("charge.dispute.closed", """{"id":"du_1","object":"dispute","status":"lost","reason":"duplicate"}""", FactKind.Disputed, "du_1", "duplicate", DisputeStatus.Lost)]
    [InlineData("payment_intent.canceled", """{"id":"pi_1","object":"payment_intent","cancellation_reason":"automatic"}""", FactKind.Expired, "pi_1", "expired", null)]
    public void What_an_event_says_by_itself_is_a_fact(string type, string about, object kind, string reference, string? code, object? dispute)
    {
        var fact = Fact(type, about);

        Assert.Equal((kind, reference, code, dispute), (fact!.Kind, fact.Reference, fact.Code, (object?)fact.Dispute));
        Assert.Equal((new Money(500, "EUR"), Now.AddMilliseconds(999)), (fact.Amount, fact.At));
        Assert.Equal(dispute is DisputeStatus.NeedsResponse or DisputeStatus.Inquiry ? Now.AddDays(7) : null, fact.Until);
    }

    [Theory]
    [InlineData("payment_intent.canceled", """{"id":"pi_1","object":"payment_intent","cancellation_reason":"requested_by_customer"}""")]
    [InlineData("payment_intent.succeeded", """{"id":"pi_1","object":"payment_intent"}""")]
    [InlineData("payment_intent.amount_capturable_updated", """{"id":"pi_1","object":"payment_intent"}""")]
    [InlineData("payment_intent.payment_failed", """{"id":"pi_1","object":"payment_intent"}""")]
    [InlineData("charge.refunded", """{"id":"ch_1","object":"charge"}""")]
    [InlineData("refund.created", """{"id":"re_1","object":"refund","status":"pending"}""")]
    [InlineData("charge.dispute.updated", """{"id":"du_1","object":"dispute","status":"invented_tomorrow"}""")]
    public void What_an_event_leaves_open_is_to_be_asked(string type, string about) => Assert.Null(Fact(type, about));

    private PaymentFact? Fact(string type, string about)
    {
        var happened = (JsonObject)JsonNode.Parse(about)!;
        happened["amount"] = 500;
        happened["currency"] = "eur";
        happened["payment_intent"] = "pi_1";
        happened["evidence_details"] = new JsonObject { ["due_by"] = Now.AddDays(7).ToUnixTimeSeconds() };
        var body = new JsonObject { ["id"] = "evt_1", ["type"] = type, ["created"] = Now.ToUnixTimeSeconds(), ["data"] = new JsonObject { ["object"] = happened } }.ToJsonString();
        return Assert.Single(shop.Provider.ReadWebhook(Signed(Encoding.UTF8.GetBytes(body), "whsec_sandbox", Now), Now)).Fact;
    }

    private void Refused(InboundWebhook webhook, DateTimeOffset now) =>
        Assert.Equal("webhook-signature", Assert.Throws<CommerceException>(() => shop.Provider.ReadWebhook(webhook, now)).Error.Code);

    private static InboundWebhook Signed(byte[] body, string secret, DateTimeOffset at) => new(
        ImmutableDictionary<string, string>.Empty.Add("stripe-signature", StripeSignature.Sign(body, at.ToUnixTimeSeconds(), [Encoding.UTF8.GetBytes(secret)])),
        body);
}
