using Commerce.Programs;
using Commerce.Shopping;

namespace Commerce.Faults;

/// <summary>A shop that has outgrown its database: its journal is split into two, and it goes on selling.</summary>
[Trait("database", "own")]
public sealed class ShardTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_shop_whose_journal_is_split_goes_on_where_it_was_and_does_not_start_without_the_other_half()
    {
        await using var server = await PostgresServer.Start();
        var setup = new ShopSetup { Database = await server.CreateDatabase() };
        var split = setup with { Settings = new Dictionary<string, string> { ["Commerce__Journal__Shards__1"] = await server.CreateDatabase() } };
        Reply before;
        string cursor;
        await using (var shop = await ShopProcess.Start(setup))
        {
            before = await (await Shopper.ReadyToPay(shop.Client, Goods.Coffee)).Order();
            cursor = await End(shop.Client);
            await shop.Stop();
        }

        Assert.Contains("1 shard(s), and 2 are configured", (await Run(split)).Output, StringComparison.Ordinal);
        var command = await Run(split, "split-journal");
        Assert.True(command.Code == 0, command.Output);
        Assert.Contains("2 shard(s), and 1 are configured", (await Run(setup)).Output, StringComparison.Ordinal);

        await using (var shop = await ShopProcess.Start(split))
        {
            (await shop.Client.Operator(HttpMethod.Get, "/v1/orders/" + before.Need("id"))).Must(200);
            var placed = new List<string>();
            for (var i = 0; i < 4; i++)
            {
                placed.Add((await (await Shopper.ReadyToPay(shop.Client, Goods.Coffee)).Order()).Need("id"));
            }

            using var patience = new CancellationTokenSource(Patience);
            var seen = new List<FeedItem>();
            await foreach (var happened in shop.Client.Follow("/v1/events", lastEventId: cursor, stop: patience.Token))
            {
                seen.Add(happened);
                if (placed.TrueForAll(id => seen.Exists(e => e.Subject == id && e.Type == "commerce.order.placed.v1")))
                {
                    break;
                }
            }

            Assert.Equal(seen.Count, seen.Select(happened => happened.Id).Distinct().Count());
            Assert.DoesNotContain(seen, happened => happened.Subject == before.Need("id") && happened.Type == "commerce.order.placed.v1");
            Assert.Contains('.', seen[^1].Cursor);
            Assert.Equal(5, (await shop.Client.Export("orders")).Count);
        }
    }

    private static async Task<(int Code, string Output)> Run(ShopSetup setup, params string[] arguments)
    {
        var data = Directory.CreateTempSubdirectory("commerce-shop-").FullName;
        try
        {
            var settings = new Dictionary<string, string>(setup.Settings)
            {
                ["ConnectionStrings__Commerce"] = setup.Database!,
                ["Commerce__AdminKey"] = ShopProcess.AdminKey,
                ["Commerce__DataDirectory"] = data,
                ["Commerce__Sandbox__Enabled"] = "true",
            };
            using var process = ChildProcess.Start(BuiltPrograms.StartInfo(setup.Program, arguments is [] ? ["--urls", $"http://127.0.0.1:{setup.Port}"] : arguments, settings));
            Assert.True(await process.Ends(Patience), process.Output);
            return (process.ExitCode, process.Output);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    /// <summary>The cursor of the last event.</summary>
    private static async Task<string> End(ShopClient shop)
    {
        var (cursor, isLast) = ("0-0", false);
        while (!isLast)
        {
            var page = (await shop.Operator(HttpMethod.Get, "/v1/events?limit=100&after=" + cursor)).Must(200);
            var items = page.Json.GetProperty("items");
            cursor = items[items.GetArrayLength() - 1].GetProperty("cursor").GetString()!;
            isLast = page.At("next") is null;
        }

        return cursor;
    }
}
