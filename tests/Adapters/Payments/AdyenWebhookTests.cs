using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>What Adyen's standard webhooks vouch for, and which of them are believed.</summary>
public sealed class AdyenWebhookTests
{
    /// <summary>The example that Adyen's own libraries are tested with.</summary>
    private const string Key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056", KnownSignature = "coqCmt/IZ4E3CzPvMY8zTjQVL5hYJUiBRg8UU+iCWo0=";

    private static readonly AdyenOptions Settings = new() { ApiKey = "k", MerchantAccount = "TestMerchant", HmacKey = $"{new string('0', 64)},{Key}" };

    [Fact]
    public void The_signature_that_Adyen_documents_fits()
    {
        var told = Assert.Single(AdyenWebhooks.Read(
            Webhook(Item("AUTHORISATION", psp: "7914073381342284", original: null, reference: "TestPayment-1407325143704", amount: 1130, signature: KnownSignature)), Settings));

        Assert.Equal(("AUTHORISATION:7914073381342284:true", "7914073381342284"), (told.EventId, told.Reference));
    }

    public static TheoryData<string, bool, FactKind?> Facts => new()
    {
        { "AUTHORISATION", true, FactKind.Authorised },
        { "AUTHORISATION", false, FactKind.AuthorisationFailed },
        { "OFFER_CLOSED", true, FactKind.AuthorisationFailed },
        { "AUTHORISATION_ADJUSTMENT", true, FactKind.Adjusted },
        { "AUTHORISATION_ADJUSTMENT", false, FactKind.AdjustmentFailed },
        { "CAPTURE", true, FactKind.Captured },
        { "CAPTURE", false, FactKind.CaptureFailed },
        { "CAPTURE_FAILED", true, FactKind.CaptureFailed },
        { "CANCELLATION", true, FactKind.Voided },
        { "CANCELLATION", false, FactKind.VoidFailed },
        { "TECHNICAL_CANCEL", true, FactKind.Voided },
        { "TECHNICAL_CANCEL", false, FactKind.VoidFailed },
        { "CANCEL_OR_REFUND", true, FactKind.Voided },
        { "REFUND", true, FactKind.Refunded },
        { "REFUND", false, FactKind.RefundFailed },
        { "REFUND_FAILED", true, FactKind.RefundFailed },
        { "REFUNDED_REVERSED", true, FactKind.RefundFailed },
        { "EXPIRE", true, FactKind.Expired },
        { "CHARGEBACK", true, FactKind.Disputed },
        { "REPORT_AVAILABLE", true, null },
        { "MANUAL_REVIEW_ACCEPT", true, null },
    };

    [Theory]
    [MemberData(nameof(Facts))]
    public void Each_event_is_one_fact_or_none(string eventCode, bool success, FactKind? kind)
    {
        var told = Read(Item(eventCode, success: success));

        Assert.Equal(kind, told.Fact?.Kind);
        Assert.Equal(eventCode, told.Type);
        Assert.Equal($"{eventCode}:M000000000000001:{(success ? "true" : "false")}", told.EventId);
    }

    [Theory]
    [InlineData("REQUEST_FOR_INFORMATION", null, DisputeStatus.Inquiry)]
    [InlineData("NOTIFICATION_OF_CHARGEBACK", "Undefended", DisputeStatus.Inquiry)]
    [InlineData("INFORMATION_SUPPLIED", null, DisputeStatus.UnderReview)]
    [InlineData("CHARGEBACK", "Undefended", DisputeStatus.NeedsResponse)]
    [InlineData("CHARGEBACK", "Pending", DisputeStatus.UnderReview)]
    [InlineData("CHARGEBACK", "Lost", DisputeStatus.Lost)]
    [InlineData("CHARGEBACK_REVERSED", "Pending", DisputeStatus.Won)]
    [InlineData("SECOND_CHARGEBACK", "Lost", DisputeStatus.Lost)]
    [InlineData("PREARBITRATION_WON", null, DisputeStatus.Won)]
    [InlineData("PREARBITRATION_LOST", null, DisputeStatus.Lost)]
    public void A_dispute_stands_as_its_event_says(string eventCode, string? status, DisputeStatus stands) =>
        Assert.Equal(stands, Read(Item(eventCode, additional: status is null ? [] : new() { ["disputeStatus"] = status })).Fact!.Dispute);

    [Fact]
    public void A_modification_gives_its_payment_its_key_and_its_own_reference_back()
    {
        var told = Read(Item("CAPTURE"));

        Assert.Equal(("pay_1", "P000000000000001"), (told.PaymentId, told.Reference));
        Assert.Equal(("pay_1:capture:op_1", "M000000000000001", new Money(1299, "EUR")), (told.Fact!.Key, told.Fact.Reference, told.Fact.Amount!.Value));
        Assert.Equal(DateTimeOffset.Parse("2026-11-23T08:30:00Z"), told.At);
    }

    [Fact]
    public void A_refusal_is_told_in_our_words_and_never_with_the_card_beside_a_success()
    {
        Assert.Equal(Declines.InsufficientFunds, Read(Item("AUTHORISATION", success: false, reason: "Not enough balance")).Fact!.Code);
        Assert.Null(Read(Item("AUTHORISATION", reason: "033899:1111:03/2030")).Fact!.Message);
        Assert.Equal("insufficient_balance_on_payment", Read(Item("CAPTURE", success: false, reason: "Insufficient balance on payment")).Fact!.Code);
    }

    [Fact]
    public void A_cancel_or_refund_is_what_Adyen_made_of_it() =>
        Assert.Equal(FactKind.Refunded, Read(Item("CANCEL_OR_REFUND", additional: new() { ["modification.action"] = "refund" })).Fact!.Kind);

    [Fact]
    public void What_is_about_another_account_is_about_no_payment_of_ours()
    {
        var told = Read(Item("AUTHORISATION", account: "OtherMerchant"));

        Assert.Equal((null, null, null), (told.PaymentId, told.Reference, told.Fact));
    }

    [Fact]
    public void A_reference_with_colons_fits_escaped_or_not()
    {
        var plain = Item("AUTHORISATION", reference: "a:b", original: null);
        var escaped = Item("AUTHORISATION", reference: "a:b", original: null, signature: Sign(@"M000000000000001::TestMerchant:a\:b:1299:EUR:AUTHORISATION:true"));

        Assert.Equal("a:b", Read(plain).PaymentId);
        Assert.Equal("a:b", Read(escaped).PaymentId);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("shop:wrong", false)]
    [InlineData("shop:secret", true)]
    public void Basic_authentication_is_asked_for_where_it_is_configured(string? given, bool letIn)
    {
        var settings = new AdyenOptions { ApiKey = "k", MerchantAccount = "TestMerchant", HmacKey = Key, WebhookUser = "shop", WebhookPassword = "secret" };
        var webhook = Webhook(Item("CAPTURE"));
        if (given is not null)
        {
            webhook = webhook with { Headers = webhook.Headers.Add("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(given))) };
        }

        if (letIn)
        {
            Assert.Single(AdyenWebhooks.Read(webhook, settings));
        }
        else
        {
            Assert.Equal("webhook-signature", Assert.Throws<CommerceException>(() => AdyenWebhooks.Read(webhook, settings)).Error.Code);
        }
    }

    private static ProviderWebhook Read(object item) => Assert.Single(AdyenWebhooks.Read(Webhook(item), Settings));

    private static InboundWebhook Webhook(object item) => new(
        ImmutableDictionary<string, string>.Empty,
        JsonSerializer.SerializeToUtf8Bytes(new { live = "false", notificationItems = new[] { new { NotificationRequestItem = item } } }));

    private static object Item(
        string eventCode,
        bool success = true,
        string psp = "M000000000000001",
        string? original = "P000000000000001",
        string account = "TestMerchant",
        string reference = "pay_1/capture/op_1",
        long amount = 1299,
        string? reason = null,
        Dictionary<string, string>? additional = null,
        string? signature = null)
    {
        var word = success ? "true" : "false";
        return new
        {
            additionalData = new Dictionary<string, string>(additional ?? [])
            {
                ["hmacSignature"] = signature ?? Sign($"{psp}:{original}:{account}:{reference}:{amount}:EUR:{eventCode}:{word}"),
            },
            amount = new { currency = "EUR", value = amount },
            eventCode,
            eventDate = "2026-11-23T09:30:00+01:00",
            merchantAccountCode = account,
            merchantReference = reference,
            originalReference = original ?? "",
            pspReference = psp,
            reason = reason ?? "",
            success = word,
        };
    }

    private static string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(Convert.FromHexString(Key), Encoding.UTF8.GetBytes(text)));
}
