using Commerce.Overload;
using Orleans.Runtime.Messaging;
using Orleans.Storage;

namespace Commerce.Problems;

/// <summary>The edge behind which anything may be thrown: whatever it is becomes a problem document here, once. Bare statuses of the framework do too.</summary>
/// <remarks>Instead of the framework's exception handler, which drops the headers that were set so far (correlation, rate limits).</remarks>
internal sealed partial class ProblemBoundary(RequestDelegate next, ILogger<ProblemBoundary> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            await Answer(http, e);
            return;
        }

        var response = http.Response;
        if (response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await ProblemAnswer.Write(http, ProblemTypes.ForStatus(response.StatusCode));
        }
    }

    private Task Answer(HttpContext http, Exception exception)
    {
        if (http.RequestAborted.IsCancellationRequested)
        {
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return Task.CompletedTask;
        }

        switch (exception)
        {
            case CommerceException refused:
                return ProblemAnswer.Write(http, refused.Error);
            case Refusal refused:
                return ProblemAnswer.Write(http, refused);
            case BadHttpRequestException bad:
                return ProblemAnswer.Write(http, ProblemTypes.ForStatus(bad.StatusCode));
            case not null when IsOverload(exception):
                TooMuch(log, exception.GetType().Name, exception.Message);
                return ProblemAnswer.Write(http, ProblemTypes.Get("overloaded"), "Too many ask for the same at the moment. Repeat the request with the same key.", http.RequestServices.GetRequiredService<FrontDoor>().RetryAfter());
            case not null when IsPassing(exception):
                NotNow(log, exception.GetType().Name, exception.Message);
                return ProblemAnswer.Write(http, ProblemTypes.Get("temporarily-unavailable"), "A part of the system is starting, moving or overloaded. Repeat the request with the same key.");
            default:
                Defect(log, exception!, http.Request.Method, http.Request.Path);
                return ProblemAnswer.Write(http, ProblemTypes.Get("internal"));
        }
    }

    /// <summary>What a cluster throws while a silo starts, moves or has too much to do. The outcome is unknown to the caller, who repeats with the same key.</summary>
    public static bool IsPassing(Exception exception) => exception.GetType() == typeof(OrleansException) // no silo takes the grain: the only one stops, or has not joined yet
        || exception
        is OrleansMessageRejectionException
        or TimeoutException
        or SiloUnavailableException
        or LimitExceededException
        or InconsistentStateException
        or ConnectionFailedException
        or GatewayTooBusyException
        or ClientNotAvailableException
        or ObjectDisposedException // the client, while the process stops
        or OperationCanceledException;

    /// <summary>Has more to do than it can: what is asked again at once makes it worse, so nothing here is repeated inside.</summary>
    public static bool IsOverload(Exception exception) => exception is LimitExceededException or GatewayTooBusyException or CommerceException { Error.Code: "overloaded" };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Turned away by the cluster: {Kind}: {Why}")]
    private static partial void TooMuch(ILogger log, string kind, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered 503: {Kind}: {Why}")]
    private static partial void NotNow(ILogger log, string kind, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void Defect(ILogger log, Exception exception, string method, PathString path);
}
