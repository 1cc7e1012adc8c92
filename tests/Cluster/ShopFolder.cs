using System.Text.Json;

namespace Commerce.Tests.Cluster;

/// <summary>A shop of one channel whose every SKU costs 12.99 and belongs to one test.</summary>
internal static class ShopFolder
{
    public const int Skus = 200;

    /// <summary>Weighs 20 kg; a parcel takes 31.5.</summary>
    public const string Heavy = "ANVIL";

    public static string Sku(int number) => $"SKU-{number:000}";

    public static void Write(string folder)
    {
        var skus = Enumerable.Range(1, Skus).Select(Sku).ToArray();
        File("channels.json", new[] { new { id = "eu", name = "Europe", currencies = new[] { "EUR" }, taxInclusive = true, countries = new[] { "DE" }, paymentProvider = "scripted" } });
        File("coupons.json", Array.Empty<object>());
        File("taxes.json", new[] { new { country = "DE", name = "VAT", rates = new Dictionary<string, decimal> { ["standard"] = 0.19m } } });
        File("shipping.json", new[]
        {
            new
            {
                channel = "eu",
                countries = new[] { "DE" },
                methods = new[] { new { id = "standard", name = "Standard", weights = new[] { new { upToGrams = 31_500, price = new { EUR = 495 } } }, minDays = 2, maxDays = 4 } },
                calendar = new { timeZone = "Europe/Berlin", cutoff = "14:00" },
            },
        });
        File("prices/eu.json", new[] { new { channel = "eu", currency = "EUR", prices = skus.Append(Heavy).ToDictionary(sku => sku, _ => 1299) } });
        File("products/all.json", new[] { new { id = "thing", name = "Thing", variants = skus.Append(Heavy).Select(sku => new { sku, name = $"Thing {sku}", grams = sku == Heavy ? 20_000 : 0 }) } });

        void File(string name, object content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, JsonSerializer.Serialize(content));
        }
    }
}
