using Commerce.Crash;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Npgsql;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>A dump that is taken while the shop sells is restored, and a shop goes on from it: docs/runbooks, backup and restore.</summary>
[Trait("database", "own")]
public sealed class BackupTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>What happened after the dump the vendor knows of and the restored books do not: these hold the two against each other.</summary>
    private static readonly string[] AgainstTheVendor = ["I08", "I09", "I10", "I12"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string dump = Path.Combine(Directory.CreateTempSubdirectory("commerce-dump-").FullName, "shop.dump");

    [Fact]
    public async Task A_dump_taken_amid_a_crowd_is_a_shop_whose_books_hold()
    {
        await using var server = await PostgresServer.Start();
        var setup = new ShopSetup { Database = await server.CreateDatabase() };
        await using var vendor = await SandboxProcess.Start(setup.Port);
        setup = setup with { Vendor = vendor };

        IReadOnlyList<Told> toldBefore, told;
        string cursor;
        await using (var shop = await ShopProcess.Start(setup))
        {
            using var crowd = new Crowd(shop.Client, Patience);
            var closing = new TaskCompletionSource();
            var shopping = crowd.ShopUntil(closing.Task, 12, TimeSpan.FromMilliseconds(100), seed: 11);
            await Eventually.True(() => Task.FromResult(crowd.Finished >= 40), Patience, "forty are served", () => shop.Output);
            cursor = await Cursor(shop.Client);
            toldBefore = crowd.Told;
            var before = crowd.Finished;
            await PostgresServer.Run("pg_dump", "--format=custom", $"--file={dump}", $"--dbname={PostgresServer.Address(setup.Database!)}");
            await Eventually.True(() => Task.FromResult(crowd.Finished >= before + 20), Patience, "twenty more are served", () => shop.Output);
            closing.SetResult();
            await shopping;
            told = crowd.Told;
            await shop.Stop();
        }

        await using var another = await PostgresServer.Start();
        foreach (var target in (PostgresServer[])[server, another])
        {
            var restored = await target.CreateDatabase();
            await PostgresServer.Run("pg_restore", "--exit-on-error", $"--dbname={PostgresServer.Address(restored)}", dump);
            await using var shop = await ShopProcess.Start(setup with { Database = restored });
            await Judge(shop, vendor, toldBefore, told);
            await GoesOn(shop.Client, cursor);
            await shop.Stop();
        }
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(dump)!, recursive: true);

    private async Task Judge(ShopProcess shop, SandboxProcess vendor, IReadOnlyList<Told> before, IReadOnlyList<Told> ever)
    {
        await Eventually.True(() => Rest.IsQuiet(shop.Client), Patience, "what was under way at the dump has come to its end", () => shop.Output);
        var books = await Books.Read(shop.Client, vendor, before, DateTimeOffset.UtcNow);
        output.WriteLine($"{books.Orders.Count} orders of {books.Checkouts.Count} checkouts, {before.Count(t => t.Answer is Answered.Ok)} told before the dump, {ever.Count(t => t.Answer is Answered.Ok)} ever");

        var asked = ever.Select(told => told.Key).ToHashSet();
        Assert.All(books.Checkouts, checkout => Assert.Contains(checkout.Text("idem_key"), asked));
        var violations = Invariants.Judge.Judgement(books).Where(violation => violation.Invariant != "I24" && !AgainstTheVendor.Contains(violation.Invariant)).ToList();
        Assert.True(violations.Count == 0, Invariants.Judge.Summary(violations));
        Assert.InRange(books.Orders.Count, before.Count(t => t.Answer is Answered.Ok), ever.Count);
    }

    /// <summary>New orders are sold and listed, and a reader that had come somewhere before the dump reads on from there, without a gap.</summary>
    private static async Task GoesOn(ShopClient shop, string cursor)
    {
        var shopper = await Shopper.ReadyToPay(shop, Goods.Coffee);
        var order = (await shopper.Order()).Need("id");
        await Eventually.True(
            async () => (await shopper.Look("/v1/orders")).Text.Contains(order, StringComparison.Ordinal), Patience, "the new order is listed");

        using var patience = new CancellationTokenSource(Patience);
        var last = new Dictionary<string, long>();
        await foreach (var happened in shop.Follow("/v1/events", lastEventId: cursor, stop: patience.Token))
        {
            Assert.True(!last.TryGetValue(happened.Subject, out var before) || happened.Sequence == before + 1, $"{happened.Subject}: {happened.Sequence} after {before}");
            last[happened.Subject] = happened.Sequence;
            if (happened.Subject == order)
            {
                return;
            }
        }

        Assert.Fail("the feed ended before the new order");
    }

    /// <summary>Where a reader of everything is after its first hundred events.</summary>
    private static async Task<string> Cursor(ShopClient shop) =>
        (await shop.Operator(HttpMethod.Get, "/v1/events?limit=100")).Must(200).Need("items.99.cursor");
}
