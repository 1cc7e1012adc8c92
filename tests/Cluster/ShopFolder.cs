using System.Text.Json;

namespace Commerce.Tests.Cluster;

/// <summary>A shop whose every SKU costs 12.99 and belongs to one test. Besides <c>eu</c> there are two channels that a scripted tax vendor serves: one stops without it, one goes by the tables; and one that is paid at once, through either of two banks.</summary>
internal static class ShopFolder
{
    public const int Skus = 200;

    /// <summary>Weighs 20 kg; a parcel takes 31.5.</summary>
    public const string Heavy = "ANVIL";

    public const string Stopping = "vendor-or-stop", Estimating = "vendor-or-tables", TwoBanks = "two-banks";

    private static readonly string[] Channels = ["eu", Stopping, Estimating, TwoBanks];

    public static string Sku(int number) => $"SKU-{number:000}";

    public static void Write(string folder)
    {
        var skus = Enumerable.Range(1, Skus).Select(Sku).ToArray();
        File("channels.json", new[]
        {
            Channel("eu", "rate-tables", "stop"), Channel(Stopping, ScriptedTaxProvider.ProviderName, "stop"), Channel(Estimating, ScriptedTaxProvider.ProviderName, "tables"),
            Channel(TwoBanks, "rate-tables", "stop", captureAtOnce: true, new { provider = "scripted", flag = (string?)null }, new { provider = "other", flag = (string?)null }),
        });
        File("coupons.json", Array.Empty<object>());
        File("taxes.json", new[] { new { country = "DE", name = "VAT", rates = new Dictionary<string, decimal> { ["standard"] = 0.19m } } });
        File("shipping.json", Channels.Select(channel => new
        {
            channel,
            countries = new[] { "DE" },
            methods = new[] { new { id = "standard", name = "Standard", weights = new[] { new { upToGrams = 31_500, price = new { EUR = 495 } } }, minDays = 2, maxDays = 4 } },
            calendar = new { timeZone = "Europe/Berlin", cutoff = "14:00" },
        }));
        File("prices/eu.json", Channels.Select(channel => new { channel, currency = "EUR", prices = skus.Append(Heavy).ToDictionary(sku => sku, _ => 1299) }));
        File("products/all.json", new[] { new { id = "thing", name = "Thing", variants = skus.Append(Heavy).Select(sku => new { sku, name = $"Thing {sku}", grams = sku == Heavy ? 20_000 : 0 }) } });

        static object Channel(string id, string taxProvider, string taxFallback, bool captureAtOnce = false, params object[] payments) => new
        {
            id,
            name = id,
            currencies = new[] { "EUR" },
            taxInclusive = true,
            countries = new[] { "DE" },
            paymentProvider = "scripted",
            taxProvider,
            taxFallback,
            captureAtOnce,
            payments,
        };

        void File(string name, object content)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, JsonSerializer.Serialize(content));
        }
    }
}
