using System.Diagnostics;
using Npgsql;

namespace Commerce.Programs;

/// <summary>A PostgreSQL server of a test's own, to be treated as badly as the test likes: <c>tests/postgres.sh</c>.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5); // the first start may install the package

    private readonly string folder = Directory.CreateTempSubdirectory("commerce-postgres-").FullName;

    private PostgresServer()
    {
    }

    /// <summary>Of a role that may create databases.</summary>
    public string ConnectionString { get; private set; } = "";

    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    public static async Task<PostgresServer> Start()
    {
        var server = new PostgresServer();
        try
        {
            await server.StartAgain();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>After it was stopped or killed: on the same port, by crash recovery if need be.</summary>
    public async Task StartAgain() => ConnectionString = (await Script("start", folder)).Trim();

    /// <summary>As an operator restarts it: every connection ends.</summary>
    public Task Restart() => Script("restart", folder);

    /// <summary>SIGKILL for the postmaster and all its children.</summary>
    public Task Kill() => Script("kill", folder);

    /// <summary>It accepts connections, and says nothing.</summary>
    public Task Freeze() => Script("freeze", folder);

    public Task Thaw() => Script("thaw", folder);

    /// <summary>A new and empty database; its connection string.</summary>
    public async Task<string> CreateDatabase()
    {
        var name = "shop_" + Guid.NewGuid().ToString("N");
        await Execute(ConnectionString, $"create database {name}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    public static async Task Execute(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The rows of a query, as they are.</summary>
    public static async Task<IReadOnlyList<object[]>> Query(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>A connection string as PostgreSQL's own programs take it.</summary>
    public static string Address(string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        return $"postgresql://{connection.Username}@{connection.Host}:{connection.Port}/{connection.Database}";
    }

    /// <summary>One of PostgreSQL's own programs; what it wrote.</summary>
    public static async Task<string> Run(string program, params IEnumerable<string> arguments) =>
        await Run(new ProcessStartInfo(Path.Combine((await Script("binaries")).Trim(), program), arguments));

    public async ValueTask DisposeAsync()
    {
        await Script("stop", folder);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<string> Script(params IEnumerable<string> arguments) =>
        Run(new ProcessStartInfo(Path.Combine(BuiltPrograms.Repository, "tests", "postgres.sh"), arguments));

    private static async Task<string> Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var (written, complaints) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode == 0
            ? await written
            : throw new InvalidOperationException($"'{start.FileName} {string.Join(' ', start.ArgumentList)}' ended with {process.ExitCode}: {await complaints}");
    }
}
