using Commerce.Catalog;
using Commerce.Inventory;
using Commerce.Pricing;
using Commerce.Shipping;
using Commerce.Tax;

namespace Commerce.Shop;

/// <summary>A shop as its files describe it: each read, and checked against the others.</summary>
internal sealed record FileShop(
    FileCatalogProvider Catalog,
    FilePricingProvider Pricing,
    TaxTables Taxes,
    RateTableTaxProvider Tax,
    RateTableShippingProvider Shipping,
    FileLocations Locations)
{
    /// <exception cref="ShopFileException">Names file, place and remedy.</exception>
    public static FileShop Open(ShopOptions options, TimeProvider? clock = null)
    {
        var folder = new ShopFolder(Path.GetFullPath(options.Directory, AppContext.BaseDirectory));
        var taxes = new TaxTables(folder);
        var shop = new FileShop(
            new FileCatalogProvider(folder), new FilePricingProvider(folder), taxes, new RateTableTaxProvider(taxes, clock ?? TimeProvider.System), new RateTableShippingProvider(folder),
            new FileLocations(folder));

        shop.CheckPrices();
        shop.CheckDestinations();
        shop.CheckTaxCategories();
        shop.Locations.Check(shop.Pricing.All);

        return shop;
    }

    private void CheckPrices()
    {
        foreach (var list in Pricing.Everything.Lists)
        {
            if (list.Prices.Keys.FirstOrDefault(sku => !Catalog.Skus.Contains(sku)) is { } unknown)
            {
                throw new ShopFileException(
                    $"{FilePricingProvider.PricesFolder}/*.json", $"list {list.Id}, '{unknown}'", "is no SKU of the products. Add the product, or remove the price.");
            }
        }
    }

    private void CheckDestinations()
    {
        foreach (var channel in Pricing.All.Values)
        {
            foreach (var country in channel.Countries)
            {
                if (Taxes.Find(country) is null)
                {
                    throw new ShopFileException(TaxTables.File, country, $"is missing, and the channel '{channel.Id}' ships there. Add its rates.");
                }

                if (channel.Currencies.FirstOrDefault(c => !Shipping.Serves(channel.Id, c, country)) is { } currency)
                {
                    throw new ShopFileException(
                        RateTableShippingProvider.File, $"{channel.Id}, {country}, {currency}", "has no way to ship. Add the country to a zone with prices in that currency.");
                }
            }
        }
    }

    private void CheckTaxCategories()
    {
        var goods =
            from category in Catalog.Products.Select(p => p.TaxCategory).Distinct(StringComparer.Ordinal)
            from country in Pricing.All.Values.SelectMany(c => c.Countries).Distinct(StringComparer.Ordinal)
            select (Country: country, TaxCategory: category);

        foreach (var (country, category) in goods.Concat(Shipping.TaxCategories))
        {
            if (Taxes.Find(country)?.Lacks(category) is true)
            {
                throw new ShopFileException(TaxTables.File, $"{country}, '{category}'", "is missing, and is used by a product or a way to ship. Add its rate.");
            }
        }
    }
}
