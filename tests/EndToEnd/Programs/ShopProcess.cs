using System.Globalization;
using Commerce.Shopping;

namespace Commerce.Programs;

/// <summary>The shop as its users start it: one process on files, with the vendor sandbox inside it or, given a <see cref="SandboxProcess"/>, outside.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    public const string AdminKey = "cak_known_to_these_tests_only";
    public const string WebhookSecret = "whsec_known_to_these_tests_only";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Dictionary<string, string> settings;
    private readonly string url;
    private ChildProcess? process;

    private ShopProcess(int port, SandboxProcess? vendor)
    {
        url = $"http://127.0.0.1:{port}";
        Address = new Uri(url);
        DataDirectory = Directory.CreateTempSubdirectory("commerce-shop-").FullName;
        settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Commerce__AdminKey"] = AdminKey,
            ["Commerce__DataDirectory"] = DataDirectory,
            ["Commerce__Silo__Port"] = Ports.Free().ToString(CultureInfo.InvariantCulture),
            ["Commerce__Silo__GatewayPort"] = GatewayPort.ToString(CultureInfo.InvariantCulture),
        };
        if (vendor is not null)
        {
            settings["Commerce__Stripe__BaseUrl"] = vendor.StripeUrl;
            settings["Commerce__Stripe__ApiKey"] = "sk_test_known_to_these_tests_only";
            settings["Commerce__Stripe__WebhookSecret"] = WebhookSecret;
            settings["Commerce__Stripe__SearchLag"] = "00:00:00"; // the sandbox's search does not lag
        }

        Client = new ShopClient(Address, AdminKey, () => process?.Output ?? "");
    }

    public Uri Address { get; }

    public string DataDirectory { get; }

    /// <summary>Where front ends reach its silo.</summary>
    public int GatewayPort { get; } = Ports.Free();

    public ShopClient Client { get; }

    public string Output => process?.Output ?? "";

    public bool HasExited => process?.HasExited ?? true;

    public int ExitCode => process!.ExitCode;

    /// <summary>Starts a new shop on files of its own, and waits until it has opened.</summary>
    public static Task<ShopProcess> Start() => Start(Ports.Free(), null);

    public static async Task<ShopProcess> Start(int port, SandboxProcess? vendor)
    {
        var shop = new ShopProcess(port, vendor);
        try
        {
            await shop.StartAgain();
            await shop.Stocked();
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it (again), on the same files and ports, and waits until it takes requests.</summary>
    public async Task StartAgain()
    {
        process?.Dispose();
        process = ChildProcess.Start(BuiltPrograms.StartInfo(BuiltPrograms.Silo, ["--urls", url], settings));
        await Eventually.True(
            async () => HasExited
                ? throw new InvalidOperationException($"The shop ended with {ExitCode}.{Environment.NewLine}{Output}")
                : await Client.IsReady(),
            Patience, "the shop is ready", () => Output);
    }

    public Task Kill() => process!.Kill();

    public Task Stop() => process!.Stop();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (process is not null)
        {
            await process.Kill();
            process.Dispose();
        }

        Directory.Delete(DataDirectory, recursive: true);
    }

    /// <summary>A new shop takes in its opening stock after it began to listen.</summary>
    private Task Stocked() => Eventually.True(
        async () =>
        {
            var stocked = await Client.Export("sku");
            var products = await Client.Send(HttpMethod.Get, "/v1/products?limit=100");
            var skus = products.Json.GetProperty("items").EnumerateArray().Sum(product => product.GetProperty("variants").GetArrayLength());
            return products.Status == 200 && skus > 0 && stocked.Count >= skus;
        },
        Patience, "the opening stock is there", () => Output);
}
