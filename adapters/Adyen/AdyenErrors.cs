namespace Commerce.Payments;

/// <param name="Code"><c>errorCode</c>.</param>
/// <param name="Decline">For an authorisation that this is a decline of: one of <see cref="Declines"/>.</param>
/// <param name="Ours">As a request that cannot be done.</param>
internal sealed record AdyenErrorMeaning(string Code, string? Decline, string Ours);

/// <summary>Adyen's error codes: the one table. What is not in it is <c>adyen_{errorCode}</c>. Written out in docs/mappings/adyen.md.</summary>
/// <remarks>https://docs.adyen.com/development-resources/error-codes.</remarks>
internal static class AdyenErrors
{
#pragma warning disable format // a table
    public static ImmutableArray<AdyenErrorMeaning> All { get; } =
    [
        new("000",   null,                          "unauthorised"),
        new("010",   null,                          "unauthorised"),
        new("101",   Declines.InvalidCard,          "invalid_card"),
        new("103",   Declines.IncorrectCvc,         "invalid_card"),
        new("107",   Declines.CardNotSupported,     "not_supported"),
        new("125",   Declines.AuthorisationRevoked, "unknown_method"),
        new("129",   Declines.CardExpired,          "invalid_card"),
        new("130",   null,                          "invalid_reference"),
        new("137",   null,                          "invalid_amount"),
        new("138",   Declines.CurrencyNotSupported, "currency_not_supported"),
        new("140",   Declines.InvalidCard,          "invalid_card"),
        new("141",   Declines.InvalidCard,          "invalid_card"),
        new("167",   null,                          "unknown_payment"),
        new("168",   null,                          "unknown_payment"),
        new("172",   Declines.InvalidCard,          "invalid_card"),
        new("174",   Declines.InvalidCard,          "invalid_card"),
        new("702",   null,                          "invalid_request"),
        new("800",   Declines.AuthorisationRevoked, "unknown_method"),
        new("803",   Declines.AuthorisationRevoked, "unknown_method"),
        new("901",   null,                          "unauthorised"),
        new("905",   Declines.CardNotSupported,     "not_supported"),
        new("905_1", Declines.CurrencyNotSupported, "currency_not_supported"),
        new("905_3", Declines.CardNotSupported,     "not_supported"),
    ];
#pragma warning restore format

    /// <summary>Says that a stored payment method is not there.</summary>
    public const string ContractNotFound = "800", DetailNotFound = "803";

    private static readonly ImmutableDictionary<string, AdyenErrorMeaning> ByCode = All.ToImmutableDictionary(one => one.Code, StringComparer.Ordinal);

    /// <summary>The first request under the key is under way (704), or something that it needs is not to be had (703): the same key answers later.</summary>
    public static bool IsPassing(string? code) => code is "703" or "704";

    public static AdyenErrorMeaning Of(AdyenError error) =>
        error.Code is { Length: > 0 } code ? ByCode.GetValueOrDefault(code) ?? new AdyenErrorMeaning(code, null, "adyen_" + code) : new AdyenErrorMeaning("", null, "adyen_error");
}
