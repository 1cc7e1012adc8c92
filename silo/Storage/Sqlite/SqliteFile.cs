using Microsoft.Data.Sqlite;

namespace Commerce.Storage.Sqlite;

/// <summary>A database file: how to open it as this product needs it.</summary>
internal sealed class SqliteFile(string path)
{
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        Pooling = true, // closing the last connection would cut off the write-ahead log, at each write of a grain
        DefaultTimeout = 30,
    }.ToString();

    public SqliteConnection Open()
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            using var pragmas = connection.CreateCommand();

            // FULL: a commit is on the disk before anybody hears of it. WAL: readers do not wait for the writer.
            // Checkpoints are taken beside the writer, not by whoever commits next (see SqliteCheckpoints).
            pragmas.CommandText = "pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 30000; pragma temp_store = memory; pragma cache_size = -32000; pragma mmap_size = 268435456; pragma wal_autocheckpoint = 0;";
            pragmas.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}

/// <summary>Statements that are prepared once on their connection and then only bound. Not for several threads at once.</summary>
internal sealed class PreparedStatements(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    public SqliteDataReader Query(string sql, params ReadOnlySpan<(string Name, object Value)> parameters) => Bind(sql, parameters).ExecuteReader();

    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> parameters) => Bind(sql, parameters).ExecuteNonQuery();

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<(string Name, object Value)> parameters)
    {
        if (!prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            command.Prepare();
            prepared.Add(sql, command);
            return command;
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value;
        }

        return command;
    }
}
