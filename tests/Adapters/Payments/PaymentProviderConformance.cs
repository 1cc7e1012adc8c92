using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>What every payment provider promises. Derive, name your adapter, say which of its tokens is good and which is declined.</summary>
public abstract class PaymentProviderConformance : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    protected abstract string GoodMethod { get; }

    /// <summary>Null for a provider that declines nobody.</summary>
    protected abstract string? DeclinedMethod { get; }

    protected IPaymentProvider Provider { get; private set; } = null!;

    /// <summary>The adapter, before its vendor's sandbox.</summary>
    protected abstract Task<IPaymentProvider> Open();

    protected abstract Task Close();

    public async Task InitializeAsync() => Provider = await Open();

    public Task DisposeAsync() => Close();

    [Fact]
    public async Task An_authorisation_holds_exactly_what_was_asked_and_nothing_is_taken()
    {
        var held = await Authorised(new Money(1299, "EUR"));

        Assert.Equal(AuthorisationState.Authorised, held.State);
        Assert.Equal(new Money(1299, "EUR"), held.Authorised);
        Assert.Equal(Money.Zero("EUR"), held.Captured);
        Assert.NotEmpty(held.Reference);
    }

    [Fact]
    public async Task The_same_key_asked_again_finds_the_first_authorisation()
    {
        var first = await Authorised(new Money(1299, "EUR"));
        var again = await Authorised(new Money(1299, "EUR"));

        Assert.Equal(first.Reference, again.Reference);
    }

    [Fact]
    public async Task The_same_key_asked_ten_times_at_once_is_one_authorisation()
    {
        var asked = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Provider.Authorise(Request(new Money(500, "EUR")), CancellationToken.None)));
        var references = asked.OfType<Outcome<Authorisation>.Ok>().Select(ok => ok.Value.Reference).Distinct(StringComparer.Ordinal).ToArray();

        Assert.Single(references);
        Assert.All(asked, one => Assert.True(one is Outcome<Authorisation>.Ok or Outcome<Authorisation>.InDoubt));
    }

    [Fact]
    public async Task Another_key_is_another_authorisation()
    {
        var first = await Authorised(new Money(1299, "EUR"));
        var second = await Authorised(new Money(1299, "EUR"), "chk_2:authorise:1");

        Assert.NotEqual(first.Reference, second.Reference, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_decline_is_a_value()
    {
        if (DeclinedMethod is null)
        {
            return;
        }

        var declined = Assert.IsType<Outcome<Authorisation>.Declined>(
            await Provider.Authorise(Request(new Money(1299, "EUR")) with { Method = DeclinedMethod }, CancellationToken.None));

        Assert.Contains(declined.Why.Code, Declines.All.Select(one => one.Code));
    }

    [Fact]
    public async Task A_capture_takes_what_was_asked_and_its_key_takes_it_once()
    {
        var held = await Authorised(new Money(1000, "EUR"));
        var first = await Moved(Provider.Capture(Movement(held, "capture:1", 1000), CancellationToken.None));
        var again = await Moved(Provider.Capture(Movement(held, "capture:1", 1000), CancellationToken.None));

        Assert.Equal(new Money(1000, "EUR"), first.Amount);
        Assert.Equal(Money.Zero("EUR"), first.Released);
        Assert.Equal(first, again);
    }

    [Fact]
    public async Task A_partial_capture_says_what_it_let_go_when_there_can_be_no_second()
    {
        if (!Provider.Capabilities.PartialCapture)
        {
            return;
        }

        var held = await Authorised(new Money(1000, "EUR"));
        var taken = await Moved(Provider.Capture(Movement(held, "capture:1", 400), CancellationToken.None));

        Assert.Equal(new Money(400, "EUR"), taken.Amount);
        Assert.Equal(new Money(Provider.Capabilities.MultiCapture ? 0 : 600, "EUR"), taken.Released);
    }

    [Fact]
    public async Task A_void_may_be_repeated_under_any_key()
    {
        var held = await Authorised(new Money(1000, "EUR"));

        await Moved(Provider.Void(Movement(held, "void:1", 1000), CancellationToken.None));
        await Moved(Provider.Void(Movement(held, "void:1", 1000), CancellationToken.None));
        await Moved(Provider.Void(Movement(held, "void:2", 1000), CancellationToken.None));
    }

    [Fact]
    public async Task Refunds_are_several_and_each_key_gives_back_once()
    {
        var held = await Authorised(new Money(1000, "EUR"));
        await Moved(Provider.Capture(Movement(held, "capture:1", 1000), CancellationToken.None));

        var first = await Moved(Provider.Refund(Movement(held, "refund:1", 300) with { Reason = "came too late" }, CancellationToken.None));
        var again = await Moved(Provider.Refund(Movement(held, "refund:1", 300) with { Reason = "came too late" }, CancellationToken.None));
        var second = await Moved(Provider.Refund(Movement(held, "refund:2", 700), CancellationToken.None));

        Assert.Equal(first, again);
        Assert.NotEqual(first.Reference, second.Reference, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Nothing_and_less_than_nothing_cannot_be_moved()
    {
        var held = await Authorised(new Money(1000, "EUR"));

        Assert.IsType<Outcome<Authorisation>.Rejected>(await Provider.Authorise(Request(Money.Zero("EUR"), "chk_3:authorise:1"), CancellationToken.None));
        Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Capture(Movement(held, "capture:0", 0), CancellationToken.None));
        Assert.IsType<Outcome<Movement>.Rejected>(await Provider.Refund(Movement(held, "refund:0", -1), CancellationToken.None));
    }

    [Fact]
    public void A_card_number_is_refused_before_anything_is_stored()
    {
        Assert.NotNull(Provider.Refuses("4242424242424242"));
        Assert.NotNull(Provider.Refuses("4242 4242 4242 4242"));
        Assert.NotNull(Provider.Refuses("pm_4242-4242-4242-4242"));
        Assert.NotNull(Provider.Refuses(""));
        Assert.Null(Provider.Refuses(GoodMethod));
    }

    [Fact]
    public void A_webhook_that_nobody_signed_is_refused()
    {
        var refused = Assert.Throws<CommerceException>(() => Provider.ReadWebhook(new InboundWebhook(ImmutableDictionary<string, string>.Empty, "{}"u8.ToArray()), Now));

        Assert.Equal("webhook-signature", refused.Error.Code);
    }

    private async Task<Authorisation> Authorised(Money amount, string key = "chk_1:authorise:1") =>
        Assert.IsType<Outcome<Authorisation>.Ok>(await Provider.Authorise(Request(amount, key), CancellationToken.None)).Value;

    private AuthorisationRequest Request(Money amount, string key = "chk_1:authorise:1") =>
        new("pay_1", "chk_1", "ord_1", amount, GoodMethod, ReturnUrl: null, key, Now);

    private static MovementRequest Movement(Authorisation of, string key, long amount) =>
        new("pay_1", of.Reference, new Money(amount, "EUR"), "pay_1:" + key, Now);

    private static async Task<Movement> Moved(Task<Outcome<Movement>> asked) => Assert.IsType<Outcome<Movement>.Ok>(await asked).Value;
}
