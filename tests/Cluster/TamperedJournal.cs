using Commerce.Journal;

namespace Commerce.Tests.Cluster;

internal enum Tampering
{
    None,

    /// <summary>The commit is written, and nobody hears of it: what a crash right after it looks like.</summary>
    LoseAnswer,

    /// <summary>The commit is not written: a crash right before it.</summary>
    Fail,
}

/// <summary>The real journal, with a hand on it: appends can be held back, and their answers lost.</summary>
internal sealed class TamperedJournal(IJournal inner) : IJournal, IAsyncDisposable
{
    private volatile Func<Commit, Tampering>? tampering;
    private volatile Func<Commit, Task>? holding;
    private volatile Func<string, bool>? failingSaves;
    private volatile Func<string, bool>? losingSaves;
    private volatile Gate? switching;

    public ImmutableArray<IJournalShard> Shards => inner.Shards;

    public IDisposable Tamper(Func<Commit, Tampering> with)
    {
        tampering = with;
        return new Undo(() => tampering = null);
    }

    /// <summary>Readers of that name cannot store what they made of the events.</summary>
    public IDisposable FailSaves(Func<string, bool> of)
    {
        failingSaves = of;
        return new Undo(() => failingSaves = null);
    }

    /// <summary>What readers of that name made of the events is stored, and they do not hear of it: a crash right after.</summary>
    public IDisposable LoseSaves(Func<string, bool> of)
    {
        losingSaves = of;
        return new Undo(() => losingSaves = null);
    }

    /// <summary>Holds back the moment in which a read model that was built anew takes over.</summary>
    public Gate HoldSwitch() => switching = new Gate(() => switching = null);

    /// <summary>Holds back the appends of one aggregate until the gate is opened.</summary>
    public Gate Hold(string aggregate)
    {
        var gate = new Gate(() => holding = null);
        holding = commit => commit.Aggregate == aggregate ? gate.Pass() : Task.CompletedTask;
        return gate;
    }

    public async Task<bool> Append(Commit commit)
    {
        if (holding is { } hold)
        {
            await hold(commit);
        }

        var what = tampering?.Invoke(commit) ?? Tampering.None;
        var held = what is not Tampering.Fail && await inner.Append(commit);
        return what is Tampering.None ? held : throw new IOException($"The answer to {commit.Aggregate}/{commit.Version} was lost ({what}).");
    }

    public ValueTask<History> Load(string aggregate) => inner.Load(aggregate);

    public ValueTask<ImmutableArray<Recorded>> ReadAggregate(string aggregate, long after, int limit) => inner.ReadAggregate(aggregate, after, limit);

    public ValueTask<ImmutableArray<string>> Aggregates(string prefix, string after, int limit) => inner.Aggregates(prefix, after, limit);

    public ValueTask<long> Checkpoint(string reader, int partition) => inner.Checkpoint(reader, partition);

    public async Task<bool> SaveCheckpoint(string reader, int partition, long from, long to, ImmutableArray<ReadModelRow> rows)
    {
        var saved = failingSaves?.Invoke(reader) is true ? throw new IOException($"The cursor of {reader} cannot be stored.") : await inner.SaveCheckpoint(reader, partition, from, to, rows);
        return losingSaves?.Invoke(reader) is true ? throw new IOException($"Nobody hears that the cursor of {reader} was stored.") : saved;
    }

    public Task Park(ParkedEvent parked) => inner.Park(parked);

    public ValueTask<int> Parked(string reader) => inner.Parked(reader);

    public ValueTask<ImmutableArray<ReadModelRow>> ReadModel(string model, string? key, (string Sort, string Id)? before, int limit) => inner.ReadModel(model, key, before, limit);

    public ValueTask<ReadModelRow?> FindReadModel(string model, string id) => inner.FindReadModel(model, id);

    public ValueTask<Generations> Generations(string model) => inner.Generations(model);

    public async Task<bool> SaveGenerations(string model, Generations from, Generations to)
    {
        if (to.Building is null && switching is { } gate)
        {
            await gate.Pass();
        }

        return await inner.SaveGenerations(model, from, to);
    }

    public Task<int> DeleteReadModel(string model, int limit) => inner.DeleteReadModel(model, limit);

    public ValueTask DisposeAsync() => ((IAsyncDisposable)inner).DisposeAsync();

    private sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

/// <summary>Nothing passes until it is opened; disposing opens it for good.</summary>
internal sealed class Gate(Action undo) : IDisposable
{
    private readonly TaskCompletionSource open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody stands before it.</summary>
    public Task Reached => reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public Task Pass()
    {
        reached.TrySetResult();
        return open.Task;
    }

    public void Open() => open.TrySetResult();

    public void Dispose()
    {
        undo();
        Open();
    }
}
