using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Sandbox.Adyen;
using Commerce.Tests.Payments;

namespace Commerce.Tests.Sandbox;

/// <summary>The pretend Adyen, over HTTP.</summary>
public sealed class SandboxAdyenTests
{
    [Fact]
    public async Task What_was_answered_and_booked_is_there_after_a_restart()
    {
        using var folder = new Folder();
        string psp, capture, token;
        await using (var first = await SandboxServer.Start(folder.Path))
        {
            psp = (await Pay(first)).Text("pspReference");
            capture = (await Ask(first, $"payments/{psp}/captures", "capture-1", new { merchantAccount = "M", reference = "pay_1/capture/1", amount = Euro(1299) })).Text("pspReference");
            token = (await Ask(first, "storedPaymentMethods", "store-1", new { merchantAccount = "M", shopperReference = "shopper-1", paymentMethod = new { type = "scheme", encryptedCardNumber = "test_5555555555554444" } })).Text("id");
        }

        await using var second = await SandboxServer.Start(folder.Path);

        Assert.Equal(psp, (await Pay(second)).Text("pspReference"));
        Assert.Equal(capture, (await Ask(second, $"payments/{psp}/captures", "capture-1", new { merchantAccount = "M", reference = "pay_1/capture/1", amount = Euro(1299) })).Text("pspReference"));
        Assert.Equal((1, 1), (await second.Count("authorise"), await second.Count("capture")));
        Assert.Equal("Authorised", (await Ask(second, "payments", "pay-2", Payment(new { type = "scheme", storedPaymentMethodId = token }, "shopper-1"))).Text("resultCode"));
    }

    [Fact]
    public async Task A_webhook_that_nobody_took_is_sent_after_a_restart()
    {
        using var folder = new Folder();
        await using (var first = await SandboxServer.Start(folder.Path, configure: options => options.ResolveWebhookUrl = _ => null))
        {
            await Pay(first);
        }

        await using var inbox = await TrialInbox.Open();
        await using var second = await SandboxServer.Start(folder.Path, configure: options => options.ResolveWebhookUrl = inbox.AddressOf);

        Assert.Equal("AUTHORISATION", Item(await inbox.Find(_ => true)).GetProperty("eventCode").GetString());
    }

    [Fact]
    public async Task Webhooks_come_forged_twice_or_never_when_a_rule_says_so()
    {
        await using var inbox = await TrialInbox.Open();
        await using var vendor = await SandboxServer.Start(configure: options =>
        {
            options.ResolveWebhookUrl = inbox.AddressOf;
            options.AdyenWebhookDelay = TimeSpan.Zero;
        });
        await vendor.Fault(new { kind = "never", operation = "AUTHORISATION", vendor = "adyen", count = 1 });
        await vendor.Fault(new { kind = "bad_signature", operation = "CAPTURE", count = 1 });
        await vendor.Fault(new { kind = "duplicate", operation = "REFUND", count = 1 });

        var psp = (await Pay(vendor)).Text("pspReference");
        foreach (var what in (string[])["captures", "refunds"])
        {
            await Ask(vendor, $"payments/{psp}/{what}", what, new { merchantAccount = "M", reference = "pay_1/" + what, amount = Euro(1299) });
        }

        var seen = 0;
        await inbox.Find(came => Item(came).GetProperty("eventCode").GetString() == "REFUND" && ++seen == 2);
        var forged = Item(await inbox.Find(came => Item(came).GetProperty("eventCode").GetString() == "CAPTURE"));
        Assert.NotEqual(
            AdyenSignature.Sign(
                new AdyenItem("", "CAPTURE", forged.Text("pspReference"), psp, "M", forged.Text("merchantReference"), 1299, "EUR", true, 0), Convert.FromHexString(SandboxOptions.DefaultAdyenHmacKey)),
            forged.GetProperty("additionalData").Text("hmacSignature"));
        await Assert.ThrowsAsync<TimeoutException>(() => inbox.Find(came => Item(came).GetProperty("eventCode").GetString() == "AUTHORISATION").WaitAsync(TimeSpan.FromMilliseconds(1)));
    }

    [Theory]
    [InlineData("CAPTURE_FAILED", "CAPTURE_FAILED")]
    [InlineData("REFUND_FAILED", "REFUND_FAILED")]
    public async Task A_modification_can_be_told_as_done_and_then_as_failed(string method, string told)
    {
        await using var inbox = await TrialInbox.Open();
        await using var vendor = await SandboxServer.Start(configure: options => options.ResolveWebhookUrl = inbox.AddressOf);
        var psp = (await Pay(vendor, "test_" + method)).Text("pspReference");
        await Ask(vendor, $"payments/{psp}/captures", "c", new { merchantAccount = "M", reference = "pay_1/capture/1", amount = Euro(1299) });
        await Ask(vendor, $"payments/{psp}/refunds", "r", new { merchantAccount = "M", reference = "pay_1/refund/1", amount = Euro(1299) });

        var failed = Item(await inbox.Find(came => Item(came).Text("eventCode") == told));

        Assert.Equal(failed.Text("pspReference"), Item(await inbox.Find(came => Item(came).Text("eventCode") == told[..^7])).Text("pspReference"));
    }

    [Fact]
    public async Task An_authorisation_expires_and_a_payment_is_disputed_on_demand()
    {
        await using var inbox = await TrialInbox.Open();
        await using var vendor = await SandboxServer.Start(configure: options => options.ResolveWebhookUrl = inbox.AddressOf);
        var psp = (await Pay(vendor)).Text("pspReference");
        (await vendor.Http.PostAsync($"adyen/payments/{psp}/expire", null)).EnsureSuccessStatusCode();
        Assert.Equal(psp, Item(await inbox.Find(came => Item(came).Text("eventCode") == "EXPIRE")).Text("originalReference"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await vendor.Http.PostAsync($"adyen/payments/{psp}/expire", null)).StatusCode);

        var other = (await Ask(vendor, "payments", "pay-2", Payment(new { type = "scheme", storedPaymentMethodId = "test_APPROVED" }) with { CaptureDelayHours = 0, AdditionalData = null })).Text("pspReference");
        foreach (var step in (string[])["REQUEST_FOR_INFORMATION", "CHARGEBACK", "CHARGEBACK_REVERSED"])
        {
            (await vendor.Http.PostAsJsonAsync("adyen/disputes", new { paymentPspReference = other, eventCode = step })).EnsureSuccessStatusCode();
            Assert.Equal(other, Item(await inbox.Find(came => Item(came).Text("eventCode") == step)).Text("originalReference"));
        }

        Assert.Equal((1, 1), (await vendor.Count("charge_back"), await vendor.Count("charge_back_reversed")));
    }

    [Fact]
    public async Task Errors_that_were_written_into_the_report_are_read_there_and_taken_out_again()
    {
        await using var shop = await AdyenShop.Open();
        var captures = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            var reference = await shop.Authorised($"pay_1:authorise:{i}");
            captures.Add(Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(shop.Movement(reference, $"pay_1:capture:{i}", 1000), CancellationToken.None)).Value.Reference);
        }

        await Miswrite(shop, "omit", new { line = captures[0] });
        await Miswrite(shop, "alter", new { line = captures[1], amount = 999 });
        await Miswrite(shop, "double", new { line = captures[2] });
        await Miswrite(shop, "delay", new { line = captures[3], days = 1 });
        await Miswrite(shop, "invent", new { amount = -50, currency = "EUR" });

        var today = DateOnly.FromDateTime(shop.Time.GetUtcNow().UtcDateTime);
        Assert.Equal([(captures[1], 999), (captures[2], 1000), (captures[2], 1000)], (await Lines(today)).Where(line => line.Kind is SettlementKind.Capture).Select(line => (line.MovementReference!, line.Amount.Amount)));
        Assert.Equal(-50, Assert.Single(await Lines(today), line => line.Kind is SettlementKind.Refund).Amount.Amount);
        Assert.Equal(captures[3], Assert.Single(await Lines(today.AddDays(1))).MovementReference);
        Assert.Equal(4, (await Lines(today)).Select(line => line.Id).Distinct().Count());

        (await shop.Vendor.Http.DeleteAsync("adyen/settlements")).EnsureSuccessStatusCode();
        Assert.Equal(captures, (await Lines(today)).Select(line => line.MovementReference!));

        async Task<ImmutableArray<Settlement>> Lines(DateOnly day) => Assert.IsType<Outcome<SettlementPage>.Ok>(await shop.Provider.Settlements(day, null, CancellationToken.None)).Value.Lines;
    }

    [Fact]
    public async Task Error_bodies_are_Adyens()
    {
        await using var vendor = await SandboxServer.Start();

        Assert.Equal("901", (await Ask(vendor, "payments", "1", new { reference = "r", amount = Euro(1) })).Text("errorCode"));
        Assert.Equal("130", (await Ask(vendor, "payments", "2", new { merchantAccount = "M", amount = Euro(1) })).Text("errorCode"));
        Assert.Equal("137", (await Ask(vendor, "payments", "3", new { merchantAccount = "M", reference = "r", amount = Euro(0) })).Text("errorCode"));
        Assert.Equal("167", (await Ask(vendor, "payments/X/captures", "4", new { merchantAccount = "M", reference = "r", amount = Euro(1) })).Text("errorCode"));
        Assert.Equal("702", (await Ask(vendor, "payments", new string('k', 65), new { })).Text("errorCode"));
        Assert.Equal("174", (await Ask(vendor, "payments", "5", Payment(new { type = "scheme", encryptedCardNumber = "adyenjs_0_1_18$" }))).Text("errorCode"));
    }

    private static async Task Miswrite(AdyenShop shop, string kind, object body) => (await shop.Vendor.Http.PostAsJsonAsync("adyen/settlements/" + kind, body)).EnsureSuccessStatusCode();

    private static Task<JsonElement> Pay(SandboxServer vendor, string method = "test_APPROVED") =>
        Ask(vendor, "payments", "pay-1", Payment(new { type = "scheme", storedPaymentMethodId = method }));

    private static Body Payment(object method, string? shopper = null) =>
        new("M", "pay_1", Euro(1299), method, "https://shop.example/back", new Dictionary<string, string> { ["manualCapture"] = "true" }, shopper, null);

    private static object Euro(long value) => new { value, currency = "EUR" };

    private static async Task<JsonElement> Ask(SandboxServer vendor, string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "adyen/v71/" + path) { Content = JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("X-API-Key", "adyen_test_1");
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await vendor.Http.SendAsync(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static JsonElement Item(InboundWebhook webhook) =>
        JsonDocument.Parse(webhook.Body).RootElement.GetProperty("notificationItems")[0].GetProperty("NotificationRequestItem");

    private sealed record Body(
        string MerchantAccount, string Reference, object Amount, object PaymentMethod, string ReturnUrl, Dictionary<string, string>? AdditionalData, string? ShopperReference, int? CaptureDelayHours);

    private sealed class Folder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("sandbox-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
