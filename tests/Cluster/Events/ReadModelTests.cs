using System.Diagnostics.Metrics;
using System.Text;
using Commerce.Checkouts;
using Commerce.Events;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Microsoft.Extensions.DependencyInjection;

namespace Commerce.Tests.Cluster.Events;

/// <summary>Read models: what they show, how they are built anew while the shop runs, and how it shows that they are behind.</summary>
public sealed class ReadModelTests : IAsyncLifetime
{
    private static readonly PageRequest First = new(null, 100);

    private readonly Shop shop = new();

    private IEnumerable<ReadModel> Models => shop.Services.GetServices<ReadModel>();

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    public async Task A_checkout_is_listed_with_its_state_until_it_ends()
    {
        var trial = await shop.Cart("3ds");
        await trial.Start();

        await Shop.Until(async () => await InFlight(CheckoutStatus.RequiresAction) is [var only] && only.Id == trial.CheckoutId && only.CartId == trial.CartId && only.Total == trial.Total, "it waits for the shopper");
        Assert.Empty(await InFlight(CheckoutStatus.Placing));

        trial.Account.Authenticate();
        await trial.Checkout.Confirm(trial.As("confirm"), Trial.Wait);
        await Shop.Until(async () => (await InFlight(null)).IsEmpty, "it is listed no more");
    }

    [Fact]
    public async Task A_checkout_whose_bank_does_not_answer_is_listed_with_the_reason()
    {
        var trial = await shop.Cart();
        trial.Account.Next("authorise", [.. Enumerable.Repeat(Fault.Unavailable, 20)]);
        await trial.Start(TimeSpan.Zero);

        await Shop.Until(async () => await InFlight(CheckoutStatus.Authorizing) is [{ Delays: > 0, DelayedBecause.Length: > 0, DelayedUntil: not null }], "it says why it waits");
    }

    [Fact]
    public async Task Stock_levels_are_those_of_the_stock_items()
    {
        var bought = await (await shop.Cart()).Placed();
        var undone = await (await shop.Cart()).Placed();
        await undone.Order.Cancel(undone.As("cancel"), null);
        var waiting = await shop.Cart("3ds");
        await waiting.Start();
        var left = await shop.Cart("3ds");
        await left.Start();
        await left.Checkout.Cancel(left.As("cancel"), Trial.Wait);

        await Shop.Until(async () => (await Levels(null)).Length == 4, "every SKU is listed");
        foreach (var trial in (Trial[])[bought, undone, waiting, left])
        {
            await Shop.Until(async () => (await Levels(null)).Single(level => level.Sku == trial.Sku) is var level && (level.Available, level.Reserved, level.Allocated) == await trial.Units(), "the level is the item's");
        }

        Assert.Equal((await Levels(null)).Select(level => level.Sku).Order(StringComparer.Ordinal), (await Levels(null)).Select(level => level.Sku));
        Assert.Equal([bought.Sku, waiting.Sku], (await Levels(10)).Select(level => level.Sku).Order(StringComparer.Ordinal));
        Assert.Empty(await Levels(8));
    }

    [Fact]
    public async Task Pages_of_orders_follow_each_other_by_time_whoever_owns_them()
    {
        var placed = new List<Trial>();
        for (var i = 0; i < 5; i++)
        {
            placed.Add(await (await shop.Cart()).Placed());
        }

        await placed[1].Order.Hold(placed[1].As("hold"), null);
        await Shop.Until(async () => (await shop.Grains.Orders().All(First, new OrderFilter(Status: OrderStatus.OnHold))).Items.Length == 1, "one is on hold");
        await Shop.Until(async () => (await Listed()).Count == 5, "all are listed");

        var newestFirst = placed.Select(trial => trial.OrderId).Reverse().ToList();
        var pages = new List<OrderSummary>();
        var page = new Page<OrderSummary>([], null);
        do
        {
            page = await shop.Grains.Orders().All(new PageRequest(page.Next, 2), new OrderFilter());
            pages.AddRange(page.Items);
        }
        while (page.Next is not null);

        Assert.Equal(newestFirst, pages.Select(order => order.Id));
        Assert.Equal(placed.Select(trial => trial.Owner).Reverse(), pages.Select(order => order.Owner));
        var middle = pages[2].PlacedAt;
        Assert.Equal(newestFirst[..3], (await shop.Grains.Orders().All(First, new OrderFilter(From: middle))).Items.Select(order => order.Id));
        Assert.Equal(newestFirst[3..], (await shop.Grains.Orders().All(First, new OrderFilter(To: middle))).Items.Select(order => order.Id));
    }

    [Fact]
    public async Task What_somebody_did_to_the_rows_is_repaired_by_a_rebuild()
    {
        await Bustle();
        shop.Query<long>(
            $"""
            delete from read_models where model = 'orders' and id = (select max(id) from read_models where model = 'orders');
            update read_models set body = {Shop.Bytes($"replace({Shop.Text("body")}, 'placed', 'cancelled')")} where model = 'orders';
            delete from read_models where model = 'checkouts-in-flight';
            update read_models set body = {Shop.Bytes("'{\"level\":{\"sku\":\"X\",\"onHand\":7},\"sequence\":1000000}'")} where model = 'stock-levels';
            select 0
            """);

        foreach (var model in ReadModels.All)
        {
            await shop.Grains.ReadModel(model).Rebuild(Request.System());
        }

        foreach (var model in Models)
        {
            await IsRead(model.Name, 2);
            await IsAsFolded(model, 2);
            await Shop.Until(() => Task.FromResult(shop.Query<long>($"select (select count(*) from read_models where model = '{model.Name}') + (select count(*) from checkpoints where reader = '{model.Name}')") == 0), "the old rows are gone");
        }

        // And it follows the journal.
        var later = await (await shop.Cart()).Placed();
        await Shop.Until(async () => (await Listed()).Contains(later.OrderId), "a new order is listed");
        await later.Order.Hold(later.As("hold"), null);
        await Shop.Until(async () => (await shop.Grains.Orders().Page(later.Owner, null, 10)).Items is [{ Status: OrderStatus.OnHold }], "and follows its state");
        foreach (var model in Models)
        {
            await IsAsFolded(model, 2);
        }
    }

    [Fact]
    public async Task Lists_never_show_less_than_before_while_their_model_is_built_anew()
    {
        shop.Settings["Commerce:ReadModels:PageSize"] = "32";
        await shop.Stop();
        await shop.Start();
        await Bustle();

        var (placed, generation) = (0, 1);
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(async _ =>
        {
            for (var i = 0; i < 60 && !enough.IsCancellationRequested; i++)
            {
                await (await shop.Cart()).Placed();
                Interlocked.Increment(ref placed);
                await Task.Delay(20);
            }
        }).ToList();
        var watching = Task.Run(async () =>
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (!enough.IsCancellationRequested)
            {
                var now = await Listed();
                Assert.Subset(now, seen);
                seen.UnionWith(now);
            }

            return seen.Count;
        });

        while (generation < 4 || placed < 40)
        {
            generation++;
            Assert.Equal(generation, (await shop.Grains.ReadModel(ReadModels.Orders).Rebuild(Request.System())).View.Rebuild?.Generation);
            await IsRead(ReadModels.Orders, generation);
        }

        await enough.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(await watching > 20); // it looked while there was something to see
        await IsAsFolded(new OrdersModel(), generation);
    }

    [Fact]
    public async Task What_happens_before_the_switch_is_in_the_new_generation_no_later_than_in_the_old_one()
    {
        await Bustle();
        using var gate = shop.Journal.HoldSwitch();
        await shop.Grains.ReadModel(ReadModels.Orders).Rebuild(Request.System());
        await gate.Reached;

        for (var i = 0; i < 5; i++)
        {
            var trial = await (await shop.Cart()).Placed();
            await Shop.Until(async () => await shop.Journal.FindReadModel(ReadModels.Orders, trial.OrderId) is not null, "the order is in the old generation");
            Assert.NotNull(await shop.Journal.FindReadModel("orders~2", trial.OrderId));
        }

        gate.Open();
        await IsRead(ReadModels.Orders, 2);
        await IsAsFolded(new OrdersModel(), 2);
    }

    [Fact]
    public async Task A_rebuild_whose_silo_dies_in_the_middle_is_taken_up_by_the_next_one()
    {
        shop.Settings["Commerce:ReadModels:PageSize"] = "2";
        await shop.Stop();
        await shop.Start();
        await Bustle();
        var saves = 0;
        using (shop.Journal.FailSaves(reader => reader == "orders~2" && Interlocked.Increment(ref saves) > 5))
        {
            await shop.Grains.ReadModel(ReadModels.Orders).Rebuild(Request.System());
            await Shop.Until(() => Task.FromResult(saves > 8), "it got stuck in the middle, and was tried again");

            var view = await shop.Grains.ReadModel(ReadModels.Orders).Get();
            Assert.Equal((1, 2), (view.Generation, view.Rebuild!.Generation));
            await shop.Stop();
        }

        Assert.NotEqual(0, shop.Query<long>("select count(*) from checkpoints where reader = 'orders~2'"));
        await shop.Start();

        await IsRead(ReadModels.Orders, 2);
        await IsAsFolded(new OrdersModel(), 2);
    }

    [Fact]
    public async Task Who_asks_for_a_rebuild_while_one_is_under_way_is_answered_with_that_one()
    {
        await Bustle();
        var orders = shop.Grains.ReadModel(ReadModels.Orders);
        var request = new Request(null, "rebuild-1", "f");
        using (shop.Journal.FailSaves(reader => reader == "orders~2"))
        {
            var first = await orders.Rebuild(request);
            Assert.Equal((false, 2), (first.Replayed, first.View.Rebuild!.Generation));
            Assert.Equal((false, 2), ((await orders.Rebuild(Request.System())).Replayed, (await orders.Get()).Rebuild!.Generation));
            Assert.Equal(first.View.Rebuild.StartedAt, (await orders.Rebuild(new Request(null, "rebuild-2", "f"))).View.Rebuild!.StartedAt);
            Assert.True((await orders.Rebuild(request)).Replayed);
        }

        await IsRead(ReadModels.Orders, 2);
        await shop.Deactivate(orders);
        foreach (var key in (string[])["rebuild-1", "rebuild-2"])
        {
            var repeated = await orders.Rebuild(new Request(null, key, "f"));
            Assert.Equal((true, 2, null), (repeated.Replayed, repeated.View.Generation, repeated.View.Rebuild));
        }

        Assert.Equal("idempotency-key-reused", (await Assert.ThrowsAsync<CommerceException>(() => orders.Rebuild(new Request(null, "rebuild-1", "g")))).Error.Code);
        Assert.Equal(ReadModels.All, (await Assert.ThrowsAsync<CommerceException>(() => shop.Grains.ReadModel("nothing").Rebuild(Request.System()))).Error.Allowed);
    }

    [Fact]
    public async Task A_projection_that_was_thought_dead_stores_no_older_row_over_a_newer_one()
    {
        var model = new UnderAnotherName(new OrdersModel());
        var trial = await (await shop.Cart()).Placed();
        await trial.Order.Hold(trial.As("hold"), null);
        await trial.Order.Resume(trial.As("resume"));
        var partition = Partition.Of(trial.OrderId);
        var events = new List<LifecycleEvent>();
        await Shop.Until(async () => (events = [.. (await shop.Journal.Read(partition, 0, 1_000)).SelectMany(commit => Lifecycle.Events(commit, 0)).Where(happened => happened.Aggregate == trial.OrderId)]).Any(happened => happened.Type.Contains("resumed")), "the journal shows the last of it");

        var cursors = shop.Services.GetRequiredService<ReadModelCursors>();
        var frozen = await cursors.Open(model, 1, partition);
        Assert.True(await frozen.Take(events[..1]));
        var alive = await cursors.Open(model, 1, partition);
        Assert.True(await alive.Take(events[1..]));

        Assert.False(await frozen.Take(events[1..^1])); // up to the hold
        Assert.Equal(OrderStatus.Placed, await Stored());

        // It finds out where the other is, and makes nothing of what it has missed.
        await frozen.Open();
        Assert.True(await frozen.Take(events));
        Assert.Equal((OrderStatus.Placed, alive.Position), (await Stored(), frozen.Position));

        async Task<OrderStatus> Stored() => ReadModel.Read<OrderSummary>((await shop.Journal.FindReadModel(model.Name, trial.OrderId))!.Body!).Status;
    }

    [Fact]
    public async Task A_projection_whose_cursor_was_moved_behind_its_back_goes_on_from_where_it_is()
    {
        await Bustle();
        foreach (var model in Models)
        {
            await IsAsFolded(model, 1);
        }

        shop.Query<long>("update checkpoints set position = 0 where reader <> 'streams'; select 0");
        await Bustle();

        foreach (var model in Models)
        {
            await IsAsFolded(model, 1);
        }
    }

    [Fact]
    public async Task A_read_model_that_is_new_to_an_old_journal_fills_although_nothing_happens_any_more()
    {
        await Bustle();
        foreach (var model in Models)
        {
            await IsAsFolded(model, 1);
        }

        await shop.Stop();
        shop.Query<long>("delete from read_models where model = 'stock-levels'; delete from checkpoints where reader = 'stock-levels'; select 0");
        await shop.Start();
        shop.Clock.Shift(TimeSpan.FromSeconds(6));

        await IsAsFolded(new StockLevelsModel(), 1);
    }

    [Fact]
    public async Task A_read_model_that_cannot_store_what_it_sees_lags_until_it_can()
    {
        var trial = await (await shop.Cart()).Placed();
        await Shop.Until(() => Task.FromResult(Lag(ReadModels.Orders) is 0), "it has seen everything");

        using (shop.Journal.FailSaves(reader => reader == ReadModels.Orders))
        {
            await trial.Order.Hold(trial.As("hold"), null);
            shop.Clock.Shift(TimeSpan.FromMinutes(1));
            await Shop.Until(() => Task.FromResult(Lag(ReadModels.Orders) > 59), "its lag rises");
            await Shop.Until(async () => (await shop.Grains.ReadModel(ReadModels.Orders).Get()).LagMs > 59_000, "operators are told");
            Assert.True((await shop.Grains.Orders().All(First, new OrderFilter())).AsOf < shop.Clock.GetUtcNow() - TimeSpan.FromSeconds(59));
            Assert.Equal(1, shop.Query<long>($"select count(*) from read_models where model = 'orders' and {Shop.Text("body")} like '%\"placed\"%'"));
        }

        await Shop.Until(() => Task.FromResult(Lag(ReadModels.Orders) is 0), "it catches up");
        Assert.Equal(OrderStatus.OnHold, (await shop.Grains.Orders().Page(trial.Owner, null, 1)).Items[0].Status);
        Assert.Equal(0, shop.Query<long>("select count(*) from parked_events")); // a database that does not answer is no reason to give up on an event
    }

    [Fact]
    public async Task What_a_read_model_cannot_digest_is_counted_in_each_generation()
    {
        Assert.True(await shop.Journal.Append(new Commit
        {
            Aggregate = "ord_poison",
            Version = 1,
            FirstSequence = 1,
            EventCount = 1,
            Events = """[{"type":"commerce.order.placed.v1","data":{"quote":"not a quote"}}]"""u8.ToArray(),
            At = shop.Clock.GetUtcNow(),
        }));
        var orders = shop.Grains.ReadModel(ReadModels.Orders);
        await Shop.Until(async () => (await orders.Get()).Parked == 1, "it is parked");

        await orders.Rebuild(Request.System());
        await IsRead(ReadModels.Orders, 2);

        Assert.Equal(1, (await orders.Get()).Parked);
    }

    /// <summary>Carts that are bought, held, cancelled, declined, and one that waits for its shopper.</summary>
    private async Task Bustle()
    {
        for (var i = 0; i < 3; i++)
        {
            await (await shop.Cart()).Placed();
        }

        var held = await (await shop.Cart()).Placed();
        await held.Order.Hold(held.As("hold"), null);
        var cancelled = await (await shop.Cart()).Placed();
        await cancelled.Order.Cancel(cancelled.As("cancel"), null);
        await (await shop.Cart("declined")).Start();
        await (await shop.Cart("3ds")).Start();
        await Shop.Until(async () => (await Listed()).IsSupersetOf([held.OrderId, cancelled.OrderId]), "the orders are listed");
    }

    private async Task IsRead(string model, int generation) =>
        await Shop.Until(async () => await shop.Grains.ReadModel(model).Get() is { Rebuild: null } view && view.Generation == generation, $"generation {generation} of {model} is read", TimeSpan.FromSeconds(60));

    /// <summary>The rows are what a fold of the whole journal makes of it.</summary>
    private async Task IsAsFolded(ReadModel model, int generation)
    {
        var last = ("", "");
        await Shop.Until(
            async () =>
            {
                var folded = new Dictionary<string, ReadModelRow>(StringComparer.Ordinal);
                foreach (var happened in (await Task.WhenAll(shop.Journal.Shards.Select(shard => shard.Read(null, 0, int.MaxValue).AsTask()))).SelectMany(commits => commits).SelectMany(commit => Lifecycle.Events(commit, 0)))
                {
                    foreach (var row in model.Apply(happened, id => folded.GetValueOrDefault(id)).ToList())
                    {
                        if (row.Body is null)
                        {
                            folded.Remove(row.Id);
                        }
                        else
                        {
                            folded[row.Id] = row;
                        }
                    }
                }

                var stored = await shop.Journal.ReadModel(ReadModel.Stored(model.Name, generation), null, null, int.MaxValue);
                last = (Text(folded.Values), Text(stored));
                return last.Item1.Length > 0 && last.Item1 == last.Item2;
            },
            $"{model.Name} is what the journal says");

        static string Text(IEnumerable<ReadModelRow> rows) =>
            string.Join('\n', rows.Select(row => $"{row.Id} {row.Key} {row.Sort} {Encoding.UTF8.GetString(row.Body!)}").Order(StringComparer.Ordinal));
    }

    private async Task<ImmutableArray<CheckoutInFlight>> InFlight(CheckoutStatus? status) => (await shop.Grains.Checkouts().InFlight(First, status)).Items;

    private async Task<ImmutableArray<StockLevel>> Levels(int? below) => (await shop.Grains.StockLevels().Levels(First, below)).Items;

    /// <summary>Ids of all orders that are listed.</summary>
    private async Task<HashSet<string>> Listed()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        string? cursor = null;
        do
        {
            var page = await shop.Grains.Orders().All(new PageRequest(cursor, 100), new OrderFilter());
            ids.UnionWith(page.Items.Select(order => order.Id));
            cursor = page.Next;
        }
        while (cursor is not null);

        return ids;
    }

    /// <summary>The metric, as it is scraped; null when it is not there.</summary>
    private double? Lag(string model)
    {
        double? lag = null;
        var factory = shop.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Name == "commerce.read_model.lag" && instrument.Meter.Scope == factory)
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                lag = tag.Value as string == model ? value : lag;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }

    private sealed class UnderAnotherName(ReadModel model) : ReadModel
    {
        public override string Name => "of-this-test";

        public override bool Concerns(string aggregate) => model.Concerns(aggregate);

        public override IEnumerable<string> Needs(LifecycleEvent happened) => model.Needs(happened);

        public override IEnumerable<ReadModelRow> Apply(LifecycleEvent happened, Func<string, ReadModelRow?> find) => model.Apply(happened, find);
    }
}
