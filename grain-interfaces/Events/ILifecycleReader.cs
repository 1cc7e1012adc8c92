namespace Commerce.Events;

/// <summary>What happened, as the journal keeps it: how front ends follow and replay. Each process has a reader of its own, under a number that it drew.</summary>
[Alias("commerce.lifecycle-reader"), GrainInterfaceType("commerce.lifecycle-reader")]
public interface ILifecycleReader : IGrainWithIntegerKey
{
    /// <summary>
    /// Events after <paramref name="after"/>, oldest first, up to the safe horizon. With nothing there it waits up to
    /// <paramref name="wait"/> for the next commit (a long poll, of two seconds at the most), then answers an empty page. Of several shards a poll passes
    /// over those that do not answer, and brings theirs later; without waiting the answer is whole or <c>temporarily-unavailable</c>.
    /// </summary>
    [Alias("read"), ResponseTimeout("00:00:04")]
    Task<LifecyclePage> Read(EventCursor after, int limit, TimeSpan wait);

    /// <summary>The events of one aggregate after <paramref name="after"/>, oldest first.</summary>
    [Alias("read-aggregate")]
    Task<LifecyclePage> ReadAggregate(string aggregate, EventCursor after, int limit);

    /// <summary>Where the journal ends now, in each of its shards: its safe horizon, past which <see cref="Read"/> does not look either.</summary>
    [Alias("head")]
    Task<EventCursor> Head();

    /// <summary>A table of the export, as JSON lines; refused as <c>unknown-table</c>. See docs/export.md.</summary>
    [Alias("export")]
    IAsyncEnumerable<string> Export(string table);
}

/// <param name="Next">Where to read on: after the last event that was looked at.</param>
[GenerateSerializer, Immutable, Alias("commerce.event.page")]
public sealed record LifecyclePage(
    [property: Id(0)] ImmutableArray<LifecycleEvent> Events,
    [property: Id(1)] EventCursor Next);

/// <summary>One thing that happened to one aggregate. What becomes a CloudEvent at the API.</summary>
[GenerateSerializer, Immutable, Alias("commerce.event")]
public sealed record LifecycleEvent
{
    [Id(0)] public EventCursor Cursor { get; init; }

    /// <summary>Aggregate id: <c>ord_…</c>.</summary>
    [Id(1)] public string Aggregate { get; init; } = "";

    /// <summary>Version of the aggregate that the commit made.</summary>
    [Id(2)] public long Version { get; init; }

    /// <summary>Number of the event in its aggregate, from 1 without gaps.</summary>
    [Id(3)] public long Sequence { get; init; }

    /// <summary><c>commerce.order.placed.v1</c>.</summary>
    [Id(4)] public string Type { get; init; } = "";

    /// <summary>UTC, of the commit.</summary>
    [Id(5)] public DateTimeOffset Time { get; init; }
    [Id(6)] public string? CorrelationId { get; init; }
    [Id(7)] public string? CausationId { get; init; }
    [Id(8)] public string? TraceParent { get; init; }

    /// <summary>The event itself, as JSON (UTF-8).</summary>
    [Id(9)] public byte[] Data { get; init; } = [];

    /// <summary>Position of the commit before this one in the same partition; a reader that knows another one has a gap to heal.</summary>
    [Id(10)] public long Previous { get; init; }

    /// <summary><c>aggregate/version/index</c>: unique for good, what consumers dedupe by.</summary>
    public string Id => $"{Aggregate}/{Version}/{Cursor.Index}";
}

public static class LifecycleReaders
{
    extension(IGrainFactory grains)
    {
        /// <summary>The reader of one process.</summary>
        public ILifecycleReader Lifecycle(long reader) => grains.GetGrain<ILifecycleReader>(reader);
    }
}

public static class EventErrors
{
    public static CommerceError UnknownTable(string table, ImmutableArray<string> known) => new(
        "unknown-table", ErrorKind.NotFound, $"There is no table '{table}' to export.")
    { Allowed = known };
}
