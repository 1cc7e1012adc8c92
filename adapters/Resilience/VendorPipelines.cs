using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Registry;
using Polly.Retry;
using Polly.Simmy;
using Polly.Timeout;

namespace Commerce.Vendors;

/// <summary>One resilience pipeline a vendor and operation, so that one that suffers stops neither the others nor another vendor.</summary>
public static class VendorPipelines
{
    /// <summary>A timer may fire a tick early, and a wait that a vendor asked for must not end before its time.</summary>
    private static readonly TimeSpan TickOfATimer = TimeSpan.FromMilliseconds(20);

    internal static string Key(string vendor, string operation) => $"{vendor}.{operation}";

    extension(IServiceCollection services)
    {
        /// <summary>
        /// Adds what the calls to a vendor need, keyed by its name: its <see cref="VendorSettings{TOptions}"/>, validated at start; its <see cref="VendorGate"/>;
        /// its <see cref="VendorCalls"/>; an HTTP client of that name; and a pipeline for each operation, composed anew when the settings change.
        /// </summary>
        /// <param name="vendor">Name of the vendor, or of one account of several at it.</param>
        /// <param name="failures">How its failures are told apart.</param>
        /// <param name="operations">Names of its operations.</param>
        /// <param name="optionsName">Of its <typeparamref name="TOptions"/>; the default ones when null.</param>
        /// <param name="section">Of the configuration that its <typeparamref name="TOptions"/> are bound from; when null, they are bound by the caller.</param>
        /// <param name="configure">Has the last word over the configuration.</param>
        public IServiceCollection AddVendor<TOptions>(
            string vendor, VendorFailures failures, IEnumerable<string> operations, string? optionsName = null, string? section = null, Action<TOptions>? configure = null)
            where TOptions : VendorOptions
        {
            var name = optionsName ?? Options.DefaultName;
            string[] known = [.. operations];
            services.TryAddSingleton(TimeProvider.System);

            var options = services.AddOptions<TOptions>(name).ValidateOnStart();
            if (section is not null)
            {
                options.BindConfiguration(section);
            }

            if (configure is not null)
            {
                options.PostConfigure(configure);
            }

            services.AddSingleton<IValidateOptions<TOptions>>(provider => new VendorOptionsValidator<TOptions>(
                name,
                section ?? vendor,
                known,
                provider.GetService<IHostEnvironment>()?.IsProduction() is true,
                provider.GetService<ILoggerFactory>()?.CreateLogger(typeof(VendorOptions)) ?? NullLogger.Instance));

            services.AddHttpClient(vendor, static client => client.Timeout = Timeout.InfiniteTimeSpan)
                .ConfigurePrimaryHttpMessageHandler(static () => new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    ConnectTimeout = TimeSpan.FromSeconds(2),
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                    UseCookies = false,
                })
                .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
                .RemoveAllLoggers();

            services.AddKeyedSingleton(vendor, (provider, _) => new VendorSettings<TOptions>(provider.GetRequiredService<IOptionsMonitor<TOptions>>(), name));
            services.AddKeyedSingleton(vendor, (provider, _) =>
            {
                var settings = provider.GetRequiredKeyedService<VendorSettings<TOptions>>(vendor);
                return new VendorGate(vendor, () => settings.Current.RequestsPerSecond, provider.GetRequiredService<TimeProvider>());
            });
            services.AddKeyedSingleton(vendor, (provider, _) =>
                new VendorCalls(provider.GetRequiredKeyedService<VendorGate>(vendor), failures, provider.GetRequiredService<ResiliencePipelineProvider<string>>()));

            foreach (var operation in known)
            {
                services.AddResiliencePipeline<string>(Key(vendor, operation), (pipeline, context) =>
                {
                    context.EnableReloads<TOptions>(optionsName);
                    pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
                    Compose(pipeline, context.GetOptions<TOptions>(optionsName), operation, failures, context.ServiceProvider.GetRequiredKeyedService<VendorGate>(vendor));
                });
            }

            return services;
        }
    }

    /// <summary>Outermost first. Repeating is safe because every request that changes something carries a key of ours.</summary>
    private static void Compose(ResiliencePipelineBuilder pipeline, VendorOptions options, string operation, VendorFailures failures, VendorGate gate)
    {
        var (total, attempt, retries, longestWait, concurrency, queue) = options.Of(operation);
        pipeline
            .AddTimeout(new TimeoutStrategyOptions { Name = "total", Timeout = total })
            .AddRateLimiter(new RateLimiterStrategyOptions { Name = "rate", RateLimiter = args => gate.Acquire(args.Context.CancellationToken) })
            .AddConcurrencyLimiter(concurrency, queue);

        if (retries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(failures.IsWorthRepeating(args.Outcome.Exception, longestWait)),
                DelayGenerator = args => ValueTask.FromResult(failures.RetryAfter(args.Outcome.Exception) + TickOfATimer),
            });
        }

        pipeline
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = (double)options.BreakerFailureRatio,
                MinimumThroughput = options.BreakerMinimumThroughput,
                SamplingDuration = options.BreakerSampling,
                BreakDuration = options.BreakerPause,
                ShouldHandle = args => ValueTask.FromResult(failures.IsOutage(args.Outcome.Exception)),
            })
            .AddTimeout(new TimeoutStrategyOptions { Name = "attempt", Timeout = attempt < total ? attempt : total });

        if (options.Chaos is { } chaos)
        {
            pipeline
                .AddChaosLatency(chaos.LatencyPercent / 100d, chaos.Latency)
                .AddChaosFault(chaos.FaultPercent / 100d, static () => new HttpRequestException(HttpRequestError.ConnectionError, "Chaos: the connection broke before anything was sent."));
        }
    }
}
