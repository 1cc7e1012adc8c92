using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Vendors;

namespace Commerce.Tax;

/// <summary>The way to AvaTax that all operations share: its address and credentials.</summary>
internal sealed class AvalaraConnection(IHttpClientFactory https, VendorSettings<AvalaraOptions> settings, TimeProvider time)
{
    private const string Production = "https://rest.avatax.com", Client = "CommerceGrains; 1; REST; v2";

    /// <summary>One attempt.</summary>
    /// <exception cref="AvalaraException">An answer that is no success.</exception>
    public async Task<Transaction> Send<TBody>(HttpMethod method, string path, TBody? body, JsonTypeInfo<TBody>? shape, CancellationToken cancellationToken)
        where TBody : class
    {
        var options = settings.Current;
        using var request = new HttpRequestMessage(method, $"{Address(options)}/api/v2/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AccountId}:{options.LicenceKey}")));
        request.Headers.Add("X-Avalara-Client", Client);
        request.Content = body is null ? null : JsonContent.Create(body, shape!);

        using var http = https.CreateClient(AvalaraOptions.Vendor);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw await Failure(response, cancellationToken);
        }

        return await response.Content.ReadFromJsonAsync(AvalaraJson.Default.Transaction, cancellationToken) ?? throw new JsonException("null");
    }

    private static string Address(AvalaraOptions options) =>
        (!string.IsNullOrEmpty(options.BaseUrl) ? options.BaseUrl
            : options.ResolveBaseUrl is { } resolve ? resolve()?.AbsoluteUri ?? throw new VendorHeldException(AvalaraOptions.Vendor, TimeSpan.FromSeconds(1))
            : Production).TrimEnd('/');

    private async Task<AvalaraException> Failure(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ErrorInfo? error;
        try
        {
            error = (await response.Content.ReadFromJsonAsync(AvalaraJson.Default.ErrorAnswer, cancellationToken))?.Error;
        }
        catch (JsonException)
        {
            error = null; // a gateway's page: the status is all that is known
        }

        return new AvalaraException(response.StatusCode, error, VendorFailures.RetryAfterOf(response.Headers.RetryAfter, time.GetUtcNow()));
    }
}
