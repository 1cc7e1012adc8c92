using Commerce.Inventory;
using Commerce.Journal;

namespace Commerce.Catalog;

/// <summary>Copies a vendor's products. New SKUs get their opening stock before the page counts as read.</summary>
internal sealed class ProductFeed(ICatalogProvider vendor, IJournal journal, IGrainFactory grains, int pageSize, TimeProvider clock) : CopyFeed(journal, CatalogCopy.Products, clock)
{
    /// <summary>Stock items that are opened at once.</summary>
    private const int OpenAtOnce = 64;

    protected override async Task<CopyPage> Read(CopyState state, CancellationToken cancellationToken)
    {
        var page = await vendor.Page(state.Cursor, pageSize, cancellationToken);
        var documents = new Dictionary<string, CopiedDocument>(StringComparer.Ordinal);
        var news = new List<Product>();
        foreach (var id in page.Removed)
        {
            if (Copy.Known(id) is { Gone: false })
            {
                documents[id] = Nothing(id);
            }
        }

        foreach (var product in page.Products)
        {
            var hash = CatalogJson.HashOf(new StoredProduct { Product = product }, CatalogJson.Default.StoredProduct);
            if (Copy.Known(product.Id) is { Gone: false } known && known.Hash == hash)
            {
                continue;
            }

            news.Add(product);
            documents[product.Id] = new CopiedDocument(product.Id, hash, Gone: false, CatalogJson.Write(new StoredProduct { Hash = hash, Product = product }, CatalogJson.Default.StoredProduct));
        }

        await OpenStock(news);

        return new CopyPage(documents.Values, [.. page.Products.Select(product => product.Id)], CopyPage.Told(state.NotMapped, page.NotMapped), page.Next, page.More);
    }

    protected override Task<IReadOnlyCollection<CopiedDocument>> Gone(IEnumerable<string> ids, DateTimeOffset? at) => Task.FromResult<IReadOnlyCollection<CopiedDocument>>([.. ids.Select(Nothing)]);

    private static CopiedDocument Nothing(string id) => new(id, 0, Gone: true, CatalogJson.Write(new StoredProduct { Gone = true }, CatalogJson.Default.StoredProduct));

    private async Task OpenStock(List<Product> products)
    {
        foreach (var portion in products.SelectMany(product => product.Variants).Where(variant => variant.InitialStock is not null).Chunk(OpenAtOnce))
        {
            await Task.WhenAll(portion.Select(variant => grains.Stock(variant.Sku).Open(variant.InitialStock!.Value)));
        }
    }
}
