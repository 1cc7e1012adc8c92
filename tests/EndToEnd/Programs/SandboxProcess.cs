using System.Text.Json.Nodes;
using Commerce.Shopping;

namespace Commerce.Programs;

/// <summary>The vendors, in a process of their own: what they have seen and done outlives any crash of the shop.</summary>
public sealed class SandboxProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;
    private readonly string data = Directory.CreateTempSubdirectory("commerce-vendors-").FullName;
    private readonly ShopClient client;
    private readonly string url = $"http://127.0.0.1:{Ports.Free()}";

    private SandboxProcess(int shopPort)
    {
        process = ChildProcess.Start(BuiltPrograms.StartInfo(BuiltPrograms.Sandbox, ["--urls", url], new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Commerce__Sandbox__DataDirectory"] = data,
            ["Commerce__Sandbox__WebhookUrl"] = $"http://127.0.0.1:{shopPort}/v1/webhooks/{{vendor}}",
            ["Commerce__Sandbox__WebhookSecret"] = ShopProcess.WebhookSecret,
            ["Commerce__Sandbox__WebhookRetryDelay"] = "00:00:00.250",
        }));
        client = new ShopClient(new Uri(url), "", () => process.Output);
    }

    public string StripeUrl => url + "/sandbox/stripe";

    /// <param name="shopPort">Where the shop that it sends webhooks to listens, or will.</param>
    public static async Task<SandboxProcess> Start(int shopPort)
    {
        var sandbox = new SandboxProcess(shopPort);
        await Eventually.True(
            async () => !sandbox.process.HasExited && await sandbox.client.Answers("/sandbox/export/vendor_txn"),
            Patience, "the sandbox answers", () => sandbox.process.Output);
        return sandbox;
    }

    /// <summary>From now on something goes wrong now and then.</summary>
    public async Task Fault(object rule) => (await client.Send(HttpMethod.Post, "/sandbox/faults", rule)).Must(201);

    public async Task ClearFaults() => (await client.Send(HttpMethod.Delete, "/sandbox/faults")).Must(204);

    /// <summary>The vendors' own books.</summary>
    public async Task<IReadOnlyList<JsonObject>> Transactions() =>
        ShopClient.Lines((await client.Send(HttpMethod.Get, "/sandbox/export/vendor_txn")).Must(200).Text);

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await process.Kill();
        process.Dispose();
        Directory.Delete(data, recursive: true);
    }
}
