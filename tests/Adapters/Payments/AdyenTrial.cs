using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Commerce.Payments;
using Commerce.Sandbox;
using Commerce.Tests.Sandbox;

namespace Commerce.Tests.Payments;

/// <summary>Adyen's adapter before Adyen's sandbox.</summary>
public sealed class AdyenTrial : ProviderTrial
{
    private AdyenShop shop = null!;
    private TrialInbox inbox = null!;

    public override IPaymentProvider Provider => shop.Provider;

    public override string GoodMethod => "test_APPROVED";

    public override ImmutableDictionary<string, string> DeclinedMethods { get; } = new Dictionary<string, string>
    {
        ["test_DECLINED"] = Declines.DoNotHonor,
        ["test_NOT_ENOUGH_BALANCE"] = Declines.InsufficientFunds,
        ["test_CARD_EXPIRED"] = Declines.CardExpired,
        ["test_CVC_DECLINED"] = Declines.IncorrectCvc,
        ["test_BLOCK_CARD"] = Declines.LostOrStolen,
        ["test_FRAUD"] = Declines.SuspectedFraud,
    }.ToImmutableDictionary();

    public override string ActingMethod => "test_3DS2_REDIRECT";

    public override ImmutableArray<Money> Taken => [new(1299, "EUR"), new(500, "JPY"), new(12995, "KWD"), new(1300, "ISK"), new(1_000_000, "IDR")];

    public override ImmutableArray<Money> NotTaken => [new(1299, "IDR"), new(1299, "XAU")];

    public override int MoreThanAPage => 201;

    public override TrialInbox Inbox => inbox;

    public static async Task<ProviderTrial> Open()
    {
        var trial = new AdyenTrial { inbox = await TrialInbox.Open() };
        var vendor = await SandboxServer.Start(time: trial.Time, configure: sandbox => sandbox.ResolveWebhookUrl = trial.inbox.AddressOf);
        trial.shop = await AdyenShop.Open(time: trial.Time, vendor: vendor);
        return trial;
    }

    public override Task Break(TransactionKind? operation, TrialFault fault, int? count) => shop.Vendor.Fault(new
    {
        operation = operation is { } kind ? $"{kind}".ToLowerInvariant() : "read",
        vendor = "adyen",
        kind = fault switch
        {
            TrialFault.LostAnswer => "drop_after",
            TrialFault.ResetBefore => "drop_before",
            TrialFault.Malformed => "truncate",
            TrialFault.Nonsense => "garbage",
            _ => "status",
        },
        variant = "amount",
        status = fault is TrialFault.TurnedAway ? 429 : 503,
        retryAfterSeconds = fault is TrialFault.TurnedAway ? (int?)TurnedAwayFor.TotalSeconds : null,
        count,
    });

    public override async Task Heal() => await shop.Vendor.Http.DeleteAsync("faults");

    public override async Task<int?> Effects(TransactionKind kind) => await shop.Vendor.Count($"{kind}".ToLowerInvariant());

    public override async Task<ImmutableDictionary<string, string>> Act(Outcome<Authorisation>.RequiresAction asked, bool well)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("outcome", well ? "complete" : "fail")]);
        using var back = await browser.PostAsync(asked.Action.Url, form);
        return ImmutableDictionary<string, string>.Empty.Add("redirectResult", back.Headers.Location!.Query["?redirectResult=".Length..]);
    }

    public override async Task<bool> FailLater(TransactionKind kind)
    {
        using var told = await shop.Vendor.Http.PostAsJsonAsync("adyen/failures", new { operation = $"{kind}".ToLowerInvariant() });
        return told.IsSuccessStatusCode;
    }

    public override async Task<bool> Dispute(string paymentReference)
    {
        using var told = await shop.Vendor.Http.PostAsJsonAsync("adyen/disputes", new { paymentPspReference = paymentReference, eventCode = "CHARGEBACK" });
        return told.IsSuccessStatusCode;
    }

    /// <summary>Adyen signs inside the body, each item by itself.</summary>
    public override InboundWebhook Signed(InboundWebhook webhook, TrialSecret by, DateTimeOffset at)
    {
        var key = Convert.FromHexString(by switch
        {
            TrialSecret.Old => AdyenShop.OldHmacKey,
            TrialSecret.New => SandboxOptions.DefaultAdyenHmacKey,
            _ => new string('F', 64),
        });
        var body = Parsed(webhook);
        foreach (var item in Items(body))
        {
            item["additionalData"]!["hmacSignature"] = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(Joined(item))));
        }

        return Written(webhook, body);
    }

    /// <summary>What is not signed may change without being noticed; what matters is signed.</summary>
    public override InboundWebhook Tampered(InboundWebhook webhook)
    {
        var body = Parsed(webhook);
        foreach (var item in Items(body))
        {
            item["amount"]!["value"] = 1;
        }

        return Written(webhook, body);
    }

    public override InboundWebhook? Joined(InboundWebhook first, InboundWebhook second)
    {
        var both = Parsed(first);
        var items = (JsonArray)both["notificationItems"]!;
        foreach (var item in (JsonArray)Parsed(second)["notificationItems"]!)
        {
            items.Add(item!.DeepClone());
        }

        return Written(first, both);
    }

    public override async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        await inbox.DisposeAsync();
    }

    private static JsonNode Parsed(InboundWebhook webhook) => JsonNode.Parse(webhook.Body) ?? throw new JsonException("null");

    private static JsonNode[] Items(JsonNode body) =>
        body is JsonObject known && known["notificationItems"] is JsonArray items ? [.. items.Select(item => item!["NotificationRequestItem"]!)] : [];

    private static string Joined(JsonNode item) => string.Join(
        ':', item["pspReference"], item["originalReference"], item["merchantAccountCode"], item["merchantReference"], item["amount"]!["value"], item["amount"]!["currency"], item["eventCode"], item["success"]);

    private static InboundWebhook Written(InboundWebhook webhook, JsonNode body) => webhook with { Body = Encoding.UTF8.GetBytes(body.ToJsonString()) };
}
