using System.Text.Json;
using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Tests.Payments;

namespace Commerce.Tests.Sandbox;

/// <summary>How the sandbox sends its webhooks.</summary>
public sealed class SandboxWebhookTests
{
    [Fact]
    public async Task A_webhook_is_sent_again_with_the_same_bytes_until_it_is_taken_and_believed_by_the_adapter()
    {
        await using var receiver = await WebhookReceiver.Start(500, 503);
        await using var shop = await StripeShop.Open(vendor: await Vendor(receiver.Url));
        var reference = await shop.Authorised();

        var first = await receiver.Next();
        var second = await receiver.Next();
        var third = await receiver.Next();

        Assert.Equal(first.Body, second.Body);
        Assert.Equal(first.Body, third.Body);
        var read = Assert.Single(shop.Provider.ReadWebhook(
            new InboundWebhook(ImmutableDictionary<string, string>.Empty.Add("Stripe-Signature", third.Signature), third.Body), shop.Time.GetUtcNow()));
        Assert.Equal(("payment_intent.amount_capturable_updated", "pay_1", reference), (read.Type, read.PaymentId, read.Reference));
    }

    [Fact]
    public async Task What_was_not_taken_is_sent_after_a_restart_and_what_was_taken_is_not()
    {
        var directory = Directory.CreateTempSubdirectory("sandbox-").FullName;
        await using (var sandbox = await SandboxServer.Start(directory, configure: options => options.ResolveWebhookUrl = _ => null))
        {
            await sandbox.Authorise();
        }

        await using var receiver = await WebhookReceiver.Start();
        string first;
        await using (var sandbox = await SandboxServer.Start(directory, configure: One))
        {
            first = IdOf(await receiver.Next());
            await sandbox.Authorise();
            Assert.NotEqual(first, IdOf(await receiver.Next()), StringComparer.Ordinal);
        }

        await using (var sandbox = await SandboxServer.Start(directory, configure: One))
        {
            await sandbox.Authorise(method: "pm_card_chargeDeclined");

            // The second may come again when the stop overtook its note; the first, noted before the second was sent, may not.
            ReceivedWebhook next;
            do
            {
                next = await receiver.Next();
                Assert.NotEqual(first, IdOf(next), StringComparer.Ordinal);
            }
            while (TypeOf(next) != "payment_intent.payment_failed");
        }

        Directory.Delete(directory, recursive: true);

        void One(SandboxOptions options)
        {
            options.WebhookUrl = receiver.Url;
            options.WebhookConcurrency = 1;
        }
    }

    [Fact]
    public async Task A_webhook_can_be_sent_twice()
    {
        await using var receiver = await WebhookReceiver.Start();
        await using var sandbox = await Vendor(receiver.Url);
        await sandbox.Fault(new { operation = "webhook", kind = "duplicate", count = 1 });

        await sandbox.Authorise();

        Assert.Equal(IdOf(await receiver.Next()), IdOf(await receiver.Next()));
    }

    [Fact]
    public async Task A_webhook_can_be_overtaken()
    {
        await using var receiver = await WebhookReceiver.Start();
        await using var sandbox = await Vendor(receiver.Url);
        await sandbox.Fault(new { operation = "payment_intent.amount_capturable_updated", kind = "reorder", count = 1 });

        await sandbox.Authorise();
        await sandbox.Authorise(method: "pm_card_chargeDeclined");

        Assert.Equal("payment_intent.payment_failed", TypeOf(await receiver.Next()));
        Assert.Equal("payment_intent.amount_capturable_updated", TypeOf(await receiver.Next()));
    }

    [Fact]
    public async Task Several_webhooks_are_shuffled_and_none_is_lost()
    {
        await using var receiver = await WebhookReceiver.Start();
        await using var sandbox = await Vendor(receiver.Url);
        await sandbox.Fault(new { operation = "webhook", kind = "reorder", count = 8, vendor = "stripe" });

        var raised = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            using var answer = await sandbox.Authorise();
            raised.Add(JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!);
        }

        var sent = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            sent.Add(JsonDocument.Parse((await receiver.Next()).Body).RootElement.GetProperty("data").GetProperty("object").GetProperty("id").GetString()!);
        }

        Assert.NotEqual(raised, sent);
        Assert.Equal(raised.Order(StringComparer.Ordinal), sent.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_webhook_can_come_with_a_bad_signature_and_then_with_a_good_one()
    {
        await using var receiver = await WebhookReceiver.Start(400);
        await using var shop = await StripeShop.Open(vendor: await Vendor(receiver.Url));
        await shop.Vendor.Fault(new { operation = "webhook", kind = "bad_signature", count = 1 });
        await shop.Authorised();

        var forged = await receiver.Next();
        Assert.Throws<CommerceException>(() => Read(shop, forged));
        Read(shop, await receiver.Next());

        static void Read(StripeShop shop, ReceivedWebhook came) => shop.Provider.ReadWebhook(
            new InboundWebhook(ImmutableDictionary<string, string>.Empty.Add("Stripe-Signature", came.Signature), came.Body), shop.Time.GetUtcNow());
    }

    [Fact]
    public async Task A_webhook_can_be_dropped_for_good()
    {
        await using var receiver = await WebhookReceiver.Start();
        await using var sandbox = await Vendor(receiver.Url);
        await sandbox.Fault(new { operation = "payment_intent.amount_capturable_updated", kind = "never", count = 1 });

        await sandbox.Authorise();
        await sandbox.Authorise(method: "pm_card_chargeDeclined");

        Assert.Equal("payment_intent.payment_failed", TypeOf(await receiver.Next()));
    }

    [Fact]
    public void An_address_without_a_place_for_the_vendor_is_Stripes()
    {
        var one = new SandboxOptions { WebhookUrl = "http://shop/v1/webhooks/stripe" };
        var each = new SandboxOptions { WebhookUrl = "http://shop/v1/webhooks/{vendor}" };

        Assert.Equal(("http://shop/v1/webhooks/stripe", null), (one.WebhookUrlOf("stripe")?.AbsoluteUri, one.WebhookUrlOf("adyen")?.AbsoluteUri));
        Assert.Equal(("http://shop/v1/webhooks/stripe", "http://shop/v1/webhooks/adyen"), (each.WebhookUrlOf("stripe")?.AbsoluteUri, each.WebhookUrlOf("adyen")?.AbsoluteUri));
    }

    private static Task<SandboxServer> Vendor(string url) => SandboxServer.Start(configure: options =>
    {
        options.WebhookUrl = url;
        options.WebhookRetryDelay = TimeSpan.FromMilliseconds(20);
        options.WebhookConcurrency = 1;
    });

    private static string IdOf(ReceivedWebhook webhook) => JsonDocument.Parse(webhook.Body).RootElement.GetProperty("id").GetString()!;

    private static string TypeOf(ReceivedWebhook webhook) => JsonDocument.Parse(webhook.Body).RootElement.GetProperty("type").GetString()!;
}
