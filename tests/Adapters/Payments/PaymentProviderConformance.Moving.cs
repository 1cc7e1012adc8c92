using Commerce.Payments;

namespace Commerce.Tests.Payments;

public abstract partial class PaymentProviderConformance
{
    [Fact]
    public async Task A_capture_takes_what_was_asked_and_its_key_takes_it_once()
    {
        var held = await Authorised();
        var first = await Done(Provider.Capture(Moving(held, "capture:1", 1000), Stop));
        var again = await Done(Provider.Capture(Moving(held, "capture:1", 1000), Stop));

        Assert.Equal((new Money(1000, "EUR"), Money.Zero("EUR")), (first.Amount, first.Released));
        Assert.Equal(first.Reference, again.Reference);
        await Booked(TransactionKind.Capture, 1);
    }

    [Fact]
    public async Task A_capture_asked_ten_times_at_once_takes_once()
    {
        var capture = Moving(await Authorised(), "capture:1", 1000);
        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Provider.Capture(capture, Stop)));

        Assert.NotEmpty(asked.OfType<Outcome<Movement>.Ok>());
        Assert.All(asked, one => Assert.False(one is Outcome<Movement>.Rejected or Outcome<Movement>.Declined, $"{one}"));
        await Booked(TransactionKind.Capture, 1);
    }

    [Fact]
    public async Task A_partial_capture_says_what_it_let_go_when_there_can_be_no_second()
    {
        if (!Can.PartialCapture)
        {
            return;
        }

        var taken = await Done(Provider.Capture(Moving(await Authorised(), "capture:1", 400), Stop));

        Assert.Equal((new Money(400, "EUR"), new Money(Can.MultiCapture ? 0 : 600, "EUR")), (taken.Amount, taken.Released));
    }

    [Fact]
    public async Task Several_captures_take_their_parts_and_no_more_than_was_held()
    {
        if (!Can.MultiCapture)
        {
            return;
        }

        var held = await Authorised();
        var first = await Done(Provider.Capture(Moving(held, "capture:1", 400), Stop));
        var second = await Done(Provider.Capture(Moving(held, "capture:2", 500), Stop));

        Assert.NotEqual(first.Reference, second.Reference);
        await Booked(TransactionKind.Capture, 2);
        if (Can.OutsideEffects)
        {
            await Refused(Provider.Capture(Moving(held, "capture:3", 101), Stop), FactKind.CaptureFailed);
        }

        await Done(Provider.Capture(Moving(held, "capture:4", 100), Stop));
        if (Can.CanBeAsked)
        {
            Assert.Equal(new Money(1000, "EUR"), (await Found("pay_1", held.Reference))!.Captured);
        }
    }

    [Fact]
    public async Task A_final_capture_lets_the_rest_go()
    {
        if (!Can.PartialCapture)
        {
            return;
        }

        var held = await Authorised();
        var taken = await Done(Provider.Capture(Moving(held, "capture:1", 400) with { Final = true }, Stop));

        Assert.Equal((new Money(400, "EUR"), Money.Zero("EUR")), (taken.Amount, taken.Released));
        await Booked(TransactionKind.Capture, 1);
    }

    [Fact]
    public async Task More_than_is_held_is_not_captured()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var held = await Authorised();

        await Refused(Provider.Capture(Moving(held, "capture:1", 1001), Stop), FactKind.CaptureFailed);
        await Booked(TransactionKind.Capture, 0);
    }

    [Fact]
    public async Task A_void_may_be_repeated_under_any_key()
    {
        var held = await Authorised();

        await Done(Provider.Void(Moving(held, "void:1", 1000), Stop));
        await Done(Provider.Void(Moving(held, "void:1", 1000), Stop));
        await Done(Provider.Void(Moving(held, "void:2", 1000), Stop));
        await Booked(TransactionKind.Void, 1);
    }

    [Fact]
    public async Task What_is_void_cannot_be_captured()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var held = await Authorised();
        await Done(Provider.Void(Moving(held, "void:1", 1000), Stop));

        await Refused(Provider.Capture(Moving(held, "capture:1", 1000), Stop), FactKind.CaptureFailed);
        await Booked(TransactionKind.Capture, 0);
    }

    [Fact]
    public async Task What_is_left_after_a_capture_can_be_voided_where_there_is_something_left()
    {
        if (!Can.PartialVoid || !Can.OutsideEffects)
        {
            return;
        }

        var held = await Authorised();
        await Done(Provider.Capture(Moving(held, "capture:1", 400), Stop));

        await Done(Provider.Void(Moving(held, "void:1", 600), Stop));
        await Refused(Provider.Capture(Moving(held, "capture:2", 100), Stop), FactKind.CaptureFailed);
        await Booked(TransactionKind.Capture, 1);
    }

    [Fact]
    public async Task Refunds_are_several_and_each_key_gives_back_once()
    {
        var held = await Captured();
        var first = await Done(Provider.Refund(Moving(held, "refund:1", 300) with { Reason = "came too late" }, Stop));
        var again = await Done(Provider.Refund(Moving(held, "refund:1", 300) with { Reason = "came too late" }, Stop));
        var second = await Done(Provider.Refund(Moving(held, "refund:2", 700), Stop));

        Assert.Equal((first.Reference, first.Amount), (again.Reference, again.Amount));
        Assert.NotEqual(first.Reference, second.Reference);
        await Booked(TransactionKind.Refund, 2);
    }

    [Fact]
    public async Task More_than_was_captured_is_not_given_back()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var held = await Captured();
        await Done(Provider.Refund(Moving(held, "refund:1", 700), Stop));

        await Refused(Provider.Refund(Moving(held, "refund:2", 301), Stop), FactKind.RefundFailed);
        await Booked(TransactionKind.Refund, 1);
    }

    [Fact]
    public async Task What_was_not_captured_cannot_be_given_back()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        await Refused(Provider.Refund(Moving(await Authorised(), "refund:1", 1000), Stop), FactKind.RefundFailed);
        await Booked(TransactionKind.Refund, 0);
    }

    [Fact]
    public async Task Nothing_and_less_than_nothing_cannot_be_moved()
    {
        var held = await Authorised();

        Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Capture(Moving(held, "capture:0", 0), Stop));
        Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Refund(Moving(held, "refund:0", -1), Stop));
        Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Adjust(Moving(held, "adjust:0", 0), Stop));
        await Booked(TransactionKind.Capture, 0);
    }

    [Fact]
    public async Task What_the_vendor_has_never_heard_of_is_refused_and_no_exception()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        await Refused(Provider.Capture(Moving("unknown", "capture:1", 1000), Stop), FactKind.CaptureFailed);
        await Refused(Provider.Void(Moving("unknown", "void:1", 1000), Stop), FactKind.VoidFailed);
        await Refused(Provider.Refund(Moving("unknown", "refund:1", 1000), Stop), FactKind.RefundFailed);
    }

    [Fact]
    public async Task A_sum_can_be_raised_where_it_is_offered_and_then_captured()
    {
        var held = await Authorised();
        var adjustment = Moving(held, "adjust:1", 1500);
        if (!Can.IncrementalAuthorisation)
        {
            Assert.Equal("not_supported", Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Adjust(adjustment, Stop)).Code);
            return;
        }

        var raised = await Done(Provider.Adjust(adjustment, Stop));
        var again = await Done(Provider.Adjust(adjustment, Stop));

        Assert.Equal((new Money(1500, "EUR"), raised.Reference), (raised.Amount, again.Reference));
        await Booked(TransactionKind.Adjust, 1);
        await Done(Provider.Capture(Moving(held, "capture:1", 1500), Stop));
    }

    [Fact]
    public async Task Adjusting_to_the_same_sum_extends_the_time_where_it_is_offered()
    {
        if (!Can.RenewsAuthorisation)
        {
            return;
        }

        var held = await Authorised();
        Trial.Time.Advance(TimeSpan.FromDays(2));
        var renewed = await Done(Provider.Adjust(Moving(held, "adjust:1", 1000), Stop));

        Assert.Equal(new Money(1000, "EUR"), renewed.Amount);
        Assert.True(held.CaptureBefore is null || renewed.CaptureBefore is null || renewed.CaptureBefore > held.CaptureBefore, $"{held.CaptureBefore} → {renewed.CaptureBefore}");
    }

    [Theory]
    [InlineData(TransactionKind.Capture)]
    [InlineData(TransactionKind.Void)]
    [InlineData(TransactionKind.Refund)]
    public async Task What_became_of_a_movement_is_found_by_its_key(TransactionKind kind)
    {
        var request = await Prepared(kind);
        if (!Can.CanBeAsked)
        {
            Assert.Equal("not_supported", Assert.IsType<Outcome<Movement?>.Rejected>(await Provider.FindMovement(kind, request, Stop)).Code);
            return;
        }

        Assert.Null(Assert.IsType<Outcome<Movement?>.Ok>(await Provider.FindMovement(kind, request, Stop)).Value);
        var made = await Done(Ask(kind, request));
        var found = Assert.IsType<Outcome<Movement?>.Ok>(await Provider.FindMovement(kind, request, Stop)).Value;
        Assert.Equal((made.Reference, made.Amount), (found!.Reference, found.Amount));
    }

    [Theory]
    [InlineData(TransactionKind.Capture)]
    [InlineData(TransactionKind.Void)]
    [InlineData(TransactionKind.Refund)]
    public async Task A_movement_whose_key_the_vendor_has_forgotten_is_not_made_again(TransactionKind kind)
    {
        if (Trial.KeyMemory is not { } memory)
        {
            return;
        }

        var request = await Prepared(kind);
        var first = await Done(Ask(kind, request));
        Trial.Time.Advance(memory + TimeSpan.FromHours(1));
        var again = await Done(Ask(kind, request));

        Assert.Equal(first.Reference, again.Reference);
        await Booked(kind, 1);
    }
}
