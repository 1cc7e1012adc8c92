using Commerce.Carts;
using Commerce.Inventory;
using Commerce.Journal;

namespace Commerce.Tests.Cluster.Journal;

/// <summary>What the base of every aggregate promises, shown on stock items.</summary>
public sealed class AggregateTests(Shop shop) : IClassFixture<Shop>
{
    [Fact]
    public async Task An_activation_that_was_overtaken_refuses_ends_and_its_successor_knows_better()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        await Overtake<StockEvent>(Identity.Stock + sku, 2, 2, new StockReceived(5, "elsewhere"));

        var refused = await Assert.ThrowsAsync<CommerceException>(() => stock.Receive(Request.System("k"), 1, null));
        Assert.Equal(("temporarily-unavailable", ErrorKind.Unavailable), (refused.Error.Code, refused.Error.Kind));
        Assert.NotNull(refused.Error.RetryAfter);

        StockView? view = null;
        await Shop.Until(async () => (view = (await stock.Receive(Request.System("k"), 1, null)).View) is not null, "the repeated request is answered");
        Assert.Equal((16, 3), (view!.OnHand, view.Version));
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_refuses_no_checkout_for_good()
    {
        var trial = await shop.Cart(quantity: 2);
        var shown = (await trial.Cart.Get(trial.Owner))!;
        var changed = (await trial.Cart.ChangeLine(trial.As("more"), shown.Quote.Lines[0].LineId, 3)).View;
        await Overtake<CartEvent>(trial.CartId, changed.Version + 1, 5, new LineChanged(shown.Quote.Lines[0].LineId, 2));

        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Cart.Freeze(trial.Owner, shown.Quote.Id));
        Assert.Equal(ErrorKind.Unavailable, refused.Error.Kind);

        await Shop.Until(async () => (await trial.Cart.Freeze(trial.Owner, shown.Quote.Id)).Quote.Id == shown.Quote.Id, "what was shown is what is sold");
        Assert.Equal("price-changed", (await Assert.ThrowsAsync<CommerceException>(() => trial.Cart.Freeze(trial.Owner, changed.Quote.Id))).Error.Code);
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_does_not_leave_a_cart_claimed()
    {
        var trial = await shop.Cart();
        var shown = (await trial.Cart.Get(trial.Owner))!;
        await Overtake<CartEvent>(trial.CartId, shown.Version + 1, shown.Version + 1, new CartClaimed("chk_1", shown.Quote.Id));

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => trial.Cart.Release("chk_1"))).Error.Kind);

        await Shop.Until(
            async () =>
            {
                await trial.Cart.Release("chk_1");
                return await trial.Cart.Claim("chk_2", shown.Quote.Id) is null;
            },
            "another checkout may have it");
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_does_not_say_that_units_are_gone()
    {
        var sku = await shop.Stocked(10);
        await Overtake<StockEvent>(Identity.Stock + sku, 2, 2, new UnitsReserved("res_1", "cart_1", 3, shop.Clock.GetUtcNow().AddMinutes(5)));

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => shop.Grains.Stock(sku).Allocate("res_1", "ord_1", "cart_1", 3))).Error.Kind);

        await Shop.Until(() => shop.Grains.Stock(sku).Allocate("res_1", "ord_1", "cart_1", 3), "the units are the order's");
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_does_not_keep_units_that_are_given_back()
    {
        var sku = await shop.Stocked(10);
        await Overtake<StockEvent>(Identity.Stock + sku, 2, 2, new UnitsReserved("res_1", "cart_1", 3, shop.Clock.GetUtcNow().AddMinutes(5)));

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => shop.Grains.Stock(sku).Release("res_1", "undone"))).Error.Kind);

        await Shop.Until(
            async () =>
            {
                await shop.Grains.Stock(sku).Release("res_1", "undone");
                return (await shop.Grains.Stock(sku).Get())!.Available == 10;
            },
            "the units are back");
    }

    [Fact]
    public async Task One_that_was_announced_as_new_begins_without_looking_and_remembers_as_any_other()
    {
        var id = Identity.New(Identity.Cart);
        Newborn.Announce(id);
        await shop.Grains.Cart(id).Create(Request.System("k") with { Owner = "guest_1" }, new CreateCart("guest_1", "eu", null, []));
        await shop.Deactivate(shop.Grains.Cart(id));
        Newborn.Announce(""); // no more

        Assert.Equal(1, (await shop.Grains.Cart(id).Get("guest_1"))!.Version);
    }

    [Fact]
    public async Task One_that_was_announced_as_new_and_is_not_loses_its_first_commit_and_no_history()
    {
        var trial = await shop.Cart();
        var known = (await trial.Cart.Get(trial.Owner))!;
        await shop.Deactivate(trial.Cart);

        Newborn.Announce(trial.CartId);
        var refused = await Assert.ThrowsAsync<CommerceException>(() => trial.Cart.Create(Request.System("k"), new CreateCart("guest_other", "eu", null, [])));
        Assert.Equal(ErrorKind.Unavailable, refused.Error.Kind);

        Newborn.Announce("");
        CartView? view = null;
        await Shop.Until(async () => (view = await trial.Cart.Get(trial.Owner)) is not null, "the next activation knows the history");
        Assert.Equal((known.Version, known.Owner, known.Quote.Id), (view!.Version, view.Owner, view.Quote.Id));
    }

    [Fact]
    public async Task One_that_was_announced_as_new_and_is_not_does_not_say_that_there_is_nothing()
    {
        var payment = (await (await shop.Cart()).Placed()).Payment;
        await shop.Deactivate(payment);

        Newborn.Announce(payment.GetPrimaryKeyString());
        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => payment.Get())).Error.Kind);
    }

    [Fact]
    public async Task Readers_never_see_what_is_not_durable()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        using var gate = shop.Journal.Hold(Identity.Stock + sku);

        var receiving = stock.Receive(Request.System("k"), 5, null);
        await gate.Reached;

        Assert.Equal((10, 1), ((await stock.Get())!.OnHand, (await stock.Get())!.Version));
        Assert.Equal(10, await stock.Available());
        Assert.False(receiving.IsCompleted);

        gate.Open();
        Assert.Equal(15, (await receiving).View.OnHand);
        Assert.Equal(15, (await stock.Get())!.OnHand);
    }

    [Fact]
    public async Task A_change_that_was_not_written_is_seen_by_nobody_and_its_repetition_succeeds()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        using (shop.Journal.Tamper(commit => commit.Aggregate == Identity.Stock + sku ? Tampering.Fail : Tampering.None))
        {
            Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<CommerceException>(() => stock.Receive(Request.System("k"), 5, null))).Error.Kind);
        }

        await Shop.Until(async () => (await stock.Get())!.OnHand == 10, "the stock is what it was");
        Reply<StockView>? reply = null;
        await Shop.Until(async () => (reply = await stock.Receive(Request.System("k"), 5, null)) is not null, "the repeated request is answered");
        Assert.Equal((15, false), (reply!.View.OnHand, reply.Replayed));
    }

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_recognised_when_it_is_repeated()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        using (shop.Journal.Tamper(commit => commit.Aggregate == Identity.Stock + sku ? Tampering.LoseAnswer : Tampering.None))
        {
            await Assert.ThrowsAsync<CommerceException>(() => stock.Receive(Request.System("k"), 5, null));
        }

        Reply<StockView>? reply = null;
        await Shop.Until(async () => (reply = await stock.Receive(Request.System("k"), 5, null)) is not null, "the repeated request is answered");
        Assert.Equal((15, true), (reply!.View.OnHand, reply.Replayed));
    }

    [Fact]
    public async Task A_key_is_found_after_the_activation_has_ended_and_refused_for_another_request()
    {
        var stock = shop.Grains.Stock(await shop.Stocked(10));
        await stock.Receive(new Request(null, "k", "f"), 5, null);

        await shop.Deactivate(stock);

        Assert.True((await stock.Receive(new Request(null, "k", "f"), 5, null)).Replayed);
        Assert.Equal("idempotency-key-reused", (await Assert.ThrowsAsync<CommerceException>(() => stock.Receive(new Request(null, "k", "g"), 6, null))).Error.Code);
        Assert.Equal(15, (await stock.Get())!.OnHand);
    }

    [Fact]
    public async Task The_same_key_at_once_is_carried_out_once_however_many_others_wait()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        using var gate = shop.Journal.Hold(Identity.Stock + sku);

        var calls = Enumerable.Range(0, 30).Select(i => stock.Receive(Request.System($"k{i % 5}"), 1, null)).ToList();
        await gate.Reached;
        await stock.Get();
        gate.Open();

        Assert.Equal(5, (await Task.WhenAll(calls)).Count(reply => !reply.Replayed));
        Assert.Equal(15, (await stock.Get())!.OnHand);
    }

    [Fact]
    public async Task A_decision_that_was_refused_keeps_nobody_waiting()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        await stock.Reserve($"chk:{sku}", "cart", 3, shop.Clock.GetUtcNow().AddHours(1));
        await Assert.ThrowsAsync<CommerceException>(() => stock.Adjust(Request.System("a"), -8, null));

        var repeated = await stock.Reserve($"chk:{sku}", "cart", 3, shop.Clock.GetUtcNow().AddHours(1)).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.True(repeated.Reserved);
    }

    [Fact]
    public async Task Of_two_who_saw_the_same_version_one_is_refused_as_stale()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        var seen = (await stock.Get())!.Version;

        await stock.Adjust(new Request(null, "a", "f", seen), -1, null);
        var refused = await Assert.ThrowsAsync<CommerceException>(() => stock.Adjust(new Request(null, "b", "f", seen), -1, null));

        Assert.Equal("stale-version", refused.Error.Code);
        Assert.Equal(9, (await stock.Get())!.OnHand);
    }

    [Fact]
    public async Task Of_two_who_saw_the_same_version_at_once_one_is_refused_as_stale()
    {
        var sku = await shop.Stocked(10);
        var stock = shop.Grains.Stock(sku);
        var seen = (await stock.Get())!.Version;
        using var gate = shop.Journal.Hold(Identity.Stock + sku);

        var one = stock.Adjust(new Request(null, "a", "f", seen), -1, null);
        await gate.Reached;
        var other = stock.Adjust(new Request(null, "b", "f", seen), -1, null);
        await stock.Get();
        gate.Open();

        Assert.Equal(9, (await one).View.OnHand);
        Assert.Equal("stale-version", (await Assert.ThrowsAsync<CommerceException>(() => other)).Error.Code);
        Assert.Equal(9, (await stock.Get())!.OnHand);
    }

    [Fact]
    public async Task A_state_from_its_snapshot_is_the_fold_of_all_its_events()
    {
        var sku = await shop.Stocked(1_000);
        var stock = shop.Grains.Stock(sku);
        for (var i = 0; i < 520; i++)
        {
            await stock.Reserve($"chk_{i}:{sku}", "cart_x", 1, shop.Clock.GetUtcNow().AddHours(5));
            if (i % 3 == 0)
            {
                await stock.Release($"chk_{i}:{sku}", "undone");
            }
        }

        var before = (await stock.Get())!;
        var history = await shop.Journal.Load(Identity.Stock + sku);
        Assert.NotNull(history.Snapshot);
        Assert.True(history.Tail.Length < before.Version);

        await shop.Deactivate(stock);

        Assert.Equal(before, await stock.Get());
        var folded = StockItem.Initial;
        foreach (var commit in await shop.Journal.ReadAggregate(Identity.Stock + sku, 0, 5_000))
        {
            folded = EventCodec<StockEvent>.Read(commit.Events).Aggregate(folded, (state, happened) => state.Apply(happened, commit.At));
        }

        Assert.Equal((folded.Available, folded.Reserved, folded.Allocated), (before.Available, before.Reserved, before.Allocated));
        Assert.True((await stock.Reserve($"chk_1:{sku}", "cart_x", 1, shop.Clock.GetUtcNow())).Reserved);
        Assert.False((await stock.Reserve($"chk_0:{sku}", "cart_x", 1, shop.Clock.GetUtcNow())).Reserved);
        Assert.Equal(before, await stock.Get());
    }

    /// <summary>Commits what another activation might have, behind the back of the one that is there.</summary>
    private async Task Overtake<TEvent>(string aggregate, long version, long sequence, TEvent happened)
        where TEvent : class => Assert.True(await shop.Journal.Append(new Commit
        {
            Aggregate = aggregate,
            Version = version,
            FirstSequence = sequence,
            EventCount = 1,
            Events = EventCodec<TEvent>.Write([happened], [null]),
            At = shop.Clock.GetUtcNow(),
        }));
}
