using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.DependencyInjection;
using Polly.Retry;
using Polly.Timeout;

namespace Commerce.Commercetools;

/// <summary>The resilience of every call: all of them read, so all of them can be repeated.</summary>
internal static class CommercetoolsPipeline
{
    public const string Name = "commercetools.read";

    /// <summary>A timer may fire a tick early, and a wait that was asked for must not end before its time.</summary>
    private static readonly TimeSpan TickOfATimer = TimeSpan.FromMilliseconds(20);

    /// <summary>Outermost first.</summary>
    public static void Compose(ResiliencePipelineBuilder pipeline, AddResiliencePipelineContext<string> context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<CommercetoolsOptions>>().Value;
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        pipeline.AddTimeout(new TimeoutStrategyOptions { Name = "total", Timeout = options.TotalTimeout });

        if (options.Retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(CommercetoolsFailures.IsWorthRepeating(args.Outcome.Exception, options.LongestRetryAfter)),
                DelayGenerator = args => ValueTask.FromResult(CommercetoolsFailures.RetryAfter(args.Outcome.Exception) + TickOfATimer),
            });
        }

        pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumThroughput,
                SamplingDuration = options.BreakerSampling,
                BreakDuration = options.BreakerPause,
                ShouldHandle = args => ValueTask.FromResult(CommercetoolsFailures.IsOutage(args.Outcome.Exception)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Name = "attempt", Timeout = options.AttemptTimeout });
    }
}
