using Commerce.Carts;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Orders;

public sealed class OrderTests
{
    private static readonly Money Euro = new(1299, "EUR");

    private static readonly Dictionary<Type, OrderEvent> Samples = One<OrderEvent>(
        Placed(QuoteOf(1299, 2)),
        new OrderConfirmed("commerce"),
        new OrderHeld("fraud"),
        new OrderResumed(),
        new OrderCancelRequested("changed my mind"),
        new OrderCancelled(Euro, Money.Zero("EUR")),
        new OrderCompleted(),
        new OrderCaptureRequested("capture:1", Euro),
        new OrderCaptured("capture:1", Euro),
        new OrderRefundRequested("refund:1", Euro, null),
        new OrderRefunded("refund:1", Euro),
        new OrderMovementFailed("refund:1", "charge_disputed", "No."),
        new OrderMovementAccepted("refund:1"),
        new OrderMovementReversed("refund:1", "refund:1:reverse:1", Euro, "failed"));

    private static IEnumerable<(OrderStatus? From, Type Happened, OrderStatus? To)> Pairs =>
        Pairs<OrderStatus, OrderEvent>((from, happened) => Order.Next(from ?? OrderStatus.None, happened)).Where(pair => pair.From is not null);

    [Fact]
    public void An_order_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "None --OrderPlaced--> Placed",
        "Placed --OrderConfirmed--> Placed",
        "Placed --OrderHeld--> OnHold",
        "Placed --OrderCancelRequested--> Cancelling",
        "Placed --OrderCompleted--> Completed",
        "Placed --OrderCaptureRequested--> Placed",
        "Placed --OrderCaptured--> Placed",
        "Placed --OrderRefundRequested--> Placed",
        "Placed --OrderRefunded--> Placed",
        "Placed --OrderMovementFailed--> Placed",
        "Placed --OrderMovementAccepted--> Placed",
        "Placed --OrderMovementReversed--> Placed",
        "OnHold --OrderResumed--> Placed",
        "OnHold --OrderCancelRequested--> Cancelling",
        "OnHold --OrderCaptured--> OnHold",
        "OnHold --OrderRefunded--> OnHold",
        "OnHold --OrderMovementFailed--> OnHold",
        "OnHold --OrderMovementAccepted--> OnHold",
        "OnHold --OrderMovementReversed--> OnHold",
        "Cancelling --OrderCancelled--> Cancelled",
        "Cancelling --OrderCaptured--> Cancelling",
        "Cancelling --OrderRefunded--> Cancelling",
        "Cancelling --OrderMovementFailed--> Cancelling",
        "Cancelling --OrderMovementAccepted--> Cancelling",
        "Cancelling --OrderMovementReversed--> Cancelling",
        "Cancelled --OrderCaptured--> Cancelled",
        "Cancelled --OrderRefundRequested--> Cancelled",
        "Cancelled --OrderRefunded--> Cancelled",
        "Cancelled --OrderMovementFailed--> Cancelled",
        "Cancelled --OrderMovementAccepted--> Cancelled",
        "Cancelled --OrderMovementReversed--> Cancelled",
        "Completed --OrderCaptured--> Completed",
        "Completed --OrderRefundRequested--> Completed",
        "Completed --OrderRefunded--> Completed",
        "Completed --OrderMovementFailed--> Completed",
        "Completed --OrderMovementAccepted--> Completed",
        "Completed --OrderMovementReversed--> Completed",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs)
        {
            var order = new Order { Status = from!.Value };
            if (to is { } next)
            {
                Assert.Equal(next, order.Apply(Samples[happened], At).Status);
            }
            else
            {
                var refused = Refused(() => order.Apply(Samples[happened], At));
                Assert.Equal("not-now", refused.Code);
                Assert.Equal(order.Allowed.AsEnumerable(), refused.Allowed.AsEnumerable());
            }
        }
    }

    [Theory]
    [InlineData(OrderStatus.Placed, "cancel,capture,refund,hold")]
    [InlineData(OrderStatus.OnHold, "cancel,resume")]
    [InlineData(OrderStatus.Cancelling, "")]
    [InlineData(OrderStatus.Cancelled, "")]
    [InlineData(OrderStatus.Completed, "refund")]
    public void What_may_be_asked_for_follows_from_the_table(OrderStatus status, string allowed) =>
        Assert.Equal(allowed, string.Join(',', new Order { Status = status }.Allowed));

    [Fact]
    public void A_quote_whose_parts_make_its_total_is_no_violation() =>
        Gen.Select(Gen.Long[0, 1_000_000], Gen.Int[1, 9_999], Gen.Long[0, 10_000]).Sample((unit, quantity, shipping) =>
            Order.Initial.Apply(Placed(QuoteOf(unit, quantity, shipping)), At).Violation is null);

    [Fact]
    public void A_total_that_is_off_by_a_cent_is_a_violation() =>
        Gen.Select(Gen.Long[0, 1_000_000], Gen.Int[1, 9_999], Gen.Long[-500, 500].Where(off => off != 0)).Sample((unit, quantity, off) =>
        {
            var quote = QuoteOf(unit, quantity);
            var wrong = quote with { Totals = quote.Totals with { Total = quote.Totals.Total + new Money(off, "EUR") } };
            return Order.Initial.Apply(Placed(wrong), At).Violation is not null;
        });

    [Fact]
    public void A_subtotal_that_is_not_the_sum_of_the_lines_is_a_violation()
    {
        var quote = QuoteOf(1299, 2);
        var wrong = quote with { Lines = [.. quote.Lines, quote.Lines[0]] };

        Assert.NotNull(Order.Initial.Apply(Placed(wrong), At).Violation);
    }

    [Fact]
    public void A_negative_total_and_a_line_of_another_currency_are_violations()
    {
        var quote = QuoteOf(0, 1);
        var discount = quote.Totals with { Discount = new Money(100, "EUR"), Total = new Money(-100, "EUR") };
        Assert.NotNull(Order.Initial.Apply(Placed(quote with { Totals = discount }), At).Violation);

        var yen = quote with { Lines = [quote.Lines[0] with { UnitPrice = new Money(0, "JPY") }] };
        Assert.NotNull(Order.Initial.Apply(Placed(yen), At).Violation);
    }

    [Fact]
    public void Money_that_is_asked_for_keeps_the_order_awake_until_it_is_answered()
    {
        var asked = Order.Initial.Apply(Placed(QuoteOf(1299, 1)), At).Apply(new OrderCaptureRequested("capture:1", Euro), At);
        Assert.Equal(At + Order.RecoverAfter, asked.WakeAt);
        Assert.Equal(TransactionKind.Capture, Assert.Single(asked.Pending).Kind);

        Assert.Null(asked.Apply(new OrderCaptured("capture:1", Euro), At).WakeAt);

        var refused = asked.Apply(new OrderMovementFailed("capture:1", "expired", "Too late."), At);
        Assert.Null(refused.WakeAt);
        Assert.Equal("expired", refused.Refused["capture:1"].Code);
    }

    [Fact]
    public void An_order_that_is_being_cancelled_is_awake_and_a_cancelled_one_sleeps()
    {
        var cancelling = Order.Initial.Apply(Placed(QuoteOf(1299, 1)), At).Apply(new OrderCancelRequested(null), At);

        Assert.NotNull(cancelling.WakeAt);
        Assert.Null(cancelling.Apply(new OrderCancelled(Euro, Euro), At).WakeAt);
    }

    private static OrderPlaced Placed(Quote quote) => new("chk_1", "cart_1", "guest_1", "con_1", new Destination("DE", null), "pay_1", quote);

    private static Quote QuoteOf(long unit, int quantity, long shipping = 495) => new()
    {
        Channel = "eu",
        Currency = "EUR",
        TaxInclusive = true,
        Lines = [new QuoteLine { LineId = "line_1", Sku = "TEA", Name = "Tea", Quantity = quantity, UnitPrice = new Money(unit, "EUR") }],
        Totals = new Totals
        {
            Subtotal = new Money(unit * quantity, "EUR"),
            Discount = Money.Zero("EUR"),
            Shipping = new Money(shipping, "EUR"),
            Tax = Money.Zero("EUR"),
            IncludedTax = Money.Zero("EUR"),
            Total = new Money(unit * quantity + shipping, "EUR"),
        },
    };
}
