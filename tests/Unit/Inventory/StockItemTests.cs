using Commerce.Inventory;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Inventory;

public sealed class StockItemTests
{
    private const string Id = "chk_1:TEA";

    private static readonly Dictionary<Type, StockEvent> Samples = One<StockEvent>(
        new StockOpened(10),
        new StockReceived(5, null),
        new StockAdjusted(-2, "broken"),
        new UnitsReserved(Id, "cart_1", 3, At.AddMinutes(20)),
        new ReservationExtended(Id, At.AddMinutes(40)),
        new UnitsAllocated(Id, "ord_1", 3),
        new UnitsReleased(Id, 3, "checkout undone"),
        new ReservationExpired(Id, 3));

    private static IEnumerable<(ReservationStatus? From, Type Happened, ReservationStatus? To)> Pairs => Pairs<ReservationStatus, StockEvent>(StockItem.Next);

    [Fact]
    public void A_reservation_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "- --UnitsReserved--> Held",
        "Held --ReservationExtended--> Held",
        "Held --UnitsAllocated--> Allocated",
        "Held --UnitsReleased--> Released",
        "Held --ReservationExpired--> Expired",
        "Allocated --UnitsReleased--> Released",
        "Expired --UnitsReserved--> Held",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs.Where(pair => pair.Happened != typeof(StockOpened) && pair.Happened != typeof(StockReceived) && pair.Happened != typeof(StockAdjusted)))
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
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 9], Gen.Int[-20, 20]).Array[0, 120].Sample(steps =>
        {
            var stock = Opened(50);
            var at = At;
            foreach (var (what, number, quantity) in steps)
            {
                at = at.AddSeconds(1);
                stock = Try(stock, Step(what, $"chk_{number}:TEA", quantity, at), at);

                var open = stock.Open.Values;
                Assert.Null(stock.Violation);
                Assert.True(stock is { Available: >= 0, Reserved: >= 0, Allocated: >= 0 });
                Assert.Equal(50 + stock.Received + stock.Adjusted, stock.OnHand);
                Assert.Equal(stock.Reserved, open.Where(r => r.Status is ReservationStatus.Held).Sum(r => r.Quantity));
                Assert.Equal(stock.Allocated, open.Where(r => r.Status is ReservationStatus.Allocated).Sum(r => r.Quantity));
                Assert.Equal(
                    open.Where(r => r.Status is ReservationStatus.Held).Select(r => r.ExpiresAt).Order(), stock.Expiries.Select(e => e.At));
                Assert.Equal(stock.Expiries.IsEmpty ? null : stock.Expiries.Min(e => (DateTimeOffset?)e.At), stock.WakeAt);
            }
        });

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

    private static StockEvent Step(int what, string id, int quantity, DateTimeOffset at) => what switch
    {
        0 => new StockReceived(Math.Abs(quantity), null),
        1 => new StockAdjusted(quantity, null),
        2 or 3 => new UnitsReserved(id, "cart_1", Math.Abs(quantity), at.AddSeconds(quantity)),
        4 => new ReservationExtended(id, at.AddSeconds(30 + quantity)),
        5 => new UnitsAllocated(id, "ord_1", Math.Abs(quantity)),
        6 => new UnitsReleased(id, Math.Abs(quantity), "undone"),
        _ => new ReservationExpired(id, Math.Abs(quantity)),
    };

    /// <summary>As the grain does it: a reservation of more than is available is not made, and a refusal changes nothing.</summary>
    private static StockItem Try(StockItem stock, StockEvent happened, DateTimeOffset at)
    {
        if (happened is UnitsReserved reserve && reserve.Quantity > stock.Available)
        {
            return stock;
        }

        try
        {
            return stock.Apply(happened, at);
        }
        catch (CommerceException)
        {
            return stock;
        }
    }

    private static StockItem Opened(int quantity) => StockItem.Initial.Apply(new StockOpened(quantity), At);

    private static StockItem In(ReservationStatus? status)
    {
        var held = Opened(10).Apply(new UnitsReserved(Id, "cart_1", 3, At.AddMinutes(20)), At);
        return status switch
        {
            null => Opened(10),
            ReservationStatus.Held => held,
            ReservationStatus.Allocated => held.Apply(new UnitsAllocated(Id, "ord_1", 3), At),
            ReservationStatus.Released => held.Apply(new UnitsReleased(Id, 3, "undone"), At),
            _ => held.Apply(new ReservationExpired(Id, 3), At),
        };
    }
}
