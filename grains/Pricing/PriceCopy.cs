using System.Collections.Concurrent;
using Commerce.Catalog;
using Commerce.Journal;

namespace Commerce.Pricing;

/// <summary>The durable copy of a vendor's prices, promotions and groups, as silos read it: with the times at which each began and ended, so that all of them price a moment alike.</summary>
internal sealed class PriceCopy(IJournal journal) : IPricingProvider
{
    public const string Sku = "s:", List = "l:", Promotion = "p:", Group = "g:";

    private readonly ConcurrentDictionary<string, PriceList> lists = new(StringComparer.Ordinal);

    public string Name => "copy";

    public async ValueTask<PricingPage> Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (rows, next, more) = await CatalogCopy.Page(journal, CatalogCopy.Prices, cursor, limit);
        var prices = new SortedDictionary<string, ImmutableDictionary<string, ImmutableArray<ListedPrice>>.Builder>(StringComparer.Ordinal);
        var (promotions, groups, removed) = (ImmutableArray.CreateBuilder<Promotion>(), ImmutableArray.CreateBuilder<CustomerGroup>(), ImmutableArray.CreateBuilder<string>());
        foreach (var row in rows)
        {
            switch (row.Id[..2])
            {
                case Sku:
                    foreach (var (list, listed) in CatalogJson.Read(row.Body!, CatalogJson.Default.StoredPrices).Lists)
                    {
                        if (!prices.TryGetValue(list, out var of))
                        {
                            prices.Add(list, of = ImmutableDictionary.CreateBuilder<string, ImmutableArray<ListedPrice>>(StringComparer.Ordinal));
                        }

                        of[row.Id[2..]] = listed;
                    }

                    break;
                case List:
                    lists[row.Id[2..]] = CatalogJson.Read(row.Body!, CatalogJson.Default.StoredList).List!;
                    break;
                case Promotion when CatalogJson.Read(row.Body!, CatalogJson.Default.StoredPromotion) is { Versions: { IsEmpty: false } versions }:
                    promotions.AddRange(versions);
                    break;
                case Group when CatalogJson.Read(row.Body!, CatalogJson.Default.StoredGroup) is { Gone: false, Group: { } group }:
                    groups.Add(group);
                    break;
                default:
                    removed.Add(row.Id[2..]);
                    break;
            }
        }

        var changed = ImmutableArray.CreateBuilder<PriceList>(prices.Count);
        foreach (var (list, of) in prices)
        {
            changed.Add(await Header(list) with { Prices = of.ToImmutable() });
        }

        return new PricingPage(changed.DrainToImmutable(), promotions.ToImmutable(), groups.ToImmutable(), removed.ToImmutable(), next, more);
    }

    /// <summary>A list is stored in the same write as the first price that stands in it.</summary>
    private async ValueTask<PriceList> Header(string list)
    {
        if (!lists.TryGetValue(list, out var header))
        {
            var row = await journal.FindReadModel(CatalogCopy.Prices, List + list) ?? throw new InvalidOperationException($"The copy has prices of the list '{list}', and not the list.");
            lists[list] = header = CatalogJson.Read(row.Body!, CatalogJson.Default.StoredList).List!;
        }

        return header;
    }
}
