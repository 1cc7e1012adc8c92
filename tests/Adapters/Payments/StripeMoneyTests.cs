using System.Net.Http.Json;
using System.Text.Json;
using Commerce.Payments;
using Commerce.Tests.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Commerce.Tests.Payments;

/// <summary>What Stripe can do beyond one authorisation and one capture.</summary>
public sealed class StripeMoneyTests : IAsyncLifetime
{
    private static readonly CancellationToken Stop = CancellationToken.None;

    private StripeShop shop = null!;

    public async Task InitializeAsync() => shop = await StripeShop.Open(
        options => options.InterchangePlus = true, vendor: await SandboxServer.Start(configure: options => options.LaterDelay = TimeSpan.FromMilliseconds(1)));

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task What_is_authorised_and_captured_in_one_call_says_by_which_capture()
    {
        var taken = Ok(await shop.Provider.Authorise(shop.Request() with { CaptureNow = true }, Stop));

        Assert.Equal((AuthorisationState.Captured, 1299L), (taken.State, taken.Captured.Amount));
        Assert.Equal(Assert.Single(await Settled()).MovementReference, taken.CaptureReference);
    }

    [Fact]
    public async Task Several_captures_are_settled_each_under_its_own_reference()
    {
        var reference = await shop.Authorised();
        var first = Ok(await shop.Provider.Capture(shop.Movement(reference, "c1", 300), Stop));
        var second = Ok(await shop.Provider.Capture(shop.Movement(reference, "c2", 500), Stop));
        var again = Ok(await shop.Provider.Capture(shop.Movement(reference, "c2", 500), Stop));
        var last = Ok(await shop.Provider.Capture(shop.Movement(reference, "c3", 100) with { Final = true }, Stop));

        Assert.Equal(second, again);
        Assert.All([first, second, last], one => Assert.True(one.Released.IsZero));
        Assert.Equal(
            new[] { (first.Reference, 300L), (second.Reference, 500L), (last.Reference, 100L) }.Order(),
            (await Settled()).Select(line => (line.MovementReference!, line.Amount.Amount)).Order());
        Assert.All(await Settled(), line => Assert.Equal(("pay_1", reference), (line.PaymentId, line.PaymentReference)));
    }

    [Fact]
    public async Task One_of_several_captures_is_found_again_by_its_key()
    {
        var reference = await shop.Authorised();
        await shop.Provider.Capture(shop.Movement(reference, "c1", 300), Stop);
        var second = Ok(await shop.Provider.Capture(shop.Movement(reference, "c2", 500), Stop));

        Assert.Equal(second.Reference, Ok(await shop.Provider.FindMovement(TransactionKind.Capture, shop.Movement(reference, "c2", 500), Stop))?.Reference);
        Assert.Null(Ok(await shop.Provider.FindMovement(TransactionKind.Capture, shop.Movement(reference, "c9", 500), Stop)));
    }

    [Fact]
    public async Task What_is_left_after_a_capture_is_let_go_of()
    {
        var reference = await shop.Authorised();
        await shop.Provider.Capture(shop.Movement(reference, "c1", 300), Stop);

        Ok(await shop.Provider.Void(shop.Movement(reference, "v1", 999), Stop));
        Ok(await shop.Provider.Void(shop.Movement(reference, "v2", 999), Stop));

        Assert.IsType<Outcome<Movement>.Rejected>(await shop.Provider.Capture(shop.Movement(reference, "c2", 1), Stop));
    }

    [Fact]
    public async Task An_authorised_sum_is_raised_once_under_its_key_and_the_payment_still_believed()
    {
        var reference = await shop.Authorised();
        await shop.Vendor.Fault(new { operation = "adjust", kind = "drop_after", count = 1 });

        var raised = Ok(await shop.Provider.Adjust(shop.Movement(reference, "a1", 1500), Stop));

        Assert.Equal((1500L, true), (raised.Amount.Amount, raised.CaptureBefore is not null));
        Assert.Equal(1, await shop.Vendor.Count("adjust"));
        Assert.Equal(1500, Ok(await shop.Provider.Find("pay_1", reference, Stop))!.Authorised.Amount);
        Assert.Equal(raised.Reference, Ok(await shop.Provider.FindMovement(TransactionKind.Adjust, shop.Movement(reference, "a1", 1500), Stop))?.Reference);
        Assert.Equal(reference, Ok(await shop.Provider.Confirm(Confirmation(reference), Stop)).Reference);
        Assert.IsType<Outcome<Movement>.Rejected>(await shop.Provider.Adjust(shop.Movement(reference, "a2", 1400), Stop));
    }

    [Fact]
    public async Task A_key_that_was_spent_before_the_account_was_changed_finds_what_it_made()
    {
        await using var before = await StripeShop.Open(vendor: shop.Vendor, ownsVendor: false);
        var reference = Ok(await before.Authorise()).Reference;
        var taken = Ok(await before.Provider.Capture(before.Movement(reference, "c", 300), Stop));

        Assert.Equal(reference, Ok(await shop.Authorise()).Reference);
        Assert.Equal(taken.Reference, Ok(await shop.Provider.Capture(shop.Movement(reference, "c", 300), Stop)).Reference);
        Assert.Equal((1, 1), (await shop.Vendor.Count("authorise"), await shop.Vendor.Count("capture")));
    }

    [Fact]
    public async Task A_plain_account_promises_neither()
    {
        await using var plain = await StripeShop.Open();
        var reference = await plain.Authorised();

        Assert.Equal((false, false), (plain.Provider.Capabilities.MultiCapture, plain.Provider.Capabilities.IncrementalAuthorisation));
        Assert.Equal("not_supported", Assert.IsType<Outcome<Movement>.Rejected>(await plain.Provider.Adjust(plain.Movement(reference, "a", 1500), Stop)).Code);
        Assert.Equal(999, Ok(await plain.Provider.Capture(plain.Movement(reference, "c", 300), Stop)).Released.Amount);
    }

    [Fact]
    public async Task Authentication_in_the_page_hands_the_library_its_secret_and_is_confirmed_afterwards()
    {
        var asked = Assert.IsType<Outcome<Authorisation>.RequiresAction>(
            await shop.Provider.Authorise(shop.Request("pm_card_threeDSecure2Required") with { ReturnUrl = null }, Stop));
        Assert.Equal(("sdk", ""), (asked.Action.Type, asked.Action.Url));
        Assert.StartsWith(asked.Reference + "_secret_", asked.Action.Payload, StringComparison.Ordinal);
        Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Provider.Confirm(Confirmation(asked.Reference), Stop));

        await shop.Vendor.Http.PostAsync($"3ds/{asked.Reference}?outcome=complete", null, Stop);

        Assert.Equal(AuthorisationState.Authorised, Ok(await shop.Provider.Confirm(Confirmation(asked.Reference), Stop)).State);
        Assert.Equal(AuthorisationState.Authorised, Ok(await shop.Provider.Confirm(Confirmation(null), Stop)).State);
    }

    [Fact]
    public async Task A_failed_authentication_is_a_decline_when_it_is_confirmed()
    {
        var asked = Assert.IsType<Outcome<Authorisation>.RequiresAction>(
            await shop.Provider.Authorise(shop.Request("pm_card_authenticationRequired") with { ReturnUrl = null }, Stop));
        Assert.Equal("redirect", asked.Action.Type);
        await shop.Vendor.Http.PostAsync($"3ds/{asked.Reference}?outcome=fail", null, Stop);

        var declined = Assert.IsType<Outcome<Authorisation>.Declined>(await shop.Provider.Confirm(Confirmation(asked.Reference), Stop));

        Assert.Equal(Declines.AuthenticationFailed, declined.Why.Code);
    }

    [Theory]
    [InlineData("pm_card_pendingRefund", MovementState.Accepted, true)]
    [InlineData("pm_card_refundFail", MovementState.Done, false)]
    public async Task A_refund_whose_outcome_comes_later_is_asked_for_by_its_key(string card, MovementState first, bool succeeds)
    {
        var reference = Ok(await shop.Authorise(card)).Reference;
        await shop.Provider.Capture(shop.Movement(reference, "c", 1299), Stop);
        var asked = shop.Movement(reference, "r", 500);
        var refund = Ok(await shop.Provider.Refund(asked, Stop));
        Assert.Equal(first, refund.State);

        await Eventually(async () => await shop.Provider.FindMovement(TransactionKind.Refund, asked, Stop) switch
        {
            Outcome<Movement?>.Ok { Value.State: MovementState.Done } => succeeds,
            Outcome<Movement?>.Rejected { Code: "expired_or_canceled_card" } => !succeeds,
            _ => false,
        });

        // A refund that came back is settled, too, in its own line.
        Assert.Equal(succeeds ? [SettlementKind.Refund] : [SettlementKind.Refund, SettlementKind.Reversal], (await Settled()).Where(line => line.MovementReference == refund.Reference).Select(line => line.Kind).Order());
    }

    [Fact]
    public async Task A_dispute_is_listed_settled_and_taken_back()
    {
        var reference = await shop.Authorised();
        await shop.Provider.Capture(shop.Movement(reference, "c", 1299) with { Final = true }, Stop);
        Assert.Empty(Ok(await shop.Provider.Disputes(reference, Stop)));

        using var opened = await shop.Vendor.Http.PostAsJsonAsync("stripe/disputes", new { payment_intent = reference, amount = 500, reason = "product_not_received" }, Stop);
        var dispute = Assert.Single(Ok(await shop.Provider.Disputes(reference, Stop)));
        Assert.Equal((DisputeStatus.NeedsResponse, 500L, "product_not_received", reference), (dispute.Status, dispute.Amount.Amount, dispute.Reason, dispute.PaymentReference));
        Assert.NotNull(dispute.RespondBy);

        using var won = await shop.Vendor.Http.PostAsJsonAsync("stripe/disputes/" + dispute.Reference, new { status = "won" }, Stop);
        Assert.Equal((DisputeStatus.Won, null), (Ok(await shop.Provider.Disputes(reference, Stop)).Single().Status, Ok(await shop.Provider.Disputes(reference, Stop)).Single().RespondBy));
        Assert.Equal(
            [(SettlementKind.ChargeBack, -500L, dispute.Reference), (SettlementKind.Reversal, 500L, dispute.Reference)],
            (await Settled()).Where(line => line.Kind is not SettlementKind.Capture).OrderBy(line => line.Amount.Amount).Select(line => (line.Kind, line.Amount.Amount, line.MovementReference!)));
    }

    [Fact]
    public async Task A_shopper_keeps_a_card_pays_with_it_and_has_it_forgotten()
    {
        Ok(await shop.Provider.Authorise(shop.Request("pm_card_mastercard") with { Shopper = "cus_ada", Store = true }, Stop));

        var kept = Assert.Single(Ok(await shop.Provider.StoredMethods("cus_ada", Stop)));
        Assert.Equal(("card", "mastercard", "4444", "2034-12"), (kept.Kind, kept.Brand, kept.Last4, kept.Expires));
        Assert.Null(shop.Provider.Refuses(kept.Method));
        Ok(await shop.Provider.Authorise(shop.Request(kept.Method, "chk_2:authorise:1") with { Shopper = "cus_ada" }, Stop));
        Assert.IsType<Outcome<Authorisation>.Rejected>(await shop.Provider.Authorise(shop.Request(kept.Method, "chk_3:authorise:1") with { Shopper = "cus_eve" }, Stop));

        Assert.Empty(Ok(await shop.Provider.StoredMethods("cus_eve", Stop)));
        Assert.False(Ok(await shop.Provider.Forget("cus_eve", kept.Method, Stop)));
        Assert.True(Ok(await shop.Provider.Forget("cus_ada", kept.Method, Stop)));
        Assert.False(Ok(await shop.Provider.Forget("cus_ada", kept.Method, Stop)));
        Assert.Empty(Ok(await shop.Provider.StoredMethods("cus_ada", Stop)));
    }

    [Fact]
    public async Task A_shopper_is_one_customer_however_many_ask_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => shop.Provider.Authorise(shop.Request(key: $"chk_{i}:authorise:1") with { Shopper = "cus_ada", Store = true }, Stop)));

        var listed = JsonDocument.Parse(await shop.Vendor.Http.GetStringAsync("stripe/v1/customers/search?query=" + Uri.EscapeDataString("metadata['shopper']:'cus_ada'")));
        Assert.Single(listed.RootElement.GetProperty("data").EnumerateArray());
    }

    [Theory]
    [InlineData("USD", 49, false)]
    [InlineData("USD", 50, true)]
    [InlineData("GBP", 30, true)]
    [InlineData("GBP", 29, false)]
    [InlineData("JPY", 50, true)]
    [InlineData("HUF", 17_499, false)]
    [InlineData("EUR", 99_999_999, true)]
    [InlineData("EUR", 100_000_000, false)]
    [InlineData("ISK", 1_000_000, false)]
    [InlineData("LYD", 5_000, false)]
    public void An_amount_that_is_too_small_or_too_large_for_Stripe_is_refused_before_anything_is_stored(string currency, long amount, bool taken) =>
        Assert.Equal(taken, shop.Provider.Refuses(new Money(amount, currency)) is null);

    [Fact]
    public async Task Every_request_says_which_version_of_the_api_it_speaks()
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var listener = builder.Build();
        listener.MapFallback((HttpContext http) =>
        {
            said.TrySetResult(http.Request.Headers["Stripe-Version"].ToString());
            return Results.NotFound();
        });
        await listener.StartAsync(Stop);
        await using var other = await StripeShop.Open(options => options.BaseUrl = listener.Urls.Single());

        await other.Provider.Find("pay_1", "pi_1", Stop);

        Assert.Equal(StripeOptions.ApiVersion, await said.Task.WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    private ConfirmationRequest Confirmation(string? reference) =>
        new(shop.Request(), reference, ImmutableDictionary<string, string>.Empty, "chk_1:confirm:1", shop.Time.GetUtcNow());

    private async Task<ImmutableArray<Settlement>> Settled() =>
        Ok(await shop.Provider.Settlements(DateOnly.FromDateTime(shop.Time.GetUtcNow().UtcDateTime), null, Stop)).Lines;

    private static T Ok<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Ok>(outcome).Value;

    private static async Task Eventually(Func<Task<bool>> done)
    {
        var asked = TimeProvider.System.GetTimestamp();
        while (!await done())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(20), "It did not happen.");
        }
    }
}
