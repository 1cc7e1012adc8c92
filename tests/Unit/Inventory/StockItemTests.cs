using System.Text.Json;
using Commerce.Inventory;
using Commerce.Journal;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Inventory;

public sealed class StockItemTests
{
    private const string Id = "chk_1:TEA";

    private static readonly Dictionary<Type, StockEvent> Samples = One<StockEvent>(
        new StockOpened(10),
        new StockReceived(5, null),
        new StockAdjusted(-2, "broken"),
        new StockCounted(7, -3, "yearly count"),
        new StockShortfall(2),
        new ShortfallCovered(2),
        new StockPolicyChanged(new StockPolicy { SafetyStock = 2 }),
        new UnitsReserved(Id, "cart_1", 3, At.AddMinutes(20)),
        new ReservationExtended(Id, At.AddMinutes(40)),
        new BackorderFilled(Id, 1),
        new UnitsAllocated(Id, "ord_1", 3),
        new UnitsPartlyShipped("shp_1", Id, "ord_1", 1),
        new UnitsShipped("shp_1", Id, "ord_1", 3),
        new SettledUnitsShipped("shp_1", Id, "ord_1", 3),
        new UnitsReleased(Id, 3, "checkout undone"),
        new AllocationReturned(Id, 3, "order cancelled"),
        new ReservationExpired(Id, 3));

    /// <summary>What happens to the stock, and to no reservation.</summary>
    private static readonly HashSet<Type> OfNoReservation =
    [
        typeof(StockOpened), typeof(StockReceived), typeof(StockAdjusted), typeof(StockCounted), typeof(StockShortfall), typeof(ShortfallCovered), typeof(StockPolicyChanged), typeof(SettledUnitsShipped),
    ];

    private static IEnumerable<(ReservationStatus? From, Type Happened, ReservationStatus? To)> Pairs => Pairs<ReservationStatus, StockEvent>(StockItem.Next);

    [Fact]
    public void A_reservation_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "- --UnitsReserved--> Held",
        "- --AllocationReturned--> Released",
        "Held --ReservationExtended--> Held",
        "Held --BackorderFilled--> Held",
        "Held --UnitsAllocated--> Allocated",
        "Held --UnitsReleased--> Released",
        "Held --ReservationExpired--> Expired",
        "Allocated --BackorderFilled--> Allocated",
        "Allocated --UnitsPartlyShipped--> Allocated",
        "Allocated --UnitsShipped--> Shipped",
        "Allocated --UnitsReleased--> Released",
        "Expired --UnitsReserved--> Held",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs.Where(pair => !OfNoReservation.Contains(pair.Happened)))
        {
            var stock = In(from);
            if (to is { } next)
            {
                Assert.Equal(next, stock.Apply(Samples[happened], At).StatusOf(Id));
            }
            else
            {
                Assert.Equal("not-now", Refused(() => stock.Apply(Samples[happened], At)).Code);
            }
        }
    }

    [Fact]
    public void Whatever_happens_in_whatever_order_units_are_neither_made_nor_lost() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 9], Gen.Int[-20, 20]).Array[0, 120].Sample(steps =>
        {
            var book = new Book(50);
            foreach (var (what, number, quantity) in steps)
            {
                book.Step(what, $"chk_{number}:TEA", quantity);

                var stock = book.Stock;
                var open = stock.Open.Values;
                Assert.Null(stock.Violation);
                Assert.True(stock is { Available: >= 0, Reserved: >= 0, Allocated: >= 0, Backordered: >= 0, Short: >= 0 });
                Assert.Equal(50 + stock.Received + stock.Adjusted, stock.OnHand + stock.Shipped);
                Assert.Equal(stock.Reserved, open.Where(r => r.Status is ReservationStatus.Held).Sum(r => r.There));
                Assert.Equal(stock.Allocated - stock.Settled, open.Where(r => r.Status is ReservationStatus.Allocated).Sum(r => r.There));
                Assert.Equal(stock.Backordered, open.Sum(r => r.Backordered));
                Assert.Equal(
                    open.Where(r => r.Backordered > 0).Select(r => r.Claim).Order(), stock.Claims.Select(claim => claim.Number));
                Assert.Equal(
                    open.Where(r => r.Status is ReservationStatus.Held).Select(r => r.ExpiresAt).Order(), stock.Expiries.Select(e => e.At));
                Assert.Equal(stock.Expiries.IsEmpty ? null : stock.Expiries.Min(e => (DateTimeOffset?)e.At), stock.WakeAt);
                Assert.True(stock.Available == 0 || stock is { Backordered: 0, Short: 0 }, "units are free although somebody is owed some");
            }

            Assert.Equal(Written(book.Stock), Written(book.Happened.Aggregate(StockItem.Initial, static (stock, e) => stock.Apply(e.Happened, e.At))));
        });

    [Fact]
    public void A_snapshot_in_between_changes_nothing() =>
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 9], Gen.Int[-20, 20]).Array[0, 60].Sample(
            steps =>
            {
                var (straight, restored) = (new Book(20), new Book(20));
                foreach (var (what, number, quantity) in steps)
                {
                    straight.Step(what, $"chk_{number}:TEA", quantity);
                    restored.Step(what, $"chk_{number}:TEA", quantity);
                    restored.Stock = JsonSerializer.Deserialize(Written(restored.Stock), JournalJson.Default.SnapshotStockItem)!.State;
                }

                Assert.Equal(Written(straight.Stock), Written(restored.Stock));
            },
            iter: 200);

    [Fact]
    public void More_than_is_available_is_never_reserved_without_a_violation() =>
        Gen.Select(Gen.Int[0, 100], Gen.Int[1, 200]).Sample((stock, asked) =>
            (Opened(stock).Apply(new UnitsReserved(Id, "cart_1", asked, At), At).Violation is null) == (asked <= stock));

    [Fact]
    public void What_is_promised_cannot_be_taken_away()
    {
        var stock = Opened(10).Apply(new UnitsReserved(Id, "cart_1", 7, At.AddMinutes(20)), At);

        Assert.Equal("insufficient-stock", Refused(() => stock.Apply(new StockAdjusted(-4, null), At)).Code);
        Assert.Equal(0, stock.Apply(new StockAdjusted(-3, null), At).Available);
    }

    [Fact]
    public void Closed_reservations_are_remembered_up_to_a_limit_the_latest_longest()
    {
        var stock = Opened(10);
        for (var i = 0; i <= StockItem.RememberedClosed; i++)
        {
            stock = stock.Apply(new UnitsReserved($"r{i}", "cart_1", 1, At), At).Apply(new UnitsReleased($"r{i}", 1, "undone"), At);
        }

        Assert.Equal(StockItem.RememberedClosed, stock.Closed.Count);
        Assert.Null(stock.StatusOf("r0"));
        Assert.Equal(ReservationStatus.Released, stock.StatusOf("r1"));
        Assert.Equal((10, 0), (stock.Available, stock.Reserved));
    }

    [Fact]
    public void A_reservation_that_expired_and_was_taken_again_is_held_and_remembered_once_when_it_ends()
    {
        var stock = Opened(5)
            .Apply(new UnitsReserved(Id, "cart_1", 3, At), At)
            .Apply(new ReservationExpired(Id, 3), At)
            .Apply(new UnitsReserved(Id, "cart_1", 3, At), At);
        Assert.Equal(ReservationStatus.Held, stock.StatusOf(Id));

        stock = stock.Apply(new UnitsReleased(Id, 3, "undone"), At);
        Assert.Equal((ReservationStatus.Released, 5), (stock.StatusOf(Id), stock.Available));
        Assert.Single(stock.ClosedOrder);
    }

    [Theory]
    // available 10, 3 held, 2 an order's; counted → available, short
    [InlineData(15, 10, 0)]
    [InlineData(20, 15, 0)]
    [InlineData(5, 0, 0)]
    [InlineData(4, 0, 1)]
    [InlineData(0, 0, 5)]
    public void A_count_says_what_is_there_and_takes_no_promise_away(int counted, int available, int shortBy)
    {
        var stock = Counted(Promised(), counted);

        Assert.Equal((available, 3, 2, shortBy), (stock.Available, stock.Reserved, stock.Allocated, stock.Short));
        Assert.Null(stock.Violation);
        Assert.Equal(counted, stock.OnHand - stock.Short);
    }

    [Fact]
    public void Units_that_come_in_make_up_for_what_a_count_did_not_find_before_anybody_can_buy_them()
    {
        var stock = Freed(Counted(Promised(), 1), new StockReceived(6, null));

        Assert.Equal((2, 0, 7), (stock.Available, stock.Short, stock.OnHand));
    }

    [Fact]
    public void What_is_not_there_is_sold_up_to_the_limit_and_filled_in_the_order_of_the_claims()
    {
        var stock = Opened(2).Apply(new StockPolicyChanged(new StockPolicy { Backorder = new BackorderPolicy(5) }), At);
        Assert.Equal((0, 1, 5, null), (stock.Owed(2, At), stock.Owed(3, At), stock.Owed(7, At), stock.Owed(8, At)));

        stock = stock
            .Apply(new UnitsReserved("first", "cart_1", 4, At.AddMinutes(20), Backordered: 2), At)
            .Apply(new UnitsReserved("second", "cart_2", 3, At.AddMinutes(20), Backordered: 3), At)
            .Apply(new UnitsAllocated("first", "ord_1", 4, Backordered: 2), At);
        Assert.Equal((0, 0, 2, 5, null), (stock.Available, stock.Reserved, stock.Allocated, stock.Backordered, stock.Owed(1, At)));

        stock = Freed(stock, new StockReceived(3, null));
        Assert.Equal((0, 1, 4, 2), (stock.Available, stock.Reserved, stock.Allocated, stock.Backordered));
        Assert.Equal((0, 2), (stock.Open["first"].Backordered, stock.Open["second"].Backordered));

        stock = Freed(stock, new UnitsReleased("second", 3, "undone", Backordered: 2));
        Assert.Equal((1, 0, 4, 0), (stock.Available, stock.Reserved, stock.Allocated, stock.Backordered));
        Assert.Null(stock.Violation);
    }

    [Fact]
    public void What_is_not_out_yet_is_sold_within_its_time_and_limit()
    {
        var policy = new StockPolicy { PreOrder = new PreOrderPolicy(At, At.AddDays(10), 4, At.AddDays(12)), Backorder = new BackorderPolicy(1, At.AddDays(40)) };
        var stock = Opened(0).Apply(new StockPolicyChanged(policy), At);

        Assert.Equal((4, true, At.AddDays(12)), (stock.Beyond(At), stock.IsPreOrder(At), stock.ExpectedAt(At)));
        Assert.Equal((4, null), (stock.Owed(4, At), stock.Owed(5, At)));
        Assert.Equal((1, false, At.AddDays(40)), (stock.Beyond(At.AddDays(10)), stock.IsPreOrder(At.AddDays(10)), stock.ExpectedAt(At.AddDays(10))));
        Assert.Equal(1, stock.Beyond(At.AddTicks(-1)));
    }

    [Fact]
    public void The_safety_stock_is_there_and_not_for_sale()
    {
        var stock = Opened(5).Apply(new StockPolicyChanged(new StockPolicy { SafetyStock = 3 }), At);

        Assert.Equal((5, 2, 0, null), (stock.Available, stock.Sellable, stock.Owed(2, At), stock.Owed(3, At)));
    }

    [Fact]
    public void Units_of_an_order_leave_in_parts_and_no_more_than_it_has()
    {
        var stock = Opened(10).Apply(new UnitsReserved(Id, "cart_1", 3, At), At).Apply(new UnitsAllocated(Id, "ord_1", 3), At);
        Assert.Equal("insufficient-stock", Refused(() => stock.Apply(new UnitsPartlyShipped("shp_1", Id, "ord_1", 4), At)).Code);

        stock = stock.Apply(new UnitsPartlyShipped("shp_1", Id, "ord_1", 1), At);
        Assert.Equal((9, 7, 2, 1), (stock.OnHand, stock.Available, stock.Allocated, stock.Shipped));

        stock = stock.Apply(new UnitsShipped("shp_2", Id, "ord_1", 2), At);
        Assert.Equal((7, 7, 0, 3), (stock.OnHand, stock.Available, stock.Allocated, stock.Shipped));
        Assert.Equal((ReservationStatus.Shipped, ReservationStatus.Shipped), (stock.StatusOf(Id), stock.StatusOf("shp_1")));
        Assert.Null(stock.Violation);
    }

    [Fact]
    public void A_reservation_is_held_longer_once_in_the_ordinary_course_and_as_often_as_a_payment_is_in_doubt()
    {
        var stock = Opened(10).Apply(new UnitsReserved(Id, "cart_1", 3, At.AddMinutes(20)), At)
            .Apply(new ReservationExtended(Id, At.AddMinutes(30)), At)
            .Apply(new ReservationExtended(Id, At.AddMinutes(40), Once: true), At)
            .Apply(new ReservationExtended(Id, At.AddMinutes(50)), At);

        Assert.Equal(At.AddMinutes(50), stock.WakeAt);
        Assert.Equal("not-now", Refused(() => stock.Apply(new ReservationExtended(Id, At.AddMinutes(60), Once: true), At)).Code);
    }

    [Fact]
    public void Allocations_from_long_ago_are_a_number_that_can_be_shipped_and_given_back()
    {
        var stock = Opened(10);
        foreach (var (id, at) in new[] { ("old", At), ("gone", At), ("new", At + StockItem.SettledAfter) })
        {
            stock = stock.Apply(new UnitsReserved(id, "cart_1", 2, at.AddMinutes(20)), at).Apply(new UnitsAllocated(id, "ord_1", 2), at);
            stock = id == "gone" ? stock.Apply(new UnitsReleased(id, 2, "order cancelled"), at) : stock;
        }

        Assert.Equal((4, 2), (stock.Allocated, stock.Settled));
        Assert.Equal(["new"], stock.Open.Keys);
        Assert.Null(stock.StatusOf("old"));

        var shipped = stock.Apply(new SettledUnitsShipped("shp_1", "old", "ord_1", 1), At);
        Assert.Equal((3, 1, 1, 9), (shipped.Allocated, shipped.Settled, shipped.Shipped, shipped.OnHand));
        var returned = shipped.Apply(new AllocationReturned("old", 1, "order cancelled"), At);
        Assert.Equal((2, 0, 7), (returned.Allocated, returned.Settled, returned.Available));
        Assert.Equal("not-now", Refused(() => returned.Apply(new AllocationReturned("old", 1, "order cancelled"), At)).Code);
        Assert.NotNull(returned.Apply(new AllocationReturned("other", 1, "order cancelled"), At).Violation);
    }

    [Fact]
    public void However_much_is_sold_the_state_stays_small()
    {
        var stock = Opened(1_000_000);
        for (var i = 0; i < StockItem.MaxAllocations + 5_000; i++)
        {
            stock = stock.Apply(new UnitsReserved($"r{i}", "cart_1", 1, At.AddMinutes(20)), At).Apply(new UnitsAllocated($"r{i}", "ord_1", 1), At);
        }

        Assert.Equal((StockItem.MaxAllocations, 5_000, StockItem.MaxAllocations + 5_000), (stock.Open.Count, stock.Settled, stock.Allocated));
        Assert.Equal(StockItem.MaxAllocations, stock.AllocationCount);
        Assert.InRange(Written(stock).Length / StockItem.MaxAllocations, 1, 150);
    }

    private static string Written(StockItem stock) => JsonSerializer.Serialize(Snapshot<StockItem>.Of(stock, Operations.None, 0), JournalJson.Default.SnapshotStockItem);

    private static StockItem Promised() => Opened(15)
        .Apply(new UnitsReserved("held", "cart_1", 3, At.AddMinutes(20)), At)
        .Apply(new UnitsReserved("sold", "cart_2", 2, At.AddMinutes(20)), At)
        .Apply(new UnitsAllocated("sold", "ord_1", 2), At);

    private static StockItem Counted(StockItem stock, int counted) => stock.Counted(counted, null).Aggregate(stock, static (s, e) => s.Apply(e, At));

    /// <summary>As the grain does it: who gets what became free is stored with it.</summary>
    private static StockItem Freed(StockItem stock, StockEvent happened)
    {
        var after = stock.Apply(happened, At);
        return after.Due.ToArray().Aggregate(after, static (s, e) => s.Apply(e, At));
    }

    /// <summary>A stock as the grain keeps it: what cannot be promised is not, a refusal changes nothing, and who gets what became free is stored with it.</summary>
    private sealed class Book(int opening)
    {
        private DateTimeOffset at = At;
        private int number;

        public StockItem Stock { get; set; } = Opened(opening);

        public List<(StockEvent Happened, DateTimeOffset At)> Happened { get; } = [(new StockOpened(opening), At)];

        public void Step(int what, string id, int quantity)
        {
            at = at.AddSeconds(1);
            var units = Math.Abs(quantity);
            var open = Stock.Open.GetValueOrDefault(id);
            int? owes = open is { Backordered: > 0 } ? open.Backordered : null;
            ImmutableArray<StockEvent> events = what switch
            {
                0 => [new StockReceived(units, null)],
                1 => [new StockAdjusted(quantity, null)],
                2 or 3 or 4 => Stock.Owed(units, at) is { } owed ? [new UnitsReserved(id, "cart_1", units, at.AddSeconds(quantity), owed == 0 ? null : owed)] : [],
                5 => [new ReservationExtended(id, at.AddSeconds(30 + quantity), quantity > 0 ? true : null)],
                6 or 7 => [new UnitsAllocated(id, "ord_1", units, owes)],
                8 => [new UnitsReleased(id, open?.Quantity ?? units, "undone", owes)],
                9 => [new ReservationExpired(id, open?.Quantity ?? units, owes)],
                10 => [new UnitsPartlyShipped($"shp_{number++}", id, "ord_1", units)],
                11 => [new UnitsShipped($"shp_{number++}", id, "ord_1", open?.Quantity ?? units)],
                12 => Stock.Counted(units, null),
                13 => [new StockPolicyChanged(new StockPolicy { SafetyStock = Math.Max(0, -quantity), Backorder = quantity > 0 ? new BackorderPolicy(quantity) : null })],
                14 => [new StockPolicyChanged(new StockPolicy { PreOrder = new PreOrderPolicy(At, at.AddSeconds(5), units + 1, at.AddDays(1)) })],
                _ => Pass(),
            };
            try
            {
                var after = events.Aggregate(Stock, (stock, happened) => stock.Apply(happened, at));
                StockEvent[] all = [.. events, .. after.Due];
                after = all.Aggregate(Stock, (stock, happened) => stock.Apply(happened, at));
                Stock = after;
                Happened.AddRange(all.Select(happened => (happened, at)));
            }
            catch (CommerceException)
            {
                // refused
            }

            ImmutableArray<StockEvent> Pass()
            {
                at += StockItem.SettledAfter;
                return [];
            }
        }
    }

    private static StockItem Opened(int quantity) => StockItem.Initial.Apply(new StockOpened(quantity), At);

    private static StockItem In(ReservationStatus? status)
    {
        var opened = Opened(10).Apply(new UnitsReserved("other", "cart_2", 3, At), At).Apply(new UnitsAllocated("other", "ord_2", 3), At) with { Settled = 3 };
        var held = opened.Apply(new UnitsReserved(Id, "cart_1", 3, At.AddMinutes(20)), At);
        return status switch
        {
            null => opened,
            ReservationStatus.Held => held,
            ReservationStatus.Allocated => held.Apply(new UnitsAllocated(Id, "ord_1", 3), At),
            ReservationStatus.Shipped => held.Apply(new UnitsAllocated(Id, "ord_1", 3), At).Apply(new UnitsShipped("shp_0", Id, "ord_1", 3), At),
            ReservationStatus.Released => held.Apply(new UnitsReleased(Id, 3, "undone"), At),
            _ => held.Apply(new ReservationExpired(Id, 3), At),
        };
    }
}
