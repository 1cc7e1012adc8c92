using Commerce.Inventory;

namespace Commerce.Tests.Cluster.Inventory;

public sealed class ReservationTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task Hundreds_who_want_the_same_units_make_few_commits_and_never_get_more_than_there_are()
    {
        var sku = await shop.Stocked(250);
        var stock = shop.Grains.Stock(sku);
        using var gate = shop.Journal.Hold(Identity.Stock + sku);

        var asking = Enumerable.Range(0, 400).Select(i => stock.Reserve($"chk_{i}:{sku}", $"cart_{i}", 1, shop.Clock.GetUtcNow().AddHours(1))).ToList();
        await gate.Reached;
        await stock.Get();
        gate.Open();

        Assert.Equal(250, (await Task.WhenAll(asking)).Count(answer => answer.Reserved));
        var view = (await stock.Get())!;
        Assert.Equal((250, 0, 250), (view.OnHand, view.Available, view.Reserved));
        Assert.InRange(view.Version, 2, 10);
    }

    [Fact]
    public async Task Reserving_again_under_the_same_name_is_a_read()
    {
        var sku = await shop.Stocked(5);
        var stock = shop.Grains.Stock(sku);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => stock.Reserve($"chk:{sku}", "cart", 3, shop.Clock.GetUtcNow().AddHours(1))));

        Assert.All(answers, answer => Assert.True(answer.Reserved));
        Assert.Equal((2, 3), ((await stock.Get())!.Available, (await stock.Get())!.Reserved));
    }

    [Fact]
    public async Task What_is_neither_bought_nor_given_back_runs_out_by_itself()
    {
        var sku = await shop.Stocked(5);
        var stock = shop.Grains.Stock(sku);
        shop.Clock.Shift(TimeSpan.FromSeconds(26));
        await stock.Reserve($"short:{sku}", "cart", 2, shop.Clock.GetUtcNow().AddMinutes(5));
        await stock.Reserve($"long:{sku}", "cart", 1, shop.Clock.GetUtcNow().AddHours(50));
        await shop.Deactivate(stock);

        shop.Clock.Shift(TimeSpan.FromMinutes(6));
        await Shop.Until(async () => (await stock.Get())!.Reserved == 1, "the short reservation has run out");

        Assert.Equal((4, 1), ((await stock.Get())!.Available, (await stock.Get())!.Reserved));
        Assert.False((await stock.Reserve($"short:{sku}", "cart", 2, shop.Clock.GetUtcNow().AddMinutes(5))).Reserved);
    }

    [Fact]
    public async Task A_reservation_that_is_held_longer_does_not_run_out_at_its_first_time()
    {
        var sku = await shop.Stocked(5);
        var stock = shop.Grains.Stock(sku);
        shop.Clock.Shift(TimeSpan.FromSeconds(26));
        await stock.Reserve($"kept:{sku}", "cart", 2, shop.Clock.GetUtcNow().AddMinutes(5));
        await stock.Reserve($"lost:{sku}", "cart", 1, shop.Clock.GetUtcNow().AddMinutes(5));
        Assert.True(await stock.Extend($"kept:{sku}", shop.Clock.GetUtcNow().AddHours(50)));

        shop.Clock.Shift(TimeSpan.FromMinutes(6));
        await Shop.Until(async () => (await stock.Get())!.Available == 3, "the other has run out");

        Assert.Equal(2, (await stock.Get())!.Reserved);
        Assert.False(await stock.Extend($"lost:{sku}", shop.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task A_payment_that_comes_late_still_gets_the_units_when_they_are_there_and_is_told_when_not()
    {
        var sku = await shop.Stocked(3);
        var stock = shop.Grains.Stock(sku);
        shop.Clock.Shift(TimeSpan.FromSeconds(26));
        await stock.Reserve($"late:{sku}", "cart", 2, shop.Clock.GetUtcNow().AddMinutes(5));
        await stock.Reserve($"later:{sku}", "cart", 1, shop.Clock.GetUtcNow().AddMinutes(5));
        shop.Clock.Shift(TimeSpan.FromMinutes(6));
        await Shop.Until(async () => (await stock.Get())!.Reserved == 0, "both have run out");

        await stock.Reserve($"quick:{sku}", "cart", 1, shop.Clock.GetUtcNow().AddHours(50));
        Assert.True(await stock.Allocate($"late:{sku}", "ord_late", "cart", 2));
        Assert.False(await stock.Allocate($"later:{sku}", "ord_later", "cart", 1));

        var view = (await stock.Get())!;
        Assert.Equal((3, 0, 1, 2), (view.OnHand, view.Available, view.Reserved, view.Allocated));
    }
}

/// <summary>On a silo of its own: its first seconds matter.</summary>
public sealed class YoungSiloTests : IAsyncLifetime
{
    private readonly Shop shop = new();

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task In_the_first_seconds_of_a_silo_nothing_runs_out_since_it_may_belong_to_a_payment_in_doubt()
    {
        var trial = await shop.Cart();
        await trial.Stock.Reserve($"old:{trial.Sku}", "cart", 3, shop.Clock.GetUtcNow().AddMinutes(-10));

        // The timekeeper has been there (it holds the lease), and nothing was let go of.
        await Shop.Until(() => Task.FromResult(shop.Query<long>($"select count(leased_until) from aggregates where id = 'stk_{trial.Sku}'") > 0), "it was woken");
        await shop.Deactivate(trial.Stock);
        Assert.Equal((7, 3, 0), await trial.Units());

        shop.Clock.Shift(TimeSpan.FromSeconds(31));
        await Shop.Until(async () => await trial.Units() == (10, 0, 0), "a silo that is past its first seconds lets go");
    }
}
