using Commerce.Carts;
using Commerce.Checkouts;
using Commerce.Payments;
using Commerce.Pricing;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Checkouts;

public sealed class CheckoutTests
{
    private static readonly CheckoutFailure Declined = new("payment-declined", "card_declined", "No.", true);

    private static readonly Dictionary<Type, CheckoutEvent> Samples = One<CheckoutEvent>(
        new CheckoutStarted("cart_1", "guest_1", "con_1", new Destination("DE", null), new Quote(), "stripe", "pm_card_visa", null, At.AddMinutes(15), At.AddMinutes(20)),
        new ReservationRequested(),
        new StockReserved(),
        new ScreeningPassed("none"),
        new ShopperActionRequired(new PaymentAction("redirect", "https://bank.example/")),
        new ShopperReturned(),
        new PaymentAuthorised(new Money(1299, "EUR")),
        new CheckoutCompleted("ord_1"),
        new CancelRequested(),
        new StepDelayed("no answer", At.AddSeconds(2)),
        new StockHeldLonger(At.AddMinutes(30)),
        new CompensationRequested(CheckoutStatus.Failed, Declined),
        new CheckoutFailed(),
        new CheckoutCancelled(),
        new CheckoutExpired());

    private static IEnumerable<(CheckoutStatus? From, Type Happened, CheckoutStatus? To)> Pairs =>
        Pairs<CheckoutStatus, CheckoutEvent>((from, happened) => Checkout.Next(from ?? CheckoutStatus.None, happened)).Where(pair => pair.From is not null);

    [Fact]
    public void A_checkout_moves_along_these_edges_and_no_others() => Assert.Equal(
    [
        "None --CheckoutStarted--> Open",
        "Open --ReservationRequested--> Reserving",
        "Reserving --ReservationRequested--> Reserving",
        "Reserving --StockReserved--> Screening",
        "Reserving --CancelRequested--> Reserving",
        "Reserving --StepDelayed--> Reserving",
        "Reserving --CompensationRequested--> Compensating",
        "Screening --ScreeningPassed--> Authorizing",
        "Screening --CancelRequested--> Screening",
        "Screening --StepDelayed--> Screening",
        "Screening --CompensationRequested--> Compensating",
        "Authorizing --ShopperActionRequired--> RequiresAction",
        "Authorizing --PaymentAuthorised--> Placing",
        "Authorizing --CancelRequested--> Authorizing",
        "Authorizing --StepDelayed--> Authorizing",
        "Authorizing --StockHeldLonger--> Authorizing",
        "Authorizing --CompensationRequested--> Compensating",
        "RequiresAction --ShopperReturned--> Authorizing",
        "RequiresAction --CancelRequested--> RequiresAction",
        "RequiresAction --CompensationRequested--> Compensating",
        "Placing --CheckoutCompleted--> Completed",
        "Placing --StepDelayed--> Placing",
        "Placing --CompensationRequested--> Compensating",
        "Compensating --StepDelayed--> Compensating",
        "Compensating --StockHeldLonger--> Compensating",
        "Compensating --CheckoutFailed--> Failed",
        "Compensating --CheckoutCancelled--> Cancelled",
        "Compensating --CheckoutExpired--> Expired",
    ], Edges(Pairs));

    [Fact]
    public void Applying_follows_the_table_and_refuses_every_other_pair()
    {
        foreach (var (from, happened, to) in Pairs)
        {
            var checkout = new Checkout { Status = from!.Value };
            if (to is { } next)
            {
                Assert.Equal(next, checkout.Apply(Samples[happened], At).Status);
            }
            else
            {
                var refused = Refused(() => checkout.Apply(Samples[happened], At));
                Assert.Equal("not-now", refused.Code);
                Assert.Equal(checkout.Allowed.AsEnumerable(), refused.Allowed.AsEnumerable());
            }
        }
    }

    [Fact]
    public void A_random_walk_through_the_table_never_sleeps_before_its_end() =>
        Gen.Int[0, Samples.Count - 1].Array[0, 60].Sample(steps =>
        {
            var checkout = Checkout.Initial;
            var at = At;
            foreach (var step in steps)
            {
                at = at.AddSeconds(1);
                var happened = Samples.Values.ElementAt(step);
                if (Checkout.Next(checkout.Status, happened.GetType()) is null)
                {
                    continue;
                }

                checkout = checkout.Apply(happened, at);
                Assert.Null(checkout.Violation);
                Assert.Equal(checkout.Status is CheckoutStatus.None || checkout.IsTerminal, checkout.WakeAt is null);
                Assert.Equal(checkout.IsTerminal, checkout.EndedAt is not null);
                Assert.False(checkout.IsUnderWay && checkout.WakeAt > at + Checkout.RecoverAfter);
            }
        });

    [Theory]
    [InlineData(CheckoutStatus.Open)]
    [InlineData(CheckoutStatus.Reserving)]
    [InlineData(CheckoutStatus.Screening)]
    [InlineData(CheckoutStatus.Authorizing)]
    [InlineData(CheckoutStatus.Placing)]
    [InlineData(CheckoutStatus.Compensating)]
    public void Every_step_under_way_wakes_by_itself(CheckoutStatus status) =>
        Assert.Equal(At + Checkout.RecoverAfter, new Checkout { Status = status, UpdatedAt = At }.WakeAt);

    [Fact]
    public void A_delayed_step_wakes_when_it_is_tried_again_and_any_progress_ends_the_delay()
    {
        var delayed = new Checkout { Status = CheckoutStatus.Authorizing, UpdatedAt = At }
            .Apply(new StepDelayed("no answer", At.AddSeconds(1)), At)
            .Apply(new StepDelayed("no answer", At.AddSeconds(3)), At.AddSeconds(1));

        Assert.Equal((2, At.AddSeconds(3)), (delayed.Delays, delayed.WakeAt));

        var cancelled = delayed.Apply(new CancelRequested(), At.AddSeconds(2));
        Assert.Equal((2, null), (cancelled.Delays, cancelled.DelayedUntil));

        var onward = delayed.Apply(new PaymentAuthorised(new Money(1299, "EUR")), At.AddSeconds(2));
        Assert.Equal((0, null), (onward.Delays, onward.DelayedUntil));
    }

    [Fact]
    public void A_shopper_who_has_to_act_has_until_the_checkout_expires() =>
        Assert.Equal(At.AddMinutes(15), new Checkout { Status = CheckoutStatus.RequiresAction, UpdatedAt = At, ExpiresAt = At.AddMinutes(15) }.WakeAt);

    [Fact]
    public void Pauses_grow_to_a_limit() => Assert.Equal([1, 2, 4, 8, 15, 15, 15], Enumerable.Range(0, 7).Select(n => (int)Checkout.Pause(n).TotalSeconds));

    [Fact]
    public void No_number_of_delays_overflows_the_pause() => Gen.Int[0, int.MaxValue].Sample(delays => Checkout.Pause(delays) <= Checkout.LongestPause);

    [Fact]
    public void Completed_without_an_order_is_a_violation() => Assert.NotNull(new Checkout { Status = CheckoutStatus.Completed }.Violation);
}
