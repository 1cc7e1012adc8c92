using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commerce.Shopping;

/// <summary>Speaks to a shop over HTTP, and knows nothing of its inside.</summary>
/// <param name="context">What the shop wrote lately, for when something fails.</param>
public sealed class ShopClient(Uri address, string adminKey, Func<string> context) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };

    public Uri Address => address;

    public static string NewKey() => Guid.NewGuid().ToString("N");

    /// <param name="body">A text is sent as it is, anything else as its JSON.</param>
    /// <param name="token">Of a guest or operator.</param>
    /// <param name="key">Idempotency-Key.</param>
    public async Task<Reply> Send(
        HttpMethod method, string path, object? body = null, string? token = null, string? key = null, params IEnumerable<(string Name, string Value)> headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = body is HttpContent content ? content : new StringContent(body as string ?? JsonSerializer.Serialize(body), new MediaTypeHeaderValue("application/json"));
        }

        Add(request, "Authorization", token is null ? null : "Bearer " + token);
        Add(request, "Idempotency-Key", key);
        foreach (var (name, value) in headers)
        {
            Add(request, name, value);
        }

        var response = await http.SendAsync(request);
        return new Reply(response, await response.Content.ReadAsStringAsync(), context);
    }

    /// <summary>As an operator.</summary>
    public Task<Reply> Admin(HttpMethod method, string path, object? body = null, string? key = null) =>
        Send(method, "/v1/admin" + path, body, adminKey, key);

    /// <summary>As an operator, outside /v1/admin.</summary>
    public Task<Reply> Operator(HttpMethod method, string path, params IEnumerable<(string, string)> headers) => Send(method, path, token: adminKey, headers: headers);

    public Task<bool> IsReady() => Answers("/health/ready");

    /// <summary>Whether that address answers 200 at this moment.</summary>
    public async Task<bool> Answers(string path)
    {
        try
        {
            return (await Send(HttpMethod.Get, path)).Status == (int)HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A table of the export.</summary>
    public async Task<IReadOnlyList<JsonObject>> Export(string table) => Lines((await Admin(HttpMethod.Get, "/export/" + table)).Must(200).Text);

    /// <summary>JSON lines.</summary>
    public static IReadOnlyList<JsonObject> Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];

    /// <summary>Units that can be bought now.</summary>
    public async Task<long> Available(string sku) => (await Admin(HttpMethod.Get, "/stock/" + sku)).Must(200).Number("available");

    /// <summary>A new shop takes in its opening stock after it began to listen.</summary>
    public async Task<bool> IsStocked()
    {
        var stocked = await Export("sku");
        var products = await Send(HttpMethod.Get, "/v1/products?limit=100");
        var skus = products.Json.GetProperty("items").EnumerateArray().Sum(product => product.GetProperty("variants").GetArrayLength());
        return products.Status == 200 && skus > 0 && stocked.Count >= skus;
    }

    /// <summary>Follows a feed of server-sent events until <paramref name="stop"/>.</summary>
    public async IAsyncEnumerable<FeedItem> Follow(string path, string? token = null, string? lastEventId = null, [EnumeratorCancellation] CancellationToken stop = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        Add(request, "Accept", "text/event-stream");
        Add(request, "Authorization", "Bearer " + (token ?? adminKey));
        Add(request, "Last-Event-ID", lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(stop));

        string? id = null, type = null, data = null;
        while (await reader.ReadLineAsync(stop) is { } line)
        {
            switch (line)
            {
                case "" when data is not null:
                    yield return new FeedItem(id!, type!, JsonNode.Parse(data)!.AsObject());
                    (type, data) = (null, null);
                    break;
                case ['i', 'd', ':', ' ', ..]:
                    id = line[4..];
                    break;
                case ['e', 'v', 'e', 'n', 't', ':', ' ', ..]:
                    type = line[7..];
                    break;
                case ['d', 'a', 't', 'a', ':', ' ', ..]:
                    data = line[6..];
                    break;
                default:
                    break; // a comment, or the time to wait before coming back
            }
        }
    }

    public void Dispose() => http.Dispose();

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}

/// <summary>A server-sent event.</summary>
/// <param name="Cursor">Its id: where to read on.</param>
/// <param name="Event">The CloudEvent.</param>
public sealed record FeedItem(string Cursor, string Type, JsonObject Event)
{
    public string Id => (string)Event["id"]!;

    public string Subject => (string)Event["subject"]!;

    public long Sequence => long.Parse((string)Event["sequence"]!, System.Globalization.CultureInfo.InvariantCulture);
}
