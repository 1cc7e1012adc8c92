using Npgsql;

namespace Commerce.Programs;

/// <summary>Several silos on one database, a front end that finds them there, and the vendors: each a process.</summary>
public sealed class Cluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<ShopProcess> silos = [];
    private readonly int port = Ports.Free();
    private SandboxProcess? vendor;
    private FrontEndProcess? frontEnd;

    private Cluster(PostgresServer server, string database) => (Server, Database) = (server, database);

    public PostgresServer Server { get; }

    /// <summary>Its connection string.</summary>
    public string Database { get; }

    public IReadOnlyList<ShopProcess> Silos => silos;

    public FrontEndProcess FrontEnd => frontEnd!;

    public SandboxProcess Vendor => vendor!;

    /// <summary>Starts a database server, and on it all silos at once; waits until the opening stock is seen through the front end.</summary>
    public static async Task<Cluster> Start(int silos)
    {
        var server = await PostgresServer.Start();
        var cluster = new Cluster(server, await server.CreateDatabase());
        try
        {
            cluster.vendor = await SandboxProcess.Start(cluster.port);
            cluster.silos.AddRange(await Task.WhenAll(Enumerable.Range(0, silos).Select(_ =>
                ShopProcess.Start(new ShopSetup { Database = cluster.Database, Vendor = cluster.vendor, Api = false }))));
            cluster.frontEnd = await FrontEndProcess.Start(cluster.port, cluster.Database);
            await cluster.FrontEnd.Ready();
            await Eventually.True(cluster.FrontEnd.Client.IsStocked, Patience, "the opening stock is there", () => cluster.FrontEnd.Output);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The silos that the members hold for alive, by port and generation.</summary>
    public async Task<IReadOnlyList<(int Port, int Generation)>> ActiveMembers()
    {
        var rows = await PostgresServer.Query(Database, "select port, generation from members where status = 3 order by port, generation");
        return [.. rows.Select(row => ((int)row[0], (int)row[1]))];
    }

    public async ValueTask DisposeAsync()
    {
        if (frontEnd is not null)
        {
            await frontEnd.DisposeAsync();
        }

        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }

        if (vendor is not null)
        {
            await vendor.DisposeAsync();
        }

        NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
    }
}
