using System.Text;
using Commerce.Inventory;
using Commerce.Pricing;

namespace Commerce.Catalog;

/// <inheritdoc cref="ICatalogGrain"/>
[GrainType("catalog"), StatelessWorker, Reentrant]
internal sealed class CatalogGrain(CatalogIndex index, Pricer prices, IChannels channels, Availability availability) : Grain, ICatalogGrain
{
    public async Task<Page<ProductView>> Search(ProductQuery query)
    {
        var (channel, currency) = ChannelOf(query.Channel, query.Currency);
        var words = query.Text?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var after = Parse(query.Cursor);
        var page = new List<ProductView>(query.Limit);
        foreach (var entry in await index.After(after))
        {
            if (!entry.Matches(words, query.Category) || await View(entry.Product, channel, currency) is not { } view)
            {
                continue;
            }

            if (page.Count == query.Limit)
            {
                return new Page<ProductView>(await WithStock(page, channel.Id), Cursor(page[^1].Id));
            }

            page.Add(view);
        }

        return new Page<ProductView>(await WithStock(page, channel.Id), null);
    }

    public async Task<ProductView?> Get(string productId, string channel, string? currency)
    {
        var (found, sold) = ChannelOf(channel, currency);
        return await index.Find(productId) is { } product && await View(product, found, sold) is { } view
            ? (await WithStock([view], found.Id))[0]
            : null;
    }

    public Task<ImmutableArray<ChannelView>> Channels() => Task.FromResult<ImmutableArray<ChannelView>>(
    [
        .. channels.All.Values
            .OrderBy(channel => channel.Id, StringComparer.Ordinal)
            .Select(channel => new ChannelView(channel.Id, channel.Name, channel.Currencies[0], channel.TaxInclusive, channel.Countries)),
    ]);

    private (Channel Channel, string Currency) ChannelOf(string id, string? currency)
    {
        var channel = prices.Channel(id);
        return (channel, Pricer.CurrencyOf(channel, currency));
    }

    /// <summary>The product as the channel sells it; null when it sells none of its variants.</summary>
    private async ValueTask<ProductView?> View(Product product, Channel channel, string currency)
    {
        var variants = ImmutableArray.CreateBuilder<VariantView>(product.Variants.Length);
        foreach (var variant in product.Variants)
        {
            if (await prices.ListPrice(channel.Id, currency, variant.Sku) is { } listed)
            {
                variants.Add(new VariantView(variant.Sku, variant.Name, listed.Price, 0, variant.Attributes) { CompareAt = listed.CompareAt });
            }
        }

        return variants.Count == 0 ? null : new ProductView
        {
            Id = product.Id,
            Name = product.Name,
            Description = product.Description,
            Brand = product.Brand,
            Category = product.Category,
            Tags = product.Tags,
            Variants = variants.ToImmutable(),
        };
    }

    private async Task<ImmutableArray<ProductView>> WithStock(List<ProductView> page, string channel)
    {
        var stock = await Task.WhenAll(page.SelectMany(product => product.Variants).Select(async variant =>
            (variant.Sku, (await availability.Of(variant.Sku, channel)).Available)));
        var available = stock.ToDictionary(s => s.Sku, s => s.Available, StringComparer.Ordinal);
        return [.. page.Select(product => product with
        {
            Variants = [.. product.Variants.Select(variant => variant with { Available = available[variant.Sku] })],
        })];
    }

    private static string Cursor(string productId) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(productId));

    private static string? Parse(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        return cursor.Length is > 0 and <= 200 && cursor.Length % 2 == 0 && cursor.All(char.IsAsciiHexDigit)
            ? Encoding.UTF8.GetString(Convert.FromHexString(cursor))
            : throw new CommerceException(Orders.OrderErrors.InvalidCursor);
    }
}
