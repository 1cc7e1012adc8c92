using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Commerce.Problems;

/// <summary>How long a request is repeated inside before its caller is asked to. Bound from <c>Commerce:Api</c>.</summary>
public sealed class RepetitionOptions
{
    public const string Section = "Commerce:Api";

    /// <summary>
    /// How long after its arrival a request that met a silo which is lost, starting or moving is still repeated. Past that it is answered 503 with
    /// Retry-After. Longer than a lost silo is missed for, shorter than callers' patience. Default: 6 s; zero: never.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(6);
}

[OptionsValidator]
internal sealed partial class RepetitionOptionsValidator : IValidateOptions<RepetitionOptions>;

/// <summary>Turns a lost silo into a repetition: the whole endpoint is run again, with the same <see cref="Call"/>, and so with the same key, ids and body.</summary>
/// <remarks>
/// Safe because every change carries a key (docs/adr/0007) and an endpoint writes nothing: what it returns is written after this, once.
/// What is refused for good is not repeated, nor anything for a caller who has left or by a process that stops.
/// </remarks>
internal sealed partial class Repetition : IEndpointFilter
{
    /// <summary>A silo that answers that something is unavailable is alive, and what it lacks (its database, a vendor) is seldom back because one insists.</summary>
    private static readonly TimeSpan AnsweredFor = TimeSpan.FromSeconds(2);

    /// <summary>Who waits for a checkout is repeated for while there is time for an attempt.</summary>
    private static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(2);

    private static readonly ResiliencePropertyKey<Attempts> Under = new(nameof(Attempts));

    private readonly ResiliencePipeline<object?> pipeline;
    private readonly IHostApplicationLifetime life;
    private readonly TimeProvider time;
    private readonly TimeSpan retryFor;

    public Repetition(IOptions<RepetitionOptions> options, TimeProvider time, IHostApplicationLifetime life, ILogger<Repetition> log)
    {
        (this.time, this.life, retryFor) = (time, life, options.Value.RetryFor);
        pipeline = new ResiliencePipelineBuilder<object?> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<object?>
            {
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is { } lost && attempt.Context.Properties.TryGetValue(Under, out var attempts) && MayRepeat(attempts, lost)),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = TimeSpan.FromMilliseconds(50),
                MaxDelay = TimeSpan.FromMilliseconds(500),
                DelayGenerator = static attempt => ValueTask.FromResult((attempt.Outcome.Exception as CommerceException)?.Error.RetryAfter),
                OnRetry = attempt =>
                {
                    if (attempt.Context.Properties.TryGetValue(Under, out var attempts))
                    {
                        Repeating(log, attempts.Http.Request.Method, attempts.Http.Request.Path, attempt.AttemptNumber + 2, attempt.Outcome.Exception!.GetType().Name);
                    }

                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!life.ApplicationStarted.IsCancellationRequested)
        {
            throw new CommerceException(CommonErrors.Unavailable("The front end is starting. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
        }

        var attempts = new Attempts(context.HttpContext, context.Arguments.OfType<Call>().FirstOrDefault(), time.GetTimestamp());
        var resilience = ResilienceContextPool.Shared.Get(attempts.Http.RequestAborted);
        resilience.Properties.Set(Under, attempts);
        try
        {
            return await pipeline.ExecuteAsync(static (_, state) => state.next(state.context), resilience, (next, context));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(resilience);
        }
    }

    private bool MayRepeat(Attempts attempts, Exception lost)
    {
        var spent = time.GetElapsedTime(attempts.Begun);
        return !attempts.Http.Response.HasStarted
            && !attempts.Http.RequestAborted.IsCancellationRequested
            && !life.ApplicationStopping.IsCancellationRequested
            && retryFor > TimeSpan.Zero
            && lost switch
            {
                _ when ProblemBoundary.IsOverload(lost) => false,
                CommerceException { Error: { Kind: ErrorKind.Unavailable } unavailable } => spent + (unavailable.RetryAfter ?? TimeSpan.Zero) < Least(AnsweredFor, retryFor),
                _ => ProblemBoundary.IsPassing(lost) && (spent < retryFor || (attempts.Call is { Watches: true } call && call.Left > OneAttempt)),
            };
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Attempts(HttpContext Http, Call? Call, long Begun);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Method} {Path}: attempt {Attempt}, after {Kind}")]
    private static partial void Repeating(ILogger log, string method, PathString path, int attempt, string kind);
}
