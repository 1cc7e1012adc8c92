using System.Collections.Immutable;
using Commerce.Journal;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>The journal in PostgreSQL: any number of silos, one writer in each. See <see cref="PostgresWriter"/> for writing and <see cref="PostgresHorizon"/> for how far it is read.</summary>
/// <remarks>
/// <para>When the database is away, everything here ends within <see cref="PostgresDatabase.Patience"/> in <c>temporarily-unavailable</c>.</para>
/// <para>What a grain waits for in here comes back to the grain's scheduler once, at the end (<c>ConfigureAwait(false)</c>): every resumption there is a task of its own.</para>
/// </remarks>
internal sealed class PostgresJournal : IJournal, IJournalShard, ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    private const string Columns = "position, id, version, first_sequence, events, at, correlation_id, causation_id, trace_parent, idempotency_key, fingerprint";

    /// <summary>Longest that a statement occupies its connection: a page of a reader whom nobody waits for, or one that its caller has given up.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(30);

    private readonly PostgresDatabase database;
    private readonly PostgresHorizon horizon;
    private readonly PostgresWriter writer;
    private readonly PostgresLoader loader;
    private readonly PostgresCheckpoints checkpoints;
    private int disposed;

    public PostgresJournal(PostgresDatabase database, JournalMeters meters, TimeProvider clock, ILogger<PostgresJournal> logger)
    {
        this.database = database;
        horizon = new PostgresHorizon(database, logger);
        loader = new PostgresLoader(database);
        checkpoints = new PostgresCheckpoints(database);
        writer = new PostgresWriter(new PostgresAppend(database), horizon.Look, meters, clock, logger);
    }

    public ImmutableArray<IJournalShard> Shards => [this];

    public long Head => horizon.Head.Position;

    public async Task<bool> Append(Commit commit)
    {
        try
        {
            return await writer.Append(commit).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresDatabase.IsAway(failure))
        {
            throw Away();
        }
    }

    public async ValueTask<History> Load(string aggregate)
    {
        try
        {
            return await loader.Load(aggregate).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresDatabase.IsAway(failure))
        {
            throw Away();
        }
    }

    public ValueTask<ImmutableArray<Recorded>> ReadAggregate(string aggregate, long after, int limit) => Ask(
        $"select {Columns} from commits where aggregate = (select number from aggregates where id = $1) and position > $2 order by version limit $3",
        [new() { Value = aggregate }, new() { Value = after }, new() { Value = limit }],
        ReadAll);

    public ValueTask<ImmutableArray<Recorded>> Read(int? partition, long after, int limit)
    {
        var head = Head; // whatever is up to here is committed, and no statement from now on can see less of it
        return head <= after ? ValueTask.FromResult(ImmutableArray<Recorded>.Empty)
            : horizon.IsAway ? throw Away() // a page may take its time, and would, for as long as the server says nothing
            : partition is { } one ? Ask(
                $"select {Columns} from commits where partition = $4 and position > $1 and position <= $2 order by position limit $3",
                [new() { Value = after }, new() { Value = head }, new() { Value = limit }, new() { Value = (short)one }],
                ReadAll,
                Abandoned)
            : Ask(
                $"select {Columns} from commits where position > $1 and position <= $2 order by position limit $3",
                [new() { Value = after }, new() { Value = head }, new() { Value = limit }],
                ReadAll,
                Abandoned);
    }

    public ValueTask<ImmutableArray<string>> Aggregates(string prefix, string after, int limit) => Ask(
        "select id from aggregates where id > $1 and id < $2 order by id limit $3",
        [new() { Value = string.CompareOrdinal(after, prefix) > 0 ? after : prefix }, new() { Value = prefix + "\U0010FFFF" }, new() { Value = limit }],
        static async rows =>
        {
            var ids = ImmutableArray.CreateBuilder<string>();
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                ids.Add(rows.GetString(0));
            }

            return ids.ToImmutable();
        });

    public Task WaitBeyond(long after, TimeSpan wait, CancellationToken cancellationToken) => horizon.Head.WaitBeyond(after, wait, cancellationToken);

    public Task<ImmutableArray<string>> ClaimDue(DateTimeOffset now, TimeSpan lease, int limit) => Ask(
        """
        with due as materialized (
            select id from aggregates where wake_at <= $1 and (leased_until is null or leased_until <= $1) order by wake_at limit $3 for update skip locked
        )
        update aggregates a set leased_until = $2 from due where a.id = due.id returning a.id, a.wake_at
        """,
        [new() { Value = now.UtcDateTime }, new() { Value = (now + lease).UtcDateTime }, new() { Value = limit }],
        static async rows =>
        {
            var due = new List<(string Id, DateTime WakeAt)>();
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                due.Add((rows.GetString(0), rows.GetDateTime(1)));
            }

            return due.OrderBy(d => d.WakeAt).Select(d => d.Id).ToImmutableArray();
        }).AsTask();

    public ValueTask<long> Checkpoint(string reader, int partition) => Ask(
        "select position from checkpoints where reader = $1 and partition = $2",
        [new() { Value = reader }, new() { Value = partition }],
        static async rows => await rows.ReadAsync().ConfigureAwait(false) ? rows.GetInt64(0) : 0);

    public async Task<bool> SaveCheckpoint(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows)
    {
        try
        {
            return await checkpoints.Save(reader, partition, from, to, rows).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresDatabase.IsAway(failure))
        {
            throw Away();
        }
    }

    public Task Park(ParkedEvent parked) => Ask(
        """
        insert into parked_events (reader, event_id, partition, position, reason, at) values ($1, $2, $3, $4, $5, $6)
        on conflict (reader, event_id) do update set reason = excluded.reason, at = excluded.at
        """,
        [
            new() { Value = parked.Reader }, new() { Value = parked.EventId }, new() { Value = parked.Partition }, new() { Value = parked.Position },
            new() { Value = parked.Reason }, new() { Value = parked.At.UtcDateTime },
        ],
        static _ => Task.FromResult(true)).AsTask();

    public ValueTask<int> Parked(string reader) => Ask(
        "select count(*)::int from parked_events where reader = $1",
        [new() { Value = reader }],
        static async rows => await rows.ReadAsync().ConfigureAwait(false) ? rows.GetInt32(0) : 0);

    public ValueTask<ImmutableArray<ReadModelRow>> ReadModel(string model, string? key, (string Sort, string Id)? before, int limit) => Ask(
        $"""
        select model, key, sort, id, body from read_models
        where model = $1 {(key is null ? "" : "and key = $5")} and (sort, id) < ($2, $3) order by sort desc, id desc limit $4
        """,
        [
            new() { Value = model }, new() { Value = before?.Sort ?? "\U0010FFFF" }, new() { Value = before?.Id ?? "\U0010FFFF" }, new() { Value = limit },
            .. key is null ? Array.Empty<NpgsqlParameter>() : [new() { Value = key }],
        ],
        static async rows =>
        {
            var page = ImmutableArray.CreateBuilder<ReadModelRow>();
            while (await rows.ReadAsync().ConfigureAwait(false))
            {
                page.Add(new ReadModelRow(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetFieldValue<byte[]>(4)));
            }

            return page.ToImmutable();
        });

    public ValueTask<ReadModelRow?> FindReadModel(string model, string id) => Ask(
        "select model, key, sort, id, body from read_models where model = $1 and id = $2",
        [new() { Value = model }, new() { Value = id }],
        static async rows => await rows.ReadAsync().ConfigureAwait(false)
            ? new ReadModelRow(rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.GetString(3), rows.GetFieldValue<byte[]>(4))
            : null);

    public ValueTask<Generations> Generations(string model) => Ask(
        "select active, building, since from read_model_generations where model = $1",
        [new() { Value = model }],
        static async rows => await rows.ReadAsync().ConfigureAwait(false)
            ? new Generations(rows.GetInt32(0), rows.IsDBNull(1) ? null : rows.GetInt32(1), rows.IsDBNull(2) ? null : rows.GetFieldValue<DateTimeOffset>(2))
            : Commerce.Journal.Generations.First);

    public Task<bool> SaveGenerations(string model, Generations from, Generations to) => Ask(
        """
        insert into read_model_generations (model, active, building, since)
        select $1, $2, $3, $4 where exists (select 1 from read_model_generations where model = $1) or ($5 = 1 and $6 is null)
        on conflict (model) do update set active = excluded.active, building = excluded.building, since = excluded.since
        where read_model_generations.active = $5 and read_model_generations.building is not distinct from $6
        returning 1
        """,
        [
            new() { Value = model }, new() { Value = to.Active },
            new NpgsqlParameter<int?> { TypedValue = to.Building }, new NpgsqlParameter<DateTime?> { TypedValue = to.Since?.UtcDateTime },
            new() { Value = from.Active }, new NpgsqlParameter<int?> { TypedValue = from.Building },
        ],
        static async rows => await rows.ReadAsync().ConfigureAwait(false)).AsTask();

    public Task<int> DeleteReadModel(string model, int limit) => Ask(
        """
        with gone as (
            delete from read_models where model = $1 and id in (select id from read_models where model = $1 limit $2) returning 1
        ), last as (
            delete from checkpoints where reader = $1 and (select count(*) from gone) < $2
        )
        select count(*)::int from gone
        """,
        [new() { Value = model }, new() { Value = limit }],
        static async rows => await rows.ReadAsync().ConfigureAwait(false) ? rows.GetInt32(0) : 0).AsTask();

    /// <summary>A silo that does not know where the journal ends tells nobody that it is empty.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(PostgresJournal), ServiceLifecycleStage.RuntimeInitialize, cancellationToken => Known.WaitAsync(cancellationToken));

    /// <summary>Completes when it is known where the journal ends.</summary>
    public Task Known => horizon.Known;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        await writer.DisposeAsync();
        await loader.DisposeAsync();
        await checkpoints.DisposeAsync();
        await horizon.DisposeAsync();
    }

    private static CommerceException Away() => new(CommonErrors.Unavailable("The database does not answer at the moment. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));

    /// <remarks>
    /// The caller's time is measured here: when a statement's own runs out, Npgsql asks the server to cancel it and holds a thread until the server
    /// answers that, which one that says nothing does not do. A statement that nobody waits for any more ends by itself when the server comes back.
    /// </remarks>
    private async ValueTask<T> Ask<T>(string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, Task<T>> read, TimeSpan? patience = null)
    {
        try
        {
            return await Answer().WaitAsync(patience ?? PostgresDatabase.Patience).ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresDatabase.IsAway(failure))
        {
            throw Away();
        }

        async Task<T> Answer()
        {
            await using var command = database.Pool.CreateCommand(sql);
            command.CommandTimeout = (int)Abandoned.TotalSeconds;
            command.Parameters.AddRange(parameters);
            await using var rows = await command.ExecuteReaderAsync().ConfigureAwait(false);
            return await read(rows).ConfigureAwait(false);
        }
    }

    private static async Task<ImmutableArray<Recorded>> ReadAll(NpgsqlDataReader rows)
    {
        var commits = ImmutableArray.CreateBuilder<Recorded>();
        while (await rows.ReadAsync().ConfigureAwait(false))
        {
            commits.Add(Recorded(rows));
        }

        return commits.ToImmutable();
    }

    /// <summary>The commit in this row of <see cref="Columns"/>.</summary>
    internal static Recorded Recorded(NpgsqlDataReader row)
    {
        return new Recorded(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt64(2),
            row.GetInt64(3),
            row.GetFieldValue<byte[]>(4),
            new DateTimeOffset(row.GetDateTime(5), TimeSpan.Zero),
            Text(6),
            Text(7),
            Text(8),
            Text(9),
            Text(10));

        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
