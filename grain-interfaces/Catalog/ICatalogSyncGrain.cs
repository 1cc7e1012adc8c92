namespace Commerce.Catalog;

/// <summary>Keeps the shop's copy of a vendor's products and prices up to date. There is one. A shop whose products are files has nothing to copy, and says so.</summary>
[Alias("commerce.catalog-sync"), GrainInterfaceType("commerce.catalog-sync")]
public interface ICatalogSyncGrain : IGrainWithStringKey
{
    [Alias("get")]
    Task<CatalogSyncView> Get();

    /// <summary>Reads what changed at the vendor now, instead of when it is time; or everything, so that what is there no more is found. Refused as <c>catalog-not-copied</c>.</summary>
    [Alias("start")]
    Task<CatalogSyncView> Start(bool full);
}

/// <summary>How far the copy is.</summary>
[GenerateSerializer, Immutable, Alias("commerce.catalog-sync.view")]
public sealed record CatalogSyncView
{
    /// <summary>Whose products and prices they are: <c>files</c>, <c>commercetools</c>.</summary>
    [Id(0)] public string Source { get; init; } = "";

    /// <summary><c>not_copied</c>, <c>idle</c>, <c>reading</c> or <c>failing</c>.</summary>
    [Id(1)] public string State { get; init; } = "";

    /// <summary>Whether everything is being read.</summary>
    [Id(2)] public bool Full { get; init; }
    [Id(3)] public CatalogFeedView? Products { get; init; }
    [Id(4)] public CatalogFeedView? Prices { get; init; }

    /// <summary>Why the last reading ended early; null: it did not.</summary>
    [Id(5)] public string? LastError { get; init; }

    /// <summary>Readings in a row that ended early.</summary>
    [Id(6)] public int Failures { get; init; }

    /// <summary>UTC, when the next reading begins; null: one is under way.</summary>
    [Id(7)] public DateTimeOffset? NextAt { get; init; }

    /// <summary>What the vendor has and the shop cannot have, each with its reason; the first 200.</summary>
    [Id(8)] public ImmutableArray<NotMappedView> NotMapped { get; init; } = [];
}

/// <param name="Cursor">How far the vendor was read, in the adapter's own words; null: not at all.</param>
/// <param name="Documents">How many there are in the copy: products; or SKUs with prices, lists, promotions and groups.</param>
/// <param name="Seen">Told by the vendor in this reading.</param>
/// <param name="Changed">Of those, what was new or different.</param>
/// <param name="Removed">What went in this reading.</param>
/// <param name="PerSecond">How fast.</param>
/// <param name="StartedAt">UTC, when the reading began that is under way, or was the last that found something.</param>
/// <param name="CurrentAt">UTC: what the vendor had then is in the copy; null: not yet.</param>
/// <param name="FullAt">UTC, when everything was last read to the end; null: never.</param>
[GenerateSerializer, Immutable, Alias("commerce.catalog-sync.feed")]
public sealed record CatalogFeedView(
    [property: Id(0)] string? Cursor,
    [property: Id(1)] long Documents,
    [property: Id(2)] long Seen,
    [property: Id(3)] long Changed,
    [property: Id(4)] long Removed,
    [property: Id(5)] long PerSecond,
    [property: Id(6)] DateTimeOffset? StartedAt,
    [property: Id(7)] DateTimeOffset? CurrentAt,
    [property: Id(8)] DateTimeOffset? FullAt);

/// <param name="Kind">The vendor's word for it.</param>
/// <param name="Id">The vendor's id or key of it.</param>
[GenerateSerializer, Immutable, Alias("commerce.catalog-sync.not-mapped")]
public sealed record NotMappedView([property: Id(0)] string Kind, [property: Id(1)] string Id, [property: Id(2)] string Why);

public static class CatalogSyncErrors
{
    public static CommerceError NotCopied(string source) => new(
        "catalog-not-copied", ErrorKind.Conflict, $"The products and prices come from '{source}', which is read at start: there is nothing to copy.");
}

public static class CatalogSyncGrains
{
    extension(IGrainFactory grains)
    {
        public ICatalogSyncGrain CatalogSync() => grains.GetGrain<ICatalogSyncGrain>("catalogue");
    }
}
