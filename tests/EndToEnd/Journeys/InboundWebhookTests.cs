using System.Text;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Journeys;

/// <summary>What a payment provider and an operator meet where webhooks come in.</summary>
[Collection(OneShop.Name)]
public sealed class InboundWebhookTests(RunningShop running)
{
    private readonly ShopClient shop = running.Client;

    [Theory]
    [InlineData("stripe", 100, 400, "webhook-signature")]
    [InlineData("stripe", 300_000, 413, "body-too-large")]
    [InlineData("nobody", 100, 404, "not-found")]
    [InlineData("manual", 100, 404, "not-found")]
    [InlineData("No%20Body", 100, 404, "not-found")]
    public async Task What_is_not_a_providers_is_turned_away(string provider, int length, int status, string code)
    {
        using var body = new StringContent($"{{\"id\":\"evt_1\",\"pad\":\"{new string('x', length)}\"}}", Encoding.UTF8, "application/json");

        (await shop.Send(HttpMethod.Post, "/v1/webhooks/" + provider, body, headers: [("Stripe-Signature", "t=1,v1=00")])).MustRefuse(status, code);
    }

    [Fact]
    public async Task An_operator_finds_an_event_with_what_was_sent_and_what_it_did()
    {
        var order = await (await Shopper.ReadyToPay(shop, Goods.Coffee)).Order();
        var payment = order.Need("payment.id");
        var listed = await Eventually.Get(
            async () => (await shop.Admin(HttpMethod.Get, "/webhooks/inbound?provider=stripe&status=applied&limit=100")).Must(200) is var page && page.Text.Contains(payment, StringComparison.Ordinal) ? page : null,
            TimeSpan.FromSeconds(20), "the provider's event is applied and listed");
        var id = listed.Json.GetProperty("items").EnumerateArray().First(item => item.TryGetProperty("paymentId", out var of) && of.GetString() == payment).GetProperty("id").GetString()!;

        var webhook = (await shop.Admin(HttpMethod.Get, "/webhooks/inbound/" + id)).Must(200);

        Assert.Equal(("stripe", "applied", payment), (webhook.At("provider"), webhook.At("status"), webhook.At("paymentId")));
        Assert.Contains(payment, webhook.Need("body"), StringComparison.Ordinal);
        Assert.DoesNotContain("uthorization", webhook.Text, StringComparison.Ordinal);
        (await shop.Admin(HttpMethod.Post, $"/webhooks/inbound/{id}/replay")).MustRefuse(400, "idempotency-key-missing");
        (await shop.Admin(HttpMethod.Post, $"/webhooks/inbound/{id}/replay", new { reason = "just to see" }, ShopClient.NewKey())).MustRefuse(409, "not-now");
        (await shop.Admin(HttpMethod.Get, "/webhooks/inbound/whk_stripe_evt_nothing")).MustRefuse(404, "not-found");
        Assert.Equal("authorized", (await shop.Admin(HttpMethod.Get, "/payments/" + payment)).Must(200).At("status"));
        (await shop.Admin(HttpMethod.Get, "/payments?attention=expiring")).Must(200);
        (await shop.Admin(HttpMethod.Get, "/payments")).MustRefuse(422, "required");
    }
}
