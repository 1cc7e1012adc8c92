namespace Commerce.Events;

/// <summary>One read model: how far it has followed the journal, and how it is built anew from it. Keyed by its name, see <see cref="ReadModels"/>.</summary>
/// <remarks>A name that is none is refused as <c>unknown-read-model</c>.</remarks>
[Alias("commerce.read-model"), GrainInterfaceType("commerce.read-model")]
public interface IReadModelGrain : IGrainWithStringKey
{
    [Alias("get")]
    Task<ReadModelView> Get();

    /// <summary>
    /// Begins to build it anew from the journal, while readers are served by the one that is there. While a rebuild is under way, it is
    /// answered with that one.
    /// </summary>
    [Alias("rebuild")]
    Task<Reply<ReadModelView>> Rebuild(Request request);
}

/// <summary>Names of the read models.</summary>
public static class ReadModels
{
    /// <summary>Orders by their owner and by the time at which they were placed.</summary>
    public const string Orders = "orders";

    /// <summary>Checkouts that have not come to an end yet.</summary>
    public const string CheckoutsInFlight = "checkouts-in-flight";

    /// <summary>The stock of every SKU.</summary>
    public const string StockLevels = "stock-levels";

    /// <summary>Checkouts by the quote that they were started with.</summary>
    public const string Quotes = "quotes";

    /// <summary>Movements of money by provider, payments that somebody has to look at, and webhooks that came in.</summary>
    public const string Payments = "payments";

    public static ImmutableArray<string> All { get; } = [Orders, CheckoutsInFlight, StockLevels, Quotes, Payments];

    extension(IGrainFactory grains)
    {
        public IReadModelGrain ReadModel(string name) => grains.GetGrain<IReadModelGrain>(name);
    }
}

[GenerateSerializer, Immutable, Alias("commerce.read-model.view")]
public sealed record ReadModelView
{
    [Id(0)] public string Name { get; init; } = "";

    /// <summary>The generation that is read: one more with each rebuild.</summary>
    [Id(1)] public int Generation { get; init; }

    /// <summary>UTC, when the generation took the place of the one before; null for the first.</summary>
    [Id(2)] public DateTimeOffset? Since { get; init; }

    /// <summary>UTC: everything that was committed before is in it.</summary>
    [Id(3)] public DateTimeOffset AsOf { get; init; }

    /// <summary>Milliseconds since the oldest event that it has not seen; 0 when it has seen all.</summary>
    [Id(4)] public long LagMs { get; init; }

    /// <summary>Events that this generation could not digest.</summary>
    [Id(5)] public int Parked { get; init; }

    [Id(6)] public ImmutableArray<PartitionLag> Partitions { get; init; } = [];

    /// <summary>The rebuild that is under way; null when none is.</summary>
    [Id(7)] public RebuildView? Rebuild { get; init; }
}

/// <param name="Cursor">Position of the last commit that was seen.</param>
/// <param name="LagMs">Milliseconds since the oldest event that was not seen; 0 when all were.</param>
[GenerateSerializer, Immutable, Alias("commerce.read-model.partition")]
public sealed record PartitionLag([property: Id(0)] int Partition, [property: Id(1)] long Cursor, [property: Id(2)] long LagMs);

/// <param name="Generation">What is being built.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="Progress">From 0 to 1, by the time of the events; null until whoever builds has looked.</param>
/// <param name="EstimatedEnd">UTC, if it goes on as it has gone so far; null while that cannot be told.</param>
/// <param name="Parked">Events that it could not digest.</param>
[GenerateSerializer, Immutable, Alias("commerce.read-model.rebuild")]
public sealed record RebuildView(
    [property: Id(0)] int Generation,
    [property: Id(1)] DateTimeOffset StartedAt,
    [property: Id(2)] double? Progress,
    [property: Id(3)] DateTimeOffset? EstimatedEnd,
    [property: Id(4)] int Parked);

public static class ReadModelErrors
{
    public static CommerceError Unknown(string name) => new(
        "unknown-read-model", ErrorKind.NotFound, $"There is no read model '{name}'.")
    { Allowed = ReadModels.All };
}
