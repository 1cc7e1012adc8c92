using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Commerce.Tax;

/// <summary>The way to AvaTax that all operations share: its address and credentials, its rate limit, and the moment before which it asked not to be called.</summary>
internal sealed class AvalaraConnection(IHttpClientFactory https, IOptions<AvalaraOptions> options, TimeProvider time) : IDisposable
{
    public const string HttpClientName = "avalara";

    private const string Production = "https://rest.avatax.com", Client = "CommerceGrains; 1; REST; v2";

    private readonly AuthenticationHeaderValue credentials =
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Value.AccountId}:{options.Value.LicenceKey}")));

    private volatile string? address;
    private long heldUntil;

    public RateLimiter Rate { get; } = new TokenBucketRateLimiter(new()
    {
        TokenLimit = options.Value.RequestsPerSecond,
        TokensPerPeriod = Math.Max(1, options.Value.RequestsPerSecond / 20),
        ReplenishmentPeriod = options.Value.RequestsPerSecond < 20 ? TimeSpan.FromSeconds(1) / options.Value.RequestsPerSecond : TimeSpan.FromMilliseconds(50),
        QueueLimit = options.Value.RequestsPerSecond,
    });

    /// <summary>One attempt.</summary>
    /// <exception cref="AvalaraException">An answer that is no success.</exception>
    public async Task<Transaction> Send<TBody>(HttpMethod method, string path, TBody? body, JsonTypeInfo<TBody>? shape, CancellationToken cancellationToken)
        where TBody : class
    {
        DemandNotHeld();
        using var request = new HttpRequestMessage(method, $"{Address()}/api/v2/{path}");
        request.Headers.Authorization = credentials;
        request.Headers.Add("X-Avalara-Client", Client);
        request.Content = body is null ? null : JsonContent.Create(body, shape!);

        using var http = https.CreateClient(HttpClientName);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw await Failure(response, cancellationToken);
        }

        return await response.Content.ReadFromJsonAsync(AvalaraJson.Default.Transaction, cancellationToken) ?? throw new JsonException("null");
    }

    public void Dispose() => Rate.Dispose();

    private void DemandNotHeld()
    {
        var left = Volatile.Read(ref heldUntil) - time.GetUtcNow().Ticks;
        if (left > 0)
        {
            throw new AvalaraHeldException(TimeSpan.FromTicks(left));
        }
    }

    private string Address()
    {
        var settings = options.Value;
        address ??= (!string.IsNullOrEmpty(settings.BaseUrl) ? settings.BaseUrl
            : settings.ResolveBaseUrl is { } resolve ? resolve()?.AbsoluteUri
            : Production)?.TrimEnd('/');

        return address ?? throw new AvalaraHeldException(TimeSpan.FromSeconds(1));
    }

    private async Task<AvalaraException> Failure(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var after = response.Headers.RetryAfter?.Delta;
        if (response.StatusCode is HttpStatusCode.TooManyRequests)
        {
            Volatile.Write(ref heldUntil, time.GetUtcNow().Ticks + (after ?? TimeSpan.FromSeconds(1)).Ticks);
        }

        ErrorInfo? error;
        try
        {
            error = (await response.Content.ReadFromJsonAsync(AvalaraJson.Default.ErrorAnswer, cancellationToken))?.Error;
        }
        catch (JsonException)
        {
            error = null; // a gateway's page: the status is all that is known
        }

        return new AvalaraException(response.StatusCode, error, after);
    }
}
