using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Drops;

namespace Commerce.Tests.Cluster.Drops;

public sealed class DropTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly TimeSpan PassLifetime = TimeSpan.FromMinutes(3);

    private readonly string id = Identity.New(Identity.Drop);

    private IDropGrain Drop => shop.Grains.Drop(id);

    [Fact]
    public async Task A_thousand_who_come_at_once_get_every_place_once_in_few_commits_and_lose_none_with_their_silo()
    {
        await Schedule(await shop.Stocked(5), 5, startsIn: TimeSpan.FromHours(1));
        var entries = await Task.WhenAll(Enumerable.Range(1, 1_000).Select(n => Enter((ulong)n)));
        Assert.Equal(Enumerable.Range(0, 1_000), entries.Select(entry => entry.Ticket).Order());

        await shop.Deactivate(Drop);
        await shop.Deactivate(shop.Grains.DropRoom(id, 0));
        var again = await Task.WhenAll(Enumerable.Range(1, 1_000).Select(n => Enter((ulong)n)));

        Assert.Equal(entries.Select(entry => entry.Ticket), again.Select(entry => entry.Ticket));
        Assert.All(again, entry => Assert.True(entry.Repeated));
        Assert.InRange((await shop.Journal.ReadAggregate(id.As(Identity.DropRoom) + ":0", 0, 1_000)).Length, 1, 300);
    }

    [Fact]
    public async Task A_place_whose_storing_was_lost_or_whose_answer_was_is_found_once_by_whoever_asks_again()
    {
        await Schedule(await shop.Stocked(5), 5, startsIn: TimeSpan.FromHours(1));
        await Enter(1);
        foreach (var (person, loss) in ((ulong, Tampering)[])[(2, Tampering.Fail), (3, Tampering.LoseAnswer)])
        {
            using (shop.Journal.Tamper(commit => commit.Aggregate.StartsWith(id.As(Identity.DropRoom), StringComparison.Ordinal) ? loss : Tampering.None))
            {
                await Assert.ThrowsAnyAsync<CommerceException>(() => Enter(person));
            }

            await Shop.Until(async () => (await Enter(person)).Ticket == (int)person - 1, "whoever asks again has the next place");
        }

        Assert.Equal(3, (await Enter(4)).Ticket);
    }

    [Fact]
    public async Task The_units_go_to_the_first_and_a_pass_that_is_not_used_goes_to_the_next()
    {
        await Schedule(await shop.Stocked(5), 2);
        foreach (var n in (ulong[])[1, 2, 3])
        {
            await Enter(n);
        }

        await Shop.Until(async () => await Statuses(3) == "Admitted Admitted Waiting", "two are admitted");
        await Drop.Leave(1);
        Assert.Equal("Admitted Left Admitted", await Statuses(3));

        await Enter(4);
        shop.Clock.Shift(PassLifetime + TimeSpan.FromSeconds(1));
        await Shop.Until(async () => await Statuses(4) == "Expired Left Expired Admitted", "the fourth is called when the passes have expired");
        Assert.Equal(4, (await Enter(1)).Ticket); // who missed the turn may queue again
    }

    [Fact]
    public async Task A_customer_an_address_and_a_device_have_one_place()
    {
        await Schedule(await shop.Stocked(5), 5, startsIn: TimeSpan.FromHours(1));
        await Drop.Enter(new EnterDrop(1, 11, 12, 13, 1));

        Assert.Equal((0, true), await Place(new EnterDrop(2, 11, 22, 23, 1)));
        Assert.Equal((0, true), await Place(new EnterDrop(2, 21, 12, 23, 1)));
        Assert.Equal((0, true), await Place(new EnterDrop(2, 21, 22, 13, 1)));
        Assert.Equal((1, false), await Place(new EnterDrop(2, 21, 22, 23, 1)));

        async Task<(int, bool)> Place(EnterDrop command) => await Drop.Enter(command) is var entry ? (entry.Ticket, entry.Repeated) : default;
    }

    [Fact]
    public async Task The_drawn_order_follows_from_the_published_seed_and_latecomers_are_behind()
    {
        await Schedule(await shop.Stocked(20), 7, DropOrder.Lottery, TimeSpan.FromMinutes(1));
        for (ulong n = 1; n <= 20; n++)
        {
            await Enter(n);
        }

        shop.Clock.Shift(TimeSpan.FromMinutes(1) + TimeSpan.FromSeconds(1));
        await Shop.Until(async () => await Drop.Get() is { PassesOut: 7 }, "it has opened");
        await Enter(21);

        var drop = (await Drop.Get())!;
        var tickets = Lottery.Tickets(Lottery.Places(drop.Seed!, drop.Drawn));
        Assert.Equal(20, drop.Drawn);
        for (var place = 0; place < 20; place++)
        {
            Assert.Equal(place < 7 ? EntryStatus.Admitted : EntryStatus.Waiting, (await Drop.Entry(tickets[place]))!.Status);
        }

        await shop.Deactivate(Drop);
        Assert.Equal(EntryStatus.Admitted, (await Drop.Entry(tickets[6]))!.Status);
        Assert.Equal(EntryStatus.Waiting, (await Drop.Entry(20))!.Status);
    }

    [Fact]
    public async Task Only_a_pass_buys_a_declined_card_may_be_followed_by_another_and_the_rest_are_told_that_all_is_sold()
    {
        var trials = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => shop.Cart(n == 0 ? "declined" : "card", quantity: 1)));
        var sku = await shop.Stocked(10);
        foreach (var trial in trials)
        {
            await trial.Cart.AddLine(new Request(trial.Owner, "drop", "f"), new NewLine(sku, 1));
        }

        await Schedule(sku, 1);
        await Enter(1);
        await Enter(2);
        await Shop.Until(async () => await Statuses(2) == "Admitted Waiting", "the first is admitted");
        await RefusedWithoutPass(trials[0]);

        var pass = new DropPass(id, 0, 1, shop.Clock.GetUtcNow() + PassLifetime);
        Assert.Equal("payment-declined", (await trials[0].Checkout.Start(trials[0].As("start"), trials[0].Command with { Pass = pass }, Trial.Wait)).View.Failure!.Code);
        Assert.Equal("Admitted Waiting", await Statuses(2));

        Assert.Equal(CheckoutStatus.Completed, (await trials[1].Checkout.Start(trials[1].As("start"), trials[1].Command with { Pass = pass }, Trial.Wait)).View.Status);
        Assert.Equal("Bought SoldOut", await Statuses(2));
        var used = await Assert.ThrowsAsync<CommerceException>(() => trials[2].Checkout.Start(trials[2].As("start"), trials[2].Command with { Pass = pass }, Trial.Wait));
        Assert.Equal("pass-used", used.Error.Code);

        await Drop.Raise(Request.System("more"), 2);
        Assert.Equal("Bought Admitted", await Statuses(2));
        await Drop.Close(Request.System("close"));
        Assert.Equal("Bought Admitted", await Statuses(2)); // a pass keeps its word
        await Shop.Until(async () => (await shop.Grains.DropCalendar().Current(-1))!.Drops.All(drop => drop.Id != id), "the SKU is everybody's again");
    }

    [Fact]
    public async Task A_second_drop_of_a_sku_at_the_same_time_is_refused_and_so_is_one_of_more_units_than_there_are()
    {
        var sku = await shop.Stocked(5);
        await Schedule(sku, 5);

        var other = shop.Grains.Drop(Identity.New(Identity.Drop));
        Assert.Equal("drop-overlaps", (await Assert.ThrowsAsync<CommerceException>(() => other.Schedule(Request.System("s"), Plan(sku, 5)))).Error.Code);
        Assert.Null(await other.Get());
        var larger = shop.Grains.Drop(Identity.New(Identity.Drop));
        Assert.Equal("insufficient-stock", (await Assert.ThrowsAsync<CommerceException>(() => larger.Schedule(Request.System("s"), Plan(sku, 6)))).Error.Code);
    }

    [Fact]
    public async Task A_drop_that_ends_answers_everybody_and_takes_nobody_any_more()
    {
        await Schedule(await shop.Stocked(5), 1);
        await Enter(1);
        await Enter(2);
        await Shop.Until(async () => await Statuses(2) == "Admitted Waiting", "the first is admitted");

        await Drop.Cancel(Request.System("cancel"));

        Assert.Equal("Cancelled Cancelled", await Statuses(2));
        Assert.Equal("drop-over", (await Assert.ThrowsAsync<CommerceException>(() => Enter(3))).Error.Code);
        Assert.Equal("pass-expired", await Drop.Redeem(new RedeemPass(0, "chk", [new RedeemedLine("any", 1)])));
    }

    private static async Task RefusedWithoutPass(Trial trial) => Assert.Equal(
        "pass-required", (await Assert.ThrowsAsync<CommerceException>(() => trial.Checkout.Start(trial.As("start"), trial.Command, Trial.Wait))).Error.Code);

    private async Task<string> Statuses(int count) => string.Join(' ', (await Task.WhenAll(Enumerable.Range(0, count).Select(ticket => Drop.Entry(ticket)))).Select(entry => entry!.Status));

    private Task<EntryView> Enter(ulong person) => Drop.Enter(new EnterDrop(person, person, 0, 0, 1));

    private async Task Schedule(string sku, int allotment, DropOrder order = DropOrder.Arrival, TimeSpan? startsIn = null) =>
        Assert.NotEqual(DropStatus.Refused, (await Drop.Schedule(Request.System("schedule"), Plan(sku, allotment, order, startsIn))).View.Status);

    private DropPlan Plan(string sku, int allotment, DropOrder order = DropOrder.Arrival, TimeSpan? startsIn = null)
    {
        var starts = shop.Clock.GetUtcNow() + (startsIn ?? TimeSpan.Zero);
        return new DropPlan("Drop", [sku], allotment, starts, starts.AddHours(2), order, 1, 1, PassLifetime);
    }
}
