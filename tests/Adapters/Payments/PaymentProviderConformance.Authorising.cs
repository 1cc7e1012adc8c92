using Commerce.Payments;

namespace Commerce.Tests.Payments;

public abstract partial class PaymentProviderConformance
{
    [Fact]
    public void Its_name_fits_a_path_and_a_metric() => Assert.Matches("^[a-z][a-z0-9_-]{0,31}$", Provider.Name);

    [Fact]
    public async Task An_authorisation_holds_exactly_what_was_asked_and_nothing_is_taken()
    {
        var held = await Authorised(1299);

        Assert.Equal((AuthorisationState.Authorised, new Money(1299, "EUR"), Money.Zero("EUR"), Money.Zero("EUR")), (held.State, held.Authorised, held.Captured, held.Refunded));
        Assert.NotEmpty(held.Reference);
        Assert.True(held.CaptureBefore is null || held.CaptureBefore > Trial.Time.GetUtcNow());
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task The_same_key_asked_again_finds_the_first_authorisation()
    {
        var request = Asked();

        Assert.Equal((await Authorised(request)).Reference, (await Authorised(request)).Reference);
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task The_same_key_asked_ten_times_at_once_is_one_authorisation()
    {
        var request = Asked();
        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Provider.Authorise(request, Stop)));

        Assert.Single(asked.OfType<Outcome<Authorisation>.Ok>().Select(ok => ok.Value.Reference).Distinct());
        Assert.All(asked, one => Assert.True(one is Outcome<Authorisation>.Ok or Outcome<Authorisation>.InDoubt or Outcome<Authorisation>.Unavailable));
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task Another_key_is_another_authorisation()
    {
        var first = await Authorised(Asked());
        var second = await Authorised(Asked(key: "chk_2:authorise:1"));

        Assert.NotEqual(first.Reference, second.Reference);
        await Booked(TransactionKind.Authorise, 2);
    }

    [Fact]
    public async Task The_same_key_for_another_amount_holds_nothing_more()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var first = await Authorised(Asked(1000));
        var second = await Provider.Authorise(Asked(2000), Stop);

        Assert.True(second is Outcome<Authorisation>.Rejected or Outcome<Authorisation>.InDoubt or Outcome<Authorisation>.Ok { Value: { Authorised.Amount: 1000 } }, $"{second}");
        Assert.NotEmpty(first.Reference);
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task A_key_may_have_255_characters()
    {
        var request = Asked(key: "chk_1:authorise:" + new string('k', 239));

        Assert.Equal((await Authorised(request)).Reference, (await Authorised(request)).Reference);
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task A_key_that_the_vendor_has_forgotten_still_finds_the_first_authorisation()
    {
        if (Trial.KeyMemory is not { } memory)
        {
            return;
        }

        var request = Asked();
        var first = await Authorised(request);
        Trial.Time.Advance(memory + TimeSpan.FromHours(1));

        Assert.Equal(first.Reference, (await Authorised(request)).Reference);
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task Each_amount_that_it_takes_is_held_as_it_is_in_its_own_currency()
    {
        foreach (var (at, amount) in Trial.Taken.Index())
        {
            Assert.Null(Provider.Refuses(amount));
            Assert.Equal(amount, (await Authorised(Asked(key: $"chk_1:authorise:{at}") with { Amount = amount })).Authorised);
        }
    }

    [Fact]
    public async Task An_amount_that_it_does_not_take_is_refused_before_the_vendor_is_asked()
    {
        foreach (var amount in Trial.NotTaken.Add(Money.Zero("EUR")).Add(new Money(-1, "EUR")))
        {
            Assert.NotNull(Provider.Refuses(amount));
            Assert.IsType<Outcome<Authorisation>.Rejected>(await Provider.Authorise(Asked() with { Amount = amount }, Stop));
        }

        await Booked(TransactionKind.Authorise, 0);
    }

    [Fact]
    public async Task A_card_number_is_refused_before_anything_is_stored()
    {
        foreach (var text in (string[])["4242424242424242", "4242 4242 4242 4242", "pm_4242-4242-4242-4242", "", " ", new string('x', 5000)])
        {
            Assert.NotNull(Provider.Refuses(text));
            Assert.IsType<Outcome<Authorisation>.Rejected>(await Provider.Authorise(Asked() with { Method = text }, Stop));
        }

        Assert.Null(Provider.Refuses(Trial.GoodMethod));
        await Booked(TransactionKind.Authorise, 0);
    }

    [Fact]
    public async Task Captured_in_the_same_call_what_was_asked_is_taken_once()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var request = Asked(1299) with { CaptureNow = true };
        var first = await Authorised(request);
        var again = await Authorised(request);

        Assert.Equal(first.Reference, again.Reference);
        Assert.True(Can.Asynchronous || (first.State, first.Captured) == (AuthorisationState.Captured, new Money(1299, "EUR")), $"{first}");
        await Booked(TransactionKind.Capture, 1);
    }

    [Fact]
    public async Task Each_decline_is_a_value_in_our_words_with_advice_and_the_vendors_own_code()
    {
        foreach (var (method, code) in Trial.DeclinedMethods)
        {
            var declined = Assert.IsType<Outcome<Authorisation>.Declined>(await Provider.Authorise(Asked(key: $"chk_1:authorise:{method}") with { Method = method }, Stop)).Why;
            var usual = Declines.Of(code);

            Assert.Equal((code, usual.Message, usual.Advice), (declined.Code, declined.Message, declined.Advice));
            Assert.False(string.IsNullOrEmpty(declined.VendorCode));
        }

        await Booked(TransactionKind.Authorise, 0);
    }

    [Fact]
    public async Task A_decline_stays_one_under_its_key_and_a_new_key_may_try_another_method()
    {
        if (Trial.DeclinedMethods.IsEmpty)
        {
            return;
        }

        var request = Asked() with { Method = Trial.DeclinedMethods.Keys.Order().First() };
        var first = Assert.IsType<Outcome<Authorisation>.Declined>(await Provider.Authorise(request, Stop));
        var again = Assert.IsType<Outcome<Authorisation>.Declined>(await Provider.Authorise(request, Stop));

        Assert.Equal(first.Why, again.Why);
        await Authorised(Asked(key: "chk_1:authorise:2"));
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task A_shopper_who_must_act_and_does_is_confirmed_once()
    {
        if (await Acted(well: true) is not ({ } asked, { } confirm))
        {
            return;
        }

        var confirmed = Assert.IsType<Outcome<Authorisation>.Ok>(await Provider.Confirm(confirm, Stop)).Value;
        var again = Assert.IsType<Outcome<Authorisation>.Ok>(await Provider.Confirm(confirm, Stop)).Value;

        Assert.Equal((AuthorisationState.Authorised, new Money(1000, "EUR")), (confirmed.State, confirmed.Authorised));
        Assert.Equal((confirmed.Reference, confirmed.State), (again.Reference, again.State));
        Assert.NotEmpty(asked.Action.Type);
        await Booked(TransactionKind.Authorise, 1);
    }

    [Fact]
    public async Task A_shopper_who_must_act_and_fails_has_paid_nothing_and_may_try_again()
    {
        if (await Acted(well: false) is not ({ }, { } confirm))
        {
            return;
        }

        var failed = await Provider.Confirm(confirm, Stop) switch
        {
            Outcome<Authorisation>.Declined declined => declined.Why,
            Outcome<Authorisation>.Ok { Value: { State: AuthorisationState.Failed, Failure: { } failure } } => failure,
            var other => throw new Xunit.Sdk.XunitException($"{other}"),
        };

        Assert.Equal((Declines.AuthenticationFailed, PaymentAdvice.Retry), (failed.Code, failed.Advice));
        await Booked(TransactionKind.Authorise, 0);
        await Authorised(Asked(key: "chk_1:authorise:2"));
    }

    [Fact]
    public async Task Nothing_is_held_before_the_shopper_has_acted()
    {
        if (Trial.ActingMethod is not { } method)
        {
            return;
        }

        var request = Asked() with { Method = method };
        Assert.IsType<Outcome<Authorisation>.RequiresAction>(await Provider.Authorise(request, Stop));
        Assert.IsType<Outcome<Authorisation>.RequiresAction>(await Provider.Authorise(request, Stop));
        await Booked(TransactionKind.Authorise, 0);
    }

    [Fact]
    public async Task An_authorisation_is_found_by_its_reference_as_it_stands()
    {
        var held = await Authorised();
        if (!Can.CanBeAsked)
        {
            Assert.Equal("not_supported", Assert.IsType<Outcome<Authorisation?>.Rejected>(await Provider.Find("pay_1", held.Reference, Stop)).Code);
            return;
        }

        Assert.Equal((held.Reference, AuthorisationState.Authorised, held.Authorised), Shown(await Found("pay_1", held.Reference)));
        await Done(Provider.Capture(Moving(held, "capture:1", 1000), Stop));
        var taken = await Found("pay_1", held.Reference);
        Assert.Equal((AuthorisationState.Captured, new Money(1000, "EUR")), (taken!.State, taken.Captured));
        await Done(Provider.Refund(Moving(held, "refund:1", 250), Stop));
        Assert.Equal(new Money(250, "EUR"), (await Found("pay_1", held.Reference))!.Refunded);

        static (string, AuthorisationState, Money) Shown(Authorisation? found) => (found!.Reference, found.State, found.Authorised);
    }

    [Fact]
    public async Task An_authorisation_whose_reference_was_lost_is_found_by_our_own_id()
    {
        if (!Can.CanBeAsked)
        {
            return;
        }

        var held = await Authorised();

        Assert.Equal(held.Reference, (await Found("pay_1", null))?.Reference);
    }

    [Fact]
    public async Task What_the_vendor_knows_nothing_of_is_known_to_be_nothing()
    {
        if (!Can.CanBeAsked)
        {
            return;
        }

        await Authorised();

        Assert.Null(await Found("pay_2", null));
        Assert.Null(await Found("pay_' OR 'a", null));
        Assert.Null(await Found("pay_1", "unknown"));
    }

    [Fact]
    public async Task A_voided_authorisation_is_found_void()
    {
        if (!Can.CanBeAsked)
        {
            return;
        }

        var held = await Authorised();
        await Done(Provider.Void(Moving(held, "void:1", 1000), Stop));

        Assert.Equal(AuthorisationState.Voided, (await Found("pay_1", held.Reference))!.State);
    }

    private async Task<Authorisation?> Found(string paymentId, string? reference) => Assert.IsType<Outcome<Authorisation?>.Ok>(await Provider.Find(paymentId, reference, Stop)).Value;

    /// <summary>An authorisation whose shopper has acted, and how to go on with it; nothing when the provider asks for no action.</summary>
    private async Task<(Outcome<Authorisation>.RequiresAction? Asked, ConfirmationRequest? Confirm)> Acted(bool well)
    {
        if (Trial.ActingMethod is not { } method)
        {
            return default;
        }

        var request = Asked() with { Method = method };
        var asked = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await Provider.Authorise(request, Stop));
        var details = await Trial.Act(asked, well);
        return (asked, new ConfirmationRequest(request, asked.Reference.Length == 0 ? null : asked.Reference, details, "chk_1:confirm:1", Trial.Time.GetUtcNow()));
    }
}
