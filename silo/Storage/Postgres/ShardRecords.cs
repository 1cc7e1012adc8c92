using System.Collections.Immutable;
using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>What a database says of the part that it has in a journal.</summary>
/// <param name="Journal">The same in all shards of one.</param>
/// <param name="Number">From 0, the home.</param>
/// <param name="Shards">1, 2, 4 or 8.</param>
/// <param name="Splitting">Into how many shards a split has begun that is not done; null: none.</param>
internal sealed record ShardRecord(Guid Journal, int Number, int Shards, int? Splitting);

/// <summary>
/// Holds databases to their part in the journal: a start with another order, another count or somebody else's database is refused, since it would find
/// aggregates without their history.
/// </summary>
internal static class ShardRecords
{
    /// <summary>Reads the record of each of a journal's databases, whose schema is up to date, and makes those that are not there yet.</summary>
    public static void Check(ImmutableArray<PostgresDatabase> databases)
    {
        Guid? journal = null;
        foreach (var (number, database) in databases.Index())
        {
            using var connection = database.Own("shards");
            connection.Open();
            var record = Read(connection) ?? Begin(connection, new ShardRecord(journal ?? Guid.NewGuid(), number, databases.Length, null));
            var name = Name(database);
            if (record.Splitting is { } count)
            {
                throw new InvalidOperationException($"{name}: a split into {count} shards has begun and is not done. Run 'split-journal' again with the databases that it was begun with.");
            }

            if (record.Shards != databases.Length)
            {
                throw new InvalidOperationException(
                    $"{name} is of a journal of {record.Shards} shard(s), and {databases.Length} are configured (ConnectionStrings:Commerce and {PostgresShards.Section}). See docs/runbooks/split-the-journal.md.");
            }

            if (record.Number != number)
            {
                throw new InvalidOperationException($"{name} is shard {record.Number}, and is configured as shard {number}. Put the databases of {PostgresShards.Section} into the order that they were made in.");
            }

            if (record.Journal != (journal ??= record.Journal))
            {
                throw new InvalidOperationException($"{name} is shard {number} of another journal than that of ConnectionStrings:Commerce.");
            }
        }
    }

    /// <summary>Null for a database that was never started with.</summary>
    public static ShardRecord? Read(NpgsqlConnection connection)
    {
        using var command = new NpgsqlCommand("select journal, number, shards, splitting from journal_shard", connection);
        using var row = command.ExecuteReader();
        return row.Read() ? new ShardRecord(row.GetGuid(0), row.GetInt16(1), row.GetInt16(2), row.IsDBNull(3) ? null : row.GetInt16(3)) : null;
    }

    /// <summary>Stores what the database is from now on; of two that do it at once, one.</summary>
    public static void Write(NpgsqlConnection connection, ShardRecord record)
    {
        using var command = new NpgsqlCommand(
            """
            insert into journal_shard (journal, number, shards, splitting) values ($1, $2, $3, $4)
            on conflict (one) do update set number = excluded.number, shards = excluded.shards, splitting = excluded.splitting where journal_shard.journal = excluded.journal
            """,
            connection)
        {
            Parameters =
            {
                new() { Value = record.Journal }, new() { Value = (short)record.Number }, new() { Value = (short)record.Shards },
                new NpgsqlParameter<short?> { TypedValue = (short?)record.Splitting },
            },
        };
        command.ExecuteNonQuery();
    }

    /// <summary>How messages call a database.</summary>
    public static string Name(PostgresDatabase database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"The database {connection.Database} at {connection.Host}:{connection.Port}";
    }

    /// <summary>The record of a database that has none: an empty one, or a home from before there were shards.</summary>
    private static ShardRecord Begin(NpgsqlConnection connection, ShardRecord wanted)
    {
        if (wanted.Number == 0 && wanted.Shards > 1 && HasCommits(connection))
        {
            wanted = wanted with { Shards = 1 }; // it has the whole journal
        }
        else if (wanted.Number > 0 && HasCommits(connection))
        {
            throw new InvalidOperationException($"The database {connection.Database} at {connection.Host}:{connection.Port} is configured as shard {wanted.Number} and holds a journal of its own.");
        }

        Write(connection, wanted);
        return Read(connection)!; // another silo may have been first
    }

    public static bool HasCommits(NpgsqlConnection connection)
    {
        using var any = new NpgsqlCommand("select exists (select 1 from commits)", connection);
        return (bool)any.ExecuteScalar()!;
    }
}
