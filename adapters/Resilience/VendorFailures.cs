using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Commerce.Vendors;

/// <summary>The vendor is not to be called yet: it asked for a pause, or where it is has not been found out. Nothing was sent.</summary>
public sealed class VendorHeldException(string vendor, TimeSpan wait) : Exception($"{vendor} is not to be called yet.")
{
    public TimeSpan Wait => wait;
}

/// <summary>What kinds of failure a vendor's calls end in. What they come to is said in the vendor's outcomes.</summary>
public abstract class VendorFailures
{
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(1);

    /// <summary>An answer that says for certain that nothing more will come of this call.</summary>
    public abstract bool IsAnswer(Exception failure);

    /// <summary>The vendor turned the call away before it did anything (429).</summary>
    public abstract bool IsTurnedAway(Exception failure);

    /// <summary>An answer that counts against the vendor's health (5xx, unreadable).</summary>
    protected abstract bool IsBreakdown(Exception failure);

    /// <summary>What the vendor's answer says about when to come back; null when it says nothing.</summary>
    protected abstract TimeSpan? Said(Exception failure);

    /// <summary>Whether the same call will fail for good although it is no answer. Default: never.</summary>
    protected virtual bool IsSpent(Exception failure) => false;

    /// <summary>Whether the request cannot have reached anybody who acts on it.</summary>
    public bool NothingSent(Exception failure) => failure
        is VendorHeldException
        or OperationCanceledException { InnerException: TimeoutException } // how a connection ends that was not made in time
        or BrokenCircuitException
        or RateLimiterRejectedException
        or HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        }
        || IsTurnedAway(failure);

    /// <summary>Whether the same request may end otherwise in a moment.</summary>
    public bool IsWorthRepeating(Exception? failure, TimeSpan longestWait) => failure switch
    {
        null or OperationCanceledException { InnerException: not TimeoutException } or BrokenCircuitException or RateLimiterRejectedException => false,
        _ when IsAnswer(failure) || IsSpent(failure) => false,
        _ => (RetryAfter(failure) ?? TimeSpan.Zero) <= longestWait,
    };

    /// <summary>Counts against the vendor's health; an answer, a decline or a 429 does not.</summary>
    public bool IsOutage(Exception? failure) => failure switch
    {
        null => false,
        TimeoutRejectedException or IOException or OperationCanceledException { InnerException: TimeoutException } => true,
        _ when IsAnswer(failure) || IsTurnedAway(failure) => false,
        HttpRequestException => true,
        _ => IsBreakdown(failure),
    };

    /// <summary>How long to wait when the failure says so.</summary>
    public TimeSpan? RetryAfter(Exception? failure) => failure switch
    {
        null => null,
        VendorHeldException held => held.Wait,
        RateLimiterRejectedException limited => limited.RetryAfter,
        BrokenCircuitException broken => broken.RetryAfter,
        _ => Said(failure) ?? (IsTurnedAway(failure) ? Shortly : null),
    };

    public TimeSpan WaitBefore(Exception? failure) => RetryAfter(failure) ?? Shortly;

    /// <summary>Why a call is in doubt, in a sentence without anything that the vendor or the shopper said.</summary>
    public static string Why(string vendor, Exception failure) => failure switch
    {
        TimeoutRejectedException => $"{vendor} did not answer in time.",
        OperationCanceledException => $"The caller left before {vendor} answered.",
        VendorAnswerException { Status: var status } => $"{vendor} answered {(int)status}.",
        HttpRequestException { StatusCode: { } status } => $"{vendor} answered {(int)status}.",
        JsonException => $"{vendor}'s answer cannot be read.",
        HttpRequestException or IOException => $"The connection broke before {vendor}'s answer came.",
        _ => $"The call ended in {failure.GetType().Name}.",
    };

    /// <summary><c>Retry-After</c> as HTTP writes it (RFC 9110 §10.2.3): seconds, or a date.</summary>
    public static TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header, DateTimeOffset now) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };
}

/// <summary>An HTTP answer that is no success, with its body, for vendors that are spoken to by <see cref="HttpClient"/>.</summary>
/// <param name="retryAfter">What its <c>Retry-After</c> says.</param>
public sealed class VendorAnswerException(string vendor, HttpStatusCode status, string body, TimeSpan? retryAfter) : Exception($"{vendor} answered {(int)status}.")
{
    public HttpStatusCode Status => status;

    /// <summary>As the vendor wrote it; may name a shopper, so it is read and never logged.</summary>
    public string Body => body;

    public TimeSpan? RetryAfter => retryAfter;
}
