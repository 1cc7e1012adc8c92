using System.Diagnostics;
using Commerce.Checkouts;
using Commerce.Inventory;

namespace Commerce.Tests.Cluster.Inventory;

public sealed class StockTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly Request Operator = new(null);

    [Fact]
    public async Task What_can_be_bought_is_told_at_once_while_the_item_writes()
    {
        var sku = await shop.Stocked(8);
        Assert.Equal(8, (await Availability(sku)).Available);
        using var gate = shop.Journal.Hold(Identity.Stock + sku);
        var reserving = shop.Grains.Stock(sku).Reserve($"chk:{sku}", "cart", 7, shop.Clock.GetUtcNow().AddHours(1));
        await gate.Reached;

        var from = Stopwatch.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((8, StockStatus.InStock), ((await Availability(sku)).Available, (await Availability(sku)).Status));
        }

        Assert.InRange(Stopwatch.GetElapsedTime(from), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        gate.Open();
        await reserving;
        await Shop.Until(async () => await Availability(sku) is { Available: 1, Status: StockStatus.Low }, "what is stored is told");
    }

    [Fact]
    public async Task What_is_not_there_can_be_bought_and_the_order_says_so_until_it_comes_in()
    {
        var trial = await shop.Cart(quantity: 3, stock: 1);
        var due = shop.Clock.GetUtcNow().AddDays(9);
        await trial.Stock.SetPolicy(Operator, new StockPolicy { Backorder = new BackorderPolicy(10, due) });

        await trial.Placed();

        var owed = Assert.Single((await trial.Order.Get(null))!.Backordered);
        Assert.Equal(new Backordered(trial.Sku, 2, due), owed);
        Assert.Equal(owed, Assert.Single((await trial.Checkout.Get(null))!.Backordered));
        Assert.Equal((0, 0, 1), await trial.Units());
        Assert.Equal(2, (await trial.Stock.Get())!.Backordered);
        await Shop.Until(async () => await Availability(trial.Sku) is { Status: StockStatus.Backorder, Beyond: 8 } told && told.ExpectedAt == due, "shoppers are told when more comes");

        await trial.Stock.Receive(Operator, 5, null);
        Assert.Equal((3, 0, 3), await trial.Units());
        Assert.Equal(0, (await trial.Stock.Get())!.Backordered);
        await Shop.Until(
            async () => (await shop.Grains.StockLevels().Levels(new PageRequest(null, 100), null)).Items.Any(
                level => level.Sku == trial.Sku && (level.OnHand, level.Available, level.Reserved, level.Allocated, level.Backordered) == (6, 3, 0, 3, 0)),
            "the list has followed");

        await trial.Order.Cancel(trial.As("cancel"), null);
        Assert.Equal((6, 0, 0), await trial.Units());
    }

    [Fact]
    public async Task A_count_an_adjustment_and_a_shipment_are_carried_out_once_and_on_what_is_there()
    {
        var trial = await (await shop.Cart(quantity: 3, stock: 10)).Placed();
        var (stock, reservation) = (trial.Stock, $"{trial.CheckoutId}:{trial.Sku}");

        Assert.Equal("stock-changed", (await Assert.ThrowsAsync<CommerceException>(() => stock.AdjustFrom(Operator, -1, 9, "broken"))).Error.Code);
        Assert.Equal(9, (await stock.AdjustFrom(Operator, -1, 10, "broken")).View.OnHand);

        var counted = new Request(null, "count", "f");
        Assert.Equal((0, 2, 3), await stock.Count(counted, 1, "yearly count") is var reply ? (reply.View.Available, reply.View.Short, reply.View.Allocated) : default);
        Assert.True((await stock.Count(counted, 1, "yearly count")).Replayed);
        Assert.Equal((0, 5), (await stock.Receive(Operator, 4, null)).View is var view ? (view.Short, view.OnHand) : default);

        Assert.False(await stock.Ship("shp_0", reservation, trial.OrderId, 4));
        Assert.True(await stock.Ship("shp_1", reservation, trial.OrderId, 1));
        Assert.True(await stock.Ship("shp_1", reservation, trial.OrderId, 1));
        Assert.Equal((2, 0, 2), await trial.Units());
        Assert.True(await stock.Ship("shp_2", reservation, trial.OrderId, 2));
        Assert.Equal((2, 0, 0), await trial.Units());
        await shop.Deactivate(stock);
        Assert.Equal(3, (await stock.Get())!.Shipped);
        Assert.True(await stock.Allocate(reservation, trial.OrderId, trial.CartId, 3), "a repetition");
    }

    [Fact]
    public async Task A_shopper_may_take_longer_once_and_a_payment_in_doubt_as_long_as_it_takes()
    {
        var stock = shop.Grains.Stock(await shop.Stocked(5));
        var now = shop.Clock.GetUtcNow();
        await stock.Reserve("chk:slow", "cart", 2, now.AddHours(50));

        Assert.True(await stock.ExtendOnce("chk:slow", now.AddHours(51)));
        Assert.True(await stock.ExtendOnce("chk:slow", now.AddHours(51)));
        Assert.False(await stock.ExtendOnce("chk:slow", now.AddHours(52)));
        Assert.True(await stock.Extend("chk:slow", now.AddHours(53)));
        Assert.True(await stock.Extend("chk:slow", now.AddHours(54)));
        Assert.False(await stock.ExtendOnce("chk:unknown", now));
    }

    private async Task<SkuAvailability> Availability(string sku) => (await shop.Grains.StockLevels().Availability([sku], "eu"))[0];
}

/// <summary>A shop with two locations.</summary>
public sealed class LocationTests : IAsyncLifetime
{
    private readonly Shop shop = new()
    {
        Locations = """
            [
              {"id": "berlin", "name": "Berlin", "country": "DE", "priority": 1, "default": true},
              {"id": "lyon", "name": "Lyon", "country": "FR", "priority": 2}
            ]
            """,
    };

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task What_one_location_refuses_is_taken_from_another_and_goes_back_there()
    {
        var trial = await shop.Cart(quantity: 2, stock: 3);
        var lyon = shop.Grains.StockItem(new StockId(trial.Sku, "lyon").ToString());
        await lyon.Receive(new Request(null), 5, null);
        Assert.Equal(8, (await shop.Grains.StockLevels().Availability([trial.Sku], "eu"))[0].Available);

        // Known to be there a moment ago: the first plan names Berlin.
        await trial.Stock.Reserve("somebody", "else", 3, shop.Clock.GetUtcNow().AddHours(50));
        await trial.Placed();

        Assert.Equal((0, 3, 0), await trial.Units());
        Assert.Equal((3, 2), ((await lyon.Get())!.Available, (await lyon.Get())!.Allocated));
        var total = (await shop.Grains.StockLevels().Total(trial.Sku))!;
        Assert.Equal((8, 3, 3, 2), (total.OnHand, total.Available, total.Reserved, total.Allocated));
        Assert.Equal(["berlin", "lyon"], total.Locations!.Value.Select(location => location.Location));

        await trial.Order.Cancel(trial.As("cancel"), null);
        Assert.Equal((5, 0), ((await lyon.Get())!.Available, (await lyon.Get())!.Allocated));
        Assert.Equal((0, 3, 0), await trial.Units());
    }
}
