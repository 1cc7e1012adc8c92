using Commerce.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Commerce.Tests.Sandbox;

/// <summary>The real sandbox on a free port, over a directory of its own that outlives it when it is asked to.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool ownsDirectory;

    private SandboxServer(WebApplication app, string directory, bool ownsDirectory)
    {
        this.app = app;
        this.ownsDirectory = ownsDirectory;
        DataDirectory = directory;
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = new Uri(Address, "/sandbox/") };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk_test_1");
    }

    public string DataDirectory { get; }

    public Uri Address { get; }

    public Uri StripeUrl => new(Address, "/sandbox/stripe");

    public HttpClient Http { get; }

    public static async Task<SandboxServer> Start(string? directory = null, TimeProvider? time = null, Action<SandboxOptions>? configure = null)
    {
        var data = directory ?? Directory.CreateTempSubdirectory("sandbox-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddVendorSandbox(options =>
        {
            options.DataDirectory = data;
            configure?.Invoke(options);
        });
        var host = builder.Build();
        host.MapVendorSandbox();
        await host.StartAsync();
        return new SandboxServer(host, data, directory is null);
    }

    /// <summary>Sends a form; every other of <paramref name="fields"/> is a name.</summary>
    public async Task<HttpResponseMessage> Post(string path, string? key, string? fault, params string[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent(fields.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1]))),
        };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (fault is not null)
        {
            request.Headers.Add("Sandbox-Fault", fault);
        }

        return await Http.SendAsync(request);
    }

    public Task<HttpResponseMessage> Authorise(string? key = null, string? fault = null, string method = "pm_card_visa", string amount = "1299") => Post(
        "stripe/v1/payment_intents", key, fault,
        "amount", amount, "currency", "eur", "confirm", "true", "capture_method", "manual", "payment_method", method, "metadata[payment_id]", "pay_1");

    public async Task Fault(object rule)
    {
        using var response = await Http.PostAsJsonAsync("faults", rule);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>The vendor's own books.</summary>
    public async Task<JsonElement[]> Books()
    {
        var lines = await Http.GetStringAsync("export/vendor_txn");
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public async Task<int> Count(string kind) => (await Books()).Count(row => row.GetProperty("kind").GetString() == kind);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsDirectory)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }
}
