using System.Text;
using Commerce.Journal;
using Commerce.Orders;

namespace Commerce.Pricing;

/// <inheritdoc cref="IPriceBookGrain"/>
[GrainType("price-book")]
internal sealed class PriceBookGrain(IJournal journal, PriceBooks books, IChannels channels) : AggregateGrain<Publications, PriceEvent>, IPriceBookGrain
{
    private const int PageSize = 500;

    protected override int SnapshotEvery => 100;

    public async Task<Reply<Published<Promotion>>> PublishPromotion(Request request, Promotion promotion, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new(Shown(await Find(promotion.Id, withdrawn: true))!, true);
        }

        var before = await Find(promotion.Id, withdrawn: true);
        DemandVersion(request, before);
        promotion = promotion with { Version = (before?.Version ?? 0) + 1, Coupons = WithSeeds(promotion.Coupons, before) };
        DemandSound(PromotionRules.Check(promotion, channels));
        for (var i = 0; i < promotion.Coupons.Length; i++)
        {
            await DemandFree(promotion.Coupons[i].Code, promotion.Id, $"/coupons/{i}/code");
        }

        return await Publish(request, new PromotionPublished(promotion, by), promotion.Id);
    }

    public async Task<Reply<Published<Promotion>>> WithdrawPromotion(Request request, string id, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new(Shown(await Find(id, withdrawn: true))!, true);
        }

        var promotion = Demand(await Find(id), id);
        DemandVersion(request, promotion);

        return await Publish(request, new PromotionWithdrawn(promotion.Document with { Version = promotion.Version + 1 }, by), id);
    }

    public async Task<Reply<Published<Promotion>>> MakeCodes(Request request, string promotionId, NewCodes codes, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new(Shown(await Find(promotionId, withdrawn: true))!, true);
        }

        var promotion = Demand(await Find(promotionId), promotionId);
        DemandVersion(request, promotion);
        DemandSound(PromotionRules.Check(codes));
        var document = promotion.Document;
        if (document.Coupons.Any(c => c.Code == codes.Prefix))
        {
            throw new CommerceException(PriceErrors.CodeTaken(codes.Prefix, promotionId, "/prefix"));
        }

        await DemandFree(codes.Prefix, promotionId, "/prefix");
        var made = new CouponCodes(codes.Prefix, codes.Uses, codes.UsesPerCustomer, codes.Count, GeneratedCodes.NewSeed());
        document = document with { Version = promotion.Version + 1, Coupons = document.Coupons.Add(made) };
        DemandSound(PromotionRules.Check(document, channels));

        return await Publish(request, new PromotionPublished(document, by), promotionId);
    }

    public async Task<Reply<Published<Promotion>>> RevokeCodes(Request request, string promotionId, string prefix, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new(Shown(await Find(promotionId, withdrawn: true))!, true);
        }

        var promotion = Demand(await Find(promotionId), promotionId);
        DemandVersion(request, promotion);
        var made = promotion.Document.Coupons.FirstOrDefault(c => c.Code == prefix && c.Generated > 0) ?? throw new CommerceException(CommonErrors.NotFound(prefix));
        var coupons = promotion.Document.Coupons.Remove(made);
        if (coupons.IsEmpty)
        {
            // Without a code it would count for everybody.
            throw new CommerceException(CommonErrors.NotNow("promotion", "switched on by these codes alone", "revoke its last codes", ["withdraw"]));
        }

        return await Publish(request, new PromotionPublished(promotion.Document with { Version = promotion.Version + 1, Coupons = coupons }, by), promotionId);
    }

    public async Task<Reply<Published<PriceList>>> PublishPrices(Request request, PriceList list, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new((await FindList(list.Id, withdrawn: true))!, true);
        }

        var before = await FindList(list.Id, withdrawn: true);
        DemandVersion(request, before);
        DemandSound(PriceListRules.Check(list, channels));
        await Commit(request, new PriceListPublished(list with { Version = (before?.Version ?? 0) + 1, Prices = New(list.Prices) }, by));

        return new((await FindList(list.Id))!, false);
    }

    public async Task<Reply<Published<PriceList>>> ChangePrices(Request request, string id, ImmutableDictionary<string, ImmutableArray<ListedPrice>> prices, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new((await FindList(id, withdrawn: true))!, true);
        }

        var list = Demand(await FindList(id), id);
        DemandVersion(request, list);
        DemandSound(PriceListRules.Check(prices));
        var now = Now;
        var standing = PriceBook.Versioned(list.Document);
        var changed = New(prices).ToImmutableDictionary(p => p.Key, p => UntilThen(standing.GetValueOrDefault(p.Key, []), p.Value, now));
        await Commit(request, new PricesChanged(list.Document with { Version = list.Version + 1, Prices = changed }, by));

        return new((await FindList(id))!, false);
    }

    public async Task<Reply<Published<PriceList>>> WithdrawPrices(Request request, string id, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new((await FindList(id, withdrawn: true))!, true);
        }

        var list = Demand(await FindList(id), id);
        DemandVersion(request, list);
        var ended = list.Document with { Version = list.Version + 1, Prices = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty };
        await Commit(request, new PriceListWithdrawn(ended, by));

        return new((await FindList(id, withdrawn: true))!, false);
    }

    public async Task<Reply<Published<CustomerGroup>>> PublishGroup(Request request, CustomerGroup group, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new((await FindGroup(group.Id, withdrawn: true))!, true);
        }

        var before = await FindGroup(group.Id, withdrawn: true);
        DemandVersion(request, before);
        DemandSound(PriceListRules.Check(group));
        await Commit(request, new CustomerGroupPublished(group with { Version = (before?.Version ?? 0) + 1 }, by));

        return new((await FindGroup(group.Id))!, false);
    }

    public async Task<Reply<Published<CustomerGroup>>> WithdrawGroup(Request request, string id, string? by)
    {
        if (IsRepeated(request with { IfMatch = null }))
        {
            return new((await FindGroup(id, withdrawn: true))!, true);
        }

        var group = Demand(await FindGroup(id), id);
        DemandVersion(request, group);
        await Commit(request, new CustomerGroupWithdrawn(group.Document with { Version = group.Version + 1, Customers = [] }, by));

        return new((await FindGroup(id, withdrawn: true))!, false);
    }

    public async Task<Published<Promotion>?> Promotion(string id) => Shown(await Find(id));

    public async Task<Page<Published<Promotion>>> Promotions(PageRequest page, PromotionPhase? phase)
    {
        var now = Now;
        var standing = await Everything();

        return PageOf(standing.Where(p => phase is null || p.Document.PhaseAt(now) == phase), p => p.Document.Id, page, p => Shown(p)!);
    }

    public async Task<Page<Published<Promotion>>> PromotionVersions(string id, PageRequest page)
    {
        var versions = new List<Published<Promotion>>();
        var (after, version) = (0L, 0L);
        ImmutableArray<Recorded> commits;
        do
        {
            commits = await journal.ReadAggregate(Id, after, PageSize);
            foreach (var commit in commits)
            {
                foreach (var happened in EventCodec<PriceEvent>.Read(commit.Events))
                {
                    version++;
                    if (Publications.Of(happened) is { Promotion: { } promotion } publication && promotion.Id == id)
                    {
                        versions.Add(Shown(Of(promotion, promotion.Version, publication with { Version = version, At = commit.At }))!);
                    }
                }

                after = commit.Version;
            }
        }
        while (commits.Length == PageSize);

        if ((await books.Base()).Promotions.FirstOrDefault(p => p.Id == id) is { } first)
        {
            versions.Insert(0, Shown(Of(first, first.Version, null))!);
        }

        versions.Reverse();

        // Versions count down: sorted as text, the highest has to come first.
        return PageOf(versions, p => (int.MaxValue - p.Version).ToString("D10"), page, p => p);
    }

    public async Task<ImmutableArray<string>?> Codes(string promotionId, string prefix, int from, int count)
    {
        if ((await Find(promotionId))?.Document.Coupons.FirstOrDefault(c => c.Code == prefix && c.Generated > 0) is not { } made)
        {
            return null;
        }

        return [.. Enumerable.Range(from, Math.Max(0, Math.Min(count, made.Generated - from))).Select(number => GeneratedCodes.Code(made, number))];
    }

    public Task<Published<PriceList>?> PriceList(string id) => FindList(id).AsTask();

    public async Task<Page<Published<PriceList>>> PriceLists(PageRequest page)
    {
        var inFiles = (await books.Base()).Lists;
        var ids = inFiles.Select(l => l.Id).Concat(Durable.Latest.Select(p => p.List?.Id).OfType<string>()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var lists = new List<Published<PriceList>>();
        foreach (var id in ids)
        {
            if (await FindList(id) is { } list)
            {
                lists.Add(list with { Document = list.Document with { Prices = ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Empty } });
            }
        }

        return PageOf(lists, l => l.Document.Id, page, l => l);
    }

    public Task<Published<CustomerGroup>?> Group(string id) => FindGroup(id).AsTask();

    public Task<ImmutableArray<Publication>> After(long version) => Task.FromResult(Durable.After(version));

    /// <summary>Prices of a SKU after a change: where all that is given is still to come, what holds now holds until then.</summary>
    private static ImmutableArray<ListedPrice> UntilThen(ImmutableArray<ListedPrice> before, ImmutableArray<ListedPrice> given, DateTimeOffset now) =>
        given.IsEmpty || !given.All(p => p.From > now)
            ? given
            : [.. before.Where(p => !(p.Until <= now) && given.All(g => (g.FromQuantity, g.From) != (p.FromQuantity, p.From))), .. given];

    /// <summary>Prices that the version brings which they are published with, whatever was sent.</summary>
    private static ImmutableDictionary<string, ImmutableArray<ListedPrice>> New(ImmutableDictionary<string, ImmutableArray<ListedPrice>> prices) =>
        prices.ToImmutableDictionary(p => p.Key, p => p.Value.Select(price => price with { Version = 0 }).ToImmutableArray());

    /// <summary>Codes that were made before keep their seed, which nobody else knows.</summary>
    private static ImmutableArray<CouponCodes> WithSeeds(ImmutableArray<CouponCodes> given, Published<Promotion>? before) =>
    [
        .. given.Select((codes, i) =>
            codes.Seed is not null ? throw new CommerceException(Wrong($"/coupons/{i}/seed", "A seed is never given. Make codes with POST …/coupons."))
            : codes.Generated == 0 ? codes
            : before?.Document.Coupons.FirstOrDefault(c => c.Code == codes.Code && c.Generated == codes.Generated)?.Seed is { } seed ? codes with { Seed = seed }
            : throw new CommerceException(Wrong($"/coupons/{i}/generated", $"No {codes.Generated} codes '{codes.Code}' were made. Make codes with POST …/coupons."))),
    ];

    private static CommerceError Wrong(string pointer, string remedy) => new("invalid-value", ErrorKind.Invalid, remedy) { Pointer = pointer };

    private static void DemandSound(ImmutableArray<Fault> faults)
    {
        if (faults is [var first, ..])
        {
            throw new CommerceException(new CommerceError(
                first.Code, ErrorKind.Invalid, faults.Length == 1 ? first.Remedy : $"{faults.Length} things are wrong with it; 'errors' lists them.")
            { Pointer = first.Pointer, Faults = faults });
        }
    }

    private static void DemandVersion<T>(Request request, Published<T>? before)
    {
        var version = before is null or { IsWithdrawn: true } ? 0 : before.Version;
        if (request.IfMatch is { } expected && expected != version)
        {
            throw new CommerceException(CommonErrors.Stale(expected, version));
        }
    }

    private static Published<T> Demand<T>(Published<T>? document, string id) => document ?? throw new CommerceException(CommonErrors.NotFound(id));

    /// <summary>A code switches on one promotion. Those that are over do not count.</summary>
    private async ValueTask DemandFree(string code, string promotionId, string pointer)
    {
        var now = Now;
        foreach (var other in await Everything())
        {
            if (other.Document.Id != promotionId
                && other.Document.PhaseAt(now) is not PromotionPhase.Over
                && other.Document.Coupons.Any(c => string.Equals(c.Code, code, StringComparison.OrdinalIgnoreCase)))
            {
                throw new CommerceException(PriceErrors.CodeTaken(code, other.Document.Id, pointer));
            }
        }
    }

    private async Task<Reply<Published<Promotion>>> Publish(Request request, PriceEvent happened, string id)
    {
        await Commit(request, happened);

        return new(Shown(await Find(id, withdrawn: true))!, false);
    }

    /// <summary>Promotions by id, those that are withdrawn left out.</summary>
    private async ValueTask<IEnumerable<Published<Promotion>>> Everything() =>
        (await books.Base()).Promotions.Where(p => Durable.OfPromotion(p.Id).IsEmpty).Select(p => Of(p, p.Version, null))
            .Concat(Durable.Latest.Where(p => p is { Promotion: not null, IsWithdrawal: false }).Select(p => Of(p.Promotion!, p.Promotion!.Version, p)))
            .OrderBy(p => p.Document.Id, StringComparer.Ordinal);

    private async ValueTask<Published<Promotion>?> Find(string id, bool withdrawn = false) => Durable.OfPromotion(id) is [.., var last]
        ? Standing(Of(last.Promotion!, last.Promotion!.Version, last), withdrawn)
        : (await books.Base()).Promotions.FirstOrDefault(p => p.Id == id) is { } promotion ? Of(promotion, promotion.Version, null)
        : null;

    private async ValueTask<Published<PriceList>?> FindList(string id, bool withdrawn = false)
    {
        var chain = Durable.OfList(id);
        var list = Publications.Merged((await books.Base()).List(id), chain);

        return list is null ? null : Standing(Of(list with { Prices = Listed(list) }, list.Version, chain is [.., var last] ? last : null), withdrawn);
    }

    private static ImmutableDictionary<string, ImmutableArray<ListedPrice>> Listed(PriceList list) =>
        list.Prices.Any(p => p.Value.IsEmpty) ? list.Prices.Where(p => !p.Value.IsEmpty).ToImmutableDictionary() : list.Prices;

    private async ValueTask<Published<CustomerGroup>?> FindGroup(string id, bool withdrawn = false) => Durable.OfGroup(id) is [.., var last]
        ? Standing(Of(last.Group!, last.Group!.Version, last), withdrawn)
        : (await books.Base()).Groups.FirstOrDefault(g => g.Id == id) is { } group ? Of(group, group.Version, null)
        : null;

    private static Published<T>? Standing<T>(Published<T> document, bool withdrawn) => document.IsWithdrawn && !withdrawn ? null : document;

    private static Published<T> Of<T>(T document, int version, Publication? publication) =>
        new(document, version, publication?.At, publication?.By, publication?.IsWithdrawal ?? false, publication?.Version ?? 0);

    /// <summary>Without the seeds of codes, which leave this grain for the silos alone.</summary>
    private static Published<Promotion>? Shown(Published<Promotion>? promotion) => promotion is null
        ? null
        : promotion with { Document = promotion.Document with { Coupons = [.. promotion.Document.Coupons.Select(c => c with { Seed = null })] } };

    private static Page<Published<T>> PageOf<T>(IEnumerable<Published<T>> all, Func<Published<T>, string> key, PageRequest page, Func<Published<T>, Published<T>> show)
    {
        var after = Parse(page.Cursor);
        var found = all.Where(one => after is null || string.CompareOrdinal(key(one), after) > 0).Take(page.Limit + 1).ToList();

        return new Page<Published<T>>(
            [.. found.Take(page.Limit).Select(show)], found.Count > page.Limit ? Convert.ToHexStringLower(Encoding.UTF8.GetBytes(key(found[page.Limit - 1]))) : null);
    }

    private static string? Parse(string? cursor) => cursor is null ? null
        : cursor.Length is > 0 and <= 200 && cursor.Length % 2 == 0 && cursor.All(char.IsAsciiHexDigit) ? Encoding.UTF8.GetString(Convert.FromHexString(cursor))
        : throw new CommerceException(OrderErrors.InvalidCursor);
}

/// <inheritdoc cref="IPriceFollowerGrain"/>
[GrainType("price-follower"), StatelessWorker, Reentrant]
internal sealed class PriceFollowerGrain(PriceBooks books) : Grain, IPriceFollowerGrain
{
    public Task CatchUp(long version) => books.CatchUp(version);
}
