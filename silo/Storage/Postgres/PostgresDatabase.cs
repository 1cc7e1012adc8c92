using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>The database that <c>ConnectionStrings:Commerce</c> names, and how this product connects to it.</summary>
/// <remarks>What the connection string says itself is left as it is; what it leaves open is set so that a database that is away is noticed in a second or two.</remarks>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    /// <summary>How long anything that a caller waits for may take: connecting, waiting for a connection, a statement. Beyond it the caller is told to come again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly Dictionary<string, object> Defaults = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Timeout"] = (int)Patience.TotalSeconds,
        ["Command Timeout"] = (int)Patience.TotalSeconds,
        ["Cancellation Timeout"] = -1, // a server that says nothing does not answer a cancellation either
        ["Keepalive"] = 5,
        ["Maximum Pool Size"] = 10 * Math.Max(2, Environment.ProcessorCount),
        ["Max Auto Prepare"] = 50,
        ["Auto Prepare Min Usages"] = 2,
        ["No Reset On Close"] = true,
        ["Timezone"] = "UTC",
        ["Application Name"] = "commerce",
    };

    public PostgresDatabase(string connectionString)
    {
        ConnectionString = With(connectionString, Defaults);
        Pool = NpgsqlDataSource.Create(ConnectionString);
    }

    /// <summary>For the libraries that connect by themselves.</summary>
    public string ConnectionString { get; }

    /// <summary>Short statements that somebody waits for.</summary>
    public NpgsqlDataSource Pool { get; }

    /// <summary>Every error of the server or of the way to it that passes by itself or by an operator's hand: nothing was wrong with what was asked.</summary>
    public static bool IsAway(Exception failure) => failure switch
    {
        PostgresException answered => answered.IsTransient || answered.SqlState is
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.IoError,
        NpgsqlException or TimeoutException or IOException or System.Net.Sockets.SocketException or OperationCanceledException or ObjectDisposedException => true,
        _ => false,
    };

    /// <summary>A connection of its own, beside the pool: for what holds it as long as the process lives.</summary>
    /// <param name="name">Shows in <c>pg_stat_activity</c>.</param>
    /// <param name="options">Settings of the session, as <c>-c name=value</c>.</param>
    public NpgsqlConnection Own(string name, string options = "") => new(With(ConnectionString, new Dictionary<string, object>
    {
        ["Pooling"] = false,
        ["Max Auto Prepare"] = 0,
        ["Application Name"] = $"commerce {name}",
        ["Options"] = options,
    }, replace: true));

    public ValueTask DisposeAsync() => Pool.DisposeAsync();

    private static string With(string connectionString, Dictionary<string, object> settings, bool replace = false)
    {
        var said = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = connectionString };
        var built = new NpgsqlConnectionStringBuilder(connectionString);
        foreach (var (name, value) in settings)
        {
            if (replace || !said.ContainsKey(name))
            {
                built[name] = value;
            }
        }

        return built.ConnectionString;
    }
}
