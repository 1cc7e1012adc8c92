namespace Commerce.Shop;

/// <summary>The sample shop with one mistake in it: what the operator is told.</summary>
public sealed class BrokenShopTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), "shop-" + Guid.NewGuid().ToString("n"));

    public BrokenShopTests()
    {
        var sample = Path.Combine(AppContext.BaseDirectory, "shop");
        foreach (var file in Directory.GetFiles(sample, "*.json", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(sample, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    [Theory]
    [InlineData("coupons.json", "\"percentage\": 0.1", "\"percentage\": 10", "coupons.json, $[0].percentage: 10")]
    [InlineData("coupons.json", "\"reason\"", "\"raeson\"", "coupons.json, line ")]
    [InlineData("channels.json", "\"EUR\"", "\"EUX\"", "channels.json, $[0].currencies: 'EUX' is no ISO 4217 currency")]
    [InlineData("channels.json", "\"half_up\"", "\"sideways\"", "channels.json, line ")]
    [InlineData("channels.json", "\"AT\", \"BE\"", "\"AQ\", \"BE\"", "taxes.json, AQ: is missing")]
    [InlineData("channels.json", "\"quoteLifetime\"", "\"payments\": [{\"provider\": \"adyen\", \"percentage\": 110}], \"quoteLifetime\"", "channels.json, $[0].payments[0].percentage: 110 is no percentage")]
    [InlineData("taxes.json", "0.19", "19", "taxes.json, $[4].rates.standard: 19 is no fraction")]
    [InlineData("prices/eu.json", "\"AMBE-COAS-250\"", "\"AMBE-COAS-251\"", "'AMBE-COAS-251': is no SKU of the products")]
    [InlineData("prices/eu.json", "795", "-795", "prices/eu.json, $[0].prices['AMBE-COAS-250'].amount: -795 is not within 0")]
    [InlineData("products/tea.json", "\"reduced\"", "\"luxury\"", "'luxury': is missing, and is used by a product")]
    [InlineData("products/tea.json", "\"id\"", "\"ident\"", "products/tea.json, line ")]
    [InlineData("shipping.json", "\"DE\", ", "", "shipping.json, eu, DE, EUR: has no way to ship")]
    [InlineData("shipping.json", "[", "", "shipping.json, line ")]
    public void A_mistake_is_named_with_its_file_its_place_and_a_remedy(string file, string right, string wrong, string told)
    {
        var path = Path.Combine(folder, file);
        var (text, at) = (File.ReadAllText(path), File.ReadAllText(path).IndexOf(right, StringComparison.Ordinal));
        File.WriteAllText(path, text.Remove(at, right.Length).Insert(at, wrong));

        Assert.Contains(told, Open().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("taxes.json")]
    [InlineData("channels.json")]
    public void A_missing_file_is_named_with_the_setting_that_finds_it(string file)
    {
        File.Delete(Path.Combine(folder, file));

        var told = Open();
        Assert.Equal(file, told.File);
        Assert.Contains("Commerce:Shop:Directory", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_too()
    {
        Directory.Delete(Path.Combine(folder, "products"), recursive: true);

        Assert.Contains("products/*.json", Open().Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private ShopFileException Open() => Assert.Throws<ShopFileException>(() => FileShop.Open(new ShopOptions { Directory = folder }));
}
