using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <summary>The client of one account, made anew when its key or address changes.</summary>
internal sealed class StripeConnection(string account, VendorSettings<StripeOptions> settings, IHttpClientFactory https)
{
    private volatile Made? made;

    /// <exception cref="VendorHeldException">The address is not known yet.</exception>
    public StripeClient Client => made is { } known && ReferenceEquals(known.Settings, settings.Current) ? known.Client : Connect(settings.Current);

    private StripeClient Connect(StripeOptions options)
    {
        var address = !string.IsNullOrEmpty(options.BaseUrl) ? options.BaseUrl
            : options.ResolveBaseUrl is { } resolve ? resolve()?.AbsoluteUri ?? throw new VendorHeldException(account, TimeSpan.FromSeconds(1))
            : StripeClient.DefaultApiBase;

        var client = new StripeClient(
            options.ApiKey,
            // The pipeline repeats, not the library; and nobody is told how long it took.
            httpClient: new SystemNetHttpClient(https.CreateClient(account), maxNetworkRetries: 0, enableTelemetry: false),
            apiBase: address.TrimEnd('/'));
        made = new Made(options, client);
        return client;
    }

    private sealed record Made(StripeOptions Settings, StripeClient Client);
}
