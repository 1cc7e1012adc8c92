using System.Collections.Immutable;
using Commerce.Contacts;
using Commerce.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;

namespace Commerce.Storage.Postgres;

/// <summary>Everything in a PostgreSQL database (15 or later), or in several that share the journal: what any number of silos share.</summary>
internal static class PostgresStorage
{
    private const string Direct = ContactGrain.Storage + "-direct", Invariant = "Npgsql";

    extension(ISiloBuilder silo)
    {
        /// <summary>Journal and grain storage. Brings the schema up to date before anything else happens.</summary>
        /// <param name="shards">The journal's databases in order. The first is the shop's home, which everything else is kept in, too.</param>
        public ISiloBuilder UsePostgresStorage(params ImmutableArray<PostgresDatabase> shards)
        {
            foreach (var shard in shards)
            {
                PostgresSchema.Migrate(shard);
            }

            ShardRecords.Check(shards);
            var database = shards[0];
            silo.Services.AddSingleton(_ => database); // the container disposes it
            silo.Services.AddSingleton<JournalMeters>();
            if (shards.Length == 1)
            {
                silo.Services.AddSingleton<PostgresJournal>();
                silo.Services.AddSingleton<IJournal>(static services => services.GetRequiredService<PostgresJournal>());
                silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<PostgresJournal>());
            }
            else
            {
                foreach (var (number, shard) in shards.Index().Skip(1))
                {
                    silo.Services.AddKeyedSingleton(number, (_, _) => shard);
                }

                silo.Services.AddSingleton(services => new ShardedJournal([
                    ActivatorUtilities.CreateInstance<PostgresJournal>(services, services.GetRequiredService<PostgresDatabase>()),
                    .. Enumerable.Range(1, shards.Length - 1).Select(number => ActivatorUtilities.CreateInstance<PostgresJournal>(services, services.GetRequiredKeyedService<PostgresDatabase>(number)))]));
                silo.Services.AddSingleton<IJournal>(static services => services.GetRequiredService<ShardedJournal>());
                silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<ShardedJournal>());
            }

            silo.AddAdoNetGrainStorage(Direct, options =>
            {
                options.Invariant = Invariant;
                options.ConnectionString = database.ConnectionString;
                options.GrainStorageSerializer = new JsonStateSerializer();
            });
            silo.Services.AddSingleton(services => new PostgresGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(Direct), database));
            silo.Services.AddKeyedSingleton<IGrainStorage>(ContactGrain.Storage, static (services, _) => services.GetRequiredService<PostgresGrainStorage>());
            silo.Services.AddSingleton<IErasure>(static services => services.GetRequiredService<PostgresGrainStorage>());
            return silo;
        }

        /// <summary>Membership in the same database, tuned so that a silo that dies is missed for seconds and not for minutes.</summary>
        /// <param name="cluster">The cluster's id.</param>
        public ISiloBuilder UsePostgresClustering(PostgresDatabase database, string cluster)
        {
            silo.Services.AddHostedService(services => SiloPresence.Announce(database, cluster, services.GetRequiredService<ILogger<SiloPresence>>()));
            silo.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = (Invariant, database.ConnectionString));
            silo.Configure<ClusterOptions>(options => (options.ServiceId, options.ClusterId) = (CommerceSilo.Cluster, cluster));

            // Three probes of a second each, in a row, and a second silo that says the same: a pause of a second or two (a collection of garbage, a busy
            // machine) kills nobody; a silo that is gone is missed for three to four seconds. The longest timeout counts for one that froze, too: its
            // connections stay open, and whoever was heard within that many of them is not suspected.
            silo.Configure<ClusterMembershipOptions>(static options =>
            {
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                (options.MinProbeTimeout, options.MaxProbeTimeout) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.25));
                options.NumMissedProbesLimit = 3;
                options.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(3);
                options.TableRefreshTimeout = TimeSpan.FromSeconds(5);
            });
            return silo;
        }
    }
}
