using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Events;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Pricing;

namespace Commerce.Tests.Unit.Events;

/// <summary>What read models make of events, one after the other and again.</summary>
public sealed class ReadModelFoldTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<string, ReadModelRow> rows = new(StringComparer.Ordinal);
    private readonly List<LifecycleEvent> happened = [];

    [Fact]
    public void Units_are_held_then_allocated_then_given_back()
    {
        const string Pen = "stk_PEN";
        Happens<StockEvent>(new StockLevelsModel(), Pen, new StockOpened(10), new StockReceived(5, null), new StockAdjusted(-1, "broken"));
        Assert.Equal((14, 14, 0, 0), Units(Pen));

        Happens<StockEvent>(new StockLevelsModel(), Pen, new UnitsReserved("r1", "cart", 2, Noon), new UnitsReserved("r2", "cart", 3, Noon), new UnitsReserved("r3", "cart", 1, Noon));
        Assert.Equal((14, 8, 6, 0), Units(Pen));

        Happens<StockEvent>(new StockLevelsModel(), Pen, new UnitsAllocated("r1", "ord", 2), new ReservationExtended("r2", Noon), new ReservationExpired("r3", 1));
        Assert.Equal((14, 9, 3, 2), Units(Pen));

        Happens<StockEvent>(new StockLevelsModel(), Pen, new UnitsReleased("r1", 2, "cancelled"));
        Assert.Equal((14, 11, 3, 0), Units(Pen));

        Happens<StockEvent>(new StockLevelsModel(), Pen, new UnitsReleased("r2", 3, "cancelled"));
        Assert.Equal((14, 14, 0, 0), Units(Pen));
        Assert.Equal(2, rows.Count); // by SKU and by what is available; nothing is left of the reservations
    }

    [Fact]
    public void An_event_that_comes_again_counts_once()
    {
        Happens<StockEvent>(new StockLevelsModel(), "stk_PEN", new StockOpened(10), new UnitsReserved("r1", "cart", 2, Noon), new UnitsAllocated("r1", "ord", 2));

        Apply(new StockLevelsModel(), happened);

        Assert.Equal((10, 8, 0, 2), Units("stk_PEN"));
    }

    [Fact]
    public void Skus_are_sorted_as_texts_although_the_highest_sort_key_comes_first()
    {
        string[] skus = ["A", "AB", "ABC", "AC", "B-1", "B-10", "B-2", "a", "~", "!"];

        Assert.Equal(skus.Order(StringComparer.Ordinal), skus.OrderByDescending(StockLevelsModel.SortOf, StringComparer.Ordinal));
    }

    [Fact]
    public void The_fewest_units_come_first()
    {
        int[] units = [0, 7, 10, 1_000_000, int.MaxValue];

        Assert.Equal(units, units.OrderByDescending(StockLevelsModel.SortOf, StringComparer.Ordinal));
    }

    [Fact]
    public void A_checkout_is_in_flight_from_its_start_to_its_end()
    {
        const string Id = "chk_1";
        var model = new CheckoutsInFlightModel();
        Happens<CheckoutEvent>(model, Id, Started());
        Assert.Equal((CheckoutStatus.Open, nameof(CheckoutStatus.Open)), (InFlight(Id).Status, rows[Id].Key));

        Happens<CheckoutEvent>(model, Id, new ReservationRequested(), new StockReserved(), new ScreeningPassed("none"));
        Assert.Equal((CheckoutStatus.Authorizing, nameof(CheckoutStatus.Authorizing)), (InFlight(Id).Status, rows[Id].Key));
        Assert.Equal((Noon, happened[^1].Time), (InFlight(Id).StartedAt, InFlight(Id).Since));

        Happens<CheckoutEvent>(model, Id, new PaymentAuthorised(new Money(100, "EUR")), new CheckoutCompleted("ord_1"));
        Assert.Empty(rows);
    }

    [Fact]
    public void A_checkout_tells_why_it_is_delayed_until_it_moves_on()
    {
        const string Id = "chk_1";
        var model = new CheckoutsInFlightModel();
        Happens<CheckoutEvent>(model, Id, Started(), new ReservationRequested(), new StockReserved(), new ScreeningPassed("none"));
        var since = InFlight(Id).Since;
        Happens<CheckoutEvent>(model, Id, new StepDelayed("no answer", Noon), new StepDelayed("still none", Noon.AddSeconds(2)));

        Assert.Equal((2, "still none", Noon.AddSeconds(2), since), (InFlight(Id).Delays, InFlight(Id).DelayedBecause, InFlight(Id).DelayedUntil, InFlight(Id).Since));

        Happens<CheckoutEvent>(model, Id, new PaymentAuthorised(new Money(100, "EUR")));
        Assert.Equal((0, null, null), (InFlight(Id).Delays, InFlight(Id).DelayedBecause, InFlight(Id).DelayedUntil));
    }

    [Fact]
    public void Those_that_have_waited_longest_come_first()
    {
        var model = new CheckoutsInFlightModel();
        Happens<CheckoutEvent>(model, "chk_b", Started());
        Happens<CheckoutEvent>(model, "chk_a", Started());

        Assert.Equal(["chk_b", "chk_a"], rows.Values.OrderByDescending(row => row.Sort, StringComparer.Ordinal).Select(row => row.Id));
    }

    [Fact]
    public void An_order_keeps_its_owner_and_its_place_whatever_becomes_of_it()
    {
        const string Id = "ord_1";
        var model = new OrdersModel();
        Happens<OrderEvent>(model, Id, new OrderPlaced("chk_1", "cart_1", "cus_ada", "", new Destination("DE", null), "pay_1", Quote()));
        var (key, sort) = (rows[Id].Key, rows[Id].Sort);
        Happens<OrderEvent>(model, Id, new OrderHeld(null));

        Assert.Equal(("cus_ada", sort, OrderStatus.OnHold), (rows[Id].Key, rows[Id].Sort, ReadModel.Read<OrderSummary>(rows[Id].Body!).Status));
        Assert.Equal("cus_ada", key);
    }

    [Fact]
    public void Nothing_but_its_own_aggregates_concerns_a_read_model()
    {
        foreach (var model in (ReadModel[])[new OrdersModel(), new CheckoutsInFlightModel(), new StockLevelsModel()])
        {
            var other = new LifecycleEvent { Aggregate = "cart_1", Type = "commerce.cart.opened.v1", Data = "{}"u8.ToArray() };
            Assert.False(model.Concerns(other.Aggregate));
            Assert.Empty(model.Apply(other, _ => null));
        }
    }

    [Fact]
    public void A_list_is_as_old_as_what_its_model_has_not_seen()
    {
        var standing = new Standing(Noon, [new PartitionStanding(0, 7, null), new PartitionStanding(1, 9, Noon.AddSeconds(-3)), new PartitionStanding(2, 5, Noon.AddSeconds(-1))]);
        Assert.Equal((Noon.AddSeconds(-3), TimeSpan.FromSeconds(3)), (standing.AsOf, standing.Lag));

        var all = new Standing(Noon, [new PartitionStanding(0, 7, null), new PartitionStanding(1, 9, Noon.AddSeconds(1))]);
        Assert.Equal((Noon, TimeSpan.Zero), (all.AsOf, all.Lag));
    }

    [Theory]
    [InlineData("")]
    [InlineData("====")]
    [InlineData("bm90aGluZw")]
    [InlineData("MSAyIDM")]
    public void A_cursor_that_was_not_given_out_is_refused(string token) =>
        Assert.Equal("invalid-cursor", Assert.Throws<CommerceException>(() => PageCursor.Parse(token, static (sort, id) => id == "x y" && PageCursor.IsNumber(sort, 3))).Error.Code);

    [Fact]
    public void A_cursor_that_was_given_out_is_read() =>
        Assert.Equal(("123", "x y"), PageCursor.Parse(PageCursor.Of(("123", "x y")), static (sort, id) => id == "x y" && PageCursor.IsNumber(sort, 3)));

    private static Quote Quote() => new() { Currency = "EUR", Totals = new Totals { Total = new Money(100, "EUR") } };

    private static CheckoutStarted Started() => new("cart_1", "cus_ada", "", new Destination("DE", null), Quote(), "manual", "invoice", null, Noon, Noon);

    private (int OnHand, int Available, int Reserved, int Allocated) Units(string id)
    {
        var levels = rows.Values.Where(row => row.Key != StockLevelsModel.Held && row.Id.StartsWith(id, StringComparison.Ordinal)).Select(row => ReadModel.Read<StoredLevel>(row.Body!).Level).Distinct();
        var level = Assert.Single(levels);
        return (level.OnHand, level.Available, level.Reserved, level.Allocated);
    }

    private CheckoutInFlight InFlight(string id) => ReadModel.Read<CheckoutInFlight>(rows[id].Body!);

    /// <summary>One event a second, from noon on.</summary>
    private void Happens<TEvent>(ReadModel model, string aggregate, params TEvent[] events)
        where TEvent : class
    {
        foreach (var what in events)
        {
            var (type, _, data) = Assert.Single(EventEnvelopes.Read(EventCodec<TEvent>.Write([what], [null]).ToArray()));
            happened.Add(new LifecycleEvent
            {
                Aggregate = aggregate,
                Sequence = happened.Count + 1,
                Type = type,
                Data = data.ToArray(),
                Time = Noon.AddSeconds(happened.Count),
            });
            Apply(model, [happened[^1]]);
        }
    }

    private void Apply(ReadModel model, IEnumerable<LifecycleEvent> events)
    {
        foreach (var what in events)
        {
            if (!model.Concerns(what.Aggregate))
            {
                continue;
            }

            var needed = model.Needs(what).ToDictionary(id => id, id => rows.GetValueOrDefault(id), StringComparer.Ordinal);
            foreach (var row in model.Apply(what, id => needed[id]).ToList())
            {
                if (row.Body is null)
                {
                    rows.Remove(row.Id);
                }
                else
                {
                    rows[row.Id] = row;
                }
            }
        }
    }
}
