namespace Commerce.Payments;

/// <param name="Code"><c>refusalReasonCode</c>.</param>
/// <param name="Reason"><c>refusalReason</c>, which is all that a webhook gives.</param>
/// <param name="Ours">One of <see cref="Declines"/>.</param>
internal sealed record AdyenRefusal(string Code, string Reason, string Ours);

/// <summary>Adyen's refusal reasons as declines: the one table. Written out in docs/mappings/adyen.md, and a test holds the two together.</summary>
/// <remarks>https://docs.adyen.com/development-resources/refusal-reasons. Code 0 comes with what was authorised and says nothing.</remarks>
internal static class AdyenRefusals
{
#pragma warning disable format // a table
    public static ImmutableArray<AdyenRefusal> All { get; } =
    [
        new("2",  "Refused",                                                         Declines.DoNotHonor),
        new("3",  "Referral",                                                        Declines.DoNotHonor),
        new("4",  "Acquirer Error",                                                  Declines.ProcessingError),
        new("5",  "Blocked Card",                                                    Declines.LostOrStolen),
        new("6",  "Expired Card",                                                    Declines.CardExpired),
        new("7",  "Invalid Amount",                                                  Declines.ProcessingError),
        new("8",  "Invalid Card Number",                                             Declines.InvalidCard),
        new("9",  "Issuer Unavailable",                                              Declines.IssuerUnavailable),
        new("10", "Not supported",                                                   Declines.CardNotSupported),
        new("11", "3D Not Authenticated",                                            Declines.AuthenticationFailed),
        new("12", "Not enough balance",                                              Declines.InsufficientFunds),
        new("14", "Acquirer Fraud",                                                  Declines.SuspectedFraud),
        new("15", "Cancelled",                                                       Declines.CancelledByShopper),
        new("16", "Shopper Cancelled",                                               Declines.CancelledByShopper),
        new("17", "Invalid Pin",                                                     Declines.InvalidCard),
        new("18", "Pin tries exceeded",                                              Declines.TooManyTries),
        new("19", "Pin validation not possible",                                     Declines.ProcessingError),
        new("20", "FRAUD",                                                           Declines.SuspectedFraud),
        new("21", "Not Submitted",                                                   Declines.ProcessingError),
        new("22", "FRAUD-CANCELLED",                                                 Declines.SuspectedFraud),
        new("23", "Transaction Not Permitted",                                       Declines.NotPermitted),
        new("24", "CVC Declined",                                                    Declines.IncorrectCvc),
        new("25", "Restricted Card",                                                 Declines.NotPermitted),
        new("26", "Revocation Of Auth",                                              Declines.AuthorisationRevoked),
        new("27", "Declined Non Generic",                                            Declines.CardDeclined),
        new("28", "Withdrawal amount exceeded",                                      Declines.LimitExceeded),
        new("29", "Withdrawal count exceeded",                                       Declines.TooManyTries),
        new("31", "Issuer Suspected Fraud",                                          Declines.SuspectedFraud),
        new("32", "AVS Declined",                                                    Declines.InvalidCard),
        new("33", "Card requires online pin",                                        Declines.CardNotSupported),
        new("34", "No checking account available on Card",                           Declines.CardNotSupported),
        new("35", "No savings account available on Card",                            Declines.CardNotSupported),
        new("36", "Mobile pin required",                                             Declines.AuthenticationRequired),
        new("37", "Contactless fallback",                                            Declines.ProcessingError),
        new("38", "Authentication required",                                         Declines.AuthenticationRequired),
        new("39", "RReq not received from DS",                                       Declines.AuthenticationFailed),
        new("40", "Current AID is in Penalty Box",                                   Declines.IssuerUnavailable),
        new("41", "CVM Required Restart Payment",                                    Declines.ProcessingError),
        new("42", "3DS Authentication Error",                                        Declines.AuthenticationFailed),
        new("43", "Online PIN required",                                             Declines.CardNotSupported),
        new("44", "Try another interface",                                           Declines.ProcessingError),
        new("45", "Chip downgrade mode",                                             Declines.ProcessingError),
        new("46", "Transaction blocked by Adyen to prevent excessive retry fees",    Declines.TooManyTries),
        new("50", "Token Revoked",                                                   Declines.AuthorisationRevoked),
    ];
#pragma warning restore format

    private static readonly ImmutableDictionary<string, AdyenRefusal> ByCode = All.ToImmutableDictionary(one => one.Code, StringComparer.Ordinal);

    private static readonly ImmutableDictionary<string, AdyenRefusal> ByReason = All.ToImmutableDictionary(one => one.Reason, StringComparer.OrdinalIgnoreCase);

    /// <summary>By code, else by reason; <paramref name="otherwise"/> for one that is not in the table.</summary>
    public static Decline Of(string? code, string? reason, string otherwise = Declines.CardDeclined) =>
        code is not null && ByCode.TryGetValue(code, out var known) ? Declines.Of(known.Ours, code)
        : reason is not null && ByReason.TryGetValue(reason, out known) ? Declines.Of(known.Ours, known.Code)
        : Declines.Of(otherwise, code is null or "0" ? reason : code);
}
