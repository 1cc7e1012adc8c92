using System.Diagnostics;
using Commerce.Catalog;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Commerce.Tests.Cluster.Catalog;

/// <summary>The durable copy of a vendor's products and prices: whatever dies on the way, it comes to be what the vendor has.</summary>
public sealed class CatalogSyncTests : IAsyncLifetime
{
    private readonly ScriptedCatalog vendor = new();
    private readonly Shop shop;
    private readonly ITestOutputHelper output;

    public CatalogSyncTests(ITestOutputHelper output)
    {
        this.output = output;
        shop = new Shop { Vendor = vendor };
        shop.Settings["Commerce:Catalog:Period"] = "00:00:00.100";
        shop.Settings["Commerce:Catalog:FollowPeriod"] = "00:00:00.020";
        shop.Settings["Commerce:Catalog:RetryDelay"] = "00:00:00.020";
        shop.Settings["Commerce:Catalog:PageSize"] = "10";
    }

    private CatalogIndex Index => shop.Services.GetRequiredService<CatalogIndex>();

    private PriceBooks Books => shop.Services.GetRequiredService<PriceBooks>();

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task What_the_vendor_has_is_found_searched_and_priced()
    {
        vendor.Generate(35);

        await Copied();

        var page = await shop.Grains.Catalog().Search(new ProductQuery("eu", null, "product 17", null, null, 10));
        Assert.Equal(("product-00017", new Money(1017, "EUR")), (page.Items.Single().Id, page.Items.Single().Variants.Single().Price));
        var view = await shop.Grains.CatalogSync().Get();
        Assert.Equal(("scripted", 35L, false), (view.Source, view.Products!.Documents, view.Full));
        Assert.NotNull(view.Products.FullAt);
    }

    [Fact]
    public async Task A_product_that_changed_or_went_does_so_here()
    {
        vendor.Generate(25);
        await Copied();

        vendor.Put("product-00003", "Renamed", 1003);
        vendor.Delete("product-00004");

        await Shop.Until(async () => (await Index.Find("product-00003"))?.Name == "Renamed" && await Index.Find("product-00004") is null, "the change and the deletion are seen");
        await Copied();
        Assert.Null(await Index.FindSku(ScriptedCatalog.Sku("product-00004")));
    }

    [Fact]
    public async Task What_went_unseen_is_found_when_everything_is_read()
    {
        vendor.Generate(25);
        await Copied();
        vendor.Delete("product-00004", silently: true);
        vendor.Put("product-00005", "Seen", 1005);
        await Shop.Until(async () => (await Index.Find("product-00005"))?.Name == "Seen", "what changed is read");
        Assert.NotNull(await Index.Find("product-00004"));

        await shop.Grains.CatalogSync().Start(full: true);

        await Shop.Until(async () => await Index.Find("product-00004") is null, "everything was read");
        await Copied();
        await Shop.Until(async () => await Price("product-00004", shop.Clock.GetUtcNow().AddMinutes(1)) is null, "its price ends");
    }

    [Fact]
    public async Task Reading_again_what_is_known_changes_nothing()
    {
        vendor.Generate(25);
        await Copied();
        var heads = await Heads();
        var fullAt = (await shop.Grains.CatalogSync().Get()).Prices!.FullAt;

        await shop.Grains.CatalogSync().Start(full: true);
        await Shop.Until(async () => (await shop.Grains.CatalogSync().Get()).Prices!.FullAt > fullAt, "everything was read again");

        var view = await shop.Grains.CatalogSync().Get();
        Assert.Equal((0L, 0L, 0L, 0L), (view.Products!.Changed, view.Products.Removed, view.Prices!.Changed, view.Prices.Removed));
        Assert.Equal(heads, await Heads());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_crash_before_or_after_any_write_loses_nothing(bool stored)
    {
        vendor.Generate(95);
        var writes = 0;
        var tamper = stored
            ? shop.Journal.LoseSaves(reader => reader.StartsWith("catalogue-", StringComparison.Ordinal) && Interlocked.Increment(ref writes) % 3 == 0)
            : shop.Journal.FailSaves(reader => reader.StartsWith("catalogue-", StringComparison.Ordinal) && Interlocked.Increment(ref writes) % 3 == 0);
        await Copied();
        tamper.Dispose();

        Assert.True(writes > 20);
        await Copied();
    }

    [Fact]
    public async Task A_silo_that_ends_in_the_middle_is_gone_on_from_where_it_was()
    {
        vendor.Generate(200);
        vendor.Failing = cursor => cursor == "100" ? new TimeoutException("not now") : null;
        await Shop.Until(async () => await shop.Grains.CatalogSync().Get() is { Failures: > 0, Products.Cursor: "100" }, "half is read");

        await shop.Stop();
        var pages = vendor.Pages;
        await shop.Start();
        vendor.Failing = null;
        await Copied();

        Assert.InRange(vendor.Pages - pages, 10 + 20, 10 + 20 + 10); // the second half of the products, then the prices; an idle look now and then
    }

    [Fact]
    public async Task A_vendor_that_fails_is_told_keeps_its_cursor_and_is_asked_again()
    {
        vendor.Generate(30);
        await Copied();
        vendor.Failing = _ => new CommerceException(CommonErrors.Unavailable("The vendor is away.", TimeSpan.FromMilliseconds(1)));

        await Shop.Until(async () => await shop.Grains.CatalogSync().Get() is { Failures: >= 3, LastError: "The vendor is away.", State: "failing" or "reading" }, "it is told");
        Assert.Equal("30", (await shop.Grains.CatalogSync().Get()).Products!.Cursor);
        Assert.NotNull(await Index.Find("product-00001"));

        vendor.Put("product-00099", "New", 999);
        vendor.Failing = null;
        await Copied();
        Assert.Equal((0, null), (await shop.Grains.CatalogSync().Get() is var view ? view.Failures : -1, view.LastError));
    }

    [Fact]
    public async Task Of_two_that_copy_at_once_each_page_is_stored_by_one()
    {
        vendor.Failing = _ => new TimeoutException("the shop's own copying rests");
        await Shop.Until(async () => (await shop.Grains.CatalogSync().Get()).Failures > 0, "it rests");
        var other = new ScriptedCatalog();
        other.Generate(200);
        var saves = 0;
        using var counted = shop.Journal.LoseSaves(_ => Interlocked.Increment(ref saves) < 0);
        var refused = 0;

        async Task Copy()
        {
            var feed = new ProductFeed(other, shop.Journal, shop.Grains, 10, shop.Clock);
            while (true)
            {
                try
                {
                    await feed.Pass(0, TimeSpan.FromDays(1), _ => { }, CancellationToken.None);
                    return;
                }
                catch (CommerceException overtaken) when (overtaken.Error.Code == CommonErrors.LostFence("").Code)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }

        await Task.WhenAll(Task.Run(Copy), Task.Run(Copy), Task.Run(Copy));

        await Shop.Until(async () => (await Stored()).SequenceEqual(other.Ids), "the copy is what the vendor has");
        Assert.True(saves >= 21, $"{saves} writes, {refused} refused");
    }

    [Fact]
    public async Task A_reader_of_the_copy_has_each_document_once_and_misses_none_while_it_changes()
    {
        vendor.Generate(60);
        await Copied();
        var copy = shop.Services.GetRequiredService<ProductCopy>();
        var names = new Dictionary<string, string>();
        var (cursor, more, pages) = ((string?)null, true, 0);
        while (more)
        {
            var page = await copy.Page(cursor, 7, CancellationToken.None);
            foreach (var product in page.Products)
            {
                names[product.Id] = product.Name;
            }

            if (pages++ == 2)
            {
                // Some that were read, some that were not: they move to the end while it reads.
                foreach (var number in (int[])[1, 30, 59, 60])
                {
                    vendor.Put($"product-{number:00000}", "Changed", 1);
                }

                await Shop.Until(async () => (await Index.Find("product-00060"))?.Name == "Changed", "the copy has changed");
            }

            (cursor, more) = (page.Next, page.More);
        }

        Assert.DoesNotContain("product-00060", names.Keys.Where(id => names[id] == "Changed"));
        var news = await copy.Page(cursor, 100, CancellationToken.None);
        foreach (var product in news.Products)
        {
            names[product.Id] = product.Name;
        }

        Assert.Equal(vendor.Ids, names.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(4, names.Count(name => name.Value == "Changed"));
        Assert.Equal(4, news.Products.Length);
        Assert.Equal((news.Next, false), await copy.Page(news.Next, 100, CancellationToken.None) is var quiet ? (quiet.Next, quiet.More) : default);
    }

    [Fact]
    public async Task A_price_that_changed_counts_from_its_moment_and_what_was_shown_before_still_holds()
    {
        vendor.Generate(5);
        await Copied();
        var shown = shop.Clock.GetUtcNow();
        vendor.Put("product-00001", "Product 1", 555);

        await Shop.Until(async () => await Price("product-00001", shop.Clock.GetUtcNow().AddMinutes(1)) == 555, "the new price is known");

        Assert.Equal(1001, await Price("product-00001", shown));
        await shop.Stop();
        await shop.Start();
        await Shop.Until(async () => await Price("product-00001", shop.Clock.GetUtcNow().AddMinutes(1)) == 555, "a silo that begins knows it");
        Assert.Equal(1001, await Price("product-00001", shown));
    }

    [Fact]
    public async Task A_price_that_went_is_gone_from_its_moment_and_one_that_came_back_counts_again()
    {
        vendor.Generate(3);
        await Copied();
        vendor.Put("product-00001", "Product 1", null);
        await Shop.Until(async () => await Price("product-00001", shop.Clock.GetUtcNow().AddMinutes(1)) is null, "it has no price");

        vendor.Put("product-00001", "Product 1", 42);
        await Shop.Until(async () => await Price("product-00001", shop.Clock.GetUtcNow().AddMinutes(1)) == 42, "it has one again");
    }

    [Fact]
    public async Task A_promotion_has_its_versions_each_with_its_time()
    {
        vendor.Generate(3);
        await Copied();
        var before = shop.Clock.GetUtcNow();
        vendor.Promote(new Promotion { Id = "sale", Reason = "Sale", Effect = new PercentOff(0.10m) });
        await Shop.Until(async () => await InForce(shop.Clock.GetUtcNow().AddMinutes(1)) is { Effect: PercentOff { Percentage: 0.10m } }, "it counts");
        Assert.Null(await InForce(before));

        vendor.Promote(new Promotion { Id = "sale", Reason = "Sale", Effect = new PercentOff(0.20m) });
        await Shop.Until(async () => await InForce(shop.Clock.GetUtcNow().AddMinutes(1)) is { Version: 2, Effect: PercentOff { Percentage: 0.20m } }, "it counts more");

        vendor.Promote(null);
        await Shop.Until(async () => await InForce(shop.Clock.GetUtcNow().AddMinutes(1)) is null, "it is over");

        async Task<Promotion?> InForce(DateTimeOffset at) => (await Books.Current()).Promotions.SingleOrDefault(promotion => PriceBook.InForce(promotion, at));
    }

    [Fact]
    public async Task Ten_thousand_products_are_copied_and_found_within_a_minute()
    {
        shop.Settings["Commerce:Catalog:PageSize"] = "500";
        await shop.Stop();
        vendor.Generate(10_000);
        await shop.Start();
        var began = Stopwatch.GetTimestamp();

        await Shop.Until(async () => await Price("product-10000") == 11_000 && await Price("product-00001") == 1_001 && await Index.Find("product-10000") is not null, "all are there", TimeSpan.FromMinutes(1));
        await Copied();

        var view = await shop.Grains.CatalogSync().Get();
        output.WriteLine($"10,000 products, priced and found: {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s ({view.Products!.PerSecond} products/s, {view.Prices!.PerSecond} prices/s)");
        Assert.Equal(10_000, view.Products.Documents);
    }

    /// <summary>Waits until the copy, and what this silo knows of it, is what the vendor has.</summary>
    private Task Copied() => Shop.Until(
        async () => await shop.Grains.CatalogSync().Get() is { Full: false, Prices.FullAt: not null }
            && (await Stored()).SequenceEqual(vendor.Ids)
            && (await Index.After(null)).Select(entry => entry.Product.Id).SequenceEqual(vendor.Ids)
            && (vendor.Ids is not [.., var last] || await Price(last) is not null),
        "the copy is what the vendor has", TimeSpan.FromSeconds(60));

    private async Task<string[]> Stored()
    {
        var (ids, cursor, more) = (new List<string>(), (string?)null, true);
        while (more)
        {
            var page = await shop.Services.GetRequiredService<ProductCopy>().Page(cursor, 500, CancellationToken.None);
            ids.AddRange(page.Products.Select(product => product.Id));
            (cursor, more) = (page.Next, page.More);
        }

        return [.. ids.Order(StringComparer.Ordinal)];
    }

    /// <summary>The numbers of the last changes that readers see.</summary>
    private async Task<(string, string)> Heads() =>
        ((await shop.Journal.ReadModel(CatalogCopy.Products, CatalogCopy.Documents, null, 1))[0].Sort, (await shop.Journal.ReadModel(CatalogCopy.Prices, CatalogCopy.Documents, null, 1))[0].Sort);

    private async Task<long?> Price(string id, DateTimeOffset? at = null) =>
        (await Books.Current()).Price(new PriceQuestion("eu", "EUR", null, [], null, at ?? shop.Clock.GetUtcNow()), ScriptedCatalog.Sku(id), 1)?.Price.Amount;
}
