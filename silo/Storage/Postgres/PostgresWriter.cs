using System.Threading.Channels;
using Commerce.Journal;
using Microsoft.Extensions.Logging;

namespace Commerce.Storage.Postgres;

/// <summary>
/// The one writer of this silo: takes everything that is waiting, writes it in one statement, and only then tells anybody. A commit that lost its
/// fence fails alone; the rest of the batch stands.
/// </summary>
/// <remarks>
/// <para>When the database is away, or does not say what became of a batch, the batch is sent again, on a new connection, until its callers have no
/// patience left. A commit of such a batch that then meets its own version taken may have been taken by itself: it is compared with what lies there.</para>
/// <para>A statement is a transaction: nothing that this process does or fails to do between two of them can hold a lock.</para>
/// </remarks>
internal sealed class PostgresWriter : IAsyncDisposable
{
    /// <summary>Most commits in one statement: bounds how long the first of them waits. Less than the 4,096 that a position has room for.</summary>
    private const int MaxBatch = 512;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Pending> queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(JournalQueue.MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresAppend append;
    private readonly Action written;
    private readonly JournalMeters meters;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Task loop;
    private volatile bool closed;

    /// <summary>Of aggregates that are in the batch already: two activations at once. Theirs go out with the next.</summary>
    private readonly List<Pending> held = [];
    private readonly HashSet<string> inBatch = new(StringComparer.Ordinal);

    /// <param name="written">Called after each batch that wrote something.</param>
    public PostgresWriter(PostgresAppend append, Action written, JournalMeters meters, TimeProvider clock, ILogger logger)
    {
        (this.append, this.written, this.meters, this.clock, this.logger) = (append, written, meters, clock, logger);
        meters.Watch(() => queue.Reader.Count);
        loop = Task.Run(Write);
    }

    /// <inheritdoc cref="IJournal.Append"/>
    public async Task<bool> Append(Commit commit)
    {
        var pending = new Pending(commit);
        try
        {
            if (!queue.Writer.TryWrite(pending))
            {
                throw closed ? new ChannelClosedException() : JournalQueue.Full();
            }

            return await pending.Done.Task.WaitAsync(PostgresDatabase.Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            pending.GiveUp();
            throw;
        }
        catch (ChannelClosedException)
        {
            throw new CommerceException(CommonErrors.Unavailable("This silo is stopping. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
        }
    }

    /// <summary>Writes what is waiting, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        closed = true;
        queue.Writer.TryComplete();
        stopping.CancelAfter(PostgresDatabase.Patience); // nobody waits longer
        await loop;
        await append.DisposeAsync();
        stopping.Dispose();
    }

    private async Task Write()
    {
        var batch = new List<Pending>(MaxBatch);
        while (held.Count > 0 || await queue.Reader.WaitToReadAsync())
        {
            Gather(batch);
            if (batch.Count > 0)
            {
                await WriteBatch(batch);
            }

            batch.Clear();
            inBatch.Clear();
        }
    }

    private void Gather(List<Pending> batch)
    {
        held.RemoveAll(static pending => pending.IsGivenUp); // never sent: certainly not written
        for (var i = 0; i < held.Count;)
        {
            if (inBatch.Add(held[i].Commit.Aggregate))
            {
                batch.Add(held[i]);
                held.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        while (batch.Count < MaxBatch && queue.Reader.TryRead(out var pending))
        {
            if (pending.IsGivenUp)
            {
                continue;
            }

            if (inBatch.Add(pending.Commit.Aggregate))
            {
                batch.Add(pending);
            }
            else
            {
                held.Add(pending);
            }
        }

        // Of two silos that write the same aggregates each locks them in the same order.
        batch.Sort(static (one, other) => string.CompareOrdinal(one.Commit.Aggregate, other.Commit.Aggregate));
    }

    private async Task WriteBatch(List<Pending> batch)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var from = clock.GetTimestamp();
                var fenced = await append.Send(batch, mayBeThere: attempt > 1, stopping.Token);
                meters.Wrote(batch.Count, fenced, clock.GetElapsedTime(from));
                break;
            }
            catch (Exception failure) when (PostgresDatabase.IsAway(failure))
            {
                batch.RemoveAll(static pending => pending.IsGivenUp);
                if (batch.Count == 0 || stopping.IsCancellationRequested)
                {
                    logger.BatchGivenUp(attempt, failure);
                    Fail(batch, failure);
                    return;
                }

                logger.BatchSentAgain(batch.Count, attempt, failure.Message);
                meters.SentAgain();
                await Task.Delay(pause, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception failure)
            {
                // One that the database will never take must not fail those it happens to travel with.
                logger.BatchFailed(batch.Count, failure);
                await WriteEachAlone(batch, failure);
                return;
            }
        }

        written();
        foreach (var pending in batch)
        {
            pending.Done.TrySetResult(pending.Held);
        }
    }

    private async Task WriteEachAlone(List<Pending> batch, Exception failure)
    {
        if (batch.Count == 1)
        {
            Fail(batch, failure);
            return;
        }

        foreach (var pending in batch)
        {
            await WriteBatch([pending]);
        }
    }

    private static void Fail(List<Pending> batch, Exception failure)
    {
        foreach (var pending in batch)
        {
            pending.Done.TrySetException(failure);
        }
    }

    /// <summary>A commit, and who waits for it.</summary>
    internal sealed class Pending(Commit commit)
    {
        private volatile bool givenUp;

        public Commit Commit { get; } = commit;

        /// <summary>Whether it held its fence.</summary>
        public bool Held { get; set; }

        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Nobody waits for it any more. If it was sent, it may have been written; it is not sent again.</summary>
        public bool IsGivenUp => givenUp;

        public void GiveUp() => givenUp = true;
    }
}

internal static partial class PostgresWriterLog
{
    [LoggerMessage(110, LogLevel.Warning, "A batch of {Count} is sent again (attempt {Attempt} failed: {Why})")]
    public static partial void BatchSentAgain(this ILogger logger, int count, int attempt, string why);

    [LoggerMessage(111, LogLevel.Error, "A batch was given up after {Attempt} attempts: nobody waits for it any more")]
    public static partial void BatchGivenUp(this ILogger logger, int attempt, Exception failure);

    [LoggerMessage(112, LogLevel.Error, "The database refused a batch of {Count}; each commit is tried alone")]
    public static partial void BatchFailed(this ILogger logger, int count, Exception failure);
}
