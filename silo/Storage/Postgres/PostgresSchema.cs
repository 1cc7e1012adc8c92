using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Commerce.Storage.Postgres;

/// <summary>Brings the database up to date: at every start, or by <c>dotnet run --project silo -- migrate</c>.</summary>
internal static class PostgresSchema
{
    /// <summary>Key of the advisory lock under which one process at a time migrates. Any number that nobody else uses in the database.</summary>
    private const long Lock = 0x636f6d6d65726365;

    /// <summary>How long a start waits for another process's migration.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs what has not been run, one process at a time. Whoever comes second finds nothing to do.</summary>
    /// <returns>Names of the scripts that ran.</returns>
    public static IReadOnlyList<string> Migrate(PostgresDatabase database)
    {
        using var connection = database.Own("migration");
        Await(connection);
        Execute(connection, $"select pg_advisory_lock({Lock})");

        var result = DeployChanges.To
            .PostgresqlDatabase(new NpgsqlConnectionStringBuilder(database.ConnectionString) { CommandTimeout = 0, Pooling = false }.ConnectionString)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), static name => name.Contains(".Postgres.Migrations.", StringComparison.Ordinal))
            .WithVariablesDisabled()
            .WithTransactionPerScript()
            .WithExecutionTimeout(TimeSpan.Zero)
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw new InvalidOperationException($"The database could not be brought up to date at '{result.ErrorScript?.Name}'.", result.Error);
        }

        // A journal that was restored into a younger server: its positions go on where they ended. Elsewhere this changes nothing.
        Execute(connection, """
            update journal_clock set ahead = greatest(ahead, coalesce((select max(position) >> 12 from commits), 0) + 1 - pg_current_xact_id()::text::bigint)
            where ahead < coalesce((select max(position) >> 12 from commits), 0) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
            """);
        return [.. result.Scripts.Select(script => script.Name)];
    }

    /// <summary>Opens the connection: a database may start with its silos, or after them.</summary>
    public static void Await(NpgsqlConnection connection) => new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Exception is { } failure && PostgresDatabase.IsAway(failure)),
            MaxRetryAttempts = 60,
            Delay = TimeSpan.FromSeconds(1),
            OnRetry = attempt =>
            {
                Console.Error.WriteLine($"Waiting for the database {connection.Database} at {connection.Host}:{connection.Port} ({attempt.Outcome.Exception!.Message})");
                return ValueTask.CompletedTask;
            },
        })
        .Build()
        .Execute(connection.Open);

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Patience.TotalSeconds };
        command.ExecuteNonQuery();
    }
}
