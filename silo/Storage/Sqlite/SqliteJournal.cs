using System.Collections.Concurrent;
using System.Collections.Immutable;
using Commerce.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Commerce.Storage.Sqlite;

/// <summary>
/// The journal in one SQLite file (WAL, synchronous=FULL): nothing to install, one process. One thread writes, and gathers whatever is waiting
/// into one transaction; readers have connections of their own.
/// </summary>
/// <remarks>Positions are safe as soon as they are visible: with a single writer the order of positions is the order of commits.</remarks>
internal sealed class SqliteJournal : IJournal, IJournalShard, IAsyncDisposable
{
    private const string Commits =
        """
        select c.position, a.id, c.version, c.first_sequence, c.events, c.at, c.correlation_id, c.causation_id, c.trace_parent, c.idempotency_key, c.fingerprint
        from commits c join aggregates a on a.number = c.aggregate
        """;

    private readonly SqliteFile file;
    private readonly SqliteWriter writer;
    private readonly ConcurrentBag<Reader> readers = [];
    private readonly JournalHead head;

    public SqliteJournal(SqliteFile file, JournalMeters meters, TimeProvider clock, ILogger<SqliteJournal> logger)
    {
        this.file = file;
        using (var connection = file.Open())
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "select coalesce(max(position), 0) from commits";
            head = new JournalHead((long)command.ExecuteScalar()!);
        }

        writer = new SqliteWriter(file, head.Advance, meters, clock, logger);
    }

    public ImmutableArray<IJournalShard> Shards => [this];

    public long Head => head.Position;

    public Task<bool> Append(Commit commit) => writer.Append(commit);

    public ValueTask<History> Load(string aggregate) => Read(static (reader, id) =>
    {
        byte[]? snapshot = null;
        long from = 0;
        using (var row = reader.Query(
            "select s.state, s.version from aggregates a left join snapshots s on s.aggregate = a.number where a.id = $id", ("$id", id)))
        {
            if (!row.Read())
            {
                return History.None;
            }

            if (!row.IsDBNull(0))
            {
                snapshot = (byte[])row[0];
                from = row.GetInt64(1);
            }
        }

        using var rows = reader.Query($"{Commits} where c.aggregate = (select number from aggregates where id = $id) and c.version > $from order by c.version", ("$id", id), ("$from", from));
        return new History(from, snapshot, ReadAll(rows));
    }, aggregate);

    public ValueTask<ImmutableArray<Recorded>> ReadAggregate(string aggregate, long after, int limit) => Read(static (reader, q) =>
    {
        using var rows = reader.Query(
            $"{Commits} where c.aggregate = (select number from aggregates where id = $id) and c.position > $after order by c.version limit $limit",
            ("$id", q.aggregate), ("$after", q.after), ("$limit", q.limit));
        return ReadAll(rows);
    }, (aggregate, after, limit));

    public ValueTask<ImmutableArray<Recorded>> Read(int? partition, long after, int limit) => Read(static (reader, q) =>
    {
        using var rows = q.partition is { } partition
            ? reader.Query(
                $"{Commits} where c.partition = $partition and c.position > $after order by c.position limit $limit",
                ("$partition", partition), ("$after", q.after), ("$limit", q.limit))
            : reader.Query(
                $"{Commits} where c.position > $after order by c.position limit $limit",
                ("$after", q.after), ("$limit", q.limit));
        return ReadAll(rows);
    }, (partition, after, limit));

    public ValueTask<ImmutableArray<string>> Aggregates(string prefix, string after, int limit) => Read(static (reader, q) =>
    {
        using var rows = reader.Query(
            "select id from aggregates where id > $after and id < $end order by id limit $limit",
            ("$after", string.CompareOrdinal(q.after, q.prefix) > 0 ? q.after : q.prefix), ("$end", q.prefix + "\U0010FFFF"), ("$limit", q.limit));
        var ids = ImmutableArray.CreateBuilder<string>();
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }

        return ids.ToImmutable();
    }, (prefix, after, limit));

    public Task WaitBeyond(long after, TimeSpan wait, CancellationToken cancellationToken) => head.WaitBeyond(after, wait, cancellationToken);

    public Task<ImmutableArray<string>> ClaimDue(DateTimeOffset now, TimeSpan lease, int limit) => writer.Run(connection =>
    {
        using var rows = connection.Query(
            """
            update aggregates set leased_until = $until
            where number in (select number from aggregates where wake_at <= $now and coalesce(leased_until, 0) <= $now order by wake_at limit $limit)
            returning id, wake_at
            """,
            ("$until", (now + lease).ToUnixTimeMilliseconds()), ("$now", now.ToUnixTimeMilliseconds()), ("$limit", limit));
        var due = new List<(string Id, long WakeAt)>();
        while (rows.Read())
        {
            due.Add((rows.GetString(0), rows.GetInt64(1)));
        }

        return due.OrderBy(d => d.WakeAt).Select(d => d.Id).ToImmutableArray();
    });

    public ValueTask<long> Checkpoint(string reader, int partition) => Read(static (connection, q) =>
    {
        using var rows = connection.Query(
            "select position from checkpoints where reader = $reader and partition = $partition", ("$reader", q.reader), ("$partition", q.partition));
        return rows.Read() ? rows.GetInt64(0) : 0;
    }, (reader, partition));

    public Task<bool> SaveCheckpoint(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows) => writer.Run(connection =>
    {
        var moved = connection.Execute(
            """
            insert into checkpoints (reader, partition, position) select $reader, $partition, $to
            where $from = coalesce((select position from checkpoints where reader = $reader and partition = $partition), 0)
            on conflict (reader, partition) do update set position = excluded.position
            """,
            ("$reader", reader), ("$partition", partition), ("$from", from), ("$to", to));
        if (moved == 0)
        {
            return false;
        }

        foreach (var row in rows)
        {
            if (row.Body is { } body)
            {
                connection.Execute(
                    """
                    insert into read_models (model, key, sort, id, body) values ($model, $key, $sort, $id, $body)
                    on conflict (model, id) do update set key = excluded.key, sort = excluded.sort, body = excluded.body
                    """,
                    ("$model", row.Model), ("$key", row.Key), ("$sort", row.Sort), ("$id", row.Id), ("$body", body));
            }
            else
            {
                connection.Execute("delete from read_models where model = $model and id = $id", ("$model", row.Model), ("$id", row.Id));
            }
        }

        return true;
    });

    public Task Park(ParkedEvent parked) => writer.Run(connection =>
    {
        connection.Execute(
            """
            insert into parked_events (reader, event_id, partition, position, reason, at) values ($reader, $event, $partition, $position, $reason, $at)
            on conflict (reader, event_id) do update set reason = excluded.reason, at = excluded.at
            """,
            ("$reader", parked.Reader), ("$event", parked.EventId), ("$partition", parked.Partition), ("$position", parked.Position),
            ("$reason", parked.Reason), ("$at", parked.At.ToUnixTimeMilliseconds()));
        return true;
    });

    public ValueTask<int> Parked(string reader) => Read(static (connection, reader) =>
    {
        using var rows = connection.Query("select count(*) from parked_events where reader = $reader", ("$reader", reader));
        return rows.Read() ? rows.GetInt32(0) : 0;
    }, reader);

    public ValueTask<ImmutableArray<ReadModelRow>> ReadModel(string model, string? key, (string Sort, string Id)? before, int limit) => Read(static (reader, q) =>
    {
        using var rows = reader.Query(
            $"""
            select key, sort, id, body from read_models
            where model = $model {(q.key is null ? "and $key = ''" : "and key = $key")} and (sort, id) < ($sort, $id)
            order by sort desc, id desc limit $limit
            """,
            ("$model", q.model), ("$key", q.key ?? ""), ("$sort", q.before?.Sort ?? "\U0010FFFF"), ("$id", q.before?.Id ?? "\U0010FFFF"), ("$limit", q.limit));
        var page = ImmutableArray.CreateBuilder<ReadModelRow>();
        while (rows.Read())
        {
            page.Add(new ReadModelRow(q.model, rows.GetString(0), rows.GetString(1), rows.GetString(2), (byte[])rows[3]));
        }

        return page.ToImmutable();
    }, (model, key, before, limit));

    public ValueTask<ReadModelRow?> FindReadModel(string model, string id) => Read(static (reader, q) =>
    {
        using var rows = reader.Query("select key, sort, body from read_models where model = $model and id = $id", ("$model", q.model), ("$id", q.id));
        return rows.Read() ? new ReadModelRow(q.model, rows.GetString(0), rows.GetString(1), q.id, (byte[])rows[2]) : null;
    }, (model, id));

    public ValueTask<Generations> Generations(string model) => Read(static (reader, model) =>
    {
        using var rows = reader.Query("select active, building, since from read_model_generations where model = $model", ("$model", model));
        return rows.Read()
            ? new Generations(rows.GetInt32(0), rows.IsDBNull(1) ? null : rows.GetInt32(1), rows.IsDBNull(2) ? null : DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(2)))
            : Commerce.Journal.Generations.First;
    }, model);

    public Task<bool> SaveGenerations(string model, Generations from, Generations to) => writer.Run(connection =>
    {
        connection.Execute("insert into read_model_generations (model, active) values ($model, 1) on conflict do nothing", ("$model", model));
        return 1 == connection.Execute(
            "update read_model_generations set active = $active, building = $building, since = $since where model = $model and active = $from and building is $was",
            ("$model", model), ("$active", to.Active), ("$building", (object?)to.Building ?? DBNull.Value),
            ("$since", (object?)to.Since?.ToUnixTimeMilliseconds() ?? DBNull.Value), ("$from", from.Active), ("$was", (object?)from.Building ?? DBNull.Value));
    });

    public Task<int> DeleteReadModel(string model, int limit) => writer.Run(connection =>
    {
        var deleted = connection.Execute(
            "delete from read_models where model = $model and id in (select id from read_models where model = $model limit $limit)", ("$model", model), ("$limit", limit));
        if (deleted < limit)
        {
            connection.Execute("delete from checkpoints where reader = $model", ("$model", model));
        }

        return deleted;
    });

    public async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        while (readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private ValueTask<T> Read<T, TQuery>(Func<Reader, TQuery, T> read, TQuery query)
    {
        if (!readers.TryTake(out var reader))
        {
            reader = new Reader(file.Open());
        }

        try
        {
            var result = read(reader, query);
            readers.Add(reader);
            return ValueTask.FromResult(result);
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private static ImmutableArray<Recorded> ReadAll(SqliteDataReader rows)
    {
        var commits = ImmutableArray.CreateBuilder<Recorded>();
        while (rows.Read())
        {
            commits.Add(new Recorded(
                rows.GetInt64(0),
                rows.GetString(1),
                rows.GetInt64(2),
                rows.GetInt64(3),
                (byte[])rows[4],
                DateTimeOffset.UnixEpoch.AddMicroseconds(rows.GetInt64(5)),
                Text(6),
                Text(7),
                Text(8),
                Text(9),
                Text(10)));
        }

        return commits.ToImmutable();

        string? Text(int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
    }

    /// <summary>A connection with its prepared statements.</summary>
    private sealed class Reader(SqliteConnection connection) : IDisposable
    {
        private readonly PreparedStatements statements = new(connection);

        public SqliteDataReader Query(string sql, params ReadOnlySpan<(string Name, object Value)> parameters) => statements.Query(sql, parameters);

        public void Dispose()
        {
            statements.Dispose();
            connection.Dispose();
        }
    }
}
