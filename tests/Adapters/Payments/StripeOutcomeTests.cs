using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>What Stripe's answers come to.</summary>
public sealed class StripeOutcomeTests : IAsyncLifetime
{
    private StripeShop shop = null!;

    public async Task InitializeAsync() => shop = await StripeShop.Open();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Theory]
    [InlineData("pm_card_chargeDeclined", "card_declined", false)]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds", false)]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds", false)]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "card_expired", true)]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", false)]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error", false)]
    [InlineData("pm_card_chargeDeclinedStolenCard", "lost_or_stolen", true)]
    [InlineData("tok_chargeDeclinedLostCard", "lost_or_stolen", true)]
    public async Task A_declined_card_is_a_value_with_a_reason(string method, string reason, bool hard)
    {
        var declined = Assert.IsType<Outcome<Authorisation>.Declined>(await shop.Authorise(method));

        Assert.Equal((reason, hard), (declined.Why.Code, declined.Why.Hard));
        Assert.StartsWith("pi_", declined.Reference, StringComparison.Ordinal);
        Assert.Equal(0, await shop.Vendor.Count("authorise"));
    }

    [Theory]
    [InlineData("pm_card_visa")]
    [InlineData("pm_card_mastercard")]
    [InlineData("pm_card_amex")]
    [InlineData("tok_visa")]
    public async Task A_good_card_is_authorised_and_says_until_when(string method)
    {
        var held = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Authorise(method)).Value;

        Assert.Equal(AuthorisationState.Authorised, held.State);
        Assert.InRange(held.CaptureBefore!.Value, shop.Time.GetUtcNow().AddDays(6), shop.Time.GetUtcNow().AddDays(8));
    }

    [Theory]
    [InlineData("pm_card_authenticationRequired", "complete", AuthorisationState.Authorised, null)]
    [InlineData("pm_card_threeDSecure2Required", "complete", AuthorisationState.Authorised, null)]
    [InlineData("pm_card_threeDSecure2Required", "fail", AuthorisationState.Failed, "authentication_failed")]
    [InlineData("pm_card_threeDSecureRequiredChargeDeclined", "complete", AuthorisationState.Failed, "card_declined")]
    public async Task A_shopper_who_must_authenticate_is_sent_to_the_bank_and_found_again(string method, string outcome, AuthorisationState state, string? failure)
    {
        var asked = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Authorise(method));
        Assert.Equal("redirect", asked.Action.Type);
        Assert.Equal(0, await shop.Vendor.Count("authorise"));

        var page = await shop.Vendor.Http.GetStringAsync(asked.Action.Url);
        Assert.Contains("Complete authentication", page, StringComparison.Ordinal);

        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("outcome", outcome)]);
        using var back = await browser.PostAsync(asked.Action.Url, form);
        Assert.StartsWith("https://shop.example/back?payment_intent=pi_", back.Headers.Location?.AbsoluteUri, StringComparison.Ordinal);

        var found = Assert.IsType<Outcome<Authorisation?>.Ok>(await shop.Provider.Find("pay_1", asked.Reference, CancellationToken.None)).Value!;
        Assert.Equal((state, failure), (found.State, found.Failure?.Code));
    }

    [Fact]
    public async Task A_payment_is_found_by_our_id_alone_and_an_unknown_one_is_known_to_be_nothing()
    {
        var reference = await shop.Authorised();

        Assert.Equal(reference, (await Found("pay_1", null))?.Reference);
        Assert.Null(await Found("pay_2", null));
        Assert.Null(await Found("pay_' OR 'a", null));
        Assert.Null(await Found("pay_1", "pi_unknown"));
    }

    [Fact]
    public async Task A_payment_of_somebody_else_is_not_believed()
    {
        var reference = await shop.Authorised();

        Assert.IsType<Outcome<Authorisation?>.InDoubt>(await shop.Provider.Find("pay_2", reference, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_fully_captured_cannot_be_voided()
    {
        var reference = await shop.Authorised();
        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(shop.Movement(reference, "c", 1299), CancellationToken.None));

        var refused = Assert.IsType<Outcome<Movement>.Rejected>(await shop.Provider.Void(shop.Movement(reference, "v", 1299), CancellationToken.None));
        Assert.Equal("payment_intent_unexpected_state", refused.Code);
    }

    [Fact]
    public async Task More_than_is_there_is_neither_captured_nor_refunded()
    {
        var reference = await shop.Authorised();
        Assert.IsType<Outcome<Movement>.Rejected>(await shop.Provider.Capture(shop.Movement(reference, "c1", 1300), CancellationToken.None));
        Assert.IsType<Outcome<Movement>.Ok>(await shop.Provider.Capture(shop.Movement(reference, "c2", 1000), CancellationToken.None));
        Assert.IsType<Outcome<Movement>.Rejected>(await shop.Provider.Refund(shop.Movement(reference, "r1", 1001), CancellationToken.None));

        var both = await Task.WhenAll(
            shop.Provider.Refund(shop.Movement(reference, "r2", 600), CancellationToken.None),
            shop.Provider.Refund(shop.Movement(reference, "r3", 600), CancellationToken.None));
        Assert.Single(both.OfType<Outcome<Movement>.Ok>());
        Assert.Single(both.OfType<Outcome<Movement>.Rejected>());
    }

    [Fact]
    public async Task What_was_captured_and_given_back_is_settled()
    {
        var reference = await shop.Authorised();
        await shop.Provider.Capture(shop.Movement(reference, "c", 1299), CancellationToken.None);
        await shop.Provider.Refund(shop.Movement(reference, "r", 299), CancellationToken.None);

        var now = shop.Time.GetUtcNow();
        var page = Assert.IsType<Outcome<SettlementPage>.Ok>(await shop.Provider.Settlements(DateOnly.FromDateTime(now.UtcDateTime), null, CancellationToken.None)).Value;
        var settled = page.Lines.OrderByDescending(one => one.Amount.Amount).ToList();

        Assert.Equal([(SettlementKind.Capture, 1299L, reference), (SettlementKind.Refund, -299L, reference)], settled.Select(one => (one.Kind, one.Amount.Amount, one.PaymentReference)));
        Assert.True(settled[0].Fee.Amount > 0);
    }

    [Fact]
    public async Task A_wrong_api_key_is_our_own_fault_and_not_worth_repeating()
    {
        await using var stranger = await StripeShop.Open(options => options.ApiKey = "nonsense");

        Assert.IsType<Outcome<Authorisation>.Rejected>(await stranger.Authorise());
    }

    private async Task<Authorisation?> Found(string paymentId, string? reference) =>
        Assert.IsType<Outcome<Authorisation?>.Ok>(await shop.Provider.Find(paymentId, reference, CancellationToken.None)).Value;
}
