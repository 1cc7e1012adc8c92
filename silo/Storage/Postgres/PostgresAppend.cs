using System.Numerics;
using Commerce.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Commerce.Storage.Postgres;

/// <summary>The statement that appends a batch, prepared on a connection of its own. Not for several callers at once.</summary>
internal sealed class PostgresAppend(PostgresDatabase database) : IAsyncDisposable
{
    /// <summary>
    /// A plan that goes by index whatever the statistics of a young table say, made once. A session that is left in a transaction is ended: it would hold
    /// the readers of all silos back.
    /// </summary>
    private const string Session =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c synchronous_commit=on -c idle_in_transaction_session_timeout=5000";

    private const string Input =
        """
        with input as materialized (
            select * from unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[], $5::timestamptz[], $6::timestamptz[], $7::bytea[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
            with ordinality as i (id, version, partition, first_sequence, at, wake_at, events, correlation_id, causation_id, trace_parent, idempotency_key, fingerprint, n)
        ), clock as materialized (
            select (pg_current_xact_id()::text::bigint + ahead) << 12 as base from journal_clock
        ), opened as (
            insert into aggregates (id, version, wake_at) select id, 1, wake_at from input where version = 1
            on conflict do nothing
            returning id, number
        ), moved as (
            update aggregates a set version = i.version, wake_at = i.wake_at, leased_until = null
            from input i where i.version > 1 and a.id = i.id and a.version = i.version - 1
            returning a.id, a.number
        ), held as materialized (
            select id, number from opened union all select id, number from moved
        )
        """;

    private const string Commits =
        """

        insert into commits (position, aggregate, id, version, partition, first_sequence, at, events, correlation_id, causation_id, trace_parent, idempotency_key, fingerprint)
        select clock.base + i.n, h.number, i.id, i.version, i.partition, i.first_sequence, i.at, i.events, i.correlation_id, i.causation_id, i.trace_parent, i.idempotency_key, i.fingerprint
        from clock, input i join held h on h.id = i.id
        returning id
        """;

    private const string Snapshots =
        """
        , kept as (
            insert into snapshots (aggregate, version, state)
            select h.number, s.version, s.state from unnest($13::text[], $14::bigint[], $15::bytea[]) as s (id, version, state) join held h on h.id = s.id
            on conflict (aggregate) do update set version = excluded.version, state = excluded.state
        )
        """;

    private const string There =
        """
        select i.id, c.at, c.events, c.idempotency_key, c.correlation_id
        from unnest($1::text[], $2::bigint[]) as i (id, version) join aggregates a on a.id = i.id join commits c on c.aggregate = a.number and c.version = i.version
        """;

    private NpgsqlConnection? connection;
    private NpgsqlCommand? plain, withSnapshots;

    /// <summary>Writes the batch and notes for each commit whether it held its fence.</summary>
    /// <param name="mayBeThere">An earlier attempt may have written it: a commit whose version is taken is compared with what took it.</param>
    /// <returns>How many lost their fence.</returns>
    public async Task<int> Send(List<PostgresWriter.Pending> batch, bool mayBeThere, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(PostgresDatabase.Patience);
        try
        {
            await Connect(patience.Token);
            var written = await Append(batch, patience.Token);
            var refused = 0;
            foreach (var pending in batch)
            {
                pending.Held = written.Contains(pending.Commit.Aggregate);
                refused += pending.Held ? 0 : 1;
            }

            return refused > 0 && mayBeThere ? refused - await Recognise(batch, patience.Token) : refused;
        }
        catch (PostgresException refusal) when (!PostgresDatabase.IsAway(refusal))
        {
            throw; // the statement was wrong, the connection is not
        }
        catch
        {
            await Disconnect();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Disconnect();

    private async Task Connect(CancellationToken cancellationToken)
    {
        if (connection is not null)
        {
            return;
        }

        connection = database.Own("journal writer", Session);
        await connection.OpenAsync(cancellationToken);
        plain = Command(Input + Commits, snapshots: false);
        withSnapshots = Command(Input + Snapshots + Commits, snapshots: true);
        await plain.PrepareAsync(cancellationToken);
        await withSnapshots.PrepareAsync(cancellationToken);
    }

    private async ValueTask Disconnect()
    {
        if (connection is { } old)
        {
            connection = null;
            await old.DisposeAsync();
        }
    }

    private NpgsqlCommand Command(string sql, bool snapshots)
    {
        var command = new NpgsqlCommand(sql, connection);
        Add<string[]>(NpgsqlDbType.Text);
        Add<long[]>(NpgsqlDbType.Bigint);
        Add<short[]>(NpgsqlDbType.Smallint);
        Add<long[]>(NpgsqlDbType.Bigint);
        Add<DateTime[]>(NpgsqlDbType.TimestampTz);
        Add<DateTime?[]>(NpgsqlDbType.TimestampTz);
        Add<ReadOnlyMemory<byte>[]>(NpgsqlDbType.Bytea);
        for (var text = 0; text < 5; text++)
        {
            Add<string?[]>(NpgsqlDbType.Text);
        }

        if (snapshots)
        {
            Add<string[]>(NpgsqlDbType.Text);
            Add<long[]>(NpgsqlDbType.Bigint);
            Add<byte[][]>(NpgsqlDbType.Bytea);
        }

        return command;

        void Add<T>(NpgsqlDbType element) => command.Parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = NpgsqlDbType.Array | element });
    }

    private async Task<HashSet<string>> Append(List<PostgresWriter.Pending> batch, CancellationToken cancellationToken)
    {
        var snapshots = batch.Where(static pending => pending.Commit.Snapshot is not null).ToList();
        var command = snapshots.Count == 0 ? plain! : withSnapshots!;
        Bind(0, static commit => commit.Aggregate);
        Bind(1, static commit => commit.Version);
        Bind(2, static commit => (short)Partition.Of(commit.Aggregate));
        Bind(3, static commit => commit.FirstSequence);
        Bind(4, static commit => commit.At.UtcDateTime);
        Bind(5, static commit => WakeAt(commit));
        Bind(6, static commit => commit.Events);
        Bind(7, static commit => commit.CorrelationId);
        Bind(8, static commit => commit.CausationId);
        Bind(9, static commit => commit.TraceParent);
        Bind(10, static commit => commit.IdempotencyKey);
        Bind(11, static commit => commit.Fingerprint);
        if (snapshots.Count > 0)
        {
            ((NpgsqlParameter<string[]>)command.Parameters[12]).TypedValue = [.. snapshots.Select(static pending => pending.Commit.Aggregate)];
            ((NpgsqlParameter<long[]>)command.Parameters[13]).TypedValue = [.. snapshots.Select(static pending => pending.Commit.Version)];
            ((NpgsqlParameter<byte[][]>)command.Parameters[14]).TypedValue = [.. snapshots.Select(static pending => pending.Commit.Snapshot!)];
        }

        var written = new HashSet<string>(batch.Count, StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            written.Add(rows.GetString(0));
        }

        return written;

        void Bind<T>(int parameter, Func<Commit, T> value)
        {
            var values = new T[batch.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = value(batch[i].Commit);
            }

            ((NpgsqlParameter<T[]>)command.Parameters[parameter]).TypedValue = values;
        }
    }

    /// <summary>Whether those that were refused lie there already, written by an attempt whose answer was lost: the same step, at the same microsecond.</summary>
    private async Task<int> Recognise(List<PostgresWriter.Pending> batch, CancellationToken cancellationToken)
    {
        var refused = batch.Where(static pending => !pending.Held).ToDictionary(static pending => pending.Commit.Aggregate, StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(There, connection)
        {
            Parameters = { new() { Value = refused.Keys.ToArray() }, new() { Value = refused.Values.Select(static pending => pending.Commit.Version).ToArray() } },
        };
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var recognised = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            var pending = refused[rows.GetString(0)];
            var commit = pending.Commit;
            pending.Held = rows.GetDateTime(1) == commit.At.UtcDateTime
                && commit.Events.Span.SequenceEqual(rows.GetFieldValue<byte[]>(2))
                && commit.IdempotencyKey == (rows.IsDBNull(3) ? null : rows.GetString(3))
                && commit.CorrelationId == (rows.IsDBNull(4) ? null : rows.GetString(4));
            recognised += pending.Held ? 1 : 0;
        }

        return recognised;
    }

    /// <summary>
    /// A little later than asked: nobody is woken before its time. The further it is away, the coarser (a sixteenth of the way, two seconds at the most), so that the steps of an
    /// aggregate that follow each other closely name the same time, and the index of what is due stands still.
    /// </summary>
    private static DateTime? WakeAt(Commit commit)
    {
        if (commit.WakeAt is not { } at)
        {
            return null;
        }

        var away = Math.Clamp((long)(at - commit.At).TotalMilliseconds / 16, 1, 2_048);
        var grain = 1L << BitOperations.Log2((ulong)away);
        return DateTimeOffset.FromUnixTimeMilliseconds((at.ToUnixTimeMilliseconds() / grain + 1) * grain).UtcDateTime;
    }
}
