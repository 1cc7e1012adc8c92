using Commerce.Events;
using Commerce.Journal;
using Commerce.Orders;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>Two silos on a journal in two databases.</summary>
[Trait("database", "own")]
public sealed class ShardedShopTests : IAsyncLifetime
{
    private readonly Shop shop = new() { Silos = 2, Shards = 2 };

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task A_shop_of_two_silos_and_two_shards_sells_lists_and_tells_everything()
    {
        var placed = await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ => await (await shop.Cart()).Placed()));
        var expiring = await shop.Cart("3ds");
        await expiring.Start();
        await Task.WhenAll(placed.Select(trial => trial.Order.Capture(trial.As("capture"), null)));

        // Half of what an order is made of lies in one database, half in the other, and each has its partitions alone.
        foreach (var (number, database) in shop.Databases.Index())
        {
            Assert.Equal(0L, await PostgresServer.Query(database, $"select count(*) from commits where partition % 2 <> {number}"));
            Assert.NotEqual(0L, await PostgresServer.Query(database, "select count(*) from commits where id like 'ord_%'"));
        }

        await Shop.Until(async () => (await shop.Grains.Orders().All(new PageRequest(null, 100), new OrderFilter())).Items.Select(order => order.Id).ToHashSet().SetEquals(placed.Select(trial => trial.OrderId)), "all orders are listed");
        var seen = await Everything();
        Assert.Equal(placed.Select(trial => trial.OrderId).Order(), seen.Where(happened => happened.Type == "commerce.order.placed.v1").Select(happened => happened.Aggregate).Order());
        Assert.Equal(seen.Count, seen.Select(happened => happened.Id).Distinct().Count());
        Assert.All(seen.GroupBy(happened => happened.Aggregate), one => Assert.Equal(Enumerable.Range(1, one.Count()), one.Select(happened => (int)happened.Sequence)));

        // The clocks of both are watched: what nobody finishes ends by itself.
        shop.Clock.Shift(TimeSpan.FromHours(1));
        await shop.Later(async () => await expiring.Units() is (_, 0, 0), "its units are back");
    }

    private async Task<List<LifecycleEvent>> Everything()
    {
        var seen = new List<LifecycleEvent>();
        var cursor = EventCursor.Start;
        while (await shop.Grains.Lifecycle(1).Read(cursor, 50, TimeSpan.Zero) is { Events.IsEmpty: false } page)
        {
            seen.AddRange(page.Events);
            cursor = page.Next;
        }

        return seen;
    }
}
