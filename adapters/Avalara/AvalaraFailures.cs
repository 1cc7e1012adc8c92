using System.Net;
using System.Text.Json;
using Commerce.Vendors;

namespace Commerce.Tax;

/// <summary>AvaTax answered with an error.</summary>
internal sealed class AvalaraException(HttpStatusCode status, ErrorInfo? error, TimeSpan? retryAfter) : Exception($"AvaTax answered {(int)status} {error?.Code}.")
{
    public HttpStatusCode Status => status;

    /// <summary>Null when the answer was none of AvaTax's, as a gateway's.</summary>
    public ErrorInfo? Error => error;

    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>The code that says most: that of the first detail, which is often the narrower one.</summary>
    public string Code => error?.Details?.FirstOrDefault()?.Code ?? error?.Code ?? "unknown";

    public bool Says(string code) => error?.Code == code || error?.Details?.Any(d => d.Code == code) is true;
}

/// <summary>Everything that AvaTax can answer instead of a document, as an outcome: the one place. Written out in docs/mappings/avalara.md.</summary>
internal sealed class AvalaraFailures : VendorFailures
{
    public static AvalaraFailures Instance { get; } = new();

    /// <summary>Codes for an address that no jurisdiction can be found for: the shopper's to correct.</summary>
    private static readonly ImmutableHashSet<string> AddressCodes = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "JurisdictionNotFoundError", "TaxAddressError", "InvalidAddress", "AddressIncomplete", "InsufficientAddressError", "AddressError", "CityError", "CountryError", "StateError", "ZipError",
        "InvalidZipForStateError", "InvalidPostalCode", "InvalidRegion", "TaxRegionError", "UnsupportedCountryError");

    /// <summary>A call that did not end in a document.</summary>
    /// <param name="maybeDone">Whether some attempt may have had its effect there.</param>
    public static Outcome<T> OfFailure<T>(Exception failure, bool maybeDone) => failure switch
    {
        AvalaraException said when Instance.IsAnswer(failure) && AddressCodes.Contains(said.Code) => new Outcome<T>.Rejected(TaxErrors.UnknownAddressCode, Message(said)),
        AvalaraException said when Instance.IsAnswer(failure) => new Outcome<T>.Rejected(said.Code, Message(said)),
        _ when maybeDone => new Outcome<T>.InDoubt(failure is AvalaraException said ? $"AvaTax answered {(int)said.Status}." : Why("AvaTax", failure)),
        _ => new Outcome<T>.Unavailable(Instance.WaitBefore(failure)),
    };

    public static Outcome<T> Nonsense<T>(string what) => new Outcome<T>.InDoubt($"AvaTax answered with {what}.");

    /// <summary>A document of that code is there, and cannot be written again.</summary>
    public static bool IsDuplicate(Exception? failure) => failure is AvalaraException said
        && (said.Says("DocumentCodeConflict") || said.Says("TransactionAlreadyExists") || said.Says("DuplicateDocument") || said.Says("CannotModifyCommittedTransaction") || said.Says("CannotModifyLockedTransaction"));

    public static bool IsMissing(Exception? failure) => failure is AvalaraException { Error: not null, Status: HttpStatusCode.NotFound } said
        && (said.Says("EntityNotFoundError") || said.Says("TransactionNotFoundError") || said.Says("DocumentNotFound"));

    public override bool IsAnswer(Exception failure) => failure is AvalaraException { Error: not null } said && (int)said.Status is 400 or 401 or 403 or 404 or 405 or 409 or 415 or 422;

    public override bool IsTurnedAway(Exception failure) => failure is AvalaraException { Status: HttpStatusCode.TooManyRequests };

    protected override bool IsBreakdown(Exception failure) => failure is JsonException or AvalaraException { Status: >= HttpStatusCode.InternalServerError };

    protected override TimeSpan? Said(Exception failure) => (failure as AvalaraException)?.RetryAfter;

    private static string Message(AvalaraException said) => said.Error?.Details?.FirstOrDefault()?.Description ?? said.Error?.Message ?? said.Message;
}
