using Commerce.Journal;

namespace Commerce.Catalog;

/// <summary>The durable copy of a vendor's products, as silos read it.</summary>
internal sealed class ProductCopy(IJournal journal) : ICatalogProvider
{
    public string Name => "copy";

    public async Task<CatalogPage> Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        var (rows, next, more) = await CatalogCopy.Page(journal, CatalogCopy.Products, cursor, limit);
        var products = ImmutableArray.CreateBuilder<Product>(rows.Length);
        var removed = ImmutableArray.CreateBuilder<string>();
        foreach (var row in rows)
        {
            if (CatalogJson.Read(row.Body!, CatalogJson.Default.StoredProduct) is { Gone: false, Product: { } product })
            {
                products.Add(product);
            }
            else
            {
                removed.Add(row.Id);
            }
        }

        return new CatalogPage(products.ToImmutable(), next, more) { Removed = removed.ToImmutable() };
    }
}
