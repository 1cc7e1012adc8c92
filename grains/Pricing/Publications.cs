using System.Text.Json.Serialization;
using Commerce.Journal;

namespace Commerce.Pricing;

/// <summary>What happens to the shop's book of prices.</summary>
[JsonDerivedType(typeof(PromotionPublished), "commerce.promotion.published.v1")]
[JsonDerivedType(typeof(PromotionWithdrawn), "commerce.promotion.withdrawn.v1")]
[JsonDerivedType(typeof(PriceListPublished), "commerce.price-list.published.v1")]
[JsonDerivedType(typeof(PricesChanged), "commerce.prices.changed.v1")]
[JsonDerivedType(typeof(PriceListWithdrawn), "commerce.price-list.withdrawn.v1")]
[JsonDerivedType(typeof(CustomerGroupPublished), "commerce.customer-group.published.v1")]
[JsonDerivedType(typeof(CustomerGroupWithdrawn), "commerce.customer-group.withdrawn.v1")]
internal abstract record PriceEvent;

/// <param name="By">Who did it, when that is known.</param>
internal sealed record PromotionPublished(Promotion Promotion, string? By) : PriceEvent;

/// <param name="Promotion">As it was last.</param>
internal sealed record PromotionWithdrawn(Promotion Promotion, string? By) : PriceEvent;

internal sealed record PriceListPublished(PriceList List, string? By) : PriceEvent;

/// <param name="List">As it is now, with the SKUs that changed; one without prices is no longer in it.</param>
internal sealed record PricesChanged(PriceList List, string? By) : PriceEvent;

/// <param name="List">As it was last, without its prices.</param>
internal sealed record PriceListWithdrawn(PriceList List, string? By) : PriceEvent;

internal sealed record CustomerGroupPublished(CustomerGroup Group, string? By) : PriceEvent;

/// <param name="Group">As it was last, without its customers.</param>
internal sealed record CustomerGroupWithdrawn(CustomerGroup Group, string? By) : PriceEvent;

/// <summary>What was published: of each document the latest, and what that replaced within a day. Pure.</summary>
/// <remarks>Every publication stands in one chain, by its document. What was replaced more than a day ago tells no quote's prices any more and is left out; changes of single prices are merged into what they changed.</remarks>
internal sealed record Publications : IAggregateState<Publications, PriceEvent>
{
    /// <summary>How long what was replaced is kept: no quote holds longer.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public static Publications Initial { get; } = new();

    /// <summary>Publications so far.</summary>
    public long Version { get; init; }

    /// <summary>By document, the oldest first.</summary>
    public ImmutableDictionary<string, ImmutableArray<Publication>> Chains { get; init; } = ImmutableDictionary<string, ImmutableArray<Publication>>.Empty;

    [JsonIgnore]
    public DateTimeOffset? WakeAt => null;

    [JsonIgnore]
    public string? Violation => null;

    public ImmutableArray<Publication> OfPromotion(string id) => Chains.GetValueOrDefault("promotion:" + id, []);

    public ImmutableArray<Publication> OfList(string id) => Chains.GetValueOrDefault("list:" + id, []);

    public ImmutableArray<Publication> OfGroup(string id) => Chains.GetValueOrDefault("group:" + id, []);

    /// <summary>The last of each document.</summary>
    public IEnumerable<Publication> Latest => Chains.Values.Select(chain => chain[^1]);

    /// <summary>What came after that version, in order.</summary>
    public ImmutableArray<Publication> After(long version) =>
        version >= Version ? [] : [.. Chains.Values.SelectMany(chain => chain).Where(p => p.Version > version).OrderBy(p => p.Version)];

    /// <inheritdoc/>
    public Publications Apply(PriceEvent happened, DateTimeOffset at)
    {
        var publication = Of(happened) with { Version = Version + 1, At = at };
        var subject = SubjectOf(publication);

        return this with { Version = Version + 1, Chains = Chains.SetItem(subject, Shortened(Chains.GetValueOrDefault(subject, []).Add(publication), at)) };
    }

    /// <summary>What an event publishes.</summary>
    public static Publication Of(PriceEvent happened) => happened switch
    {
        PromotionPublished e => new Publication { By = e.By, Promotion = e.Promotion },
        PromotionWithdrawn e => new Publication { By = e.By, Promotion = e.Promotion, IsWithdrawal = true },
        PriceListPublished e => new Publication { By = e.By, List = e.List },
        PricesChanged e => new Publication { By = e.By, List = e.List, IsPartial = true },
        PriceListWithdrawn e => new Publication { By = e.By, List = e.List, IsWithdrawal = true, IsPartial = true },
        CustomerGroupPublished e => new Publication { By = e.By, Group = e.Group },
        CustomerGroupWithdrawn e => new Publication { By = e.By, Group = e.Group, IsWithdrawal = true },
        _ => throw new InvalidOperationException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>A list after the publications of its chain.</summary>
    /// <param name="list">As the files have it; null when they do not.</param>
    public static PriceList? Merged(PriceList? list, ImmutableArray<Publication> chain)
    {
        foreach (var publication in chain)
        {
            list = publication.IsPartial && list is not null ? Merged(list, publication.List!) : publication.List;
        }

        return list;
    }

    private static PriceList Merged(PriceList list, PriceList changed) => changed with { Prices = PriceBook.Versioned(list).SetItems(changed.Prices) };

    private static string SubjectOf(Publication publication) => publication switch
    {
        { Promotion: { } promotion } => "promotion:" + promotion.Id,
        { List: { } list } => "list:" + list.Id,
        _ => "group:" + publication.Group!.Id,
    };

    /// <summary>Without what was replaced more than a day ago.</summary>
    private static ImmutableArray<Publication> Shortened(ImmutableArray<Publication> chain, DateTimeOffset at)
    {
        while (chain.Length > 1 && chain[1].At + Kept <= at)
        {
            var (older, newer) = (chain[0], chain[1]);
            var one = newer.IsPartial ? newer with { List = Merged(older.List!, newer.List!), IsPartial = older.IsPartial } : newer;
            chain = [one, .. chain[2..]];
        }

        return chain;
    }
}
