using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Commerce.Pricing;
using Commerce.Tax;
using Commerce.Tests.Sandbox;

namespace Commerce.Tests.Tax;

public sealed class AvalaraTaxProviderTests : TaxProviderConformance
{
    private AvalaraShop? shop;

    protected override async Task<ITaxProvider> Open() => (shop = await AvalaraShop.Open()).Provider;

    protected override async Task Close() => await shop!.DisposeAsync();
}

/// <summary>What AvaTax is sent and what is made of its answers, over HTTP.</summary>
public sealed class AvalaraDialectTests : IAsyncLifetime
{
    private AvalaraShop shop = null!;

    public async Task InitializeAsync() => shop = await AvalaraShop.Open(options => options.ShipFrom.Country = "DE");

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task Each_jurisdiction_is_a_tax_of_its_own()
    {
        var taxes = (await Quote(Request("US", "US-CA", "94107", "USD", 100_00)))[0].Taxes;

        Assert.Equal([("US-CA", 6_00L), ("US-CA-COUNTY", 1_25L), ("US-CA-SAN FRANCISCO", 1_38L)], taxes.Select(t => (t.Jurisdiction, t.Amount.Amount)));
    }

    [Theory]
    [InlineData("JPY", 1_000, 91)]
    [InlineData("KWD", 11_000, 1_000)]
    [InlineData("EUR", 11_00, 1_00)]
    public async Task Amounts_keep_the_digits_of_their_currency(string currency, long gross, long tax) =>
        Assert.Equal(tax, (await Quote(Request("JP", null, null, currency, gross) with { Inclusive = true }))[0].Taxes.Sum(t => t.Amount.Amount));

    [Fact]
    public async Task A_business_abroad_owes_the_tax_itself()
    {
        var taxes = (await Quote(Request("FR", null, "75001", "EUR", 100_00) with { BusinessIn = "FR", SellerIn = "DE" }))[0].Taxes;

        Assert.Equal((0m, 0L), (taxes.Single().Rate, taxes[0].Amount.Amount));
    }

    [Fact]
    public async Task A_quote_leaves_no_document_and_a_sale_leaves_one()
    {
        await Quote(Request("DE", null, "10115", "EUR", 100_00));
        Assert.Empty(await Documents(shop.Vendor));
        await shop.Provider.Commit(new TaxSale("ord_1", Request("DE", null, "10115", "EUR", 100_00), "con_1", new("Ada", "Hauptstr. 1", null, "Berlin", null, "10115", "DE"), "DE136695976", new Money(19_00, "EUR")), default);

        var document = Assert.Single(await Documents(shop.Vendor));
        Assert.Equal(("ord_1", "SalesInvoice", "Committed", "con_1", 19m), (Text(document, "code"), Text(document, "type"), Text(document, "status"), Text(document, "customerVendorCode"), document.GetProperty("totalTax").GetDecimal()));
    }

    [Fact]
    public async Task An_address_that_fits_nowhere_is_the_shoppers_to_correct() =>
        Assert.Equal(TaxErrors.UnknownAddressCode, Assert.IsType<Outcome<TaxQuote>.Rejected>(await shop.Provider.Quote(Request("US", "CA", "10001", "USD", 100_00), default)).Code);

    [Fact]
    public async Task Credentials_that_are_wrong_are_refused_and_not_repeated()
    {
        await using var stranger = await AvalaraShop.Open(options => options.AccountId = "ada", shop.Vendor);

        Assert.Equal("AuthenticationException", Assert.IsType<Outcome<TaxQuote>.Rejected>(await stranger.Provider.Quote(Request("DE", null, null, "EUR", 100_00), default)).Code);
    }

    [Theory]
    [InlineData("https://rest.avatax.com", true)]
    [InlineData("http://127.0.0.1:5081/sandbox/avalara", true)]
    [InlineData("http://rest.avatax.com", false)]
    [InlineData("rest.avatax.com", false)]
    public void Plain_http_is_for_this_machine(string address, bool taken) =>
        Assert.Equal(taken, !new AvalaraOptions { BaseUrl = address }.Faults(AvalaraOptions.Section).Any());

    [Fact]
    public async Task The_sandbox_says_whether_credentials_are_any()
    {
        using var http = new HttpClient { BaseAddress = new Uri(shop.Vendor.Address, "/sandbox/avalara/api/v2/") };
        Assert.Contains("\"authenticated\":false", await http.GetStringAsync("utilities/ping"), StringComparison.Ordinal);
        http.DefaultRequestHeaders.Authorization = Basic;

        Assert.Contains("\"authenticated\":true", await http.GetStringAsync("utilities/ping"), StringComparison.Ordinal);
    }

    internal static AuthenticationHeaderValue Basic { get; } = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("1:x")));

    internal static async Task<JsonElement[]> Documents(SandboxServer vendor)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = Basic;

        return [.. JsonDocument.Parse(await http.GetStringAsync(new Uri(vendor.Address, "/sandbox/avalara/api/v2/companies/DEFAULT/transactions"))).RootElement.GetProperty("value").EnumerateArray()];
    }

    internal static TaxRequest Request(string country, string? region, string? postalCode, string currency, long amount) => new(
        country, region, Inclusive: false, RoundingPolicy.Default, [new TaxItem("line_1", "standard", new Money(amount, currency), 1, "SKU-0")], PostalCode: postalCode, At: DateTimeOffset.Parse("2026-05-05T10:00:00Z"));

    private async Task<ImmutableArray<ItemTax>> Quote(TaxRequest request) => Assert.IsType<Outcome<TaxQuote>.Ok>(await shop.Provider.Quote(request, default)).Value.Items;

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
