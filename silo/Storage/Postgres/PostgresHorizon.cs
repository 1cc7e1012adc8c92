using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Commerce.Storage.Postgres;

/// <summary>
/// Watches up to which position the journal can be read: below every transaction that is still running, in whichever silo. Looks at once when this
/// silo has written, and every <see cref="Period"/> otherwise.
/// </summary>
internal sealed class PostgresHorizon : IAsyncDisposable
{
    /// <summary>
    /// The last commit that nothing can come before any more. Transactions commit in another order than they begin in: one that has begun earlier
    /// and is not done yet may still bring commits with lower positions, so what is above it is not read.
    /// </summary>
    private const string Sql =
        """
        select coalesce((
            select position from commits where position < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (select ahead from journal_clock)) << 12
            order by position desc limit 1), 0)
        """;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(20), AfterFailure = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two looks at the least: a busy writer is done with several batches meanwhile.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(2);

    private readonly Channel<bool> wrote = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource stopping = new();
    private readonly PostgresDatabase database;
    private readonly ILogger logger;
    private readonly TaskCompletionSource known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task loop;
    private volatile bool away;

    public PostgresHorizon(PostgresDatabase database, ILogger logger)
    {
        (this.database, this.logger) = (database, logger);
        loop = Task.Run(Watch);
    }

    public JournalHead Head { get; } = new();

    /// <summary>Whether the database did not answer when it was asked last.</summary>
    public bool IsAway => away;

    /// <summary>Completes when the head was read for the first time.</summary>
    public Task Known => known.Task;

    /// <summary>Something was written: look now.</summary>
    public void Look() => wrote.Writer.TryWrite(true);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task Watch()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = database.Own("journal horizon", "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off");
                await connection.OpenAsync(stopping.Token);
                await using var command = new NpgsqlCommand(Sql, connection);
                await command.PrepareAsync(stopping.Token);
                while (true)
                {
                    Head.Advance((long)(await command.ExecuteScalarAsync(stopping.Token))!);
                    known.TrySetResult();
                    away = false;
                    await Pause();
                }
            }
            catch (Exception failure) when (PostgresDatabase.IsAway(failure))
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }

                if (!away)
                {
                    logger.HorizonAway(failure.Message);
                    away = true;
                }

                await Task.Delay(AfterFailure, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Pause()
    {
        using var period = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token);
        period.CancelAfter(Period);
        try
        {
            await wrote.Reader.ReadAsync(period.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return; // nothing was written here; it is time to see what others wrote
        }

        await Task.Delay(Breath, stopping.Token);
    }
}

internal static partial class PostgresHorizonLog
{
    [LoggerMessage(120, LogLevel.Warning, "The journal's end cannot be seen at the moment ({Why}); looking again until it can")]
    public static partial void HorizonAway(this ILogger logger, string why);
}
