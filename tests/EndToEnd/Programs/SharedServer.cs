using Npgsql;

namespace Commerce.Programs;

/// <summary>
/// Where a shop is kept whose test does not say: in files, or, with <c>COMMERCE_TEST_DATABASE=postgres</c>, in a database of its own on the server that
/// <c>COMMERCE_TEST_POSTGRES</c> names.
/// </summary>
internal static class SharedServer
{
    public static bool IsWanted { get; } = Environment.GetEnvironmentVariable("COMMERCE_TEST_DATABASE") is "postgres";

    private static string Server => Environment.GetEnvironmentVariable("COMMERCE_TEST_POSTGRES") is { Length: > 0 } given
        ? given
        : throw new InvalidOperationException("COMMERCE_TEST_DATABASE=postgres needs COMMERCE_TEST_POSTGRES, the connection string of a server; ./test.sh sets both.");

    /// <summary>A new and empty database; its connection string.</summary>
    public static async Task<string> CreateDatabase()
    {
        var name = "shop_" + Guid.NewGuid().ToString("N");
        await PostgresServer.Execute(Server, $"create database {name}");
        return new NpgsqlConnectionStringBuilder(Server) { Database = name }.ConnectionString;
    }

    public static Task DropDatabase(string database) =>
        PostgresServer.Execute(Server, $"drop database {new NpgsqlConnectionStringBuilder(database).Database} with (force)");
}
