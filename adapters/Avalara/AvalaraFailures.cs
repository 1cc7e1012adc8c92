using System.Net;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

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

/// <summary>AvaTax is not to be called yet.</summary>
internal sealed class AvalaraHeldException(TimeSpan wait) : Exception("AvaTax is not to be called yet.")
{
    public TimeSpan Wait => wait;
}

/// <summary>Everything that AvaTax can answer instead of a document, as an outcome: the one place. Written out in docs/mappings/avalara.md.</summary>
internal static class AvalaraFailures
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    /// <summary>Codes for an address that no jurisdiction can be found for: the shopper's to correct.</summary>
    private static readonly ImmutableHashSet<string> AddressCodes = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        "JurisdictionNotFoundError", "TaxAddressError", "InvalidAddress", "AddressIncomplete", "InsufficientAddressError", "AddressError", "CityError", "CountryError", "StateError", "ZipError",
        "InvalidZipForStateError", "InvalidPostalCode", "InvalidRegion", "TaxRegionError", "UnsupportedCountryError");

    /// <summary>A call that did not end in a document.</summary>
    /// <param name="maybeDone">Whether some attempt may have had its effect there.</param>
    public static Outcome<T> OfFailure<T>(Exception failure, bool maybeDone) => failure switch
    {
        AvalaraException said when IsAnswer(failure) && AddressCodes.Contains(said.Code) => new Outcome<T>.Rejected(TaxErrors.UnknownAddressCode, Message(said)),
        AvalaraException said when IsAnswer(failure) => new Outcome<T>.Rejected(said.Code, Message(said)),
        _ when maybeDone => new Outcome<T>.InDoubt(Why(failure)),
        _ => new Outcome<T>.Unavailable(RetryAfter(failure) ?? Shortly),
    };

    public static Outcome<T> Nonsense<T>(string what) => new Outcome<T>.InDoubt($"AvaTax answered with {what}.");

    /// <summary>A document of that code is there, and cannot be written again.</summary>
    public static bool IsDuplicate(Exception? failure) => failure is AvalaraException said
        && (said.Says("DocumentCodeConflict") || said.Says("TransactionAlreadyExists") || said.Says("DuplicateDocument") || said.Says("CannotModifyCommittedTransaction") || said.Says("CannotModifyLockedTransaction"));

    public static bool IsMissing(Exception? failure) => failure is AvalaraException { Error: not null, Status: HttpStatusCode.NotFound } said
        && (said.Says("EntityNotFoundError") || said.Says("TransactionNotFoundError") || said.Says("DocumentNotFound"));

    /// <summary>An answer that says for certain that nothing more will come of this call.</summary>
    public static bool IsAnswer(Exception? failure) => failure is AvalaraException { Error: not null } said && (int)said.Status is 400 or 401 or 403 or 404 or 405 or 409 or 415 or 422;

    /// <summary>Whether the request cannot have reached anybody who acts on it.</summary>
    public static bool NothingSent(Exception? failure) => failure
        is AvalaraHeldException
        or BrokenCircuitException
        or RateLimiterRejectedException
        or AvalaraException { Status: HttpStatusCode.TooManyRequests }
        or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };

    public static bool IsWorthRepeating(Exception? failure, TimeSpan longestWait) => failure switch
    {
        null or OperationCanceledException or BrokenCircuitException or RateLimiterRejectedException => false,
        _ when IsAnswer(failure) => false,
        _ => (RetryAfter(failure) ?? TimeSpan.Zero) <= longestWait,
    };

    /// <summary>Counts against AvaTax's health; an error of ours and a 429 do not.</summary>
    public static bool IsOutage(Exception? failure) => failure
        is TimeoutRejectedException
        or HttpRequestException
        or IOException
        or JsonException
        or AvalaraException { Status: >= HttpStatusCode.InternalServerError };

    /// <summary>How long to wait when the failure says so.</summary>
    public static TimeSpan? RetryAfter(Exception? failure) => failure switch
    {
        AvalaraHeldException held => held.Wait,
        RateLimiterRejectedException limited => limited.RetryAfter,
        BrokenCircuitException broken => broken.RetryAfter,
        AvalaraException said => said.RetryAfter ?? (said.Status is HttpStatusCode.TooManyRequests ? Shortly : null),
        _ => null,
    };

    private static string Message(AvalaraException said) => said.Error?.Details?.FirstOrDefault()?.Description ?? said.Error?.Message ?? said.Message;

    private static string Why(Exception failure) => failure switch
    {
        AvalaraException said => $"AvaTax answered {(int)said.Status}.",
        JsonException => "AvaTax's answer cannot be read.",
        TimeoutRejectedException => "AvaTax did not answer in time.",
        OperationCanceledException => "The caller left before AvaTax answered.",
        HttpRequestException or IOException => "The connection broke before AvaTax's answer came.",
        _ => $"The call ended in {failure.GetType().Name}.",
    };
}
