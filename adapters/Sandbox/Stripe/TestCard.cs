using System.Collections.Frozen;

namespace Commerce.Sandbox.Stripe;

/// <summary>What becomes of a refund after it was asked for.</summary>
internal enum RefundFate
{
    /// <summary>It is pending, and succeeds.</summary>
    SucceedsLater,

    /// <summary>It succeeds, and comes back.</summary>
    FailsLater,
}

/// <summary>One of Stripe's documented test payment methods.</summary>
/// <param name="Name">What follows <c>pm_card_</c> and, for tokens, <c>tok_</c>.</param>
/// <param name="Number">The documented card number; accepted, and forgotten at once.</param>
/// <param name="Decline">Name of the refusal in <see cref="Declines"/> that it meets; with <paramref name="Challenge"/>, after the shopper authenticated.</param>
/// <param name="Challenge">Whether the shopper has to authenticate first.</param>
/// <param name="InPage">Whether that is done in the shop's own page when the shop gave no address to come back to.</param>
/// <param name="Refund">What becomes of its refunds later.</param>
/// <param name="Dispute">Why the shopper's bank disputes it once it is captured; <c>inquiry</c> only asks.</param>
/// <param name="OffSession">Whether it needs no authentication when the shopper is not there.</param>
internal sealed record TestCard(
    string Name, string Number, string Brand = "visa", string? Decline = null, bool Challenge = false, bool InPage = false, RefundFate? Refund = null, string? Dispute = null, bool OffSession = false)
{
    private const string Method = "pm_card_", Token = "tok_";

    public string Id => Method + Name;

    public string Last4 => Number[^4..];

    public static IReadOnlyList<TestCard> All { get; } =
    [
        new("visa", "4242424242424242"),
        new("visa_debit", "4000056655665556"),
        new("mastercard", "5555555555554444", "mastercard"),
        new("mastercard_debit", "5200828282828210", "mastercard"),
        new("mastercard_prepaid", "5105105105105100", "mastercard"),
        new("amex", "378282246310005", "amex"),
        new("discover", "6011111111111117", "discover"),
        new("diners", "3056930009020004", "diners"),
        new("jcb", "3566002020360505", "jcb"),
        new("unionpay", "6200000000000005", "unionpay"),
        new("chargeDeclined", "4000000000000002", Decline: "generic_decline"),
        new("chargeDeclinedInsufficientFunds", "4000000000009995", Decline: "insufficient_funds"),
        new("chargeDeclinedLostCard", "4000000000009987", Decline: "lost_card"),
        new("chargeDeclinedStolenCard", "4000000000009979", Decline: "stolen_card"),
        new("chargeDeclinedExpiredCard", "4000000000000069", Decline: "expired_card"),
        new("chargeDeclinedIncorrectCvc", "4000000000000127", Decline: "incorrect_cvc"),
        new("chargeDeclinedIncorrectNumber", "4242424242424241", Decline: "incorrect_number"),
        new("chargeDeclinedProcessingError", "4000000000000119", Decline: "processing_error"),
        new("chargeDeclinedVelocityLimitExceeded", "4000000000006975", Decline: "card_velocity_exceeded"),
        new("chargeDeclinedFraudulent", "4100000000000019", Decline: "fraudulent"),
        new("radarBlock", "4100000000000019", Decline: "fraudulent"),
        new("riskLevelHighest", "4000000000004954", Decline: "fraudulent"),
        new("riskLevelElevated", "4000000000009235"),
        new("chargeCustomerFail", "4000000000000341", Decline: "generic_decline"),
        new("cvcCheckFail", "4000000000000101"),
        new("avsFail", "4000000000000010"),
        new("authenticationRequired", "4000002760003184", Challenge: true),
        new("authenticationRequiredOnSetup", "4000002500003155", Challenge: true),
        new("threeDSecure2Required", "4000000000003220", Challenge: true, InPage: true),
        new("threeDSecureRequired", "4000000000003063", Challenge: true),
        new("threeDSecureOptional", "4000000000003055"),
        new("threeDSecureRequiredChargeDeclined", "4000008400001629", Decline: "generic_decline", Challenge: true),
        new("threeDSecureRequiredProcessingError", "4000008400001280", Decline: "processing_error", Challenge: true),
        new("authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", Decline: "insufficient_funds", Challenge: true),
        new("threeDSecureOptionalProcessingError", "4000000000003097", Decline: "processing_error"),
        new("authenticationRequiredSetupForOffSession", "4000003800000446", Challenge: true, OffSession: true),
        new("createDispute", "4000000000000259", Dispute: "fraudulent"),
        new("createDisputeProductNotReceived", "4000000000002685", Dispute: "product_not_received"),
        new("createDisputeInquiry", "4000000000001976", Dispute: "inquiry"),
        new("createIssuerFraudRecord", "4000000000005423"),
        new("pendingRefund", "4000000000007726", Refund: RefundFate.SucceedsLater),
        new("refundFail", "4000000000005126", Refund: RefundFate.FailsLater),
    ];

    private static readonly FrozenDictionary<string, TestCard> ByMethod = All.ToFrozenDictionary(card => card.Id, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TestCard> ByNumber =
        All.DistinctBy(card => card.Number, StringComparer.Ordinal).ToFrozenDictionary(card => card.Number, StringComparer.Ordinal);

    /// <summary>By payment method (<c>pm_card_visa</c>), token (<c>tok_visa</c>) or number. Stripe documents some with and without <c>visa_</c>.</summary>
    public static TestCard? Find(string text)
    {
        if (ByMethod.TryGetValue(text, out var card) || ByNumber.TryGetValue(text.Replace(" ", "", StringComparison.Ordinal), out card))
        {
            return card;
        }

        var name = text.StartsWith(Token, StringComparison.Ordinal) ? text[Token.Length..]
            : text.StartsWith(Method, StringComparison.Ordinal) ? text[Method.Length..]
            : null;

        return name is null ? null
            : ByMethod.TryGetValue(Method + name, out card) ? card
            : name.StartsWith("visa_", StringComparison.Ordinal) && ByMethod.TryGetValue(string.Concat(Method, name.AsSpan(5)), out card) ? card
            : null;
    }
}
