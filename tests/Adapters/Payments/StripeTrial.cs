using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Commerce.Payments;
using Commerce.Tests.Sandbox;
using StripeSignature = Commerce.Sandbox.Stripe.StripeSignature;

namespace Commerce.Tests.Payments;

/// <summary>Stripe's adapter before Stripe's sandbox.</summary>
public sealed class StripeTrial : ProviderTrial
{
    private StripeShop shop = null!;
    private TrialInbox inbox = null!;
    private bool failsRefund;

    public override IPaymentProvider Provider => shop.Provider;

    public override string GoodMethod => "pm_card_visa";

    public override ImmutableDictionary<string, string> DeclinedMethods { get; } = new Dictionary<string, string>
    {
        ["pm_card_chargeDeclined"] = Declines.CardDeclined,
        ["pm_card_chargeDeclinedInsufficientFunds"] = Declines.InsufficientFunds,
        ["pm_card_chargeDeclinedExpiredCard"] = Declines.CardExpired,
        ["pm_card_chargeDeclinedIncorrectCvc"] = Declines.IncorrectCvc,
        ["pm_card_chargeDeclinedStolenCard"] = Declines.LostOrStolen,
        ["pm_card_chargeDeclinedFraudulent"] = Declines.SuspectedFraud,
    }.ToImmutableDictionary();

    public override string ActingMethod => "pm_card_authenticationRequired";

    public override ImmutableArray<Money> Taken => [new(1299, "EUR"), new(500, "JPY"), new(12990, "KWD"), new(1300, "ISK")];

    public override ImmutableArray<Money> NotTaken => [new(12995, "KWD"), new(1299, "IQD"), new(49, "EUR"), new(100_000_000, "EUR")];

    public override TimeSpan? KeyMemory => TimeSpan.FromHours(24);

    public override int MoreThanAPage => 101;

    public override TrialInbox Inbox => inbox;

    public override bool SignsTime => true;

    /// <param name="interchangePlus">Whether the account may capture several times and raise authorisations.</param>
    public static async Task<ProviderTrial> Open(bool interchangePlus = false)
    {
        var trial = new StripeTrial { inbox = await TrialInbox.Open() };
        var vendor = await SandboxServer.Start(time: trial.Time, configure: sandbox => sandbox.ResolveWebhookUrl = trial.inbox.AddressOf);
        trial.shop = await StripeShop.Open(options => options.InterchangePlus = interchangePlus, trial.Time, vendor);
        return trial;
    }

    public override Task Break(TransactionKind? operation, TrialFault fault, int? count) => shop.Vendor.Fault(new
    {
        operation = operation is { } kind ? $"{kind}".ToLowerInvariant() : "read",
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
        return ImmutableDictionary<string, string>.Empty;
    }

    public override Task<bool> FailLater(TransactionKind kind) => Task.FromResult(failsRefund = kind is TransactionKind.Refund);

    public override async Task Finish()
    {
        if (failsRefund)
        {
            failsRefund = false;
            var newest = JsonDocument.Parse(await shop.Vendor.Http.GetStringAsync("stripe/v1/refunds?limit=1")).RootElement.GetProperty("data")[0].GetProperty("id").GetString();
            using var failed = await shop.Vendor.Http.PostAsJsonAsync($"stripe/refunds/{newest}", new { status = "failed", reason = "lost_or_stolen_card" });
            failed.EnsureSuccessStatusCode();
        }
    }

    public override async Task<bool> Dispute(string paymentReference)
    {
        using var opened = await shop.Vendor.Http.PostAsJsonAsync("stripe/disputes", new { payment_intent = paymentReference });
        return opened.EnsureSuccessStatusCode().IsSuccessStatusCode;
    }

    public override InboundWebhook Signed(InboundWebhook webhook, TrialSecret by, DateTimeOffset at)
    {
        var secret = by switch { TrialSecret.Old => "whsec_old", TrialSecret.New => "whsec_sandbox", _ => "whsec_other" };
        var signature = StripeSignature.Sign(webhook.Body, at.ToUnixTimeSeconds(), [Encoding.UTF8.GetBytes(secret)]);
        return webhook with { Headers = webhook.Headers.SetItem("stripe-signature", signature) };
    }

    public override async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        await inbox.DisposeAsync();
    }
}
