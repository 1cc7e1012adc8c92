using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Commerce.Shop;

namespace Commerce.Catalog;

/// <summary>The products of <c>products/*.json</c>, in the order of the files. A cursor is the content's hash and a position: changed files start over.</summary>
internal sealed class FileCatalogProvider : ICatalogProvider
{
    public const string Folder = "products";

    private readonly string edition;

    public FileCatalogProvider(ShopFolder folder)
    {
        var products = ImmutableArray.CreateBuilder<Product>();
        var skus = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);

        foreach (var file in folder.Files(Folder))
        {
            var read = folder.Read<Product>(file);
            for (var i = 0; i < read.Length; i++)
            {
                Check(read[i], Entry.Of(file, i), ids, skus);
            }

            products.AddRange(read);
        }

        Products = products.DrainToImmutable();
        Skus = skus.ToFrozenSet(StringComparer.Ordinal);
        edition = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(Products)).AsSpan(0, 8));
    }

    public string Name => "files";

    public ImmutableArray<Product> Products { get; }

    public FrozenSet<string> Skus { get; }

    public Task<CatalogPage> Page(string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);

        var start = Position(cursor);
        var end = Math.Min(start + limit, Products.Length);

        return Task.FromResult(new CatalogPage(Products[start..end], $"{edition}-{end}", end < Products.Length));
    }

    private int Position(string? cursor) =>
        cursor is not null
        && cursor.StartsWith(edition + "-", StringComparison.Ordinal)
        && int.TryParse(cursor.AsSpan(edition.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? Math.Min(position, Products.Length)
            : 0;

    private static void Check(Product product, Entry entry, HashSet<string> ids, HashSet<string> skus)
    {
        entry.Field("id").Must(
            product.Id.Length is > 0 and <= 64 && product.Id.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'),
            $"'{product.Id}' is not fit for a URL. Use lower-case letters, digits and dashes, 64 at the most.");
        entry.Field("id").Must(ids.Add(product.Id), $"'{product.Id}' is there already. Every product has an id of its own.");
        entry.Field("name").Must(product.Name.Length > 0, "is empty. Give the product a name.");
        entry.Field("variants").Must(!product.Variants.IsDefaultOrEmpty, "is empty. A product has one variant at the least.");

        for (var i = 0; i < product.Variants.Length; i++)
        {
            var (variant, place) = (product.Variants[i], entry.Field($"variants[{i}]"));
            place.Field("sku").Must(variant.Sku.Length is > 0 and <= 64, "is empty or longer than 64 letters. Shorten it.");
            place.Field("sku").Must(skus.Add(variant.Sku), $"'{variant.Sku}' is there already. Every variant has a SKU of its own.");
            place.Field("grams").Must(variant.Grams >= 0, "is negative. Write what a unit weighs with its packing, or leave it out.");
            place.Field("initialStock").Must(variant.InitialStock is null or >= 0, "is negative. Write 0 or more, or leave it out.");
        }
    }
}
