using System.Collections.Immutable;
using System.Threading.Channels;
using Commerce.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Commerce.Storage.Postgres;

/// <summary>
/// Stores how far the readers of this silo have come and what they made of it: whoever waits is written for in one statement, as the writer writes for all. Each
/// reader's checkpoint holds or loses its fence by itself.
/// </summary>
internal sealed class PostgresCheckpoints : IAsyncDisposable
{
    private const int MaxBatch = 64;

    /// <summary>A plan that goes by index, made once; see <see cref="PostgresAppend"/>.</summary>
    private const string Session =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c synchronous_commit=on";

    /// <summary>What the rows of one checkpoint say takes effect with it or not at all. Of two silos that store the same readers each locks them in the same order.</summary>
    private const string Sql =
        """
        with input as materialized (
            select * from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) with ordinality as i (reader, partition, begin, until, n)
        ), moved as materialized (
            insert into checkpoints (reader, partition, position)
            select i.reader, i.partition, i.until from input i
            where i.begin = coalesce((select c.position from checkpoints c where c.reader = i.reader and c.partition = i.partition), 0)
            order by i.n
            on conflict (reader, partition) do update set position = excluded.position
            where checkpoints.position = (select i.begin from input i where i.reader = excluded.reader and i.partition = excluded.partition)
            returning reader, partition
        ), held as materialized (
            select i.n from moved m join input i on i.reader = m.reader and i.partition = m.partition
        ), stored as (
            insert into read_models (model, key, sort, id, body)
            select r.model, r.key, r.sort, r.id, r.body
            from unnest($5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[]) as r (n, model, key, sort, id, body) join held h on h.n = r.n
            on conflict (model, id) do update set key = excluded.key, sort = excluded.sort, body = excluded.body
        ), removed as (
            delete from read_models m using (
                select r.model, r.id from unnest($11::bigint[], $12::text[], $13::text[]) as r (n, model, id) join held h on h.n = r.n
            ) gone where m.model = gone.model and m.id = gone.id
        )
        select n from held
        """;

    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>();
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresDatabase database;
    private readonly Task loop;
    private NpgsqlConnection? connection;
    private NpgsqlCommand? command;

    /// <summary>Saves of a reader and partition that is in the batch already: a hand-over. They go out with the next.</summary>
    private readonly List<Waiting> held = [];

    public PostgresCheckpoints(PostgresDatabase database)
    {
        this.database = database;
        loop = Task.Run(Save);
    }

    /// <inheritdoc cref="IJournal.SaveCheckpoint"/>
    public async Task<bool> Save(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows)
    {
        var waiting = new Waiting(reader, partition, from, to, rows);
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(waiting), this);
        try
        {
            return await waiting.Done.Task.WaitAsync(PostgresDatabase.Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            waiting.IsGivenUp = true;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        stopping.CancelAfter(PostgresDatabase.Patience); // nobody waits longer
        await loop;
        await Disconnect();
        stopping.Dispose();
    }

    private async Task Save()
    {
        var batch = new List<Waiting>(MaxBatch);
        while (held.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            Gather(batch);
            if (batch.Count == 0)
            {
                continue;
            }

            await Store(batch);
            batch.Clear();
        }
    }

    /// <remarks>Whoever is told of a failure folds again from what is stored.</remarks>
    private async Task Store(List<Waiting> batch)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
            patience.CancelAfter(PostgresDatabase.Patience);
            await Send(batch, patience.Token);
        }
        catch (PostgresException refusal) when (batch.Count > 1 && !PostgresDatabase.IsAway(refusal))
        {
            // One that the database will never take must not fail those it happens to travel with.
            foreach (var waiting in batch)
            {
                await Store([waiting]);
            }
        }
        catch (Exception failure)
        {
            await Disconnect();
            batch.ForEach(waiting => waiting.Done.TrySetException(failure));
        }
    }

    private void Gather(List<Waiting> batch)
    {
        for (var i = 0; i < held.Count;)
        {
            i = TryJoin(batch, held[i]) ? RemoveHeld(i) : i + 1;
        }

        while (batch.Count < MaxBatch && queue.Reader.TryRead(out var next))
        {
            if (!TryJoin(batch, next))
            {
                held.Add(next);
            }
        }

        batch.Sort(static (one, other) => string.CompareOrdinal(one.Reader, other.Reader) is not 0 and var order ? order : one.Partition.CompareTo(other.Partition));
    }

    private int RemoveHeld(int at)
    {
        held.RemoveAt(at);
        return at;
    }

    /// <summary>False: its checkpoint is in the batch already.</summary>
    private static bool TryJoin(List<Waiting> batch, Waiting waiting)
    {
        if (waiting.IsGivenUp)
        {
            return true;
        }

        foreach (var other in batch)
        {
            if (other.Partition == waiting.Partition && other.Reader == waiting.Reader)
            {
                return false;
            }
        }

        batch.Add(waiting);
        return true;
    }

    private async Task Send(List<Waiting> batch, CancellationToken cancellationToken)
    {
        if (connection is null)
        {
            connection = database.Own("checkpoints", Session);
            await connection.OpenAsync(cancellationToken);
            command = Command(connection);
            await command.PrepareAsync(cancellationToken);
        }

        Bind(command!, batch);
        await using (var rows = await command!.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                batch[(int)rows.GetInt64(0) - 1].IsHeld = true;
            }
        }

        foreach (var waiting in batch)
        {
            waiting.Done.TrySetResult(waiting.IsHeld);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection)
    {
        var prepared = new NpgsqlCommand(Sql, connection);
        Add<string[]>(NpgsqlDbType.Text);
        Add<int[]>(NpgsqlDbType.Integer);
        Add<long[]>(NpgsqlDbType.Bigint);
        Add<long[]>(NpgsqlDbType.Bigint);
        Add<List<long>>(NpgsqlDbType.Bigint);
        for (var text = 0; text < 4; text++)
        {
            Add<List<string>>(NpgsqlDbType.Text);
        }

        Add<List<byte[]>>(NpgsqlDbType.Bytea);
        Add<List<long>>(NpgsqlDbType.Bigint);
        Add<List<string>>(NpgsqlDbType.Text);
        Add<List<string>>(NpgsqlDbType.Text);
        return prepared;

        void Add<T>(NpgsqlDbType element) => prepared.Parameters.Add(new NpgsqlParameter<T> { NpgsqlDbType = NpgsqlDbType.Array | element });
    }

    private static void Bind(NpgsqlCommand prepared, List<Waiting> batch)
    {
        Set(0, batch.Select(static waiting => waiting.Reader).ToArray());
        Set(1, batch.Select(static waiting => waiting.Partition).ToArray());
        Set(2, batch.Select(static waiting => waiting.From).ToArray());
        Set(3, batch.Select(static waiting => waiting.To).ToArray());
        var (keptOf, goneOf) = (new List<long>(), new List<long>());
        List<string> models = [], keys = [], sorts = [], ids = [], goneModels = [], goneIds = [];
        var bodies = new List<byte[]>();
        for (var i = 0; i < batch.Count; i++)
        {
            foreach (var row in batch[i].Rows)
            {
                if (row.Body is { } body)
                {
                    keptOf.Add(i + 1);
                    models.Add(row.Model);
                    keys.Add(row.Key);
                    sorts.Add(row.Sort);
                    ids.Add(row.Id);
                    bodies.Add(body);
                }
                else
                {
                    goneOf.Add(i + 1);
                    goneModels.Add(row.Model);
                    goneIds.Add(row.Id);
                }
            }
        }

        Set(4, keptOf);
        Set(5, models);
        Set(6, keys);
        Set(7, sorts);
        Set(8, ids);
        Set(9, bodies);
        Set(10, goneOf);
        Set(11, goneModels);
        Set(12, goneIds);

        void Set<T>(int parameter, T value) => ((NpgsqlParameter<T>)prepared.Parameters[parameter]).TypedValue = value;
    }

    private async ValueTask Disconnect()
    {
        if (connection is { } old)
        {
            connection = null;
            await old.DisposeAsync();
        }
    }

    /// <summary>A checkpoint, what it brings, and who waits for it.</summary>
    private sealed class Waiting(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows)
    {
        private volatile bool givenUp;

        public string Reader { get; } = reader;
        public int Partition { get; } = partition;
        public long From { get; } = from;
        public long To { get; } = to;
        public ImmutableArray<ReadModelRow> Rows { get; } = rows;
        public bool IsHeld { get; set; }
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits for it any more. If it was sent, it may have been stored; it is not sent again.</summary>
        public bool IsGivenUp
        {
            get => givenUp;
            set => givenUp = value;
        }
    }
}
