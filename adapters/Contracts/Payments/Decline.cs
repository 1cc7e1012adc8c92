namespace Commerce.Payments;

/// <summary>Why the shopper's bank, or the vendor, said no: the same words for every vendor, and what the shopper may do.</summary>
/// <param name="Code">One of <see cref="Declines"/>.</param>
/// <param name="Message">For the shopper; says nothing that helps a thief.</param>
/// <param name="Hard">Whether the same method will be declined again.</param>
/// <param name="VendorCode">The vendor's own code, for operators.</param>
/// <param name="Elsewhere">The network or the vendor does not take it at all; another provider may. Nothing has happened.</param>
public sealed record Decline(string Code, string Message, PaymentAdvice Advice, bool Hard, string? VendorCode = null, bool Elsewhere = false);

/// <summary>The codes of a decline. A vendor's adapter maps its own to these, in one place.</summary>
public static class Declines
{
    public const string
        CardDeclined = "card_declined",
        DoNotHonor = "do_not_honor",
        InsufficientFunds = "insufficient_funds",
        CardExpired = "card_expired",
        InvalidCard = "invalid_card",
        IncorrectCvc = "incorrect_cvc",
        LimitExceeded = "limit_exceeded",
        TooManyTries = "too_many_tries",
        SuspectedFraud = "suspected_fraud",
        LostOrStolen = "lost_or_stolen",
        AuthenticationFailed = "authentication_failed",
        AuthenticationRequired = "authentication_required",
        ProcessingError = "processing_error",
        IssuerUnavailable = "issuer_unavailable",
        CardNotSupported = "card_not_supported",
        CurrencyNotSupported = "currency_not_supported",
        NotPermitted = "not_permitted",
        AuthorisationRevoked = "authorisation_revoked",
        Duplicate = "duplicate",
        CancelledByShopper = "cancelled_by_shopper",
        Expired = "expired",
        Voided = "voided";

    /// <summary>All of them, with what a shopper is told and may do.</summary>
#pragma warning disable format // a table
    public static ImmutableArray<Decline> All { get; } =
    [
        //   code                    for the shopper                                                                  what to do               hard
        new(CardDeclined,           "The card was declined.",                                                         PaymentAdvice.OtherCard,   false),
        new(DoNotHonor,             "The bank declined the payment without saying why.",                              PaymentAdvice.ContactBank, false),
        new(InsufficientFunds,      "There is not enough money on the card.",                                         PaymentAdvice.OtherCard,   false),
        new(CardExpired,            "The card has expired.",                                                          PaymentAdvice.OtherCard,   true),
        new(InvalidCard,            "The card's details are not right.",                                              PaymentAdvice.OtherCard,   true),
        new(IncorrectCvc,           "The card's security code is not right.",                                         PaymentAdvice.Retry,       false),
        new(LimitExceeded,          "The amount is above the card's limit.",                                          PaymentAdvice.OtherCard,   false),
        new(TooManyTries,           "The card was tried too often. It may work again later.",                         PaymentAdvice.OtherCard,   false),
        new(SuspectedFraud,         "The payment was declined.",                                                      PaymentAdvice.OtherCard,   true),
        new(LostOrStolen,           "The payment was declined.",                                                      PaymentAdvice.OtherCard,   true),
        new(AuthenticationFailed,   "The bank could not confirm that it is you.",                                     PaymentAdvice.Retry,       false),
        new(AuthenticationRequired, "The bank wants to confirm that it is you.",                                      PaymentAdvice.Retry,       false),
        new(ProcessingError,        "The payment could not be processed. It may work in a moment.",                   PaymentAdvice.Retry,       false),
        new(IssuerUnavailable,      "The bank does not answer at the moment. It may work in a moment.",               PaymentAdvice.Retry,       false),
        new(CardNotSupported,       "This kind of card is not taken for this purchase.",                              PaymentAdvice.OtherCard,   true, Elsewhere: true),
        new(CurrencyNotSupported,   "The card cannot pay in this currency.",                                          PaymentAdvice.OtherCard,   true, Elsewhere: true),
        new(NotPermitted,           "The bank does not allow such a payment with this card.",                         PaymentAdvice.ContactBank, true),
        new(AuthorisationRevoked,   "The permission to charge this card was withdrawn.",                              PaymentAdvice.OtherCard,   true),
        new(Duplicate,              "The same payment was made a moment ago.",                                        PaymentAdvice.ContactBank, false),
        new(CancelledByShopper,     "The payment was cancelled.",                                                     PaymentAdvice.Retry,       false),
        new(Expired,                "The payment was not completed in time.",                                         PaymentAdvice.Retry,       false),
        new(Voided,                 "The authorisation was cancelled at the provider.",                               PaymentAdvice.Retry,       false),
    ];
#pragma warning restore format

    private static readonly ImmutableDictionary<string, Decline> ByCode = All.ToImmutableDictionary(decline => decline.Code, StringComparer.Ordinal);

    /// <summary>The decline of that code; an unknown one is <see cref="CardDeclined"/>.</summary>
    public static Decline Of(string code, string? vendorCode = null)
    {
        var decline = ByCode.GetValueOrDefault(code) ?? ByCode[CardDeclined];
        return vendorCode is null ? decline : decline with { VendorCode = vendorCode };
    }
}
