using System.Collections.Concurrent;
using System.Globalization;
using Commerce.Shopping;

namespace Commerce.Programs;

/// <summary>How a shop is started.</summary>
public sealed record ShopSetup
{
    /// <summary>Where it answers over HTTP.</summary>
    public int Port { get; init; } = Ports.Free();

    /// <summary>The vendors, in a process of their own; null: the sandbox inside.</summary>
    public SandboxProcess? Vendor { get; init; }

    /// <summary>A connection string of PostgreSQL; null: files of its own, or a database where this run says so (see <see cref="SharedServer"/>).</summary>
    public string? Database { get; init; }

    /// <summary>False: a silo alone, whose customers come through front ends.</summary>
    public bool Api { get; init; } = true;

    /// <summary>What it is configured with besides.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
    /// <summary>The folder of its goods, prices and taxes; null: the sample's.</summary>
    public string? Goods { get; init; }

    /// <summary>The silo's dll: this version's, or another's.</summary>
    public string Program { get; init; } = BuiltPrograms.Silo;
}

/// <summary>The shop as its users start it: one process on files, or one silo of several on PostgreSQL.</summary>
public sealed class ShopProcess : IAsyncDisposable
{
    public const string AdminKey = "cak_known_to_these_tests_only";
    public const string WebhookSecret = "whsec_known_to_these_tests_only";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly ConcurrentQueue<string> refused = new();
    private readonly Dictionary<string, string> settings;
    private readonly string url;
    private readonly bool ownsDatabase;
    private string program;
    private ChildProcess? process;
    private string? failing;

    private ShopProcess(ShopSetup setup, bool ownsDatabase)
    {
        this.ownsDatabase = ownsDatabase;
        program = setup.Program;
        Database = setup.Database;
        url = $"http://127.0.0.1:{setup.Port}";
        Address = new Uri(url);
        DataDirectory = Directory.CreateTempSubdirectory("commerce-shop-").FullName;
        settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Commerce__AdminKey"] = AdminKey,
            ["Commerce__DataDirectory"] = DataDirectory,
            ["Commerce__Silo__Address"] = "127.0.0.1",
        };
        TakeNewPorts();
        if (setup.Database is { } database)
        {
            settings["ConnectionStrings__Commerce"] = database;
            settings["Commerce__Sandbox__Enabled"] = setup.Vendor is null ? "true" : "false";
        }

        if (setup.Goods is { } goods)
        {
            settings["Commerce__Shop__Directory"] = goods;
        }

        if (!setup.Api)
        {
            settings["Commerce__Api__Enabled"] = "false";
        }

        if (setup.Vendor is { } vendor)
        {
            settings["Commerce__Stripe__BaseUrl"] = vendor.StripeUrl;
            settings["Commerce__Stripe__ApiKey"] = "sk_test_known_to_these_tests_only";
            settings["Commerce__Stripe__WebhookSecret"] = WebhookSecret;
            settings["Commerce__Stripe__SearchLag"] = "00:00:00"; // the sandbox's search does not lag
        }

        foreach (var (name, value) in setup.Settings)
        {
            settings[name] = value;
        }

        Client = new ShopClient(Address, AdminKey, () => process?.Output ?? "");
    }

    public Uri Address { get; }

    public string DataDirectory { get; }

    /// <summary>The database that it is kept in; null: in files.</summary>
    public string? Database { get; }

    /// <summary>Where front ends reach its silo.</summary>
    public ShopClient Client { get; }

    public int SiloPort { get; private set; }

    public int GatewayPort { get; private set; }

    public string Output => process?.Output ?? "";

    public int ProcessId => process!.Id;

    public bool HasExited => process?.HasExited ?? true;

    public int ExitCode => process!.ExitCode;

    /// <summary>What it said of commits that the journal refused because another activation had gone on: once for each, over all its lives.</summary>
    public IReadOnlyList<string> RefusedCommits => [.. refused];

    /// <summary>Starts a new shop on files of its own, and waits until it has opened.</summary>
    public static Task<ShopProcess> Start() => Start(new ShopSetup());

    public static Task<ShopProcess> Start(int port, SandboxProcess? vendor) => Start(new ShopSetup { Port = port, Vendor = vendor });

    /// <summary>Starts a shop, and waits until it is ready and, when it has an API, until its opening stock is in.</summary>
    public static async Task<ShopProcess> Start(ShopSetup setup)
    {
        var own = setup.Database is null && SharedServer.IsWanted;
        var shop = new ShopProcess(own ? setup with { Database = await SharedServer.CreateDatabase() } : setup, own);
        try
        {
            await shop.StartAgain();
            if (setup.Api)
            {
                await Eventually.True(shop.Client.IsStocked, Patience, "the opening stock is there", () => shop.Output);
            }

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
        process = ChildProcess.Start(BuiltPrograms.StartInfo(program, ["--urls", url], settings), Hear);
        await Eventually.True(
            async () => HasExited
                ? throw new InvalidOperationException($"The shop ended with {ExitCode}.{Environment.NewLine}{Output}")
                : await Client.IsReady(),
            Patience, "the shop is ready", () => Output);
    }

    /// <summary>The same where nobody knows it: other ports for its silo, as a container has another address after each start.</summary>
    public Task StartElsewhere()
    {
        TakeNewPorts();
        return StartAgain();
    }

    /// <summary>Another version of it takes its place, at another address, as a roll-out replaces a container.</summary>
    public Task StartElsewhereAs(string version)
    {
        program = version;
        return StartElsewhere();
    }

    public Task Kill() => process!.Kill();

    public Task Stop() => process!.Stop();

    public Task Freeze() => process!.Freeze();

    public Task Thaw() => process!.Thaw();

    /// <summary>Waits until it has ended by itself; whether it has.</summary>
    public Task<bool> Ends(TimeSpan within) => process!.Ends(within);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (process is not null)
        {
            await process.Kill();
            process.Dispose();
        }

        Directory.Delete(DataDirectory, recursive: true);
        if (ownsDatabase)
        {
            await SharedServer.DropDatabase(Database!);
        }
    }

    private void TakeNewPorts()
    {
        (SiloPort, GatewayPort) = (Ports.Free(), Ports.Free());
        settings["Commerce__Silo__Port"] = SiloPort.ToString(CultureInfo.InvariantCulture);
        settings["Commerce__Silo__GatewayPort"] = GatewayPort.ToString(CultureInfo.InvariantCulture);
    }

    private void Hear(string line)
    {
        if (line.Contains("the activation ends and the callers repeat", StringComparison.Ordinal))
        {
            failing = line.Trim();
        }
        else if (line.Contains("was changed from elsewhere in this moment", StringComparison.Ordinal) && Interlocked.Exchange(ref failing, null) is { } commit)
        {
            refused.Enqueue(commit); // the reason follows the line that names the commit
        }
    }
}
