using System.Globalization;
using Commerce.Shopping;

namespace Commerce.Programs;

/// <summary>A front end by itself: a client of the cluster whose database it is given.</summary>
public sealed class FrontEndProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, string> settings;
    private readonly string data = Directory.CreateTempSubdirectory("commerce-front-").FullName;
    private readonly string url;
    private ChildProcess? process;

    private FrontEndProcess(int port, string database)
    {
        url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Commerce__AdminKey"] = ShopProcess.AdminKey,
            ["Commerce__DataDirectory"] = data,
            ["ConnectionStrings__Commerce"] = database,
        };
        Client = new ShopClient(new Uri(url), ShopProcess.AdminKey, () => Output);
    }

    public ShopClient Client { get; }

    public string Output => process?.Output ?? "";

    /// <summary>Starts a front end, and waits until it takes requests.</summary>
    public static async Task<FrontEndProcess> Start(int port, string database)
    {
        var frontEnd = new FrontEndProcess(port, database);
        try
        {
            await frontEnd.StartAgain();
            return frontEnd;
        }
        catch
        {
            await frontEnd.DisposeAsync();
            throw;
        }
    }

    public async Task StartAgain()
    {
        process?.Dispose();
        process = ChildProcess.Start(BuiltPrograms.StartInfo(BuiltPrograms.FrontEnd, ["--urls", url], settings));
        await Eventually.True(
            async () => process.HasExited
                ? throw new InvalidOperationException($"The front end ended with {process.ExitCode}.{Environment.NewLine}{Output}")
                : await Client.IsReady(),
            Patience, "the front end is ready", () => Output);
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

        Directory.Delete(data, recursive: true);
    }
}
