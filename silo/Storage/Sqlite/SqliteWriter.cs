using System.Threading.Channels;
using Commerce.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Commerce.Storage.Sqlite;

/// <summary>
/// The one writer: takes everything that is waiting, writes it in one transaction, and only then tells anybody. A commit that lost its fence
/// fails alone; the rest of the batch stands.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>Most commits in one transaction: bounds how long the first of them waits.</summary>
    private const int MaxBatch = 512;

    /// <summary>After a batch of so many, as many are about to come again: one flush for all of them costs less than one for the first and one for the rest.</summary>
    private const int ManyForABatch = 8;

    /// <summary>How long a busy writer waits at the most until as many have come as were in its last batch.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(1);

    private readonly Channel<Work> queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(JournalQueue.MaxWaiting) { SingleReader = true });
    private readonly Action<long> durable;
    private readonly JournalMeters meters;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly SqliteFile file;
    private readonly Thread thread;
    private readonly SqliteCheckpoints checkpoints;
    private readonly ManualResetEventSlim enough = new();
    private volatile bool closed;
    private int missing;

    /// <param name="durable">Told the highest position after each batch that wrote commits.</param>
    public SqliteWriter(SqliteFile file, Action<long> durable, JournalMeters meters, TimeProvider clock, ILogger logger)
    {
        (this.file, this.durable, this.meters, this.clock, this.logger) = (file, durable, meters, clock, logger);
        checkpoints = new SqliteCheckpoints(file, logger);
        meters.Watch(() => queue.Reader.Count);
        thread = new Thread(Write) { IsBackground = true, Name = "journal writer" };
        thread.Start();
    }

    /// <inheritdoc cref="IJournal.Append"/>
    public Task<bool> Append(Commit commit)
    {
        var work = new AppendWork(commit);
        if (!queue.Writer.TryWrite(work))
        {
            return Task.FromException<bool>(closed ? new ChannelClosedException() : JournalQueue.Full());
        }

        Came();
        return work.Done.Task;
    }

    /// <summary>Runs other writing in the same batches; when the queue is full it waits for room: these are readers of the journal, who fall behind and catch up. When it throws, its own changes are undone and no one else's.</summary>
    public Task<T> Run<T>(Func<PreparedStatements, T> change)
    {
        var work = new ChangeWork<T>(change);
        return queue.Writer.TryWrite(work) ? work.Done.Task : Enqueue(work, work.Done.Task);
    }

    public async ValueTask DisposeAsync()
    {
        closed = true;
        queue.Writer.TryComplete();
        await Task.Run(thread.Join);
        await checkpoints.DisposeAsync();
        enough.Dispose();
    }

    private async Task<T> Enqueue<T>(Work work, Task<T> done)
    {
        await queue.Writer.WriteAsync(work);
        return await done;
    }

    private void Write()
    {
        using var connection = file.Open();
        using var statements = new PreparedStatements(connection);
        var session = new Session(connection, statements);
        var batch = new List<Work>(MaxBatch);
        var incoming = queue.Reader;
        var last = 0;
        while (incoming.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            Gather(batch);
            if (last >= ManyForABatch && batch.Count < last)
            {
                AwaitMore(last - batch.Count);
                Gather(batch);
            }

            last = batch.Count;
            WriteBatch(session, batch);
            batch.Clear();
            checkpoints.FinishIfBegun(session.Connection);
        }
    }

    /// <summary>Waits until so many more are in the queue, but not longer than <see cref="Linger"/>.</summary>
    private void AwaitMore(int count)
    {
        enough.Reset();
        Volatile.Write(ref missing, count - queue.Reader.Count);
        if (Volatile.Read(ref missing) > 0)
        {
            enough.Wait(Linger);
        }

        Volatile.Write(ref missing, 0);
    }

    /// <summary>Called by whoever has put something into the queue.</summary>
    private void Came()
    {
        if (Volatile.Read(ref missing) > 0 && Interlocked.Decrement(ref missing) == 0)
        {
            enough.Set();
        }
    }

    private void Gather(List<Work> batch)
    {
        while (batch.Count < MaxBatch && queue.Reader.TryRead(out var work))
        {
            batch.Add(work);
        }
    }

    private void WriteBatch(Session session, List<Work> batch)
    {
        long position = 0;
        var from = clock.GetTimestamp();
        try
        {
            session.Statements.Execute("begin immediate");
            foreach (var work in batch)
            {
                position = Math.Max(position, work.Carry(session));
            }

            session.Statements.Execute("commit");
        }
        catch (Exception failure)
        {
            logger.BatchFailed(batch.Count, failure);
            Undo(session);
            foreach (var work in batch)
            {
                work.Fail(failure);
            }

            return;
        }

        var (commits, fenced) = (0, 0);
        foreach (var work in batch)
        {
            if (work.Held is { } held)
            {
                commits++;
                fenced += held ? 0 : 1;
            }
        }

        if (commits > 0)
        {
            meters.Wrote(commits, fenced, clock.GetElapsedTime(from));
        }

        if (position > 0)
        {
            durable(position);
            checkpoints.Wanted();
        }

        foreach (var work in batch)
        {
            work.Succeed();
        }
    }

    private void Undo(Session session)
    {
        try
        {
            session.Statements.Execute("rollback");
        }
        catch (SqliteException failure)
        {
            // SQLite has rolled back by itself (a full disk, say): there is nothing left to undo.
            logger.NothingToUndo(failure);
        }
    }

    private sealed record Session(SqliteConnection Connection, PreparedStatements Statements);

    private abstract class Work
    {
        /// <summary>For a commit, whether it held its fence.</summary>
        public virtual bool? Held => null;

        /// <summary>Writes within the batch's transaction; returns the position of what it appended, or 0.</summary>
        public abstract long Carry(Session session);

        public abstract void Succeed();

        public abstract void Fail(Exception failure);
    }

    private sealed class AppendWork(Commit commit) : Work
    {
        private bool held;

        public override bool? Held => held;

        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long Carry(Session session)
        {
            var wakeAt = commit.WakeAt is { } wake ? wake.ToUnixTimeMilliseconds() + 1 : (object)DBNull.Value; // never before its time
            held = 1 == (commit.Version == 1
                ? session.Statements.Execute(
                    "insert into aggregates (id, version, wake_at) values ($id, 1, $wake) on conflict do nothing",
                    ("$id", commit.Aggregate), ("$wake", wakeAt))
                : session.Statements.Execute(
                    "update aggregates set version = $version, wake_at = $wake, leased_until = null where id = $id and version = $version - 1",
                    ("$version", commit.Version), ("$wake", wakeAt), ("$id", commit.Aggregate)));
            if (!held)
            {
                return 0;
            }

            if (commit.Snapshot is { } snapshot)
            {
                session.Statements.Execute(
                    "insert or replace into snapshots (aggregate, version, state) values ((select number from aggregates where id = $id), $version, $state)",
                    ("$id", commit.Aggregate), ("$version", commit.Version), ("$state", snapshot));
            }

            using var row = session.Statements.Query(
                """
                insert into commits (aggregate, version, partition, first_sequence, at, events, correlation_id, causation_id, trace_parent, idempotency_key, fingerprint)
                values ((select number from aggregates where id = $aggregate), $version, $partition, $first, $at, $events, $correlation, $causation, $trace, $key, $fingerprint) returning position
                """,
                ("$aggregate", commit.Aggregate),
                ("$version", commit.Version),
                ("$partition", Partition.Of(commit.Aggregate)),
                ("$first", commit.FirstSequence),
                ("$at", (commit.At - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond),
                ("$events", commit.Events.ToArray()),
                ("$correlation", (object?)commit.CorrelationId ?? DBNull.Value),
                ("$causation", (object?)commit.CausationId ?? DBNull.Value),
                ("$trace", (object?)commit.TraceParent ?? DBNull.Value),
                ("$key", (object?)commit.IdempotencyKey ?? DBNull.Value),
                ("$fingerprint", (object?)commit.Fingerprint ?? DBNull.Value));
            row.Read();
            return row.GetInt64(0);
        }

        public override void Succeed() => Done.SetResult(held);

        public override void Fail(Exception failure) => Done.SetException(failure);
    }

    private sealed class ChangeWork<T>(Func<PreparedStatements, T> change) : Work
    {
        private T result = default!;
        private Exception? refused;

        public TaskCompletionSource<T> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override long Carry(Session session)
        {
            session.Statements.Execute("savepoint change");
            try
            {
                result = change(session.Statements);
            }
            catch (Exception failure)
            {
                refused = failure;
                session.Statements.Execute("rollback to change");
            }

            session.Statements.Execute("release change");
            return 0;
        }

        public override void Succeed()
        {
            if (refused is not null)
            {
                Done.SetException(refused);
            }
            else
            {
                Done.SetResult(result);
            }
        }

        public override void Fail(Exception failure) => Done.SetException(failure);
    }
}

internal static partial class SqliteWriterLog
{
    [LoggerMessage(100, LogLevel.Error, "A batch of {Count} could not be written; its callers repeat")]
    public static partial void BatchFailed(this ILogger logger, int count, Exception failure);

    [LoggerMessage(101, LogLevel.Debug, "There was no transaction left to undo")]
    public static partial void NothingToUndo(this ILogger logger, Exception failure);
}
