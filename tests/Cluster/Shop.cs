using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Contacts;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Payments;
using Commerce.Pricing;
using Commerce.Storage;
using Commerce.Storage.Postgres;
using Commerce.Tax;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace Commerce.Tests.Cluster;

/// <summary>A silo as production composes it, on files of its own: only the bank, the tax office, the goods and the clock are the tests'.</summary>
public sealed class Shop : IAsyncLifetime
{
    private static readonly Address Berlin = new("Ada Lovelace", "Unter den Linden 1", null, "Berlin", null, "10117", "DE");

    private InProcessTestCluster? cluster;
    private string? database;
    private ImmutableArray<string> databases = [];
    private int skus;

    internal string Folder { get; } = Path.Combine(Path.GetTempPath(), "commerce-tests", Guid.NewGuid().ToString("N"));

    internal ScriptedPaymentProvider Bank { get; } = new();

    /// <summary>Where payments go that the first bank does not take.</summary>
    internal ScriptedPaymentProvider OtherBank { get; } = new("other");

    internal ScriptedTaxProvider TaxOffice { get; } = new();

    internal ShiftedClock Clock { get; } = new();

    /// <summary>What its next start is configured with besides.</summary>
    internal Dictionary<string, string?> Settings { get; } = [];

    /// <summary>Whose products and prices it sells; null: its own files'.</summary>
    internal ScriptedCatalog? Vendor { get; init; }

    /// <summary>Calls that one grain takes at once; 0: any number.</summary>
    internal int MaxQueuedCalls { get; init; }

    internal int Silos { get; init; } = 1;

    /// <summary>In how many databases its journal is kept; one that has several is kept in PostgreSQL.</summary>
    internal int Shards { get; init; } = PostgresServer.Shards;

    /// <summary>How to connect to the journal's databases; empty: it is kept in files.</summary>
    internal ImmutableArray<string> Databases => databases;

    /// <summary>The text of its <c>locations.json</c>; null: it has no such file.</summary>
    internal string? Locations { get; init; }

    internal TamperedJournal Journal { get; private set; } = null!;

    internal IServiceProvider Services => cluster!.Silos[0].ServiceProvider;

    internal IGrainFactory Grains { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        ShopFolder.Write(Path.Combine(Folder, "shop"));
        while (databases.Length < Shards && (PostgresServer.IsWanted || Shards > 1))
        {
            databases = databases.Add(await PostgresServer.CreateDatabase());
        }

        database = databases.FirstOrDefault();
        if (Locations is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, "shop", "locations.json"), Locations);
        }

        await Start();
    }

    public async Task DisposeAsync()
    {
        await Stop();
        Directory.Delete(Folder, recursive: true);
        foreach (var shard in databases)
        {
            await PostgresServer.DropDatabase(shard);
        }
    }

    internal async Task Start()
    {
        var builder = new InProcessTestClusterBuilder((short)Silos);
        builder.Options.ServiceId = "commerce";
        builder.Options.InitializeClientOnDeploy = false;
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSiloHost((_, host) =>
        {
            host.Logging.ClearProviders();
            host.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Commerce:Shop:Directory"] = Path.Combine(Folder, "shop"),
                ["Commerce:Timekeeper:Period"] = "00:00:00.025",
                ["Commerce:ReadModels:Period"] = "00:00:00.250",
            });
            host.Configuration.AddInMemoryCollection(Settings);
        });
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton<TimeProvider>(Clock);
            silo.Services.AddShopFiles();
            silo.Services.AddSingleton<IPaymentProvider>(Bank);
            silo.Services.AddSingleton<IPaymentProvider>(OtherBank);
            if (Vendor is { } vendor)
            {
                silo.Services.AddSingleton<ICatalogProvider>(vendor);
                silo.Services.AddSingleton<IPricingProvider>(vendor);
            }

            silo.Services.AddSingleton<ITaxProvider>(TaxOffice);
            if (database is null)
            {
                silo.UseEmbeddedStorage(DataDirectory.Take(Path.Combine(Folder, "data")));
            }
            else
            {
                silo.UsePostgresStorage([.. databases.Select(static shard => new PostgresDatabase(shard))]);
            }

            silo.Configure<SiloMessagingOptions>(messaging => messaging.MaxEnqueuedRequestsHardLimit = MaxQueuedCalls);
            silo.AddCommerceGrains();

            var real = silo.Services.Single(service => service.ServiceType == typeof(IJournal)).ImplementationFactory!;
            silo.Services.AddSingleton(services => new TamperedJournal((IJournal)real(services)));
            silo.Services.AddSingleton<IJournal>(services => services.GetRequiredService<TamperedJournal>());
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
        Grains = Services.GetRequiredService<IGrainFactory>();
        Journal = Services.GetRequiredService<TamperedJournal>();
    }

    internal async Task Stop()
    {
        if (cluster is { } running)
        {
            var directory = Services.GetService<DataDirectory>();
            cluster = null;
            await running.StopAllSilosAsync();
            await running.DisposeAsync();
            directory?.Dispose();
        }
    }

    /// <summary>Ends the activation, as a silo that needs its memory does.</summary>
    internal Task Deactivate(IAddressable grain) => cluster!.DeactivateAsync(grain);

    internal Task Deactivate(GrainId grain) => cluster!.TryGetGrainContext(grain, out _) ? cluster.DeactivateAsync(grain) : Task.CompletedTask;

    /// <summary>A SKU that no other test uses, with so many units.</summary>
    internal async Task<string> Stocked(int units)
    {
        var sku = ShopFolder.Sku(Interlocked.Increment(ref skus));
        await Grains.Stock(sku).Open(units);
        return sku;
    }

    /// <summary>A cart that can be checked out.</summary>
    internal async Task<Trial> Cart(string method = "card", int quantity = 2, int stock = 10, string channel = "eu")
    {
        var trial = new Trial(this, await Stocked(stock), quantity, method);
        await trial.Cart.Create(new Request(trial.Owner, "open", "f"), new CreateCart(trial.Owner, channel, null, [new NewLine(trial.Sku, quantity)]));
        await trial.Cart.SetDestination(new Request(trial.Owner), Berlin);
        return trial;
    }

    /// <summary>Polls until it holds; the time of the shop stands where it is.</summary>
    internal static async Task Until(Func<Task<bool>> holds, string what, TimeSpan? patience = null)
    {
        if (!await Comes(holds, patience ?? TimeSpan.FromSeconds(20)))
        {
            Assert.Fail($"It did not come to this: {what}.");
        }
    }

    /// <summary>Lets the shop's time pass, as long as a wake-up and its repetitions take, until it holds.</summary>
    internal async Task Later(Func<Task<bool>> holds, string what)
    {
        foreach (var seconds in (int[])[13, 31, 31, 31, 31])
        {
            Clock.Shift(TimeSpan.FromSeconds(seconds));
            if (await Comes(holds, TimeSpan.FromSeconds(4)))
            {
                return;
            }
        }

        Assert.Fail($"Nobody woke up to bring it to this: {what}.");
    }

    /// <summary>What the database says, past every cache; a number is that of all the journal's databases together.</summary>
    internal T Query<T>(string sql, string file = "journal.db")
    {
        if (database is not null)
        {
            return typeof(T) == typeof(long)
                ? (T)(object)databases.Sum(shard => Convert.ToInt64(PostgresServer.Query(shard, sql).GetAwaiter().GetResult() ?? 0L))
                : (T)Convert.ChangeType(PostgresServer.Query(database, sql).GetAwaiter().GetResult() ?? 0L, typeof(T));
        }

        using var connection = new SqliteConnection($"Data Source={Path.Combine(Folder, "data", file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)Convert.ChangeType(command.ExecuteScalar() ?? 0L, typeof(T));
    }

    /// <summary>SQL: a column of bytes, read as the text that it is.</summary>
    internal static string Text(string bytes) => PostgresServer.IsWanted ? $"convert_from({bytes}, 'UTF8')" : $"cast({bytes} as text)";

    /// <summary>SQL: a text, as bytes.</summary>
    internal static string Bytes(string text) => PostgresServer.IsWanted ? $"convert_to({text}, 'UTF8')" : $"cast({text} as blob)";

    private static async Task<bool> Comes(Func<Task<bool>> holds, TimeSpan patience)
    {
        var deadline = DateTime.UtcNow + patience;
        do
        {
            try
            {
                if (await holds())
                {
                    return true;
                }
            }
            catch (CommerceException transient) when (transient.Error.Kind is ErrorKind.Unavailable)
            {
                // An activation that is ending: its successor answers.
            }

            await Task.Delay(10);
        }
        while (DateTime.UtcNow < deadline);

        return false;
    }
}
