using System.Text.Json;
using Commerce.Programs;

namespace Commerce.Load.Runs;

/// <summary>Real baskets, one a line, and a shop that sells them. The file stays where it is.</summary>
/// <param name="Products">Name by SKU, in the order of their first sale.</param>
/// <param name="Baskets">SKUs of each; a name that stands twice in a line is two units.</param>
internal sealed record BasketFile(IReadOnlyDictionary<string, string> Products, IReadOnlyList<IReadOnlyList<(string Sku, int Quantity)>> Baskets)
{
    private const int Stock = 1_000_000, LongestSku = 48;

    public static BasketFile Read(string path)
    {
        var (names, skus, baskets) = (new Dictionary<string, string>(), new Dictionary<string, string>(), new List<IReadOnlyList<(string, int)>>());
        foreach (var line in File.ReadLines(path).Where(static line => !string.IsNullOrWhiteSpace(line)))
        {
            var units = new Dictionary<string, int>();
            foreach (var name in line.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!skus.TryGetValue(name, out var sku))
                {
                    skus[name] = sku = Sku(name, names);
                    names[sku] = name;
                }

                units[sku] = units.GetValueOrDefault(sku) + 1;
            }

            baskets.Add([.. units.Select(static unit => (unit.Key, unit.Value))]);
        }

        return baskets.Count > 0 ? new BasketFile(names, baskets) : throw new InvalidOperationException($"{path} has no baskets.");
    }

    /// <summary>Channels, taxes and shipping of the sample shop; a product for each name, at a price between 0.50 and 9.95 EUR that follows from the name.</summary>
    public void WriteShop(string folder)
    {
        var sample = Path.Combine(Path.GetDirectoryName(BuiltPrograms.Silo)!, "shop");
        Directory.CreateDirectory(Path.Combine(folder, "products"));
        Directory.CreateDirectory(Path.Combine(folder, "prices"));
        foreach (var file in (string[])["channels.json", "shipping.json", "taxes.json"])
        {
            File.Copy(Path.Combine(sample, file), Path.Combine(folder, file), overwrite: true);
        }

        File.WriteAllText(Path.Combine(folder, "coupons.json"), "[]");
        Write(Path.Combine(folder, "products", "baskets.json"), Products.Select(static product => new
        {
            id = product.Key.ToLowerInvariant(),
            name = product.Value,
            taxCategory = "reduced",
            variants = new[] { new { sku = product.Key, name = product.Value, initialStock = Stock } },
        }));
        Write(Path.Combine(folder, "prices", "eu.json"), (object[])
        [
            new { channel = "eu", currency = "EUR", prices = Products.ToDictionary(static product => product.Key, static product => Price(product.Value)) },
        ]);
    }

    private static int Price(string name) => 50 + (name.Aggregate(17, static (sum, letter) => ((sum * 31) + letter) % 1_000_003) % 190 * 5);

    private static void Write<T>(string path, IEnumerable<T> content) => File.WriteAllText(path, JsonSerializer.Serialize(content));

    /// <summary>The name in letters that a SKU takes: <c>WHOLE-MILK</c>.</summary>
    private static string Sku(string name, Dictionary<string, string> taken)
    {
        var letters = string.Concat(name.ToUpperInvariant().Select(static letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
        var sku = string.Join('-', letters.Split('-', StringSplitOptions.RemoveEmptyEntries));
        sku = sku.Length is 0 ? "PRODUCT" : sku[..Math.Min(sku.Length, LongestSku)];
        for (var (first, number) = (sku, 2); taken.ContainsKey(sku); number++)
        {
            sku = $"{first}-{number}";
        }

        return sku;
    }
}
