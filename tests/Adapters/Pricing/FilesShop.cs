using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Pricing;

/// <summary>A shop's folder with so many products of one SKU each, read as in production.</summary>
public sealed class FilesShop : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-").FullName;

    public FilesShop(int products)
    {
        var skus = Enumerable.Range(1, products).Select(number => $"SKU-{number:000}").ToArray();
        Write("channels.json", new[] { new { id = "eu", name = "Europe", currencies = new[] { "EUR" }, taxInclusive = true, countries = new[] { "DE" } } });
        Write("coupons.json", Array.Empty<object>());
        Write("taxes.json", new[] { new { country = "DE", name = "VAT", rates = new Dictionary<string, decimal> { ["standard"] = 0.19m } } });
        Write("shipping.json", new[] { new { channel = "eu", countries = new[] { "DE" }, methods = new[] { new { id = "standard", name = "Standard", price = new { EUR = 495 }, minDays = 2, maxDays = 4 } } } });
        Write("prices/eu.json", new[] { new { channel = "eu", currency = "EUR", prices = skus.ToDictionary(sku => sku, _ => 1299) } });
        Write("products/all.json", skus.Select(sku => new { id = sku.ToLowerInvariant(), name = $"Thing {sku}", variants = new[] { new { sku, name = $"Thing {sku}" } } }));
        Services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("Commerce:Shop:Directory", folder)]).Build())
            .AddLogging()
            .AddShopFiles()
            .BuildServiceProvider();
    }

    public ServiceProvider Services { get; }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Write(string name, object content)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
    }
}
