using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.DependencyInjection;
using Polly.RateLimiting;
using Polly.Retry;
using Polly.Timeout;

namespace Commerce.Payments;

/// <summary>One resilience pipeline an operation, so that one that suffers does not stop the others.</summary>
internal static class StripePipelines
{
    public const string Authorise = "stripe.authorise", Find = "stripe.find", Capture = "stripe.capture", Void = "stripe.void", Refund = "stripe.refund", Settlements = "stripe.settlements";

    public static IReadOnlyList<string> All { get; } = [Authorise, Find, Capture, Void, Refund, Settlements];

    /// <summary>A timer may fire a tick early, and a wait that Stripe asked for must not end before its time.</summary>
    private static readonly TimeSpan TickOfATimer = TimeSpan.FromMilliseconds(20);

    /// <summary>Outermost first. Repeating is safe because every request that changes something carries an idempotency key.</summary>
    public static void Compose(ResiliencePipelineBuilder pipeline, AddResiliencePipelineContext<string> context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<StripeOptions>>().Value;
        var connection = context.ServiceProvider.GetRequiredService<StripeConnection>();
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();

        pipeline
            .AddTimeout(new TimeoutStrategyOptions { Name = "total", Timeout = options.TotalTimeout })
            .AddRateLimiter(new RateLimiterStrategyOptions { Name = "rate", RateLimiter = args => connection.Rate.AcquireAsync(1, args.Context.CancellationToken) })
            .AddConcurrencyLimiter(options.Concurrency, options.ConcurrencyQueue);

        if (options.Retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(StripeFailures.IsWorthRepeating(args.Outcome.Exception, options.LongestRetryAfter)),
                DelayGenerator = args => ValueTask.FromResult(StripeFailures.RetryAfter(args.Outcome.Exception) + TickOfATimer),
            });
        }

        pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumThroughput,
                SamplingDuration = options.BreakerSampling,
                BreakDuration = options.BreakerPause,
                ShouldHandle = args => ValueTask.FromResult(StripeFailures.IsOutage(args.Outcome.Exception)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Name = "attempt", Timeout = options.AttemptTimeout });
    }
}
