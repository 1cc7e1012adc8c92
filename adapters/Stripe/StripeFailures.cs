using System.Net;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;
using Stripe;

namespace Commerce.Payments;

/// <summary>Stripe turned a call away, or is not to be called yet.</summary>
internal sealed class StripeHeldException(TimeSpan wait) : Exception("Stripe is not to be called yet.")
{
    public TimeSpan Wait => wait;
}

/// <summary>What kinds of failure there are. What they come to is said in <see cref="StripeOutcomes"/>.</summary>
internal static class StripeFailures
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    /// <summary>An answer that says for certain that nothing more will come of this call.</summary>
    public static bool IsAnswer(Exception? failure) =>
        failure is StripeException { StripeError: not null } said && (int)said.HttpStatusCode is 400 or 401 or 402 or 403 or 404;

    /// <summary>Whether the request cannot have reached anybody who acts on it.</summary>
    public static bool NothingSent(Exception? failure) => failure
        is StripeHeldException
        or BrokenCircuitException
        or RateLimiterRejectedException
        or StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests }
        or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        };

    /// <summary>Stripe repeats a failure that it keeps under the key: the same key will never do.</summary>
    public static bool KeyIsSpent(Exception? failure) => failure is StripeException { HttpStatusCode: >= HttpStatusCode.InternalServerError } said
        && said.StripeResponse?.Headers?.Contains("Idempotent-Replayed") == true;

    public static bool IsWorthRepeating(Exception? failure, TimeSpan longestWait) => failure switch
    {
        null or OperationCanceledException or BrokenCircuitException or RateLimiterRejectedException => false,
        _ when IsAnswer(failure) || KeyIsSpent(failure) => false,
        _ => (RetryAfter(failure) ?? TimeSpan.Zero) <= longestWait,
    };

    /// <summary>Counts against Stripe's health; an answer, a decline, a 429 or a key in use does not.</summary>
    public static bool IsOutage(Exception? failure) => failure
        is TimeoutRejectedException
        or HttpRequestException
        or IOException
        or StripeException { HttpStatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.OK };

    /// <summary>How long to wait when the failure says so.</summary>
    public static TimeSpan? RetryAfter(Exception? failure) => failure switch
    {
        StripeHeldException held => held.Wait,
        RateLimiterRejectedException limited => limited.RetryAfter,
        BrokenCircuitException broken => broken.RetryAfter,
        StripeException { HttpStatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } said =>
            said.StripeResponse?.Headers?.RetryAfter?.Delta ?? (said.HttpStatusCode is HttpStatusCode.TooManyRequests ? Shortly : null),
        _ => null,
    };

    public static TimeSpan WaitBefore(Exception? failure) => RetryAfter(failure) ?? Shortly;
}
