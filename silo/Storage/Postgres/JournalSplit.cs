using System.Collections.Immutable;
using Commerce.Journal;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>
/// The verb <c>split-journal</c>: shares the journal out to the databases that are configured, 2, 4 or 8 times as many as before, while no silo runs. See
/// docs/runbooks/split-the-journal.md.
/// </summary>
/// <remarks>
/// <para>Each new shard takes its partitions whole from the one that had them: copied in one transaction, compared, and only then deleted where they were.
/// The databases that are split say so from the beginning to the end, and no silo starts on them meanwhile; a command that was interrupted is run again.</para>
/// <para>Positions stay what they are. The clock of a new shard begins beyond that of the old one, so that every cursor that was given out stands before
/// whatever comes.</para>
/// </remarks>
internal static class JournalSplit
{
    private const string Aggregates = "id, number, version, wake_at, leased_until", Snapshots = "aggregate, version, state";

    private const string Commits =
        "position, aggregate, id, version, partition, first_sequence, at, events, correlation_id, causation_id, trace_parent, idempotency_key, fingerprint";

    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(IConfiguration configuration)
    {
        try
        {
            var databases = CommerceSilo.Databases(configuration);
            await Split(databases, line => Console.Out.WriteLine(line));
            foreach (var database in databases)
            {
                await database.DisposeAsync();
            }

            return 0;
        }
        catch (InvalidOperationException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 2;
        }
    }

    /// <param name="databases">The shards as they shall be; those that there are already keep their numbers.</param>
    /// <exception cref="InvalidOperationException">A silo runs, or the databases are not what they would have to be; nothing was lost.</exception>
    public static async Task Split(ImmutableArray<PostgresDatabase> databases, Action<string> say)
    {
        if (databases.Length < 2)
        {
            throw new InvalidOperationException($"Nothing to split: {PostgresShards.Section} names no database beside ConnectionStrings:Commerce.");
        }

        foreach (var database in databases)
        {
            PostgresSchema.Migrate(database);
        }

        var connections = databases.Select(Patient).ToArray();
        try
        {
            foreach (var connection in connections)
            {
                await connection.OpenAsync();
            }

            if (!await Ask<bool>(connections[0], $"select pg_try_advisory_lock({SiloPresence.Lock})"))
            {
                throw new InvalidOperationException("A silo is running on this database. Stop all of them first.");
            }

            var whole = Recognise(connections, databases);
            for (var number = whole.Shards; number < databases.Length; number++)
            {
                await Move(connections[number % whole.Shards], connections[number], whole, number, databases.Length, say);
            }

            for (var number = 0; number < whole.Shards; number++)
            {
                ShardRecords.Write(connections[number], new ShardRecord(whole.Journal, number, databases.Length, null));
            }

            say($"The journal is in {databases.Length} databases.");
        }
        finally
        {
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Looks at every database before any is touched, and marks those that are about to be split.</summary>
    /// <returns>The home's record, from before the split.</returns>
    private static ShardRecord Recognise(NpgsqlConnection[] connections, ImmutableArray<PostgresDatabase> databases)
    {
        var shards = databases.Length;
        var home = ShardRecords.Read(connections[0]) ?? new ShardRecord(Guid.NewGuid(), 0, 1, null);
        if (home.Number != 0 || home.Shards >= shards || shards % home.Shards != 0 || (home.Splitting ?? shards) != shards)
        {
            throw new InvalidOperationException($"{ShardRecords.Name(databases[0])} is shard {home.Number} of {home.Shards}{(home.Splitting is { } begun ? $", being split into {begun}," : "")} and cannot be split into {shards}.");
        }

        for (var number = 1; number < shards; number++)
        {
            var record = ShardRecords.Read(connections[number]);
            var fits = number < home.Shards
                ? record is not null && record.Journal == home.Journal && record.Number == number && (record.Shards == home.Shards || record.Shards == shards)
                : record is null ? !ShardRecords.HasCommits(connections[number]) : record == new ShardRecord(home.Journal, number, shards, null) && home.Splitting is not null;
            if (!fits)
            {
                throw new InvalidOperationException($"{ShardRecords.Name(databases[number])} is not shard {number} of this journal, nor an empty database that could become it.");
            }
        }

        for (var number = 0; number < home.Shards; number++)
        {
            ShardRecords.Write(connections[number], home with { Number = number, Splitting = shards });
        }

        return home;
    }

    private static async Task Move(NpgsqlConnection from, NpgsqlConnection to, ShardRecord whole, int number, int shards, Action<string> say)
    {
        var partitions = string.Join(',', Enumerable.Range(0, IJournal.Partitions).Where(partition => partition % shards == number));
        var moved = $"(select distinct aggregate from commits where partition in ({partitions}))";
        if (ShardRecords.Read(to) is null)
        {
            await using var transaction = await to.BeginTransactionAsync();
            await Copy(from, to, "aggregates", Aggregates, $"select {Aggregates} from aggregates where number in {moved}");
            await Copy(from, to, "snapshots", Snapshots, $"select {Snapshots} from snapshots where aggregate in {moved}");
            await Copy(from, to, "commits", Commits, $"select {Commits} from commits where partition in ({partitions})");
            await Tell(to, $"select setval(pg_get_serial_sequence('aggregates', 'number'), {await Ask<long>(from, "select coalesce(max(number), 0) + 1 from aggregates")})");
            await Tell(to, $"update journal_clock set ahead = greatest(ahead, {await Ask<long>(from, "select pg_current_xact_id()::text::bigint + ahead + 1 from journal_clock")} - pg_current_xact_id()::text::bigint)");
            ShardRecords.Write(to, new ShardRecord(whole.Journal, number, shards, null));
            await transaction.CommitAsync();
        }

        // What is deleted is what is there: compared by count, by the sum of the versions and by the last position.
        var sum = $"select count(*) || ' commits, versions ' || coalesce(sum(version), 0) || ', up to ' || coalesce(max(position), 0) from commits where partition in ({partitions})";
        var (was, now) = (await Ask<string>(from, sum), await Ask<string>(to, sum));
        var gone = was.StartsWith("0 ", StringComparison.Ordinal); // by an earlier attempt
        if (was != now && !gone)
        {
            throw new InvalidOperationException($"Shard {number} has {now} of partitions {partitions}; there were {was}. Nothing was deleted.");
        }

        await using (var transaction = await from.BeginTransactionAsync())
        {
            await Tell(from, $"delete from snapshots where aggregate in {moved}");
            await Tell(from, $"delete from aggregates where number in {moved}");
            await Tell(from, $"delete from commits where partition in ({partitions})");
            await transaction.CommitAsync();
        }

        say($"Shard {number} has partitions {partitions}: {now}.");
    }

    private static async Task Copy(NpgsqlConnection from, NpgsqlConnection to, string table, string columns, string query)
    {
        await using var source = await from.BeginRawBinaryCopyAsync($"copy ({query}) to stdout (format binary)");
        await using var target = await to.BeginRawBinaryCopyAsync($"copy {table} ({columns}) from stdin (format binary)");
        await source.CopyToAsync(target);
    }

    private static NpgsqlConnection Patient(PostgresDatabase database) =>
        new(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false, CommandTimeout = 0, ApplicationName = "commerce split-journal" }.ConnectionString);

    private static async Task Tell(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> Ask<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
