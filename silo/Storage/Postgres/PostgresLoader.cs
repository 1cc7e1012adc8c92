using System.Collections.Immutable;
using System.Threading.Channels;
using Commerce.Journal;
using Npgsql;
using NpgsqlTypes;

namespace Commerce.Storage.Postgres;

/// <summary>
/// Reads the histories of aggregates that come to life: whoever waits is read for in one statement, as the writer writes for all. A crowd brings hundreds of new
/// carts and checkouts a second, and a statement for each would cost more than what it finds.
/// </summary>
internal sealed class PostgresLoader : IAsyncDisposable
{
    private const int MaxBatch = 128, Loops = 2;

    /// <summary>A plan that goes by index, made once; see <see cref="PostgresAppend"/>.</summary>
    private const string Session = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    /// <summary>One statement, so that a snapshot that is replaced at the same time cannot leave a gap before the tail. A snapshot comes as position 0.</summary>
    private const string Sql =
        """
        with head as materialized (
            select a.id, a.number, coalesce(s.version, 0) as version, s.state
            from unnest($1::text[]) as i (id) join aggregates a on a.id = i.id left join snapshots s on s.aggregate = a.number
        )
        select 0 as position, id, version, 0 as first_sequence, state as events, 'epoch'::timestamptz as at,
               null as correlation_id, null as causation_id, null as trace_parent, null as idempotency_key, null as fingerprint
        from head where state is not null
        union all
        select c.position, c.id, c.version, c.first_sequence, c.events, c.at, c.correlation_id, c.causation_id, c.trace_parent, c.idempotency_key, c.fingerprint
        from head h, lateral (select * from commits where aggregate = h.number and version > h.version order by version) c
        """;

    private readonly Channel<Waiting> queue = Channel.CreateUnbounded<Waiting>();
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresDatabase database;
    private readonly Task loops;

    public PostgresLoader(PostgresDatabase database)
    {
        this.database = database;
        loops = Task.WhenAll(Enumerable.Range(0, Loops).Select(_ => Task.Run(Load)));
    }

    /// <inheritdoc cref="IJournal.Load"/>
    public async Task<History> Load(string aggregate)
    {
        var waiting = new Waiting(aggregate);
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
        await stopping.CancelAsync();
        await loops;
        stopping.Dispose();
    }

    private async Task Load()
    {
        NpgsqlConnection? connection = null;
        NpgsqlCommand? command = null;
        var batch = new List<Waiting>(MaxBatch);
        while (await queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var next))
            {
                if (!next.IsGivenUp)
                {
                    batch.Add(next);
                }
            }

            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
                patience.CancelAfter(PostgresDatabase.Patience);
                if (connection is null)
                {
                    connection = database.Own("journal loader", Session);
                    await connection.OpenAsync(patience.Token);
                    command = new NpgsqlCommand(Sql, connection) { Parameters = { new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text } } };
                    await command.PrepareAsync(patience.Token);
                }

                await Read(command!, batch, patience.Token);
            }
            catch (Exception failure)
            {
                foreach (var waiting in batch)
                {
                    waiting.Done.TrySetException(failure);
                }

                await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
                connection = null;
            }

            batch.Clear();
        }

        await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static async Task Read(NpgsqlCommand command, List<Waiting> batch, CancellationToken cancellationToken)
    {
        ((NpgsqlParameter<string[]>)command.Parameters[0]).TypedValue = [.. batch.Select(static waiting => waiting.Aggregate).Distinct(StringComparer.Ordinal)];
        Dictionary<string, List<Recorded>>? found = null;
        await using (var rows = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                var commit = PostgresJournal.Recorded(rows);
                found ??= new Dictionary<string, List<Recorded>>(StringComparer.Ordinal);
                if (!found.TryGetValue(commit.Aggregate, out var history))
                {
                    found.Add(commit.Aggregate, history = []);
                }

                history.Add(commit);
            }
        }

        foreach (var waiting in batch)
        {
            waiting.Done.TrySetResult(found?.GetValueOrDefault(waiting.Aggregate) is { } history ? HistoryOf(history) : History.None);
        }
    }

    private static History HistoryOf(List<Recorded> all)
    {
        all.Sort(static (one, other) => one.Version.CompareTo(other.Version)); // a snapshot is older than what is read beside it
        return all[0].Position == 0 ? new History(all[0].Version, all[0].Events, [.. all.Skip(1)]) : new History(0, null, [.. all]);
    }

    private sealed class Waiting(string aggregate)
    {
        private volatile bool givenUp;

        public string Aggregate { get; } = aggregate;

        public TaskCompletionSource<History> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsGivenUp
        {
            get => givenUp;
            set => givenUp = value;
        }
    }
}
