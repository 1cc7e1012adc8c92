using System.Globalization;
using System.Text.Json;
using Commerce.Programs;

namespace Commerce.Inventory;

/// <summary>A shop whose shoppers have three seconds to pay.</summary>
public sealed class HastyShop : IAsyncLifetime
{
    private ShopProcess? shop;

    public ShopProcess Shop => shop!;

    public async Task InitializeAsync() => shop = await ShopProcess.Start(new ShopSetup
    {
        Settings = new Dictionary<string, string> { ["Commerce__Checkouts__Lifetime"] = "00:00:03", ["Commerce__Checkouts__HoldBeyond"] = "00:00:02" },
    });

    public async Task DisposeAsync()
    {
        if (shop is not null)
        {
            await shop.DisposeAsync();
        }
    }
}

/// <summary>The load program's flash sale, small: it is its own judge, and ends with 1 when an invariant is broken.</summary>
public sealed class FlashSaleTests(HastyShop hasty) : IClassFixture<HastyShop>
{
    [Theory]
    [InlineData("AMBE-COAS-250")]
    [InlineData("DARJ-FIRS-250", "--declined", "10%")]
    [InlineData("STON-MUG-KLP", "--never-pay", "10%")]
    public async Task Every_unit_is_sold_once_and_everybody_else_is_told_that_there_is_none(string sku, params string[] ways)
    {
        const int units = 24;
        var told = await FlashSale(
            units, ["--buyers", "240", "--concurrency", "48", "--sku", sku, "--url", hasty.Shop.Address.ToString(), "--admin-key", ShopProcess.AdminKey, .. ways]);

        Assert.Equal(units, told.Sold);
        Assert.True(told.SoldOut > 180, $"{told.SoldOut} were told that it is sold out");
    }

    [Fact]
    [Trait("database", "own")]
    public async Task A_silo_that_is_killed_in_the_middle_of_a_sale_costs_no_unit_and_sells_none_twice()
    {
        const int units = 60;
        var told = await FlashSale(units, ["--buyers", "400", "--concurrency", "32", "--start", "--database", "postgres", "--silos", "2", "--kill-silo-at", "10%"]);

        Assert.Equal(units, told.Sold);
    }

    private static async Task<(long Sold, long SoldOut)> FlashSale(int units, IEnumerable<string> arguments)
    {
        var results = Path.GetTempFileName();
        try
        {
            using var load = ChildProcess.Start(BuiltPrograms.StartInfo(
                BuiltPrograms.Load, ["flash", "--units", units.ToString(CultureInfo.InvariantCulture), "--warm-up", "0", "--json", results, .. arguments], []));
            Assert.True(await load.Ends(TimeSpan.FromSeconds(180)), load.Output);
            Assert.True(load.ExitCode == 0, load.Output);

            using var report = JsonDocument.Parse(await File.ReadAllTextAsync(results));
            return (Count("sold"), Count("sold out"));

            long Count(string kind) => report.RootElement.GetProperty("latencies").EnumerateArray()
                .Where(latency => latency.GetProperty("kind").GetString() == kind).Sum(static latency => latency.GetProperty("count").GetInt64());
        }
        finally
        {
            File.Delete(results);
        }
    }
}
