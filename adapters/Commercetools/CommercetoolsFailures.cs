using System.Net;
using System.Text.Json;
using Commerce.Catalog;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Commerce.Commercetools;

/// <summary>commercetools answered with an error.</summary>
/// <param name="code">The first of its error codes: <c>InvalidInput</c>, <c>insufficient_scope</c>.</param>
internal sealed class CommercetoolsException(HttpStatusCode status, string code, string message, TimeSpan? retryAfter)
    : Exception($"{(int)status} {code}: {message}")
{
    public HttpStatusCode Status => status;

    public string Code => code;

    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>What kinds of failure there are, and what they come to.</summary>
internal static class CommercetoolsFailures
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    /// <summary>Whether the same question may be answered a moment later.</summary>
    public static bool IsWorthRepeating(Exception? failure, TimeSpan longestWait) => failure switch
    {
        null or OperationCanceledException or BrokenCircuitException or AddressNotKnownException => false,
        CommercetoolsException { Status: not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError) } => false,
        _ => (RetryAfter(failure) ?? TimeSpan.Zero) <= longestWait,
    };

    /// <summary>Counts against the vendor's health; an answer or a 429 does not.</summary>
    public static bool IsOutage(Exception? failure) => failure
        is TimeoutRejectedException
        or HttpRequestException
        or IOException
        or JsonException
        or CommercetoolsException { Status: >= HttpStatusCode.InternalServerError };

    /// <summary>How long to wait when the failure says so.</summary>
    public static TimeSpan? RetryAfter(Exception? failure) => failure switch
    {
        BrokenCircuitException broken => broken.RetryAfter,
        CommercetoolsException said => said.RetryAfter ?? (said.Status is HttpStatusCode.TooManyRequests ? Shortly : null),
        _ => null,
    };

    /// <summary>The failure as the shop knows it.</summary>
    public static CommerceException As(Exception failure) => new(failure switch
    {
        CommercetoolsException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } said =>
            CatalogSourceErrors.Refused($"commercetools does not let this API client read ({said.Code}). Check its id, its secret and its scopes."),
        CommercetoolsException { Status: HttpStatusCode.NotFound } =>
            CatalogSourceErrors.Refused("commercetools does not know the project. Check Commerce:Commercetools:ProjectKey and the region of ApiUrl."),
        CommercetoolsException { Status: < HttpStatusCode.InternalServerError and not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout) } said =>
            CatalogSourceErrors.Refused($"commercetools refused the question ({said.Code})."),
        _ => CommonErrors.Unavailable("commercetools does not answer at the moment.", RetryAfter(failure) ?? Shortly),
    });
}

/// <summary>Where the vendor is has not been found out yet.</summary>
internal sealed class AddressNotKnownException() : Exception("The address of commercetools is not known yet.");
