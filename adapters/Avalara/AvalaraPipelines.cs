using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.DependencyInjection;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;

namespace Commerce.Tax;

/// <summary>One resilience pipeline an operation, so that one that suffers does not stop the others.</summary>
internal static class AvalaraPipelines
{
    public const string Quote = "avalara.quote", Commit = "avalara.commit", Find = "avalara.find", Void = "avalara.void", Refund = "avalara.refund";

    public static IReadOnlyList<string> All { get; } = [Quote, Commit, Find, Void, Refund];

    /// <summary>A timer may fire a tick early, and a wait that AvaTax asked for must not end before its time.</summary>
    private static readonly TimeSpan TickOfATimer = TimeSpan.FromMilliseconds(20);

    /// <summary>Outermost first. Repeating is safe because a document has a code of ours, and a quote has no effect.</summary>
    public static void Compose(ResiliencePipelineBuilder pipeline, AddResiliencePipelineContext<string> context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<AvalaraOptions>>().Value;
        var connection = context.ServiceProvider.GetRequiredService<AvalaraConnection>();
        var quote = context.PipelineKey == Quote;
        var longestWait = quote ? TimeSpan.Zero : options.LongestRetryAfter;
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();

        pipeline
            .AddTimeout(new TimeoutStrategyOptions { Name = "total", Timeout = quote ? options.QuoteTimeout : options.TotalTimeout })
            .AddRateLimiter(new RateLimiterStrategyOptions { Name = "rate", RateLimiter = args => connection.Rate.AcquireAsync(1, args.Context.CancellationToken) })
            .AddConcurrencyLimiter(options.Concurrency, options.ConcurrencyQueue);

        if (options.Retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = quote ? 1 : options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(AvalaraFailures.IsWorthRepeating(args.Outcome.Exception, longestWait)),
                DelayGenerator = args => ValueTask.FromResult(AvalaraFailures.RetryAfter(args.Outcome.Exception) + TickOfATimer),
            });
        }

        pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.BreakerFailurePercent / 100d,
                MinimumThroughput = options.BreakerMinimumThroughput,
                SamplingDuration = options.BreakerSampling,
                BreakDuration = options.BreakerPause,
                ShouldHandle = args => ValueTask.FromResult(AvalaraFailures.IsOutage(args.Outcome.Exception)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Name = "attempt", Timeout = quote ? options.QuoteTimeout * 0.9 : options.AttemptTimeout });
    }
}
