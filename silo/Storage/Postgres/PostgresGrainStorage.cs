using Commerce.Contacts;
using Npgsql;
using Orleans.Storage;

namespace Commerce.Storage.Postgres;

/// <summary>Grain storage by AdoNet, whose callers hear of a database that is away as they do from the journal.</summary>
internal sealed class PostgresGrainStorage(IGrainStorage inner, PostgresDatabase database) : IGrainStorage, IErasure, ILifecycleParticipant<ISiloLifecycle>
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Ask(inner.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Ask(inner.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Ask(inner.ClearStateAsync(stateName, grainId, grainState));

    /// <remarks>
    /// What was overwritten is no row any more once nobody can see it, and its place in the page is taken by others. Older bytes also lie in the
    /// write-ahead log and in backups until these are discarded, see docs/runbooks/backup-and-restore.md.
    /// </remarks>
    public async Task Scrub()
    {
        await using var command = database.Pool.CreateCommand("vacuum grain_states");
        command.CommandTimeout = 60;
        await Ask(command.ExecuteNonQueryAsync());
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        if (inner is ILifecycleParticipant<ISiloLifecycle> participant)
        {
            participant.Participate(lifecycle);
        }
    }

    private static async Task Ask(Task question)
    {
        try
        {
            await question.ConfigureAwait(false);
        }
        catch (Exception failure) when (PostgresDatabase.IsAway(failure) || failure.GetBaseException() is NpgsqlException { IsTransient: true })
        {
            throw new CommerceException(CommonErrors.Unavailable("The database does not answer at the moment. Repeat the request with the same key.", TimeSpan.FromSeconds(1)));
        }
    }
}
