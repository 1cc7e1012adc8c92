using System.Diagnostics;
using Commerce.Contacts;
using Commerce.Journal;
using Microsoft.Extensions.Options;

namespace Commerce.Events;

/// <summary>The side of a read model that silos call.</summary>
[Alias("commerce.rebuild"), GrainInterfaceType("commerce.rebuild")]
internal interface IRebuild : IGrainWithStringKey
{
    /// <summary>Goes on with a rebuild that is under way and with what one left to be cleared, and brings forward what is stuck. May come at any time and twice.</summary>
    [Alias("take-up")]
    Task TakeUp();
}

/// <summary>Rebuilds that were asked for with an idempotency key, the last one last.</summary>
internal sealed class RebuildRequests
{
    public const int Limit = 32;

    public List<RebuildRequest> Remembered { get; set; } = [];
}

/// <param name="Generation">What was built for it.</param>
internal sealed record RebuildRequest(string Key, string? Fingerprint, int Generation);

/// <inheritdoc cref="IReadModelGrain"/>
/// <remarks>
/// What is under way is in the database: the generations, and the cursors of the one that is being built. The grain that builds may die at any
/// moment; whichever comes next goes on from there. While it builds, it answers.
/// </remarks>
[GrainType("read-model")]
internal sealed class ReadModelGrain(
    [PersistentState("rebuilds", ContactGrain.Storage)] IPersistentState<RebuildRequests> requests,
    IEnumerable<ReadModel> models,
    IJournal journal,
    ReadModelCursors cursors,
    ReadModelLag lag,
    IOptions<ReadModelOptions> options,
    TimeProvider clock,
    ILogger<ReadModelGrain> logger) : Grain, IReadModelGrain, IRebuild, IDisposable
{
    /// <summary>Rows that are deleted at once.</summary>
    private const int DeleteAtOnce = 500;

    /// <summary>What lags longer has lost its stream, or has nobody to save its cursor: it is called.</summary>
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Less is no rest at all: it would end at once.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource stopping = new();
    private Task building = Task.CompletedTask;
    private RebuildProgress? progress;

    /// <summary>The generation whose predecessor is known to be deleted.</summary>
    private int cleared = 1;

    private string Name => this.GetPrimaryKeyString();

    private ReadModel Model => models.FirstOrDefault(model => model.Name == Name) ?? throw new CommerceException(ReadModelErrors.Unknown(Name));

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await building;
    }

    public void Dispose() => stopping.Dispose();

    public async Task<ReadModelView> Get()
    {
        var model = Model;
        var generations = await journal.Generations(model.Name);
        var standing = await lag.Measure(model.Name);
        return new ReadModelView
        {
            Name = model.Name,
            Generation = generations.Active,
            Since = generations.Building is null ? generations.Since : null,
            AsOf = standing.AsOf,
            LagMs = (long)standing.Lag.TotalMilliseconds,
            Parked = await journal.Parked(ReadModel.Stored(model.Name, generations.Active)),
            Partitions = [.. standing.Partitions.Select(p => new PartitionLag(p.Partition, p.Cursor, (long)p.LagAt(standing.MeasuredAt).TotalMilliseconds))],
            Rebuild = generations is { Building: { } next, Since: { } startedAt }
                ? new RebuildView(next, startedAt, progress?.Done, progress?.EstimatedEnd(clock.GetUtcNow()), await journal.Parked(ReadModel.Stored(model.Name, next)))
                : null,
        };
    }

    public async Task<Reply<ReadModelView>> Rebuild(Request request)
    {
        _ = Model;
        var now = await journal.Generations(Name);
        var remembered = requests.State.Remembered.Find(known => known.Key == request.Key);
        if (remembered is not null && remembered.Fingerprint != request.Fingerprint)
        {
            throw new CommerceException(CommonErrors.KeyReused(remembered.Key));
        }

        var wanted = remembered?.Generation ?? now.Active + 1;
        if (remembered is null && request.Key is { } key)
        {
            await Remember(new RebuildRequest(key, request.Fingerprint, wanted));
        }

        // A repetition whose first could only be remembered begins what that one did not; otherwise it is a read. So is a request during a rebuild.
        if (now.Building is null && wanted > now.Active && await journal.SaveGenerations(Name, now, now with { Building = wanted, Since = clock.GetUtcNow() }))
        {
            logger.RebuildBegins(Name, wanted);
        }

        await TakeUp();
        return new Reply<ReadModelView>(await Get(), remembered is not null);
    }

    public async Task TakeUp()
    {
        var model = Model;
        var now = await journal.Generations(model.Name);
        if (building.IsCompleted && (now.Building is not null || cleared < now.Active))
        {
            building = Build(model, now);
        }

        foreach (var partition in (await lag.Of(model.Name)).Partitions.Where(partition => partition.LagAt(clock.GetUtcNow()) > Stuck))
        {
            await Projection(partition.Partition).Refresh();
        }
    }

    private async Task Remember(RebuildRequest request)
    {
        requests.State.Remembered.Add(request);
        if (requests.State.Remembered.Count > RebuildRequests.Limit)
        {
            requests.State.Remembered.RemoveAt(0);
        }

        try
        {
            await requests.WriteStateAsync();
        }
        catch
        {
            // What is in memory is not what is stored: the next call starts from the store.
            DeactivateOnIdle();
            throw;
        }
    }

    /// <summary>Builds what is to be built, switches to it, and deletes what it replaced. Beside the calls of the grain; ends when the grain does.</summary>
    private async Task Build(ReadModel model, Generations now)
    {
        try
        {
            await Clear(now.Active - 1);
            if (now.Building is { } generation)
            {
                progress = new RebuildProgress(clock.GetUtcNow());
                await Task.WhenAll(Enumerable.Range(0, IJournal.Partitions).Select(partition => progress.Begin(journal, partition, ReadModel.Stored(model.Name, generation))));
                progress.TakenUp();

                var waiting = new Queue<int>(Enumerable.Range(0, IJournal.Partitions));
                await Task.WhenAll(Enumerable.Range(0, options.Value.Parallelism).Select(_ => Lane(model, generation, waiting)));
                await JoinAll(model, generation);

                var built = new Generations(generation, null, clock.GetUtcNow());
                if (!await journal.SaveGenerations(model.Name, now, built))
                {
                    return; // somebody else was first: the next look finds what they did
                }

                logger.RebuildEnds(model.Name, generation);
                foreach (var partition in Enumerable.Range(0, IJournal.Partitions))
                {
                    await Projection(partition).Refresh();
                }

                await Clear(now.Active);
                now = built;
            }

            cleared = now.Active;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            logger.RebuildStops(model.Name);
        }
        catch (Exception failure)
        {
            logger.RebuildInterrupted(model.Name, failure);
        }
        finally
        {
            progress = null;
        }
    }

    private async Task Lane(ReadModel model, int generation, Queue<int> waiting)
    {
        while (waiting.TryDequeue(out var partition))
        {
            do
            {
                await ReadOn(model, generation, partition);
            }
            while (!await Projection(partition).Join(generation));

            progress!.Joined(partition);
        }
    }

    /// <summary>Brings the partition to where little of the journal is left.</summary>
    private async Task ReadOn(ReadModel model, int generation, int partition)
    {
        var cursor = await cursors.Open(model, generation, partition);
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            stopping.Token.ThrowIfCancellationRequested();
            var page = await journal.Read(partition, cursor.Position, options.Value.PageSize);
            if (!await cursor.Take([.. page.SelectMany(commit => Lifecycle.Events(commit, 0))]) || !await cursor.Save())
            {
                // The projection has joined already, or another grain builds, too: who was first goes on.
                await Rest(Pause);
                cursor = await cursors.Open(model, generation, partition);
                continue;
            }

            if (page.Length < options.Value.PageSize)
            {
                return;
            }

            progress!.Reached(partition, page[^1].At);
            await Rest(Stopwatch.GetElapsedTime(began)); // the shop comes first
        }
    }

    /// <summary>In the end every partition has to be as far as the generation that is read, as the database knows it.</summary>
    private async Task JoinAll(ReadModel model, int generation)
    {
        for (var partition = 0; partition < IJournal.Partitions; partition++)
        {
            while (await journal.Checkpoint(ReadModel.Stored(model.Name, generation), partition) < await journal.Checkpoint(ReadModel.Stored(model.Name, generation - 1), partition))
            {
                await Rest(Pause);
                await Projection(partition).Join(generation);
            }
        }
    }

    private async Task Clear(int generation)
    {
        while (generation > 0 && await journal.DeleteReadModel(ReadModel.Stored(Name, generation), DeleteAtOnce) == DeleteAtOnce)
        {
            await Rest(Pause);
        }
    }

    private Task Rest(TimeSpan time) => Task.Delay(time > Shortest ? time : Shortest, clock, stopping.Token);

    private IProjection Projection(int partition) => GrainFactory.GetGrain<IProjection>(GrainId.Create(Name, partition.ToString()));
}

internal static partial class ReadModelLog
{
    [LoggerMessage(50, LogLevel.Information, "The read model {Model} is built anew, as generation {Generation}")]
    public static partial void RebuildBegins(this ILogger logger, string model, int generation);

    [LoggerMessage(51, LogLevel.Information, "The read model {Model} is read from generation {Generation} now")]
    public static partial void RebuildEnds(this ILogger logger, string model, int generation);

    [LoggerMessage(52, LogLevel.Information, "The rebuild of {Model} stops here; another silo goes on with it")]
    public static partial void RebuildStops(this ILogger logger, string model);

    [LoggerMessage(53, LogLevel.Warning, "The rebuild of {Model} was interrupted; it is taken up again")]
    public static partial void RebuildInterrupted(this ILogger logger, string model, Exception failure);
}
