using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Load.Shops;

/// <summary>How a shop is to be started.</summary>
/// <param name="Postgres">Else files.</param>
/// <param name="Goods">A folder with products, prices and so on; null: the sample shop.</param>
internal sealed record Start(bool Postgres, int Silos, string? Goods = null, IReadOnlyDictionary<string, string>? Settings = null);

/// <summary>The shop that is put under load: one that runs already, or one that is started for the run and ends with it.</summary>
internal sealed class Target : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly List<ShopProcess> silos = [];
    private readonly List<int> alive = [];
    private PostgresServer? server;
    private SandboxProcess? vendors;
    private FrontEndProcess? frontEnd;

    private Task? ended;

    private Target(Uri url, string adminKey) => (Url, AdminKey) = (url, adminKey);

    public Uri Url { get; private set; }

    public string AdminKey { get; }

    /// <summary>What was started, in words; null: nothing.</summary>
    public string? Started { get; private set; }

    /// <summary>The processes of the shop, as far as they are known.</summary>
    public IReadOnlyList<int> Pids => alive;

    /// <summary>Where its PostgreSQL is; null: unknown, or on files.</summary>
    public string? Database { get; private set; }

    /// <summary>Where its files are; null: unknown, or in PostgreSQL.</summary>
    public string? Files { get; private set; }

    public static Target Running(Uri url, string adminKey, int? pid)
    {
        var target = new Target(url, adminKey);
        target.alive.AddRange(pid is { } known ? [known] : []);
        return target;
    }

    public static async Task<Target> New(Start start, Cores cores)
    {
        BuiltPrograms.Cores = cores.ForShop;
        var target = new Target(new Uri("http://127.0.0.1"), ShopProcess.AdminKey);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => target.DisposeAsync().AsTask().Wait(Patience); // whoever interrupts a run leaves no shop behind
        try
        {
            cores.Host();
            await target.Open(start);
            cores.Take();
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL for a silo: the first that was started, or the process that was named.</summary>
    public async Task KillSilo()
    {
        if (silos.Count > 0)
        {
            alive.Remove(silos[0].ProcessId);
            await silos[0].Kill();
        }
        else if (alive.Count > 0)
        {
            System.Diagnostics.Process.GetProcessById(alive[0]).Kill();
            alive.RemoveAt(0);
        }
        else
        {
            throw new InvalidOperationException("Which silo is to be killed? Start the shop with --start --silos 2, or name its process with --pid.");
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (silos)
        {
            return new ValueTask(ended ??= End());
        }
    }

    private async Task End()
    {
        if (frontEnd is not null)
        {
            await frontEnd.DisposeAsync();
        }

        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }

        if (vendors is not null)
        {
            await vendors.DisposeAsync();
        }

        if (server is not null)
        {
            Npgsql.NpgsqlConnection.ClearAllPools();
            await server.DisposeAsync();
        }
    }

    private async Task Open(Start start)
    {
        var settings = new Dictionary<string, string>(start.Settings ?? new Dictionary<string, string>()) { ["Commerce__RateLimits__Enabled"] = "false" };
        if (start.Postgres)
        {
            server = await PostgresServer.Start();
            Database = await server.CreateDatabase();
        }

        if (start.Silos == 1)
        {
            var shop = await ShopProcess.Start(new ShopSetup { Database = Database, Goods = start.Goods, Settings = settings });
            silos.Add(shop);
            (Url, Files) = (shop.Address, Database is null ? shop.DataDirectory : null);
            Started = $"a silo with its front end and the vendors inside, {(start.Postgres ? "PostgreSQL" : "on files")}";
        }
        else if (Database is null)
        {
            throw new InvalidOperationException("Several silos need --database postgres.");
        }
        else
        {
            var port = Ports.Free();
            vendors = await SandboxProcess.Start(port);
            silos.AddRange(await Task.WhenAll(Enumerable.Range(0, start.Silos).Select(_ =>
                ShopProcess.Start(new ShopSetup { Database = Database, Vendor = vendors, Api = false, Goods = start.Goods, Settings = settings }))));
            frontEnd = await FrontEndProcess.Start(port, Database, settings: settings);
            await frontEnd.Ready();
            await Eventually.True(frontEnd.Client.IsStocked, Patience, "the opening stock is there", () => frontEnd.Output);
            Url = frontEnd.Client.Address;
            alive.Add(frontEnd.ProcessId);
            Started = $"{start.Silos} silos, a front end, the vendors, PostgreSQL";
        }

        alive.InsertRange(0, silos.Select(static silo => silo.ProcessId));
    }
}
