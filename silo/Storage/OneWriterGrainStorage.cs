using Commerce.Contacts;
using Commerce.Storage.Sqlite;
using Orleans.Storage;

namespace Commerce.Storage;

/// <summary>
/// Lets one grain write at a time. SQLite has one writer anyway, and its driver waits for its turn by blocking a thread: with many grains
/// writing at once it is slower than with one, and starves the silo.
/// </summary>
internal sealed class OneWriterGrainStorage(IGrainStorage inner, SqliteFile file) : IGrainStorage, IErasure, ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await turn.WaitAsync();
        try
        {
            await inner.WriteStateAsync(stateName, grainId, grainState);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await turn.WaitAsync();
        try
        {
            await inner.ClearStateAsync(stateName, grainId, grainState);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task Scrub()
    {
        await turn.WaitAsync();
        try
        {
            // Deleted bytes stay in free pages and in the write-ahead log: the file is written anew, and the log cut off.
            await Task.Run(() =>
            {
                using var connection = file.Open();
                using var scrub = connection.CreateCommand();
                scrub.CommandText = "vacuum; pragma wal_checkpoint(truncate);";
                scrub.ExecuteNonQuery();
            });
        }
        finally
        {
            turn.Release();
        }
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        if (inner is ILifecycleParticipant<ISiloLifecycle> participant)
        {
            participant.Participate(lifecycle);
        }
    }

    public void Dispose() => turn.Dispose();
}
