using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Tests.Sandbox;

/// <summary>Stripe's dialect as the sandbox speaks it, without any library of Stripe's.</summary>
public sealed class SandboxStripeTests
{
    [Fact]
    public async Task A_request_without_a_key_is_unauthorised_in_Stripes_words()
    {
        await using var sandbox = await SandboxServer.Start();
        using var stranger = new HttpClient();
        using var answer = await stranger.GetAsync(new Uri(sandbox.StripeUrl + "/v1/payment_intents"));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("invalid_request_error", (await Read(answer)).GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_repeated_key_replays_the_first_answer_to_the_byte()
    {
        await using var sandbox = await SandboxServer.Start();
        using var first = await sandbox.Authorise("k1");
        using var again = await sandbox.Authorise("k1");

        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(1, await sandbox.Count("authorise"));
    }

    [Fact]
    public async Task A_decline_and_a_breakdown_are_replayed_too()
    {
        await using var sandbox = await SandboxServer.Start();
        using var declined = await sandbox.Authorise("k1", method: "pm_card_chargeDeclined");
        using var declinedAgain = await sandbox.Authorise("k1", method: "pm_card_chargeDeclined");
        using var broken = await sandbox.Authorise("k2", fault: "status=500; stored");
        using var brokenAgain = await sandbox.Authorise("k2");

        Assert.Equal((HttpStatusCode)402, declinedAgain.StatusCode);
        Assert.Equal(await declined.Content.ReadAsStringAsync(), await declinedAgain.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.InternalServerError, broken.StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, brokenAgain.StatusCode);
        Assert.Equal("true", brokenAgain.Headers.GetValues("Idempotent-Replayed").Single());
    }

    [Fact]
    public async Task A_key_with_other_parameters_is_an_idempotency_error()
    {
        await using var sandbox = await SandboxServer.Start();
        using var first = await sandbox.Authorise("k1");
        using var other = await sandbox.Authorise("k1", amount: "1300");

        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
        Assert.Equal("idempotency_error", (await Read(other)).GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_key_in_use_is_a_conflict()
    {
        await using var sandbox = await SandboxServer.Start();
        await sandbox.Fault(new { kind = "slow", delayMs = 500, count = 1 });

        // Whichever of the two comes first is the slow one.
        var both = await Task.WhenAll(sandbox.Authorise("k1"), sandbox.Authorise("k1"));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Conflict], both.Select(answer => answer.StatusCode).Order());
        Assert.Equal(1, await sandbox.Count("authorise"));
    }

    [Fact]
    public async Task A_key_is_kept_for_a_day_and_forgotten_after_it()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var sandbox = await SandboxServer.Start(time: time);
        await sandbox.Authorise("k1");

        time.Advance(TimeSpan.FromHours(23.9));
        await sandbox.Authorise("k1");
        Assert.Equal(1, await sandbox.Count("authorise"));

        time.Advance(TimeSpan.FromHours(0.2));
        await sandbox.Authorise("k1");
        Assert.Equal(2, await sandbox.Count("authorise"));
    }

    [Fact]
    public async Task What_is_refused_before_it_began_does_not_spend_its_key()
    {
        await using var sandbox = await SandboxServer.Start();
        using var refused = await sandbox.Authorise("k1", amount: "-5");
        using var unknown = await sandbox.Authorise("k2", method: "pm_unknown");
        using var corrected = await sandbox.Authorise("k1");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.OK), (refused.StatusCode, unknown.StatusCode, corrected.StatusCode));
    }

    [Fact]
    public async Task A_declined_intent_waits_for_another_method_and_takes_it()
    {
        await using var sandbox = await SandboxServer.Start();
        using var declined = await sandbox.Authorise(method: "pm_card_chargeDeclinedExpiredCard");
        var error = (await Read(declined)).GetProperty("error");
        var intent = error.GetProperty("payment_intent");
        Assert.Equal(("card_error", "expired_card"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal("requires_payment_method", intent.GetProperty("status").GetString());

        using var confirmed = await sandbox.Post($"stripe/v1/payment_intents/{intent.GetProperty("id")}/confirm", null, null, "payment_method", "pm_card_visa");
        Assert.Equal("requires_capture", (await Read(confirmed)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_card_number_is_taken_and_written_nowhere()
    {
        var directory = Directory.CreateTempSubdirectory("sandbox-").FullName;
        await using (var sandbox = await SandboxServer.Start(directory))
        {
            using var answer = await sandbox.Post("stripe/v1/payment_intents", "k", null,
                "amount", "100", "currency", "eur", "confirm", "true", "payment_method_data[type]", "card", "payment_method_data[card][number]", "4242424242424242");
            Assert.Equal("succeeded", (await Read(answer)).GetProperty("status").GetString());
        }

        Assert.DoesNotContain("4242424242424242", await File.ReadAllTextAsync(Path.Combine(directory, "sandbox.jsonl")), StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task An_authorisation_lapses_after_seven_days()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var sandbox = await SandboxServer.Start(time: time);
        using var held = await sandbox.Authorise();
        var id = (await Read(held)).GetProperty("id").GetString();

        time.Advance(TimeSpan.FromDays(7));
        using var late = await sandbox.Post($"stripe/v1/payment_intents/{id}/capture", null, null);

        Assert.Equal("payment_intent_unexpected_state", (await Read(late)).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal((0, 1), (await sandbox.Count("capture"), await sandbox.Count("void")));
    }

    [Fact]
    public async Task The_front_page_shows_the_cards_and_the_last_transactions()
    {
        await using var sandbox = await SandboxServer.Start();
        await sandbox.Authorise();

        var page = await sandbox.Http.GetStringAsync(new Uri(sandbox.Address, "/sandbox"));

        Assert.Contains("pm_card_threeDSecure2Required", page, StringComparison.Ordinal);
        Assert.Contains("1299 EUR", page, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> Read(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
}
