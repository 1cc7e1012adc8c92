using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Commerce.Payments;

/// <summary>What is asked of Adyen, as options and telemetry name it: one resilience pipeline each.</summary>
internal static class AdyenOperations
{
    public const string Authorise = "authorise", Confirm = "confirm", Adjust = "adjust", Capture = "capture", Void = "void", Refund = "refund",
        Methods = "methods", Settlements = "settlements";

    public static IReadOnlyList<string> All { get; } = [Authorise, Confirm, Adjust, Capture, Void, Refund, Methods, Settlements];
}

/// <summary>One attempt of a call to Adyen: its address, its credentials, its JSON.</summary>
internal sealed class AdyenConnection(IHttpClientFactory https, VendorSettings<AdyenOptions> options, TimeProvider time)
{
    public const string Vendor = "adyen";

    private const string Version = "v71";

    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(1);

    /// <param name="path">Behind the version, such as <c>payments</c>.</param>
    /// <param name="key">Idempotency key; at most 64 characters there.</param>
    /// <exception cref="AdyenAnswerException">An answer that is no success.</exception>
    public async Task<TAnswer> Post<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> shape, JsonTypeInfo<TAnswer> answer, string key, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, path);
        request.Content = JsonContent.Create(body, shape);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", AdyenReferences.Key(key));
        using var response = await Send(request, cancellationToken);
        return await Read(response, answer, cancellationToken);
    }

    public async Task<TAnswer> Get<TAnswer>(string path, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, path);
        using var response = await Send(request, cancellationToken);
        return await Read(response, answer, cancellationToken);
    }

    public async Task Delete(string path, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Delete, path);
        using var response = await Send(request, cancellationToken);
    }

    /// <summary>A report's text; the caller disposes of it.</summary>
    public async Task<string> Report(string file, CancellationToken cancellationToken)
    {
        var settings = options.Current;
        var address = settings.ReportAddress ?? throw new VendorHeldException(Vendor, AddressPatience);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{address}/MerchantAccount/{Uri.EscapeDataString(settings.MerchantAccount!)}/{file}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.ReportUser}:{settings.ReportPassword}")));
        using var response = await Send(request, cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var settings = options.Current;
        var address = settings.Address ?? throw new VendorHeldException(Vendor, AddressPatience);
        var request = new HttpRequestMessage(method, $"{address}/{Version}/{path}");
        request.Headers.TryAddWithoutValidation("X-API-Key", settings.ApiKey);
        return request;
    }

    private async Task<HttpResponseMessage> Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var http = https.CreateClient(Vendor);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await Failure(response, cancellationToken);
        }
    }

    private static async Task<TAnswer> Read<TAnswer>(HttpResponseMessage response, JsonTypeInfo<TAnswer> answer, CancellationToken cancellationToken) =>
        await response.Content.ReadFromJsonAsync(answer, cancellationToken) ?? throw new JsonException("null");

    private async Task<AdyenAnswerException> Failure(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        AdyenError? error;
        try
        {
            error = await response.Content.ReadFromJsonAsync(AdyenJson.Default.AdyenError, cancellationToken);
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            error = null; // a gateway's page: the status is all that is known
        }

        return new AdyenAnswerException(
            response.StatusCode,
            error,
            response.Headers.TryGetValues("transient-error", out var said) ? said.Contains("true", StringComparer.OrdinalIgnoreCase) : null,
            VendorFailures.RetryAfterOf(response.Headers.RetryAfter, time.GetUtcNow()));
    }
}

/// <summary>An answer of Adyen's that is no success.</summary>
/// <param name="transient">What the header <c>transient-error</c> says; null when it is not there.</param>
internal sealed class AdyenAnswerException(HttpStatusCode status, AdyenError? error, bool? transient, TimeSpan? retryAfter) : Exception($"Adyen answered {(int)status}.")
{
    public HttpStatusCode Status => status;

    public AdyenError? Error => error;

    public bool? Transient => transient;

    public TimeSpan? RetryAfter => retryAfter;
}
