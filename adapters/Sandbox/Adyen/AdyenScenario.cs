using System.Collections.Frozen;

namespace Commerce.Sandbox.Adyen;

internal enum AdyenStep
{
    None = 0,

    /// <summary>By a page of the bank.</summary>
    Redirect = 1,

    /// <summary>In the page, by Adyen's library.</summary>
    Challenge = 2,

    /// <summary>Nothing to do, but the outcome comes later.</summary>
    Later = 3,
}

/// <summary>
/// How a test payment goes. The names are those that Adyen's test environment takes as the card holder's; as the id of a stored payment method
/// they are <c>test_{name}</c>.
/// </summary>
/// <param name="Code"><c>refusalReasonCode</c>; null: it is authorised.</param>
/// <param name="Reason"><c>refusalReason</c>.</param>
/// <param name="Result">The <c>resultCode</c> of a refusal.</param>
/// <param name="Step">What comes before.</param>
internal sealed record AdyenScenario(string Name, string? Code = null, string? Reason = null, string Result = "Refused", AdyenStep Step = AdyenStep.None, string Brand = "visa", string Last4 = "1111")
{
    public const string Stored = "test_", Approved = "APPROVED", CaptureFails = "CAPTURE_FAILED", RefundFails = "REFUND_FAILED";

    private const string EncryptedNumber = "test_";

    public static IReadOnlyList<AdyenScenario> All { get; } =
    [
        new(Approved),
        new("MASTERCARD", Brand: "mc", Last4: "4444"),
        new("DECLINED", "2", "Refused"),
        new("REFERRAL", "3", "Referral"),
        new("ERROR", "4", "Acquirer Error", "Error"),
        new("BLOCK_CARD", "5", "Blocked Card"),
        new("CARD_EXPIRED", "6", "Expired Card"),
        new("INVALID_AMOUNT", "7", "Invalid Amount"),
        new("INVALID_CARD", "8", "Invalid Card Number"),
        new("ISSUER_UNAVAILABLE", "9", "Issuer Unavailable"),
        new("NOT_SUPPORTED", "10", "Not supported"),
        new("3D_NOT_AUTHENTICATED", "11", "3D Not Authenticated"),
        new("NOT_ENOUGH_BALANCE", "12", "Not enough balance"),
        new("ACQUIRER_FRAUD", "14", "Acquirer Fraud"),
        new("CANCELLED", "15", "Cancelled", "Cancelled"),
        new("SHOPPER_CANCELLED", "16", "Shopper Cancelled", "Cancelled"),
        new("INVALID_PIN", "17", "Invalid Pin"),
        new("PIN_TRIES_EXCEEDED", "18", "Pin tries exceeded"),
        new("PIN_VALIDATION_NOT_POSSIBLE", "19", "Pin validation not possible"),
        new("FRAUD", "20", "FRAUD"),
        new("NOT_SUBMITTED", "21", "Not Submitted"),
        new("FRAUD_CANCELLED", "22", "FRAUD-CANCELLED"),
        new("TRANSACTION_NOT_PERMITTED", "23", "Transaction Not Permitted"),
        new("CVC_DECLINED", "24", "CVC Declined"),
        new("RESTRICTED_CARD", "25", "Restricted Card"),
        new("REVOCATION_OF_AUTH", "26", "Revocation Of Auth"),
        new("DECLINED_NON_GENERIC", "27", "Declined Non Generic"),
        new("WITHDRAWAL_AMOUNT_EXCEEDED", "28", "Withdrawal amount exceeded"),
        new("WITHDRAWAL_COUNT_EXCEEDED", "29", "Withdrawal count exceeded"),
        new("ISSUER_SUSPECTED_FRAUD", "31", "Issuer Suspected Fraud"),
        new("AVS_DECLINED", "32", "AVS Declined"),
        new("PIN_REQUIRED", "33", "Card requires online pin"),
        new("NO_CHECKING_ACCOUNT", "34", "No checking account available on Card"),
        new("NO_SAVINGS_ACCOUNT", "35", "No savings account available on Card"),
        new("MOBILE_PIN_REQUIRED", "36", "Mobile pin required"),
        new("CONTACTLESS_FALLBACK", "37", "Contactless fallback"),
        new("AUTHENTICATION_REQUIRED", "38", "Authentication required"),
        new("RREQ_NOT_RECEIVED", "39", "RReq not received from DS"),
        new("PENALTY_BOX", "40", "Current AID is in Penalty Box"),
        new("CVM_REQUIRED", "41", "CVM Required Restart Payment"),
        new("3DS_AUTHENTICATION_ERROR", "42", "3DS Authentication Error"),
        new("ONLINE_PIN_REQUIRED", "43", "Online PIN required"),
        new("TRY_ANOTHER_INTERFACE", "44", "Try another interface"),
        new("CHIP_DOWNGRADE", "45", "Chip downgrade mode"),
        new("EXCESSIVE_RETRY", "46", "Transaction blocked by Adyen to prevent excessive retry fees"),
        new("TOKEN_REVOKED", "50", "Token Revoked"),
        new("3DS2_REDIRECT", Step: AdyenStep.Redirect, Last4: "1237"),
        new("3DS2_CHALLENGE", Step: AdyenStep.Challenge, Last4: "1237"),
        new("3DS2_FRICTIONLESS", Last4: "9910"),
        new("3DS2_THEN_DECLINED", "12", "Not enough balance", Step: AdyenStep.Redirect, Last4: "1237"),
        new("PENDING", Step: AdyenStep.Later),
        new("PENDING_THEN_DECLINED", "2", "Refused", Step: AdyenStep.Later),
        new(CaptureFails),
        new(RefundFails),
        new("IDEAL", Step: AdyenStep.Redirect, Brand: "ideal", Last4: ""),
        new("PAYPAL", Step: AdyenStep.Redirect, Brand: "paypal", Last4: ""),
        new("KLARNA", Step: AdyenStep.Redirect, Brand: "klarna", Last4: ""),
    ];

    private static readonly FrozenDictionary<string, AdyenScenario> ByName = All.ToFrozenDictionary(one => one.Name, StringComparer.Ordinal);

    public bool IsCard => Last4.Length > 0;

    /// <summary>By name, as a stored one keeps it.</summary>
    public static AdyenScenario? Named(string name) => ByName.GetValueOrDefault(name);

    /// <summary>By the id of a stored payment method that everybody has: <c>test_DECLINED</c>.</summary>
    public static AdyenScenario? OfStored(string id) => id.StartsWith(Stored, StringComparison.Ordinal) && Named(id[Stored.Length..]) is { IsCard: true } known ? known : null;

    /// <summary>Of a card as Adyen's test environment takes it, <c>encryptedCardNumber: test_4111111111111111</c>: by the holder's name, else by the number, of which nothing is kept.</summary>
    public static AdyenScenario? OfCard(string? encryptedNumber, string? holder)
    {
        if (encryptedNumber?.StartsWith(EncryptedNumber, StringComparison.Ordinal) is not true)
        {
            return null;
        }

        var name = holder?.Split(':')[0].Trim().Replace(' ', '_').ToUpperInvariant();
        return name is not null && ByName.TryGetValue(name, out var asked) ? asked
            : encryptedNumber[EncryptedNumber.Length..] switch
            {
                "4212345678901237" or "5201281505129736" or "371449635398431" => ByName["3DS2_REDIRECT"],
                "4917610000000000" => ByName["3DS2_CHALLENGE"],
                ['5', ..] => ByName["MASTERCARD"],
                _ => ByName[Approved],
            };
    }
}
