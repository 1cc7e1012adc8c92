using System.Reflection;
using Commerce.Contacts;
using Commerce.Journal;
using Commerce.Storage.Sqlite;
using DbUp;
using DbUp.Engine.Output;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Commerce.Storage;

/// <summary>Everything in SQLite files of one folder: what runs without any configuration, one process, nothing to install.</summary>
internal static class EmbeddedStorage
{
    private const string Direct = ContactGrain.Storage + "-direct";

    extension(ISiloBuilder silo)
    {
        /// <param name="directory">Folder of the files; made when it is not there. Only one process at a time may use it.</param>
        public ISiloBuilder UseEmbeddedStorage(DataDirectory directory)
        {
            var journal = new SqliteFile(directory.File("journal.db"));
            var storage = new SqliteFile(directory.File("storage.db"));
            Migrate(journal, "Journal");
            Migrate(storage, "Storage");

            silo.Services.AddSingleton(directory);
            silo.Services.AddSingleton<JournalMeters>();
            silo.Services.AddSingleton<IJournal>(services => ActivatorUtilities.CreateInstance<SqliteJournal>(services, journal));
            silo.AddAdoNetGrainStorage(Direct, options =>
            {
                // The name of the dialect; the driver that it loads is Microsoft.Data.Sqlite.
                options.Invariant = "System.Data.SQLite";
                options.ConnectionString = storage.ConnectionString;
                options.GrainStorageSerializer = new JsonStateSerializer();
            });
            silo.Services.AddSingleton(services => new OneWriterGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(Direct), storage));
            silo.Services.AddKeyedSingleton<IGrainStorage>(ContactGrain.Storage, static (services, _) => services.GetRequiredService<OneWriterGrainStorage>());
            silo.Services.AddSingleton<IErasure>(static services => services.GetRequiredService<OneWriterGrainStorage>());
            return silo;
        }
    }

    internal static void Migrate(SqliteFile file, string folder)
    {
        using (file.Open())
        {
            // Opening makes the file, and makes it a write-ahead one for good.
        }

        var prefix = $".Migrations.{folder}.";
        var result = DeployChanges.To
            .SqliteDatabase(file.ConnectionString)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.Contains(prefix, StringComparison.Ordinal))
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException($"The database could not be brought up to date at '{result.ErrorScript?.Name}'.", result.Error);
        }
    }
}
