using System.Text.Json;
using Commerce.Catalog;

namespace Commerce.Commercetools;

/// <summary>Product projections as products. Pure.</summary>
internal static class ProductMapping
{
    private const int MaxSku = 64;

    /// <summary>The product; null when nothing of it can be sold here.</summary>
    public static Product? Read(WireProduct product, CommercetoolsOptions options, ICollection<NotMapped> notMapped)
    {
        var name = Text(product.Name, options.Language);
        var variants = ImmutableArray.CreateBuilder<Variant>();
        foreach (var variant in product.AllVariants)
        {
            if (variant.Sku is not { Length: > 0 and <= MaxSku } sku)
            {
                notMapped.Add(new NotMapped("product", product.Id, $"variant {variant.Id} has no SKU, or one of more than {MaxSku} letters"));
                continue;
            }

            variants.Add(Variant(variant, sku, name, options));
        }

        if (variants.Count == 0)
        {
            return null;
        }

        var attributes = product.MasterVariant.Attributes;
        return new Product
        {
            Id = product.Id,
            Name = name,
            Description = Text(product.Description, options.Language),
            Brand = Find(attributes, options.BrandAttribute) is { } brand ? Word(brand, options.Language) ?? "" : "",
            Category = product.Categories is { IsDefaultOrEmpty: false } categories ? CategoryOf(categories[0], options) : "",
            Tags = Find(attributes, options.TagsAttribute) is { ValueKind: JsonValueKind.Array } tags
                ? [.. tags.EnumerateArray().Select(tag => Word(tag, options.Language)).OfType<string>()]
                : [],
            TaxCategory = product.TaxCategory?.Obj?.Key is { } key ? options.TaxCategories.GetValueOrDefault(key, key) : "standard",
            Variants = variants.DrainToImmutable(),
        };
    }

    private static Variant Variant(WireVariant variant, string sku, string product, CommercetoolsOptions options)
    {
        string[] own = [options.BrandAttribute, options.TagsAttribute, options.GramsAttribute, options.VariantNameAttribute];
        var attributes = variant.Attributes.IsDefaultOrEmpty
            ? ImmutableDictionary<string, string>.Empty
            : variant.Attributes.Where(attribute => !own.Contains(attribute.Name, StringComparer.Ordinal))
                .Select(attribute => (attribute.Name, Value: Word(attribute.Value, options.Language)))
                .Where(attribute => attribute.Value is not null)
                .ToImmutableDictionary(attribute => attribute.Name, attribute => attribute.Value!, StringComparer.Ordinal);

        return new Variant
        {
            Sku = sku,
            Name = Find(variant.Attributes, options.VariantNameAttribute) is { } given && Word(given, options.Language) is { } whole
                ? whole
                : string.Join(", ", attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => a.Value).Prepend(product)),
            Attributes = attributes,
            Grams = Find(variant.Attributes, options.GramsAttribute) is { ValueKind: JsonValueKind.Number } weight && weight.TryGetInt32(out var grams) && grams >= 0 ? grams : 0,
            InitialStock = variant.Availability?.AvailableQuantity is >= 0 and <= int.MaxValue and var available ? (int)available : null,
        };
    }

    private static string CategoryOf(WireReference category, CommercetoolsOptions options) =>
        category.Obj?.Key ?? (category.Obj?.Slug is { Count: > 0 } slug ? Text(slug, options.Language) : category.Id ?? "");

    private static JsonElement? Find(ImmutableArray<WireAttribute> attributes, string name)
    {
        if (!attributes.IsDefaultOrEmpty)
        {
            foreach (var attribute in attributes)
            {
                if (attribute.Name == name)
                {
                    return attribute.Value;
                }
            }
        }

        return null;
    }

    /// <summary>An attribute's value as a word: texts, numbers, yes and no, and the labels of enumerations. Others (references, sets, nested, money) have none.</summary>
    private static string? Word(JsonElement value, string language) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Object when value.TryGetProperty("label", out var label) => Word(label, language),
        JsonValueKind.Object when value.EnumerateObject().All(text => text.Value.ValueKind is JsonValueKind.String && text.Name.Length is 2 or 5) =>
            Text(value.EnumerateObject().ToDictionary(text => text.Name, text => text.Value.GetString()!, StringComparer.Ordinal), language),
        _ => null,
    };

    /// <summary>The text in the language; without it, the first by tag.</summary>
    public static string Text(Dictionary<string, string>? texts, string language) =>
        texts is not { Count: > 0 } ? "" : texts.TryGetValue(language, out var text) ? text : texts.MinBy(t => t.Key, StringComparer.Ordinal).Value;
}
