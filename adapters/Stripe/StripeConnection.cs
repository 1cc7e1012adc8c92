using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Stripe;

namespace Commerce.Payments;

/// <summary>The way to Stripe that all operations share: its client, its rate limit, and the moment before which Stripe asked not to be called.</summary>
internal sealed class StripeConnection(IHttpClientFactory https, IOptions<StripeOptions> options, TimeProvider time) : IDisposable
{
    public const string HttpClientName = "stripe";

    private readonly Lock gate = new();
    private volatile StripeClient? client;
    private long heldUntil;

    public RateLimiter Rate { get; } = new TokenBucketRateLimiter(new()
    {
        TokenLimit = options.Value.RequestsPerSecond,
        TokensPerPeriod = Math.Max(1, options.Value.RequestsPerSecond / 20),
        ReplenishmentPeriod = TimeSpan.FromMilliseconds(options.Value.RequestsPerSecond < 20 ? 1000d / options.Value.RequestsPerSecond : 50),
        QueueLimit = options.Value.RequestsPerSecond,
    });

    /// <summary>Null as long as the address is not known.</summary>
    public StripeClient? Client => client ?? Connect();

    /// <summary>How long Stripe still wants to be left alone; zero when it does not.</summary>
    public TimeSpan Held
    {
        get
        {
            var left = Volatile.Read(ref heldUntil) - time.GetUtcNow().Ticks;
            return left > 0 ? TimeSpan.FromTicks(left) : TimeSpan.Zero;
        }
    }

    /// <summary>Stripe said 429: nobody calls before it said to.</summary>
    public void Hold(TimeSpan wait)
    {
        var until = time.GetUtcNow().Ticks + wait.Ticks;
        if (until > Volatile.Read(ref heldUntil))
        {
            Volatile.Write(ref heldUntil, until);
        }
    }

    public void Dispose() => Rate.Dispose();

    private StripeClient? Connect()
    {
        lock (gate)
        {
            if (client is not null)
            {
                return client;
            }

            var settings = options.Value;
            var address = !string.IsNullOrEmpty(settings.BaseUrl) ? settings.BaseUrl
                : settings.ResolveBaseUrl is { } resolve ? resolve()?.AbsoluteUri
                : StripeClient.DefaultApiBase;

            return address is null ? null : client = new StripeClient(
                settings.ApiKey,
                // The pipeline repeats, not the library; and nobody is told how long it took.
                httpClient: new SystemNetHttpClient(https.CreateClient(HttpClientName), maxNetworkRetries: 0, enableTelemetry: false),
                apiBase: address.TrimEnd('/'));
        }
    }
}
