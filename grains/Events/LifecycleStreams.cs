using System.ComponentModel.DataAnnotations;
using Commerce.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Commerce.Events;

/// <summary>How the journal is delivered to grains. Bound from <c>Commerce:Streams</c>.</summary>
public sealed class LifecycleStreamOptions
{
    public const string Section = "Commerce:Streams";

    /// <summary>Most commits read at once from a partition. Default: 256.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 256;

    /// <summary>
    /// How often a partition is looked at. Read models store what they made of it as often, so that it weighs on a busy database. Default: 100 ms.
    /// The event feed does not wait for it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan Period { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Batches of a partition that may wait for their consumers. Default: 64.</summary>
    [Range(1, 4_096)]
    public int CacheSize { get; set; } = 64;
}

[OptionsValidator]
internal sealed partial class LifecycleStreamOptionsValidator : IValidateOptions<LifecycleStreamOptions>;

/// <summary>
/// A persistent stream provider whose queues are the journal's partitions: read-only, at-least-once, in order per aggregate. Nothing is
/// published apart from the commit, so nothing can be lost between the state and the stream.
/// </summary>
internal sealed class LifecycleStreams : IQueueAdapterFactory, IQueueAdapter
{
    private readonly IJournal journal;
    private readonly LifecycleStreamOptions options;
    private readonly ILoggerFactory loggers;
    private readonly TimeProvider clock;
    private readonly HashRingBasedPartitionedStreamQueueMapper mapper;
    private readonly IQueueAdapterCache cache;

    public LifecycleStreams(string name, IJournal journal, LifecycleStreamOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        (Name, this.journal, this.options, this.clock, this.loggers) = (name, journal, options, clock, loggers);
        mapper = new HashRingBasedPartitionedStreamQueueMapper([.. Enumerable.Range(0, IJournal.Partitions).Select(p => $"partition-{p}")], name);
        cache = new SimpleQueueAdapterCache(new Orleans.Configuration.SimpleQueueCacheOptions { CacheSize = options.CacheSize }, name, loggers);
    }

    public string Name { get; }

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public static LifecycleStreams Create(IServiceProvider services, string name) => new(
        name,
        services.GetRequiredService<IJournal>(),
        services.GetRequiredService<IOptions<LifecycleStreamOptions>>().Value,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILoggerFactory>());

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => cache;

    public IStreamQueueMapper GetStreamQueueMapper() => mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new ParkWhatCannotBeDelivered(journal, clock));

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId)
    {
        var partition = int.Parse(mapper.QueueToPartition(queueId).AsSpan("partition-".Length));
        return new PartitionReceiver(journal, partition, options.BatchSize, clock, loggers.CreateLogger<PartitionReceiver>());
    }

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("Lifecycle events are published by committing them.");
}

/// <summary>Reads one partition by position, and remembers in the journal's database what was delivered.</summary>
internal sealed class PartitionReceiver(IJournal journal, int partition, int batchSize, TimeProvider clock, ILogger<PartitionReceiver> logger) : IQueueAdapterReceiver
{
    /// <summary>Under this name the receivers keep their checkpoints.</summary>
    public const string Reader = "streams";

    /// <summary>How often at the most a checkpoint is stored: what lies between two of them is delivered again after a crash, and known by its consumers.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);

    private long read, delivered, saved, seen = -1;
    private long savedAt;

    public async Task Initialize(TimeSpan timeout) => read = delivered = saved = await journal.Checkpoint(Reader, partition);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        var head = journal.ShardOf(partition).Head;
        if (head == seen)
        {
            await Remember();
            return [];
        }

        var commits = await journal.Read(partition, read, batchSize);
        if (commits.IsEmpty)
        {
            seen = head;
            return [];
        }

        var events = ImmutableArray.CreateBuilder<LifecycleEvent>(commits.Length * 2);
        foreach (var commit in commits)
        {
            events.AddRange(Lifecycle.Events(commit, read));
            read = commit.Position;
        }

        return [new PartitionBatch(partition, events.ToImmutable(), read)];
    }

    public async Task MessagesDeliveredAsync(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            delivered = Math.Max(delivered, ((PartitionBatch)message).Position);
        }

        await Remember();
    }

    public Task Shutdown(TimeSpan timeout) => Remember(now: true);

    private async Task Remember(bool now = false)
    {
        if (delivered <= saved || (!now && clock.GetElapsedTime(savedAt) < Often))
        {
            return;
        }

        savedAt = clock.GetTimestamp();

        try
        {
            if (!await journal.SaveCheckpoint(Reader, partition, saved, delivered, []))
            {
                logger.CheckpointMoved(partition);
            }

            saved = await journal.Checkpoint(Reader, partition); // whoever reads the partition too, during a hand-over, may be ahead
        }
        catch (Exception failure)
        {
            // What is not remembered is delivered again after a restart; consumers know what they have seen.
            logger.CheckpointFailed(partition, failure);
        }
    }
}

/// <summary>Some commits of one partition, in order.</summary>
[GenerateSerializer, Immutable, Alias("commerce.events.batch")]
internal sealed class PartitionBatch(int partition, ImmutableArray<LifecycleEvent> events, long position) : IBatchContainer
{
    [Id(0)]
    public int Partition { get; } = partition;

    [Id(1)]
    public ImmutableArray<LifecycleEvent> Events { get; } = events;

    /// <summary>Position of the last commit in it.</summary>
    [Id(2)]
    public long Position { get; } = position;

    public StreamId StreamId => StreamId.Create(Lifecycle.Provider, Partition.ToString());

    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(Position);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        for (var i = 0; i < Events.Length; i++)
        {
            if (Events[i] is T happened)
            {
                yield return Tuple.Create<T, StreamSequenceToken>(happened, new EventSequenceTokenV2(Position, i));
            }
        }
    }

    public bool ImportRequestContext() => false;
}

/// <summary>The last resort: a batch that no attempt could bring to its consumer is parked event by event, never dropped.</summary>
internal sealed class ParkWhatCannotBeDelivered(IJournal journal, TimeProvider clock) : IStreamFailureHandler
{
    public bool ShouldFaultSubsriptionOnError => false;

    public Task OnDeliveryFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) =>
        journal.Park(new ParkedEvent(
            $"{streamProviderName}:{subscriptionId}",
            int.Parse(streamIdentity.GetKeyAsString()),
            sequenceToken?.SequenceNumber ?? 0,
            $"position {sequenceToken?.SequenceNumber}",
            "The consumer could not be reached; its cursor shows what it has to read again.",
            clock.GetUtcNow()));

    public Task OnSubscriptionFailure(GuidId subscriptionId, string streamProviderName, StreamId streamIdentity, StreamSequenceToken? sequenceToken) =>
        OnDeliveryFailure(subscriptionId, streamProviderName, streamIdentity, sequenceToken);
}

internal static partial class LifecycleStreamsLog
{
    [LoggerMessage(20, LogLevel.Warning, "The checkpoint of partition {Partition} could not be stored; it is tried again")]
    public static partial void CheckpointFailed(this ILogger logger, int partition, Exception failure);

    [LoggerMessage(21, LogLevel.Information, "The checkpoint of partition {Partition} was moved by another silo, which reads it too or has taken it over")]
    public static partial void CheckpointMoved(this ILogger logger, int partition);
}
