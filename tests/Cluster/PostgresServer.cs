using System.Diagnostics;
using Npgsql;

namespace Commerce.Tests.Cluster;

/// <summary>
/// The PostgreSQL server that <c>COMMERCE_TEST_POSTGRES</c> names, or one of this run's own, started when the first test needs it. Every shop gets a
/// database of its own on it.
/// </summary>
internal static class PostgresServer
{
    private const string Variable = "COMMERCE_TEST_POSTGRES";

    private static readonly Lazy<string> Server = new(static () => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : StartOwn());

    /// <summary>Whether the shops of this run are kept in PostgreSQL: <c>COMMERCE_TEST_DATABASE=postgres</c>.</summary>
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("COMMERCE_TEST_DATABASE") is "postgres";

    /// <summary>In how many databases the shops of such a run keep their journals: <c>COMMERCE_TEST_SHARDS</c>, otherwise one.</summary>
    public static int Shards { get; } = IsWanted && int.TryParse(Environment.GetEnvironmentVariable("COMMERCE_TEST_SHARDS"), out var shards) ? shards : 1;

    /// <summary>Makes an empty database.</summary>
    /// <returns>How to connect to it.</returns>
    public static async Task<string> CreateDatabase()
    {
        var name = $"commerce_{Guid.NewGuid():N}";
        await Query(Server.Value, $"create database {name}");
        return new NpgsqlConnectionStringBuilder(Server.Value) { Database = name }.ConnectionString;
    }

    /// <summary>Removes it, whoever is still connected to it.</summary>
    public static Task DropDatabase(string database)
    {
        NpgsqlConnection.ClearAllPools();
        return Query(Server.Value, $"drop database {new NpgsqlConnectionStringBuilder(database).Database} with (force)");
    }

    public static async Task<object?> Query(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private static string StartOwn()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"commerce-postgres-{Environment.ProcessId}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Script("stop", folder);
        return Script("start", folder).Trim();
    }

    private static string Script(string verb, string folder)
    {
        // artifacts/bin/<tests>/<configuration> stands in the repository
        var repository = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Parent!.Parent!.Parent!.FullName;
        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(repository, "tests", "postgres.sh"), verb, folder]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = script.StandardError.ReadToEndAsync();
        var answer = script.StandardOutput.ReadToEnd();
        script.WaitForExit();
        return script.ExitCode == 0 ? answer : throw new InvalidOperationException($"tests/postgres.sh {verb} ended with {script.ExitCode}: {errors.GetAwaiter().GetResult()}");
    }
}
