using System.Collections.Immutable;
using System.Globalization;
using Commerce.Catalog;
using Commerce.Pricing;

namespace Commerce.Tests.Cluster;

/// <summary>A vendor of products and prices in memory: the tests are its merchant, and say when it fails. Every product has one SKU, <c>SKU-</c> and its id.</summary>
internal sealed class ScriptedCatalog : ICatalogProvider, IPricingProvider
{
    private static readonly PriceList List = new() { Id = "vendor-eur", Channel = "eu", Currency = "EUR" };

    private readonly Lock gate = new();
    private readonly Dictionary<string, (long Changed, string? Name, long? Price)> products = [];
    private long changes;
    private Promotion? promotion;

    public string Name => "scripted";

    public bool IsCopied => true;

    /// <summary>Asked before every page; what it returns is thrown.</summary>
    public Func<string?, Exception?>? Failing { get; set; }

    /// <summary>Waited for before every page.</summary>
    public Func<Task>? Holding { get; set; }

    public int Pages { get; private set; }

    public void Put(string id, string name, long? price)
    {
        lock (gate)
        {
            products[id] = (++changes, name, price);
        }
    }

    public void Generate(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            Put($"product-{i:00000}", $"Product {i}", 1000 + i);
        }
    }

    /// <param name="silently">Nobody is told: only who reads everything finds out.</param>
    public void Delete(string id, bool silently = false)
    {
        lock (gate)
        {
            if (silently)
            {
                products.Remove(id);
            }
            else
            {
                products[id] = (++changes, null, null);
            }
        }
    }

    public void Promote(Promotion? now)
    {
        lock (gate)
        {
            (promotion, _) = (now, ++changes);
        }
    }

    public static string Sku(string id) => $"SKU-{id}";

    public string[] Ids
    {
        get
        {
            lock (gate)
            {
                return [.. products.Where(product => product.Value.Name is not null).Select(product => product.Key).Order(StringComparer.Ordinal)];
            }
        }
    }

    async Task<CatalogPage> ICatalogProvider.Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (changed, next, more) = await Changed(cursor, limit, cancellationToken);
        return new CatalogPage(
            [
                .. changed.Where(product => product.Value.Name is not null).Select(product => new Product
                {
                    Id = product.Key,
                    Name = product.Value.Name!,
                    Variants = [new Variant { Sku = Sku(product.Key), Name = product.Value.Name!, Attributes = ImmutableDictionary<string, string>.Empty.Add("size", "one").Add("color", "red").Add("form", "round") }],
                }),
            ],
            next,
            more)
        { Removed = [.. changed.Where(product => product.Value.Name is null).Select(product => product.Key)] };
    }

    async ValueTask<PricingPage> IPricingProvider.Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (changed, next, more) = await Changed(cursor, limit, cancellationToken);
        var prices = changed.Where(product => product.Value.Price is not null).ToImmutableDictionary(product => Sku(product.Key), product => ImmutableArray.Create(new ListedPrice(product.Value.Price!.Value)));
        return new PricingPage(prices.IsEmpty ? [] : [List with { Prices = prices }], promotion is null ? [] : [promotion], [], [], next, more)
        {
            Whole = [.. changed.Select(product => Sku(product.Key))],
            NamesAllPromotions = true,
        };
    }

    private async Task<(KeyValuePair<string, (long Changed, string? Name, long? Price)>[] Changed, string Next, bool More)> Changed(string? cursor, int limit, CancellationToken cancellationToken)
    {
        if (Holding is { } hold)
        {
            await hold().WaitAsync(cancellationToken);
        }

        if (Failing?.Invoke(cursor) is { } failure)
        {
            throw failure;
        }

        var after = cursor is null ? 0 : long.Parse(cursor, CultureInfo.InvariantCulture);
        lock (gate)
        {
            Pages++;
            var changed = products.Where(product => product.Value.Changed > after).OrderBy(product => product.Value.Changed).Take(limit).ToArray();
            var more = changed.Length == limit;
            return (changed, (changed.Length == 0 ? after : changed[^1].Value.Changed).ToString(CultureInfo.InvariantCulture), more);
        }
    }
}
