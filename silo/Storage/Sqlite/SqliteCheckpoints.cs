using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Commerce.Storage.Sqlite;

/// <summary>
/// Brings the write-ahead log into the database beside the writer, so that no commit waits while tens of megabytes are copied. Only the tail that was
/// written meanwhile is left to the writer, who can then begin the log anew instead of letting it grow.
/// </summary>
internal sealed class SqliteCheckpoints : IAsyncDisposable
{
    /// <summary>How often, when there is something to bring over. More often copies the same pages more often, more seldom makes a longer log.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource stopping = new();
    private readonly SqliteFile file;
    private readonly ILogger logger;
    private readonly Task copying;
    private volatile bool wanted;
    private volatile bool tailIsLeft;

    public SqliteCheckpoints(SqliteFile file, ILogger logger)
    {
        (this.file, this.logger) = (file, logger);
        copying = Task.Factory.StartNew(Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Something was committed.</summary>
    public void Wanted() => wanted = true;

    /// <summary>Called by the writer between two batches.</summary>
    public void FinishIfBegun(SqliteConnection connection)
    {
        if (tailIsLeft)
        {
            tailIsLeft = false;
            try
            {
                // Waits for readers to leave the log, which ours do within a page of reading, but commits do not wait for somebody else's.
                Execute(connection, "pragma busy_timeout = 100; pragma wal_checkpoint(restart); pragma busy_timeout = 30000");
            }
            catch (SqliteException failure)
            {
                // A full disk, say. The writer goes on, and tells those whose commits fail.
                logger.CheckpointPutOff(failure);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        stopping.TrySetResult();
        await copying;
    }

    private void Copy()
    {
        using var connection = file.Open();
        while (!stopping.Task.Wait(Period))
        {
            if (!wanted)
            {
                continue;
            }

            wanted = false;
            try
            {
                Execute(connection, "pragma wal_checkpoint(passive)");
                tailIsLeft = true;
            }
            catch (SqliteException failure)
            {
                // The log goes on growing, and nothing is lost; the next round tries again.
                logger.CheckpointPutOff(failure);
                wanted = true;
            }
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var pragma = connection.CreateCommand();
        pragma.CommandText = sql;
        pragma.ExecuteNonQuery();
    }
}

internal static partial class SqliteCheckpointsLog
{
    [LoggerMessage(110, LogLevel.Warning, "The write-ahead log could not be brought into the database; it is tried again")]
    public static partial void CheckpointPutOff(this ILogger logger, Exception failure);
}
