using System.Net.Http.Json;
using System.Text.Json;
using Commerce.Payments;
using Commerce.Sandbox.Adyen;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Tests.Payments;

/// <summary>What each of Adyen's answers comes to.</summary>
public sealed class AdyenOutcomeTests : IAsyncLifetime
{
    private AdyenShop shop = null!;

    public async Task InitializeAsync() => shop = await AdyenShop.Open();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    public static TheoryData<string> Refusals => [.. AdyenScenario.All.Where(one => one is { Code: not null, Step: AdyenStep.None }).Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Every_documented_refusal_is_a_decline_with_our_code_and_Adyens_beside_it(string name)
    {
        var scenario = AdyenScenario.Named(name)!;

        var declined = Assert.IsType<Outcome<Authorisation>.Declined>(await shop.Authorise("test_" + name));

        Assert.Equal(AdyenRefusals.All.Single(one => one.Code == scenario.Code).Ours, declined.Why.Code);
        Assert.Equal(scenario.Code, declined.Why.VendorCode);
        Assert.NotNull(declined.Reference);
    }

    [Fact]
    public void Every_refusal_reason_can_be_tried()
    {
        Assert.Equal(
            AdyenRefusals.All.Select(one => (one.Code, one.Reason)).Order(),
            AdyenScenario.All.Where(one => one is { Code: not null, Step: AdyenStep.None }).Select(one => (one.Code!, one.Reason!)).Distinct().Order());
        Assert.All(AdyenRefusals.All, one => Assert.Contains(one.Ours, Declines.All.Select(decline => decline.Code)));
    }

    [Fact]
    public void The_mapping_document_has_every_refusal_and_every_error()
    {
        var document = File.ReadAllText(Path.Combine(Root(), "docs", "mappings", "adyen.md"));

        Assert.All(AdyenRefusals.All, one => Assert.Contains($"| {one.Code} | {one.Reason} | `{one.Ours}` |", document, StringComparison.Ordinal));
        Assert.All(AdyenErrors.All, one => Assert.Contains($"| {one.Code} | {(one.Decline is null ? "" : $"`{one.Decline}`")} | `{one.Ours}` |", document, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_authorisation_is_counted_on_for_a_week()
    {
        var request = shop.Request();
        var held = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(request, CancellationToken.None)).Value;

        Assert.Equal(AuthorisationState.Authorised, held.State);
        Assert.Equal(request.FirstAskedAt + TimeSpan.FromDays(7), held.CaptureBefore);
    }

    [Fact]
    public async Task What_is_captured_in_the_same_call_is_captured_under_the_payments_own_reference()
    {
        var taken = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(shop.Request() with { CaptureNow = true }, CancellationToken.None)).Value;

        Assert.Equal(AuthorisationState.Captured, taken.State);
        Assert.Equal(new Money(1299, "EUR"), taken.Captured);
        Assert.Equal(taken.Reference, taken.CaptureReference);
        Assert.Equal(1, await shop.Vendor.Count("capture"));
    }

    [Fact]
    public async Task A_payment_that_is_decided_later_is_pending()
    {
        var pending = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Authorise("test_PENDING")).Value;

        Assert.Equal(AuthorisationState.Pending, pending.State);
        Assert.True(pending.Authorised.IsZero);
    }

    [Theory]
    [InlineData("complete", true)]
    [InlineData("fail", false)]
    public async Task A_shopper_who_was_sent_to_the_bank_comes_back_with_a_result_that_decides(string outcome, bool authorised)
    {
        var request = shop.Request("test_3DS2_REDIRECT");
        var action = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Provider.Authorise(request, CancellationToken.None));
        Assert.Equal("redirect", action.Action.Type);

        var confirm = new ConfirmationRequest(
            request, action.Reference, ImmutableDictionary<string, string>.Empty.Add("redirectResult", await Back(action.Action.Url, outcome)), "pay_1:confirm:1", request.FirstAskedAt);
        var confirmed = await shop.Provider.Confirm(confirm, CancellationToken.None);

        if (authorised)
        {
            Assert.Equal(AuthorisationState.Authorised, Assert.IsType<Outcome<Authorisation>.Ok>(confirmed).Value.State);
        }
        else
        {
            Assert.Equal(Declines.AuthenticationFailed, Assert.IsType<Outcome<Authorisation>.Declined>(confirmed).Why.Code);
        }

        Assert.Equal(confirmed, await shop.Provider.Confirm(confirm, CancellationToken.None));
        Assert.Equal(authorised ? 1 : 0, await shop.Vendor.Count("authorise"));
    }

    [Fact]
    public async Task A_challenge_in_the_page_hands_the_whole_action_to_the_browser_library()
    {
        var action = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Authorise("test_3DS2_CHALLENGE"));

        Assert.Equal(("sdk", ""), (action.Action.Type, action.Action.Url));
        var payload = JsonDocument.Parse(action.Action.Payload!).RootElement;
        Assert.Equal("threeDS2", payload.GetProperty("type").GetString());
        Assert.IsType<Outcome<Authorisation>.Ok>(await Confirm(action.Reference, "threeDSResult", payload.GetProperty("token").GetString() + ".Y"));
    }

    [Fact]
    public async Task A_shopper_who_came_back_with_nothing_is_where_he_was()
    {
        var action = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Authorise("test_3DS2_REDIRECT"));

        var again = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Provider.Confirm(
            new ConfirmationRequest(shop.Request("test_3DS2_REDIRECT"), action.Reference, ImmutableDictionary<string, string>.Empty, "pay_1:confirm:1", shop.Time.GetUtcNow()), CancellationToken.None));

        Assert.Equal(action.Action.Url, again.Action.Url);
    }

    [Fact]
    public async Task A_method_without_details_leads_to_its_own_site()
    {
        var action = Assert.IsType<Outcome<Authorisation>.RequiresAction>(await shop.Authorise("type:ideal"));

        Assert.IsType<Outcome<Authorisation>.Ok>(await Confirm(action.Reference, "redirectResult", await Back(action.Action.Url, "complete"), "type:ideal"));
    }

    [Theory]
    [InlineData("A1B2C3D4E5F6G7H8", Declines.AuthorisationRevoked)]
    [InlineData("type:cowrie", Declines.CardNotSupported)]
    public async Task A_method_that_Adyen_does_not_know_is_a_decline(string method, string code) =>
        Assert.Equal(code, Assert.IsType<Outcome<Authorisation>.Declined>(await shop.Authorise(method)).Why.Code);

    [Theory]
    [InlineData("A1B2C3D4E5F6G7H8", true)]
    [InlineData("A1B2C3D4E5F6G7H8@once_9f", true)]
    [InlineData("type:ideal", true)]
    [InlineData("A1B2C3D4E5F6G7H8@cus_9f", false)]
    [InlineData("4111111111111111", false)]
    [InlineData("test_4111111111111111", false)]
    [InlineData("4111 1111 1111 1111", false)]
    [InlineData("type:", false)]
    [InlineData("@once_1", false)]
    [InlineData("{\"type\":\"scheme\"}", false)]
    [InlineData("", false)]
    public void A_method_is_a_reference_and_never_a_card(string method, bool taken) => Assert.Equal(taken, shop.Provider.Refuses(method) is null);

    [Fact]
    public async Task What_a_storefront_stored_for_one_purchase_pays_under_its_own_shopper_reference()
    {
        var id = await Stored("once_1");

        Assert.IsType<Outcome<Authorisation>.Declined>(await shop.Authorise(id));
        Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Authorise(id + "@once_1", "pay_1:authorise:2"));
    }

    [Fact]
    public async Task A_shopper_keeps_a_method_pays_with_it_again_and_lets_it_go()
    {
        Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(shop.Request() with { Shopper = "shopper-1", Store = true }, CancellationToken.None));

        var stored = Assert.Single(Assert.IsType<Outcome<ImmutableArray<StoredMethod>>.Ok>(await shop.Provider.StoredMethods("shopper-1", CancellationToken.None)).Value);
        Assert.Equal(("card", "visa", "1111", "2030-03"), (stored.Kind, stored.Brand, stored.Last4, stored.Expires));
        Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(shop.Request(stored.Method, "pay_1:authorise:2") with { Shopper = "shopper-1" }, CancellationToken.None));

        Assert.False(Assert.IsType<Outcome<bool>.Ok>(await shop.Provider.Forget("shopper-2", stored.Method, CancellationToken.None)).Value);
        Assert.True(Assert.IsType<Outcome<bool>.Ok>(await shop.Provider.Forget("shopper-1", stored.Method, CancellationToken.None)).Value);
        Assert.False(Assert.IsType<Outcome<bool>.Ok>(await shop.Provider.Forget("shopper-1", stored.Method, CancellationToken.None)).Value);
        Assert.Empty(Assert.IsType<Outcome<ImmutableArray<StoredMethod>>.Ok>(await shop.Provider.StoredMethods("shopper-1", CancellationToken.None)).Value);
    }

    [Fact]
    public async Task Captures_refunds_voids_and_adjustments_are_accepted_and_their_key_is_one_request()
    {
        var reference = await shop.Authorised();
        var renewed = Accepted(await shop.Provider.Adjust(shop.Movement(reference, "pay_1:adjust:1", 1500), CancellationToken.None));
        Assert.NotNull(renewed.CaptureBefore);

        var first = Accepted(await shop.Provider.Capture(shop.Movement(reference, "pay_1:capture:1", 1000), CancellationToken.None));
        var again = Accepted(await shop.Provider.Capture(shop.Movement(reference, "pay_1:capture:1", 1000), CancellationToken.None));
        var second = Accepted(await shop.Provider.Capture(shop.Movement(reference, "pay_1:capture:2", 500), CancellationToken.None));
        Accepted(await shop.Provider.Refund(shop.Movement(reference, "pay_1:refund:1", 1500), CancellationToken.None));

        Assert.Equal(first, again);
        Assert.NotEqual(first.Reference, second.Reference);
        Assert.Equal((2, 1), (await shop.Vendor.Count("capture"), await shop.Vendor.Count("refund")));
    }

    [Fact]
    public async Task An_authorisation_whose_answer_is_lost_for_good_is_cancelled_by_our_own_reference()
    {
        await shop.Authorised();

        Accepted(await shop.Provider.Void(shop.Movement("", "pay_1:void:1", 1299), CancellationToken.None));

        Assert.Equal(1, await shop.Vendor.Count("void"));
    }

    [Fact]
    public async Task A_key_that_Adyen_may_have_forgotten_moves_nothing_a_second_time()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-01T08:00:00Z"));
        await using var late = await AdyenShop.Open(time: time);
        var asked = late.Request();
        var reference = await late.Authorised();
        var capture = late.Movement(reference, "pay_1:capture:1", 1299);
        Accepted(await late.Provider.Capture(capture, CancellationToken.None));

        time.Advance(TimeSpan.FromDays(8));

        Assert.IsType<Outcome<Authorisation>.InDoubt>(await late.Provider.Authorise(asked, CancellationToken.None));
        Assert.IsType<Outcome<Movement>.InDoubt>(await late.Provider.Capture(capture, CancellationToken.None));
        Assert.Equal((1, 1), (await late.Vendor.Count("authorise"), await late.Vendor.Count("capture")));
    }

    [Theory]
    [InlineData(1299, "EUR", 1299)]
    [InlineData(1000, "CLP", 100_000)]
    [InlineData(1000, "ISK", 100_000)]
    [InlineData(5_000_000, "IDR", 50_000)]
    [InlineData(10_000, "CVE", 100)]
    [InlineData(500, "JPY", 500)]
    [InlineData(1250, "KWD", 1250)]
    public async Task An_amount_is_what_Adyens_own_table_says(long ours, string currency, long theirs)
    {
        var held = Assert.IsType<Outcome<Authorisation>.Ok>(await shop.Provider.Authorise(shop.Request(amount: ours, currency: currency), CancellationToken.None)).Value;

        Assert.Equal(new Money(ours, currency), held.Authorised);
        Assert.Equal(theirs, (await shop.Vendor.Books()).Single().GetProperty("amount").GetInt64());
    }

    [Theory]
    [InlineData(12_345, "IDR")]
    [InlineData(100, "XAU")]
    [InlineData(0, "EUR")]
    [InlineData(-1, "EUR")]
    public async Task An_amount_that_Adyen_cannot_hold_is_refused_and_never_rounded(long amount, string currency)
    {
        Assert.NotNull(shop.Provider.Refuses(new Money(amount, currency)));
        Assert.Equal("invalid_amount", Assert.IsType<Outcome<Authorisation>.Rejected>(await shop.Provider.Authorise(shop.Request(amount: amount, currency: currency), CancellationToken.None)).Code);
        Assert.Empty(await shop.Vendor.Books());
    }

    [Fact]
    public async Task Settlements_are_read_from_the_report_of_the_day_in_pages()
    {
        var reference = await shop.Captured();
        Accepted(await shop.Provider.Refund(shop.Movement(reference, "pay_1:refund:1", 300), CancellationToken.None));

        var today = DateOnly.FromDateTime(shop.Time.GetUtcNow().UtcDateTime);
        var page = Assert.IsType<Outcome<SettlementPage>.Ok>(await shop.Provider.Settlements(today, null, CancellationToken.None)).Value;

        Assert.Null(page.Next);
        Assert.Equal([SettlementKind.Capture, SettlementKind.Refund], page.Lines.Select(line => line.Kind));
        Assert.Equal([new Money(1299, "EUR"), new Money(-300, "EUR")], page.Lines.Select(line => line.Amount));
        Assert.Equal([new Money(25, "EUR"), new Money(0, "EUR")], page.Lines.Select(line => line.Fee));
        Assert.All(page.Lines, line => Assert.Equal((reference, "pay_1"), (line.PaymentReference, line.PaymentId)));
        Assert.Empty(Assert.IsType<Outcome<SettlementPage>.Ok>(await shop.Provider.Settlements(today.AddDays(-1), null, CancellationToken.None)).Value.Lines);
    }

    private Task<Outcome<Authorisation>> Confirm(string reference, string name, string value, string method = "test_3DS2_REDIRECT") => shop.Provider.Confirm(
        new ConfirmationRequest(shop.Request(method), reference, ImmutableDictionary<string, string>.Empty.Add(name, value), "pay_1:confirm:1", shop.Time.GetUtcNow()), CancellationToken.None);

    /// <summary>What the shopper's browser brings back from the page.</summary>
    private static async Task<string> Back(string page, string outcome)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var answer = await browser.PostAsync(page, new FormUrlEncodedContent([KeyValuePair.Create("outcome", outcome)]));
        return Uri.UnescapeDataString(answer.Headers.Location!.Query["?redirectResult=".Length..]);
    }

    private async Task<string> Stored(string shopper)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "adyen/v71/storedPaymentMethods")
        {
            Content = JsonContent.Create(new { merchantAccount = "SandboxECOM", shopperReference = shopper, paymentMethod = new { type = "scheme", encryptedCardNumber = "test_4111111111111111" } }),
        };
        request.Headers.Add("X-API-Key", "adyen_test_1");
        using var answer = await shop.Vendor.Http.SendAsync(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;
    }

    private static Movement Accepted(Outcome<Movement> outcome)
    {
        var movement = Assert.IsType<Outcome<Movement>.Ok>(outcome).Value;
        Assert.Equal(MovementState.Accepted, movement.State);
        return movement;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "CommerceGrains.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }
}
