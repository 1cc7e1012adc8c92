using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Commerce.Vendors;

namespace Commerce.Commercetools;

/// <summary>Reads of the project, through the pipeline, with a token.</summary>
internal sealed class CommercetoolsReads(
    IHttpClientFactory https, CommercetoolsTokens tokens, VendorCalls calls, VendorSettings<CommercetoolsOptions> settings, TimeProvider time)
{
    /// <summary>The vendor's own limit of a page.</summary>
    public const int MaxLimit = 500;

    /// <summary>What is there, and the vendor's clock when it said so.</summary>
    /// <exception cref="CommerceException">It could not be had, now or ever.</exception>
    public async Task<(T Value, DateTimeOffset At)> Get<T>(string resource, JsonTypeInfo<T> type, CancellationToken cancellationToken, params (string Name, string? Value)[] query)
        where T : class
    {
        var path = $"/{Uri.EscapeDataString(settings.Current.ProjectKey!)}/{resource}{Query(query)}";
        var reply = await calls.Make(
            CommercetoolsOperations.Read, (Reads: this, Path: path, Type: type), static (call, cancellation) => call.Reads.Attempt(call.Path, call.Type, cancellation), cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return reply.Value is { } read ? (read.Value, read.At) : throw CommercetoolsFailures.As(reply.Failure!);
    }

    /// <summary>Everything of a resource that fits, oldest id first.</summary>
    public async Task<ImmutableArray<T>> All<T>(string resource, JsonTypeInfo<WirePage<T>> type, string? where, CancellationToken cancellationToken)
        where T : IWireIdentity
    {
        var all = ImmutableArray.CreateBuilder<T>();
        for (string? after = null; ;)
        {
            var conditions = string.Join(" and ", new[] { where, after is null ? null : $"id > \"{after}\"" }.OfType<string>());
            var (page, _) = await Get(resource, type, cancellationToken, ("where", conditions.Length == 0 ? null : conditions), ("sort", "id asc"), ("limit", MaxLimit.ToString()), ("withTotal", "false"));
            all.AddRange(page.Results);
            if (page.Results.Length < MaxLimit)
            {
                return all.ToImmutable();
            }

            after = page.Results[^1].Id;
        }
    }

    internal static Uri Address(CommercetoolsOptions options, string configured, string path)
    {
        var address = options.ResolveUrl is { } resolve ? resolve()?.AbsoluteUri ?? throw new VendorHeldException(CommercetoolsOptions.Vendor, TimeSpan.FromSeconds(1)) : configured;
        return new Uri(address.TrimEnd('/') + path);
    }

    internal static async Task MustSucceed(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var said = await Error(response, cancellationToken);
        throw new CommercetoolsException(
            response.StatusCode,
            said?.Errors is { IsDefaultOrEmpty: false } errors ? errors[0].Code : said?.Error ?? "unknown",
            said?.Message ?? "",
            response.Headers.RetryAfter?.Delta);
    }

    private async Task<Said<T>> Attempt<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        for (var isFirst = true; ; isFirst = false)
        {
            var token = await tokens.Get(cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, Address(settings.Current, settings.Current.ApiUrl, path));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await https.CreateClient(CommercetoolsOptions.Vendor).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode is HttpStatusCode.Unauthorized && isFirst)
            {
                tokens.Refuse(token); // expired early, or revoked: once more with another
                continue;
            }

            await MustSucceed(response, cancellationToken);
            var value = await response.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw new JsonException("The answer is null.");
            return new Said<T>(value, response.Headers.Date ?? time.GetUtcNow());
        }
    }

    private static async Task<WireError?> Error(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync(CommercetoolsJson.Default.WireError, cancellationToken);
        }
        catch (JsonException)
        {
            return null; // a gateway's page: the status says enough
        }
    }

    private static string Query((string Name, string? Value)[] query)
    {
        var text = new System.Text.StringBuilder();
        foreach (var (name, value) in query)
        {
            if (value is not null)
            {
                text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return text.ToString();
    }

    private sealed record Said<T>(T Value, DateTimeOffset At);
}
