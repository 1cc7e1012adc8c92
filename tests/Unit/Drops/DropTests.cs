using Commerce.Drops;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Drops;

public sealed class DropTests
{
    private static readonly DropPlan Plan = new("Blanket", ["BLANKET"], 3, At, At.AddHours(1), DropOrder.Arrival, LimitPerCustomer: 2, LimitPerAddress: 2, TimeSpan.FromMinutes(3));

    private static IEnumerable<(DropStatus? From, Type Happened, DropStatus? To)> Pairs =>
        Pairs<DropStatus, DropEvent>((from, happened) => Drop.Next(from ?? DropStatus.None, happened)).Where(pair => pair.From is not null);

    private static Drop Opened => Run(new DropPlanned(Plan), new DropScheduled(), new DropOpened(0, null));

    [Fact]
    public void A_drop_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "None --DropPlanned--> Planning",
        "Planning --DropScheduled--> Scheduled",
        "Planning --DropRefused--> Refused",
        "Scheduled --DropOpened--> Open",
        "Scheduled --DropCancelled--> Cancelled",
        "Open --DropSoldOut--> SoldOut",
        "Open --DropClosed--> Closed",
        "Open --DropCancelled--> Cancelled",
        "SoldOut --DropReopened--> Open",
        "SoldOut --DropClosed--> Closed",
        "SoldOut --DropCancelled--> Cancelled",
    ], Edges(Pairs.Where(pair => pair.From != pair.To)));

    [Fact]
    public void A_pass_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "- --PassesIssued--> Live",
        "- --EntryLeft--> Left",
        "Live --PassRedeemed--> Redeemed",
        "Live --PassGivenBack--> Live",
        "Live --PassesExpired--> Expired",
        "Live --EntryLeft--> Left",
        "Redeemed --PassGivenBack--> Live",
        "Redeemed --PassSpent--> Spent",
    ], Edges(Pairs<PassStatus, DropEvent>(Drop.NextPass)));

    [Fact]
    public void Passes_and_what_is_sold_are_never_more_than_the_allotment_whatever_happens_in_whatever_order() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 9], Gen.Int[1, 3]).Array[0, 80].Sample(steps =>
        {
            var (drop, at) = (Opened, At);
            foreach (var (what, ticket, units) in steps)
            {
                at = at.AddSeconds(1);
                var pass = drop.PassOf(ticket);
                DropEvent? happened = (what, pass?.Status) switch
                {
                    (0 or 1, null) when drop.Status is DropStatus.Open && Math.Min(drop.Free, units) is > 0 and var given => new PassesIssued([new IssuedPass(ticket, given, $"c{ticket % 4}", $"a{ticket % 3}")], drop.Called + 1, at.AddMinutes(3)),
                    (2, PassStatus.Live) => new PassRedeemed(ticket, "chk_1", 1),
                    (3, PassStatus.Redeemed) => new PassSpent(ticket, "chk_1", 1),
                    (4, PassStatus.Redeemed or PassStatus.Live) => new PassGivenBack(ticket, "chk_1"),
                    (5, PassStatus.Live) => new PassesExpired([ticket]),
                    (6, null or PassStatus.Live) => new EntryLeft(ticket),
                    _ => null,
                };
                drop = happened is null ? drop : drop.Apply(happened, at);

                Assert.Null(drop.Violation);
                Assert.Equal(drop.Passes.Values.Where(p => p.Status is PassStatus.Live or PassStatus.Redeemed).Sum(p => p.Units), drop.Out);
                Assert.Equal(drop.Passes.Values.Where(p => p.Status is PassStatus.Spent).Sum(p => p.Units), drop.Sold);
                Assert.Equal(drop.Passes.Values.Count(p => p.Status is PassStatus.Live or PassStatus.Redeemed), drop.PassesOut);
                Assert.Equal(drop.Passes.Where(p => p.Value.Status is PassStatus.Live).Select(p => p.Key).Order(), drop.Live.Select(e => e.Ticket).Order());
                Assert.Equal((drop.Out + drop.Sold) * 2, drop.Taken.Values.Sum()); // each unit counts for a customer and for an address
            }
        });

    [Fact]
    public void More_than_the_allotment_would_be_a_violation() =>
        Assert.NotNull(Opened.Apply(Issue(0, 4), At).Violation);

    [Fact]
    public void A_pass_that_nobody_uses_lets_go_of_its_units_and_a_redeemed_one_does_not_expire()
    {
        var drop = Opened.Apply(Issue(0, 1), At).Apply(Issue(1, 1), At);
        Assert.Equal(At.AddMinutes(3), drop.WakeAt);

        drop = drop.Apply(new PassRedeemed(0, "chk_1", 1), At);
        Assert.Equal(1, Assert.Single(drop.Live).Ticket);
        drop = drop.Apply(new PassesExpired([1]), At.AddMinutes(3));

        Assert.Equal((1, 2, Plan.EndsAt), (drop.Out, drop.Free, drop.WakeAt));
        Assert.Equal("not-now", Refused(() => drop.Apply(new PassesExpired([0]), At)).Code);
    }

    [Fact]
    public void A_pass_buys_once_and_counts_again_when_its_checkout_comes_to_nothing()
    {
        var drop = Opened.Apply(Issue(0, 2), At).Apply(new PassRedeemed(0, "chk_1", 1), At).Apply(new PassGivenBack(0, "chk_1"), At);
        Assert.Equal(PassStatus.Live, drop.PassOf(0)!.Status);
        Assert.Contains("chk_1", drop.PassOf(0)!.GivenBackBy);

        drop = drop.Apply(new PassRedeemed(0, "chk_2", 1), At).Apply(new PassSpent(0, "chk_2", 1), At);
        Assert.Equal((0, 1, 2), (drop.Out, drop.Sold, drop.Free)); // the unit that it did not buy is free again
        Assert.Equal("not-now", Refused(() => drop.Apply(new PassRedeemed(0, "chk_3", 1), At)).Code);
        Assert.Equal(1, drop.LeftOf("c", null));
    }

    [Fact]
    public void A_customer_and_an_address_have_their_limits()
    {
        var drop = Opened.Apply(new PassesIssued([new IssuedPass(0, 2, "ann", "home")], 1, At.AddMinutes(3)), At);

        Assert.Equal(0, drop.LeftOf("ann", null));
        Assert.Equal(0, drop.LeftOf("bob", "home"));
        Assert.Equal(2, drop.LeftOf("bob", null));
        Assert.Equal(2, drop.Apply(new PassesExpired([0]), At).LeftOf("ann", "home"));
    }

    [Fact]
    public void A_room_takes_entries_behind_those_that_it_has_and_up_to_its_size()
    {
        var room = DropRoom.Initial.Apply(new PlacesTaken(0, new byte[2 * Entry.Size]), At);

        Assert.Throws<InvalidOperationException>(() => room.Apply(new PlacesTaken(1, new byte[Entry.Size]), At));
        Assert.Throws<InvalidOperationException>(() => room.Apply(new PlacesTaken(2, new byte[5]), At));
        Assert.Equal(3 * Entry.Size, room.Apply(new PlacesTaken(2, new byte[Entry.Size]), At).Bytes().Length);
        Assert.NotNull(room.Apply(new PlacesTaken(2, new byte[DropRoom.Capacity * Entry.Size]), At).Violation);
    }

    [Fact]
    public void An_entry_is_read_as_it_was_written() => Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.ULong, Gen.Byte).Sample((owner, customer, address, device, units) =>
    {
        var entry = new Entry(owner, customer, address, device, units);
        var bytes = new byte[Entry.Size];
        entry.Write(bytes);
        Assert.Equal(entry, Entry.Read(bytes));
    });

    [Fact]
    public void Whoever_comes_again_is_found_by_customer_device_or_address()
    {
        var room = new WaitingRoom();
        room.Add(new Entry(1, 10, 20, 30, 1));

        Assert.Equal(0, room.Find(new Entry(2, 10, 0, 0, 1), static _ => true));
        Assert.Equal(0, room.Find(new Entry(2, 11, 0, 30, 1), static _ => true));
        Assert.Equal(0, room.Find(new Entry(2, 11, 20, 0, 1), static _ => true));
        Assert.Null(room.Find(new Entry(2, 11, 0, 0, 1), static _ => true));
        Assert.Null(room.Find(new Entry(2, 10, 20, 30, 1), static _ => false));
    }

    [Fact]
    public void Two_drops_of_a_sku_never_share_a_moment()
    {
        var calendar = DropCalendar.Initial.Apply(new DropBooked(new CalendarDrop("drp_a", ["X", "Y"], At, At.AddHours(1))), At);

        Assert.False(calendar.HasRoomFor(new CalendarDrop("drp_b", ["Y"], At.AddMinutes(59), At.AddHours(2))));
        Assert.True(calendar.HasRoomFor(new CalendarDrop("drp_b", ["Y"], At.AddHours(1), At.AddHours(2))));
        Assert.True(calendar.HasRoomFor(new CalendarDrop("drp_b", ["Z"], At, At.AddHours(1))));
        Assert.True(calendar.HasRoomFor(new CalendarDrop("drp_a", ["X"], At.AddMinutes(5), At.AddHours(2))));
        Assert.True(calendar.Apply(new BookingEnded("drp_a"), At).HasRoomFor(new CalendarDrop("drp_b", ["Y"], At, At.AddHours(2))));
    }

    private static PassesIssued Issue(int ticket, int units) => new([new IssuedPass(ticket, units, "c", null)], ticket + 1, At.AddMinutes(3));

    private static Drop Run(params DropEvent[] events) => events.Aggregate(Drop.Initial, (drop, happened) => drop.Apply(happened, At));
}
