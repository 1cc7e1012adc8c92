using System.Diagnostics;
using System.Text.Json.Nodes;
using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Taxes;

/// <summary>The sample shop with a tax vendor: its American channel does not sell without it, its European one goes by the tables meanwhile.</summary>
public sealed class VendorTaxedShop : IAsyncLifetime
{
    private readonly string goods = Directory.CreateTempSubdirectory("commerce-goods-").FullName;
    private ShopProcess? shop;

    public ShopClient Client => shop!.Client;

    public async Task InitializeAsync()
    {
        var sample = Path.Combine(Path.GetDirectoryName(BuiltPrograms.Silo)!, "shop");
        foreach (var file in Directory.GetFiles(sample, "*.json", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(goods, Path.GetRelativePath(sample, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        var channels = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(goods, "channels.json")))!.AsArray();
        foreach (var channel in channels)
        {
            channel!["taxProvider"] = (string?)channel["id"] is "us" or "eu" ? "avalara" : "rate-tables";
            channel["taxFallback"] = (string?)channel["id"] is "us" ? "stop" : "tables";
            channel["sellerCountry"] = "DE";
        }

        await File.WriteAllTextAsync(Path.Combine(goods, "channels.json"), channels.ToJsonString());
        shop = await ShopProcess.Start(new ShopSetup { Goods = goods });
    }

    public async Task DisposeAsync()
    {
        if (shop is not null)
        {
            await shop.DisposeAsync();
        }

        Directory.Delete(goods, recursive: true);
    }
}

/// <summary>The tax vendor slow, down and answering 429, as a shopper meets it.</summary>
[Trait("database", "files")] // the tax documents are tried on PostgreSQL in a cluster
public sealed class TaxVendorTests(VendorTaxedShop shop) : IClassFixture<VendorTaxedShop>, IAsyncLifetime
{
    public async Task InitializeAsync() => await shop.Client.Send(HttpMethod.Delete, "/sandbox/faults");

    public async Task DisposeAsync() => await shop.Client.Send(HttpMethod.Delete, "/sandbox/faults");

    [Fact]
    public async Task What_was_sold_is_booked_at_the_vendor_city_and_county_included()
    {
        var shopper = await Shopper.ReadyToPay(shop.Client, Goods.Mug, channel: "us");
        var cart = await shopper.Look();
        Assert.Equal("US-CA-SAN FRANCISCO", cart.At("taxes.2.jurisdiction"));
        var order = await shopper.Order();

        var told = await Told(order.Need("id"), "committed");
        Assert.Equal((cart.At("totals.tax.amount"), cart.At("totals.tax.amount"), "0"), (told.At("charged.amount"), told.At("due.amount"), told.At("difference.amount")));
    }

    [Fact]
    public async Task While_the_vendor_is_slow_carts_are_not_and_the_order_is_trued_up()
    {
        var shopper = await Shopper.With(shop.Client, Goods.Mug);
        await Fault(new { kind = "slow", operation = "tax", delayMs = 6_000 });
        var started = Stopwatch.GetTimestamp();
        await shopper.Introduce(Goods.Addresses["eu"]);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 1, 8);
        Assert.Equal("True", shopper.Cart.At("taxEstimated"));
        var order = await shopper.Order();
        await shop.Client.Send(HttpMethod.Delete, "/sandbox/faults");

        var told = await Told(order.Need("id"), "committed");
        Assert.Equal(("True", "avalara"), (told.At("estimated"), told.At("provider")));
        Assert.NotNull(told.At("difference.amount"));
    }

    [Fact]
    public async Task While_the_vendor_is_down_a_shop_that_does_not_estimate_shows_its_cart_and_stops_the_checkout()
    {
        var shopper = await Shopper.With(shop.Client, Goods.Tea, channel: "us");
        await Fault(new { kind = "status", operation = "avalara.quote", status = 503 });
        await shopper.Introduce(Goods.Addresses["us"]);
        Assert.Equal(("True", "False"), (shopper.Cart.At("taxPending"), shopper.Cart.At("taxKnown")));

        var refused = await shopper.Buy("pm_card_visa");
        Assert.Equal((503, "True"), (refused.Status, refused.At("retryable")));
        await shop.Client.Send(HttpMethod.Delete, "/sandbox/faults");
        await Eventually.True(async () => (await shopper.Look()).At("taxKnown") == "True", TimeSpan.FromSeconds(20), "the taxes are known again", () => shopper.Cart.Text);

        await shopper.Order();
    }

    [Fact]
    public async Task A_vendor_that_says_429_is_left_alone_and_the_tables_answer_meanwhile()
    {
        var shopper = await Shopper.With(shop.Client, Goods.Flask);
        await Fault(new { kind = "status", operation = "avalara.quote", status = 429, retryAfterSeconds = 2, count = 1 });
        var started = Stopwatch.GetTimestamp();
        await shopper.Introduce(Goods.Addresses["eu"]);

        Assert.Equal("True", shopper.Cart.At("taxEstimated"));
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 2);
    }

    [Fact]
    public async Task A_business_gives_its_vat_id_and_one_that_cannot_be_is_pointed_at()
    {
        var shopper = await Shopper.With(shop.Client, Goods.Mug, channel: "partner");
        var refused = await shopper.Ask(HttpMethod.Put, shopper.CartPath + "/contact", new { email = "ada@example.org", vatId = "NL004495446B01" });
        Assert.Equal((422, "invalid-vat-id", "/vatId"), (refused.Status, refused.Code, refused.At("errors.0.pointer")));

        await shopper.Introduce(Goods.Addresses["partner"]);
        Assert.NotEqual("0", shopper.Cart.At("totals.tax.amount"));
        await shopper.Change(HttpMethod.Put, "/contact", new { email = "ada@example.org", vatId = "NL 004495445 B01" });

        Assert.Equal(("0", "Reverse charge, Art. 196 Directive 2006/112/EC", "NL004495445B01"), (shopper.Cart.At("totals.tax.amount"), shopper.Cart.At("taxes.0.name"), shopper.Cart.At("contact.vatId")));
    }

    private async Task Fault(object rule) => (await shop.Client.Send(HttpMethod.Post, "/sandbox/faults", rule)).Must(201);

    private Task<Reply> Told(string orderId, string status) => Eventually.Get(
        async () => await shop.Client.Admin(HttpMethod.Get, $"/orders/{orderId}/tax") is var told && told.At("status") == status ? told : null,
        TimeSpan.FromSeconds(60), $"the tax document is {status}");
}
