using Commerce.Checkouts;
using Commerce.Journal;
using Commerce.Payments;

namespace Commerce.Tests.Cluster.Payments;

/// <summary>Where an authorisation goes, what the shopper adds to it, and how its time runs out.</summary>
public sealed class AuthorisationTests(Shop shop) : IClassFixture<Shop>
{
    private static readonly PaymentCapabilities Renewing = new(true, true, true, true, true, TimeSpan.FromDays(180)) { RenewsAuthorisation = true };

    [Fact]
    public async Task A_bank_that_cannot_be_reached_is_left_for_the_next()
    {
        var payment = New();
        shop.Bank[payment].Next("authorise", Fault.Unavailable);

        var view = await Authorise(payment);

        Assert.Equal(("other", "card", PaymentStatus.Authorized), (view.Provider, view.Method, view.Status));
        Assert.Equal((false, 1), (shop.Bank[payment].IsKnown, shop.OtherBank[payment].Effects["authorise"]));
    }

    [Fact]
    public async Task A_card_that_one_bank_does_not_take_at_all_is_taken_to_the_next()
    {
        var view = await Authorise(New(), "unsupported");

        Assert.Equal(("other", PaymentStatus.Authorized), (view.Provider, view.Status));
    }

    [Fact]
    public async Task A_declined_card_is_declined()
    {
        var view = await Authorise(New(), "declined");

        Assert.Equal(("scripted", PaymentStatus.Failed, PaymentAdvice.OtherCard), (view.Provider, view.Status, view.Failure!.Advice));
    }

    [Theory]
    [InlineData(Fault.LostAnswer)]
    [InlineData(Fault.LostRequest)]
    internal async Task A_bank_that_is_in_doubt_is_never_left(Fault fault)
    {
        var payment = New();
        shop.Bank[payment].Next("authorise", fault, Fault.Unavailable);

        Assert.Equal(PaymentStatus.Unknown, (await Authorise(payment)).Status);
        Assert.Equal(PaymentStatus.Unknown, (await Authorise(payment)).Status);
        Assert.Equal(("scripted", PaymentStatus.Authorized), (await Authorise(payment) is var view ? (view.Provider, view.Status) : default));
        Assert.Equal((1, false), (shop.Bank[payment].Effects["authorise"], shop.OtherBank[payment].IsKnown));
    }

    [Fact]
    public async Task After_a_crash_nobody_can_be_certain_and_the_payment_stays()
    {
        var payment = New();
        shop.Bank[payment].Next("authorise", Fault.Crash, Fault.Unavailable);

        await Assert.ThrowsAnyAsync<Exception>(() => Authorise(payment));
        Assert.Equal("scripted", (await Authorise(payment)).Provider);

        Assert.Equal(("scripted", PaymentStatus.Authorized), (await Authorise(payment) is var view ? (view.Provider, view.Status) : default));
        Assert.False(shop.OtherBank[payment].IsKnown);
    }

    [Theory]
    [InlineData("", CheckoutStatus.Completed)]
    [InlineData("failed", CheckoutStatus.Failed)]
    public async Task What_the_shopper_brings_back_is_handed_to_the_bank(string result, CheckoutStatus ending)
    {
        var trial = await shop.Cart("3ds");
        await trial.Start();

        var view = (await trial.Checkout.ConfirmWith(trial.As("confirm"), Details(result), Trial.Wait)).View;

        Assert.Equal(ending, view.Status);
        Assert.Equal(1, trial.Account.Effects["confirm"]);
        if (ending is CheckoutStatus.Failed)
        {
            Assert.Equal(("authentication-failed", "authentication_failed", PaymentAdvice.Retry), (view.Failure!.Code, view.Failure.Reason, view.Failure.Advice));
            Assert.Equal("3ds_n", (await trial.Payment.Get())!.Failure!.VendorCode);
        }
    }

    [Theory]
    [InlineData(Fault.LostAnswer)]
    [InlineData(Fault.LostRequest)]
    [InlineData(Fault.Crash)]
    [InlineData(Fault.Unavailable)]
    internal async Task A_confirmation_without_an_answer_is_asked_again_under_its_key(Fault fault)
    {
        var trial = await shop.Cart("3ds");
        await trial.Start();
        trial.Account.Next("confirm", fault);

        await trial.Checkout.ConfirmWith(trial.As("confirm"), Details(""), TimeSpan.FromMilliseconds(200));

        await shop.Later(async () => await trial.Status() is CheckoutStatus.Completed, "the checkout is completed");
        Assert.Equal(1, trial.Account.Effects["confirm"]);
        await trial.IsBought();
    }

    [Fact]
    public async Task What_the_banks_library_needs_is_shown_and_kept_nowhere()
    {
        var trial = await shop.Cart("3ds");
        Assert.Null((await trial.Start()).View.Action!.Payload);
        Assert.Equal($"secret of {trial.PaymentId}", (await trial.Payment.Action())!.Payload);

        await shop.Deactivate(trial.Payment);

        Assert.Equal($"secret of {trial.PaymentId}", (await trial.Payment.Action())!.Payload);
        foreach (var aggregate in (string[])[trial.PaymentId, trial.CheckoutId])
        {
            Assert.DoesNotContain((await shop.Journal.ReadAggregate(aggregate, 0, 100)).Select(commit => System.Text.Encoding.UTF8.GetString(commit.Events)), events => events.Contains("secret of", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_authorisation_that_is_about_to_lapse_is_renewed()
    {
        var payment = await Lapsing(Renewing, renewed: true);

        shop.Clock.Shift(TimeSpan.FromDays(6.5));

        await Shop.Until(async () => (await shop.Grains.Payment(payment).Get())!.Transactions.Any(t => t is { Kind: TransactionKind.Adjust, Status: TransactionStatus.Succeeded }), "it is renewed");
        Assert.Equal((1, shop.Bank[payment].RenewedUntil), (shop.Bank[payment].Effects["adjust"], (await shop.Grains.Payment(payment).Get())!.CaptureBefore));
    }

    [Fact]
    public async Task One_that_cannot_be_renewed_is_reported_once_and_taken_as_lapsed_when_the_bank_says_so()
    {
        var payment = await Lapsing(new ScriptedPaymentProvider().Capabilities, renewed: false);

        shop.Clock.Shift(TimeSpan.FromDays(6.5));
        await Shop.Until(async () => (await Expiring()).Any(p => p.Id == payment), "it is reported");

        shop.Bank[payment].Lapse();
        shop.Clock.Shift(TimeSpan.FromDays(1));
        await Shop.Until(async () => (await shop.Grains.Payment(payment).Get())!.Status is PaymentStatus.Voided, "it has lapsed");
        await Shop.Until(async () => (await Expiring()).All(p => p.Id != payment), "nobody has to look any more");
        Assert.Single((await shop.Journal.ReadAggregate(payment, 0, 100)).SelectMany(commit => EventEnvelopes.Read(commit.Events)), e => e.Type == "commerce.payment.authorisation-expiring.v1");

        async Task<ImmutableArray<PaymentSummary>> Expiring() => (await shop.Grains.Payments().Attention(PaymentAttention.Expiring, new PageRequest(null, 100))).Items;
    }

    [Fact]
    public async Task What_is_authorised_can_be_raised_where_the_bank_offers_it()
    {
        var payment = New();
        await Authorise(payment);
        var grain = shop.Grains.Payment(payment);
        shop.Bank.Capabilities = new ScriptedPaymentProvider().Capabilities;
        Assert.Equal("not-supported-by-provider", (await Assert.ThrowsAsync<CommerceException>(() => grain.Adjust("adjust:1", Euro(1500), null))).Error.Code);

        shop.Bank.Capabilities = Renewing;
        shop.Bank[payment].Next("adjust", Fault.LostAnswer);
        await grain.Adjust("adjust:1", Euro(1500), "one more");
        Assert.Equal(Euro(1500), (await grain.Adjust("adjust:1", Euro(1500), "one more")).Authorised);
        Assert.Equal(1, shop.Bank[payment].Effects["adjust"]);
        Assert.Equal(Euro(1500), (await grain.Capture("capture:1", Euro(1500))).Captured);
    }

    [Fact]
    public async Task Money_is_not_given_back_when_the_bank_no_longer_does()
    {
        var payment = New();
        await Authorise(payment);
        await shop.Grains.Payment(payment).Capture("capture:1", Euro(1000));

        shop.Clock.Shift(TimeSpan.FromDays(181));

        Assert.Equal("refund-too-late", (await Assert.ThrowsAsync<CommerceException>(() => shop.Grains.Payment(payment).Refund("refund:1", Euro(1), null))).Error.Code);
        Assert.False(shop.Bank[payment].Calls.ContainsKey("refund"));
    }

    [Fact]
    public async Task Customers_see_and_remove_what_they_keep_and_guests_keep_nothing()
    {
        var owner = Owners.Customer(Guid.NewGuid().ToString());
        shop.Bank.Capabilities = new ScriptedPaymentProvider().Capabilities;
        shop.Bank.Kept[Shoppers.Of(owner)!] = [new StoredMethod("pm_1", "card", "visa", "4242", "2030-01")];
        var methods = shop.Grains.StoredMethods();

        Assert.Equal(new StoredMethodView("scripted", "pm_1", "card", "visa", "4242", "2030-01"), Assert.Single(await methods.List(owner, null)));
        Assert.Empty(await methods.List(Owners.Guest("somebody"), null));
        Assert.False(await methods.Forget(Owners.Customer("another"), "scripted", "pm_1"));
        Assert.True(await methods.Forget(owner, "scripted", "pm_1"));
        Assert.Empty(await methods.List(owner, "scripted"));
        Assert.DoesNotContain(owner, Shoppers.Of(owner)!, StringComparison.Ordinal);
    }

    private async Task<string> Lapsing(PaymentCapabilities capabilities, bool renewed)
    {
        var payment = New();
        shop.Bank.Capabilities = capabilities;
        var account = shop.Bank[payment];
        account.CaptureBefore = shop.Clock.GetUtcNow().AddDays(7);
        account.RenewedUntil = renewed ? shop.Clock.GetUtcNow().AddDays(14) : null;
        Assert.Equal(account.CaptureBefore, (await Authorise(payment)).CaptureBefore);
        return payment;
    }

    private Task<PaymentView> Authorise(string payment, string method = "card") => shop.Grains.Payment(payment).Authorise(
        new AuthorisePayment(payment.As(Identity.Order), payment.As(Identity.Checkout), "scripted", Euro(1000), method, null) { Alternatives = [new PaymentRoute("other", "card")] });

    private static ImmutableDictionary<string, string> Details(string result) => ImmutableDictionary<string, string>.Empty.Add("redirectResult", "xyz").Add("result", result);

    private static string New() => Identity.New(Identity.Payment);

    private static Money Euro(long cents) => new(cents, "EUR");
}
