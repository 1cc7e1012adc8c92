using System.Globalization;
using Commerce.Shopping;

namespace Commerce.Programs;

/// <summary>A front end by itself: a client of silos that run elsewhere.</summary>
public sealed class FrontEndProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess process;

    private FrontEndProcess(string program, int port, string setting, string value, IReadOnlyDictionary<string, string>? settings = null)
    {
        var url = $"http://127.0.0.1:{port}";
        process = ChildProcess.Start(BuiltPrograms.StartInfo(program, ["--urls", url], new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Commerce__AdminKey"] = ShopProcess.AdminKey,
            [setting] = value,
        }));
        Client = new ShopClient(new Uri(url), ShopProcess.AdminKey, () => process.Output);
    }

    public ShopClient Client { get; }

    public string Output => process.Output;

    public int ProcessId => process.Id;

    /// <summary>Starts one that knows its silo by its gateway, and waits until it listens; the silo may not be there yet.</summary>
    public static Task<FrontEndProcess> Start(int port, int gatewayPort) =>
        Listening(new FrontEndProcess(BuiltPrograms.FrontEnd, port, "Commerce__Silo__GatewayPort", gatewayPort.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Starts one that finds this shop's silo as its database has it.</summary>
    public static Task<FrontEndProcess> Start(int port, ShopProcess shop) => shop.Database is { } database ? Start(port, database) : Start(port, shop.GatewayPort);

    /// <summary>Starts one that finds its silos in the membership table.</summary>
    /// <param name="program">Its dll; null: this version's.</param>
    /// <param name="settings">What it is configured with besides.</param>
    public static Task<FrontEndProcess> Start(int port, string database, string? program = null, IReadOnlyDictionary<string, string>? settings = null) =>
        Listening(new FrontEndProcess(program ?? BuiltPrograms.FrontEnd, port, "ConnectionStrings__Commerce", database, settings));

    /// <summary>Until it takes requests.</summary>
    public Task Ready() => Eventually.True(Client.IsReady, Patience, "the front end is ready", () => Output);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await process.Kill();
        process.Dispose();
    }

    private static async Task<FrontEndProcess> Listening(FrontEndProcess started)
    {
        try
        {
            await Eventually.True(
                async () => started.process.HasExited
                    ? throw new InvalidOperationException($"The front end ended with {started.process.ExitCode}.{Environment.NewLine}{started.Output}")
                    : await started.Client.Answers("/health/live"),
                Patience, "the front end listens", () => started.Output);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }
}
