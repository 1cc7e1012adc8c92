using Commerce.Catalog;
using Commerce.Journal;

namespace Commerce.Pricing;

/// <summary>Copies a vendor's prices, promotions and groups. What replaces something begins at a moment, and what it replaces ends then: a price that was shown can be told as long as it holds.</summary>
internal sealed class PriceFeed(IPricingProvider vendor, IJournal journal, int pageSize, TimeProvider clock) : CopyFeed(journal, CatalogCopy.Prices, clock)
{
    /// <summary>How long what is over is kept: no quote holds longer.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    protected override async Task<CopyPage> Read(CopyState state, CancellationToken cancellationToken)
    {
        var page = await vendor.Page(state.Cursor, pageSize, cancellationToken);
        var at = Effective(state);
        var documents = new Dictionary<string, CopiedDocument>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);

        foreach (var list in page.Lists)
        {
            Keep(documents, seen, PriceCopy.List + list.Id, list with { Prices = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty });
        }

        foreach (var (sku, lists) in BySku(page))
        {
            await Price(documents, seen, sku, lists, page.Whole.Contains(sku, StringComparer.Ordinal), at);
        }

        foreach (var promotion in page.Promotions)
        {
            await Promote(documents, seen, promotion, at);
        }

        foreach (var group in page.Groups)
        {
            Keep(documents, seen, group);
        }

        var gone = page.NamesAllPromotions
            ? Copy.LiveIds.Where(id => IsPromotionOrGroup(id) && !seen.Contains(id)).ToArray()
            : [.. page.Removed.SelectMany(id => new[] { PriceCopy.Promotion + id, PriceCopy.Group + id }).Where(id => Copy.Known(id) is { Gone: false })];
        foreach (var document in await Gone(gone, at))
        {
            documents[document.Id] = document;
        }

        var before = page.NamesAllPromotions ? state.NotMapped.Where(one => one.Kind is not ("cart-discount" or "discount-code")) : state.NotMapped;

        return new CopyPage(documents.Values, seen, CopyPage.Told(before, page.NotMapped), page.Next, page.More);
    }

    protected override async Task<IReadOnlyCollection<CopiedDocument>> Gone(IEnumerable<string> ids, DateTimeOffset? at)
    {
        var gone = new List<CopiedDocument>();
        foreach (var id in ids)
        {
            var body = await Copy.Find(id);
            gone.Add(new CopiedDocument(id, 0, Gone: true, id[..2] switch
            {
                PriceCopy.Sku => CatalogJson.Write(
                    new StoredPrices { Gone = true, Lists = Merged(body is null ? null : CatalogJson.Read(body, CatalogJson.Default.StoredPrices), [], isNew: false, at) }, CatalogJson.Default.StoredPrices),
                PriceCopy.Promotion => CatalogJson.Write(
                    new StoredPromotion { Gone = true, Versions = body is null ? [] : Over(CatalogJson.Read(body, CatalogJson.Default.StoredPromotion).Versions, at) }, CatalogJson.Default.StoredPromotion),
                PriceCopy.List => CatalogJson.Write(new StoredList { Gone = true, List = CatalogJson.Read(body!, CatalogJson.Default.StoredList).List }, CatalogJson.Default.StoredList), // its prices end by themselves
                _ => CatalogJson.Write(new StoredGroup { Gone = true }, CatalogJson.Default.StoredGroup),
            }));
        }

        return gone;
    }

    /// <summary>What each SKU of the page costs, by list; a SKU that is told to the last and is in none costs nothing anywhere.</summary>
    private static Dictionary<string, SortedDictionary<string, ImmutableArray<ListedPrice>>> BySku(PricingPage page)
    {
        var skus = page.Whole.Distinct(StringComparer.Ordinal).ToDictionary(sku => sku, _ => new SortedDictionary<string, ImmutableArray<ListedPrice>>(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var list in page.Lists)
        {
            foreach (var (sku, prices) in list.Prices)
            {
                if (!skus.TryGetValue(sku, out var lists))
                {
                    skus.Add(sku, lists = new(StringComparer.Ordinal));
                }

                lists[list.Id] = prices;
            }
        }

        return skus;
    }

    private async Task Price(Dictionary<string, CopiedDocument> documents, HashSet<string> seen, string sku, SortedDictionary<string, ImmutableArray<ListedPrice>> told, bool whole, DateTimeOffset? at)
    {
        var id = PriceCopy.Sku + sku;
        seen.Add(id);
        var hash = CatalogJson.HashOf(new StoredPrices { Source = told }, CatalogJson.Default.StoredPrices);
        var known = Copy.Known(id);
        if (whole && known is { Gone: false } && known.Value.Hash == hash)
        {
            return;
        }

        var before = await Copy.Find(id) is { } body ? CatalogJson.Read(body, CatalogJson.Default.StoredPrices) : null;
        foreach (var (list, prices) in whole || before is null ? [] : before.Source)
        {
            told.TryAdd(list, prices); // not told of: it stays
        }

        hash = CatalogJson.HashOf(new StoredPrices { Source = told }, CatalogJson.Default.StoredPrices);
        if (known is not { Gone: false } || known.Value.Hash != hash)
        {
            var stored = new StoredPrices { Hash = hash, Source = told, Lists = Merged(before, told, isNew: before is null, at) };
            documents[id] = new CopiedDocument(id, hash, Gone: false, CatalogJson.Write(stored, CatalogJson.Default.StoredPrices));
        }
    }

    /// <param name="isNew">Nobody was shown a price of it before: it always was so.</param>
    private static SortedDictionary<string, ImmutableArray<ListedPrice>> Merged(StoredPrices? before, SortedDictionary<string, ImmutableArray<ListedPrice>> told, bool isNew, DateTimeOffset? at)
    {
        var lists = new SortedDictionary<string, ImmutableArray<ListedPrice>>(StringComparer.Ordinal);
        foreach (var list in told.Keys.Concat(before?.Lists.Keys.AsEnumerable() ?? []).Distinct(StringComparer.Ordinal))
        {
            var was = before?.Lists.GetValueOrDefault(list, []) ?? [];
            var now = told.GetValueOrDefault(list, []);
            lists[list] = before is not null && before.Source.TryGetValue(list, out var same) && same.SequenceEqual(now) ? was
                : isNew || at is null ? now
                : [.. now.Select(price => price with { From = Later(price.From, at) }), .. was.Select(price => price with { Until = Earlier(price.Until, at) }).Where(price => IsTold(price.From, price.Until, at))];
        }

        return lists;
    }

    private async Task Promote(Dictionary<string, CopiedDocument> documents, HashSet<string> seen, Promotion promotion, DateTimeOffset? at)
    {
        var id = PriceCopy.Promotion + promotion.Id;
        seen.Add(id);
        var hash = CatalogJson.HashOf(new StoredPromotion { Versions = [promotion] }, CatalogJson.Default.StoredPromotion);
        if (Copy.Known(id) is { Gone: false } known && known.Hash == hash)
        {
            return;
        }

        var before = await Copy.Find(id) is { } body ? CatalogJson.Read(body, CatalogJson.Default.StoredPromotion).Versions : [];
        var version = before.IsEmpty ? promotion.Version : before[0].Version + 1;
        var stored = new StoredPromotion { Hash = hash, Versions = [promotion with { Version = version, From = Later(promotion.From, at) }, .. Over(before, at)] };
        documents[id] = new CopiedDocument(id, hash, Gone: false, CatalogJson.Write(stored, CatalogJson.Default.StoredPromotion));
    }

    private void Keep(Dictionary<string, CopiedDocument> documents, HashSet<string> seen, string id, PriceList list)
    {
        seen.Add(id);
        var hash = CatalogJson.HashOf(new StoredList { List = list }, CatalogJson.Default.StoredList);
        if (Copy.Known(id) is not { Gone: false } known || known.Hash != hash)
        {
            documents[id] = new CopiedDocument(id, hash, Gone: false, CatalogJson.Write(new StoredList { Hash = hash, List = list }, CatalogJson.Default.StoredList));
        }
    }

    private void Keep(Dictionary<string, CopiedDocument> documents, HashSet<string> seen, CustomerGroup group)
    {
        var id = PriceCopy.Group + group.Id;
        seen.Add(id);
        var hash = CatalogJson.HashOf(new StoredGroup { Group = group }, CatalogJson.Default.StoredGroup);
        if (Copy.Known(id) is not { Gone: false } known || known.Hash != hash)
        {
            documents[id] = new CopiedDocument(id, hash, Gone: false, CatalogJson.Write(new StoredGroup { Hash = hash, Group = group }, CatalogJson.Default.StoredGroup));
        }
    }

    private static ImmutableArray<Promotion> Over(ImmutableArray<Promotion> versions, DateTimeOffset? at) => at is null
        ? []
        : [.. versions.Select(version => version with { Until = Earlier(version.Until, at) }).Where(version => IsTold(version.From, version.Until, at))];

    /// <summary>Whether it ever counts, and is not long over.</summary>
    private static bool IsTold(DateTimeOffset? from, DateTimeOffset? until, DateTimeOffset? at) => !(from >= until) && !(until <= at - Kept);

    private static bool IsPromotionOrGroup(string id) => id.StartsWith(PriceCopy.Promotion, StringComparison.Ordinal) || id.StartsWith(PriceCopy.Group, StringComparison.Ordinal);

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
