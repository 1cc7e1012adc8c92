using System.Text.Json.Serialization;

namespace Commerce.Pricing;

/// <summary>What the shop's people publish: promotions, price lists, groups of customers. One of the shop; every silo follows it.</summary>
/// <remarks>
/// A publication replaces what had its id, be it published before or from the shop's files, counts the version of both up, and is in force everywhere within
/// half a second. What is replaced or withdrawn still tells the prices of a moment ago for a day. A withdrawal ends a document for good: what the files
/// say of it does not come back. <see cref="Request.IfMatch"/> is the version of the document.
/// </remarks>
[Alias("commerce.price-book"), GrainInterfaceType("commerce.price-book")]
public interface IPriceBookGrain : IGrainWithStringKey
{
    /// <summary>Publishes a promotion. Codes that were made for it stay when they are named again, and are revoked when they are not.</summary>
    /// <exception cref="CommerceException"><c>invalid-value</c> and others, with all that is wrong in <see cref="CommerceError.Faults"/>.</exception>
    [Alias("publish-promotion")]
    Task<Reply<Published<Promotion>>> PublishPromotion(Request request, Promotion promotion, string? by);

    /// <summary>Ends a promotion at once.</summary>
    [Alias("withdraw-promotion")]
    Task<Reply<Published<Promotion>>> WithdrawPromotion(Request request, string id, string? by);

    /// <summary>Makes codes for a promotion; refused as <c>code-taken</c> when others begin like that.</summary>
    [Alias("make-codes")]
    Task<Reply<Published<Promotion>>> MakeCodes(Request request, string promotionId, NewCodes codes, string? by);

    /// <summary>The codes that begin like that count no more.</summary>
    [Alias("revoke-codes")]
    Task<Reply<Published<Promotion>>> RevokeCodes(Request request, string promotionId, string prefix, string? by);

    /// <summary>Publishes a whole list: a SKU that it does not name is no longer in it.</summary>
    [Alias("publish-prices")]
    Task<Reply<Published<PriceList>>> PublishPrices(Request request, PriceList list, string? by);

    /// <summary>Changes prices of a list, SKU by SKU; one without prices is no longer in it. Where all given prices are still to come, those of now hold until then.</summary>
    [Alias("change-prices")]
    Task<Reply<Published<PriceList>>> ChangePrices(Request request, string id, ImmutableDictionary<string, ImmutableArray<ListedPrice>> prices, string? by);

    [Alias("withdraw-prices")]
    Task<Reply<Published<PriceList>>> WithdrawPrices(Request request, string id, string? by);

    [Alias("publish-group")]
    Task<Reply<Published<CustomerGroup>>> PublishGroup(Request request, CustomerGroup group, string? by);

    [Alias("withdraw-group")]
    Task<Reply<Published<CustomerGroup>>> WithdrawGroup(Request request, string id, string? by);

    /// <summary>Null when there is none, or none any more.</summary>
    [Alias("promotion"), AlwaysInterleave]
    Task<Published<Promotion>?> Promotion(string id);

    /// <summary>Everybody's promotions by id, published or from the files, those that are withdrawn left out.</summary>
    [Alias("promotions"), AlwaysInterleave]
    Task<Page<Published<Promotion>>> Promotions(PageRequest page, PromotionPhase? phase);

    /// <summary>Every publication of a promotion, the latest first.</summary>
    [Alias("promotion-versions"), AlwaysInterleave]
    Task<Page<Published<Promotion>>> PromotionVersions(string id, PageRequest page);

    /// <summary>Codes that were made, from number <paramref name="from"/> on; null when there are none that begin like that.</summary>
    [Alias("codes"), AlwaysInterleave]
    Task<ImmutableArray<string>?> Codes(string promotionId, string prefix, int from, int count);

    [Alias("price-list"), AlwaysInterleave]
    Task<Published<PriceList>?> PriceList(string id);

    /// <summary>The price lists by id, without their prices.</summary>
    [Alias("price-lists"), AlwaysInterleave]
    Task<Page<Published<PriceList>>> PriceLists(PageRequest page);

    [Alias("group"), AlwaysInterleave]
    Task<Published<CustomerGroup>?> Group(string id);

    /// <summary>What was published after that version of the book, the first first.</summary>
    [Alias("after"), AlwaysInterleave]
    Task<ImmutableArray<Publication>> After(long version);
}

/// <summary>The prices of the silo that the call reaches.</summary>
[Alias("commerce.price-follower"), GrainInterfaceType("commerce.price-follower")]
public interface IPriceFollowerGrain : IGrainWithIntegerKey
{
    /// <summary>Returns when a publication counts there: what is priced there from now on knows it.</summary>
    [Alias("catch-up")]
    Task CatchUp(long version);
}

/// <summary>A document with its publication.</summary>
/// <param name="At">UTC, since when; null for one from the files.</param>
/// <param name="By">Who published it; null when nobody knows.</param>
/// <param name="BookVersion">Version of the book that has it; 0 for one from the files.</param>
[GenerateSerializer, Immutable, Alias("commerce.published`1")]
public sealed record Published<T>(
    [property: Id(0)] T Document,
    [property: Id(1)] int Version,
    [property: Id(2)] DateTimeOffset? At,
    [property: Id(3)] string? By,
    [property: Id(4)] bool IsWithdrawn,
    [property: Id(5)] long BookVersion);

/// <summary>One change of the book: of a promotion, a list or a group.</summary>
[GenerateSerializer, Immutable, Alias("commerce.publication")]
public sealed record Publication
{
    /// <summary>Of the book, from 1 without gaps.</summary>
    [Id(0)] public long Version { get; init; }

    /// <summary>UTC, since when it counts.</summary>
    [Id(1)] public DateTimeOffset At { get; init; }

    [Id(2)] public string? By { get; init; }

    /// <summary>Whether it ends the document.</summary>
    [Id(3)] public bool IsWithdrawal { get; init; }

    [Id(4)] public Promotion? Promotion { get; init; }
    [Id(5)] public PriceList? List { get; init; }

    /// <summary>Whether the list has prices for these SKUs alone, and those of others stay.</summary>
    [Id(6)] public bool IsPartial { get; init; }

    [Id(7)] public CustomerGroup? Group { get; init; }
}

/// <summary>Codes to be made.</summary>
/// <param name="Count">1 to 100,000.</param>
/// <param name="Prefix">What all of them begin with: capital letters, digits, dashes.</param>
/// <param name="Uses">How often each can be used.</param>
/// <param name="UsesPerCustomer">How often each by one customer; null: without limit.</param>
[GenerateSerializer, Immutable, Alias("commerce.codes.new")]
public sealed record NewCodes(
    [property: Id(0)] int Count, [property: Id(1)] string Prefix, [property: Id(2)] int Uses = 1, [property: Id(3)] int? UsesPerCustomer = null);

[GenerateSerializer, Alias("commerce.promotion.phase"), JsonConverter(typeof(JsonStringEnumConverter<PromotionPhase>))]
public enum PromotionPhase
{
    [JsonStringEnumMemberName("scheduled")] Scheduled = 0,
    [JsonStringEnumMemberName("in_force")] InForce = 1,
    [JsonStringEnumMemberName("over")] Over = 2,
}

public static class PromotionPhases
{
    extension(Promotion promotion)
    {
        /// <summary>Whether it is to come, counts, or is over at that moment.</summary>
        public PromotionPhase PhaseAt(DateTimeOffset at) =>
            at < promotion.From ? PromotionPhase.Scheduled : at >= promotion.Until ? PromotionPhase.Over : PromotionPhase.InForce;
    }
}

public static class PriceErrors
{
    public static CommerceError CodeTaken(string code, string promotion, string pointer) => new(
        "code-taken", ErrorKind.Conflict, $"The promotion '{promotion}' has codes '{code}' already. Choose others.")
    { Pointer = pointer };
}

public static class PriceGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The shop's one book.</summary>
        public IPriceBookGrain PriceBook() => grains.GetGrain<IPriceBookGrain>(Identity.PriceBook + "shop");

        public IPriceFollowerGrain PriceFollower() => grains.GetGrain<IPriceFollowerGrain>(0);
    }
}
