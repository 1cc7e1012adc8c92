using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Commerce.Tests.Sandbox;

/// <summary>What happens to money at the pretend Stripe after it was held.</summary>
public sealed class SandboxStripeMoneyTests : IAsyncLifetime
{
    private SandboxServer sandbox = null!;

    public async Task InitializeAsync() => sandbox = await SandboxServer.Start(configure: options => options.LaterDelay = TimeSpan.FromMilliseconds(1));

    public async Task DisposeAsync() => await sandbox.DisposeAsync();

    [Fact]
    public async Task An_authorisation_is_captured_several_times_and_each_capture_is_settled_by_itself()
    {
        var id = await Held("payment_method_options[card][request_multicapture]", "if_available");
        await Must($"payment_intents/{id}/capture", "amount_to_capture", "300", "final_capture", "false");
        var second = await Must($"payment_intents/{id}/capture", "amount_to_capture", "500", "final_capture", "false");
        Assert.Equal(("requires_capture", 499, 800), (second.Text("status"), second.Number("amount_capturable"), second.Number("amount_received")));

        var last = await Must($"payment_intents/{id}/capture", "amount_to_capture", "100");
        Assert.Equal(("succeeded", 0, 900), (last.Text("status"), last.Number("amount_capturable"), last.Number("amount_received")));

        var lines = await Lines($"?source={last.Text("latest_charge")}");
        Assert.Equal([100, 500, 300], lines.Select(line => line.Number("amount")));
        Assert.Equal(3, lines.Select(line => line.Text("id")).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task An_authorisation_is_raised_when_that_was_requested()
    {
        var id = await Held("payment_method_options[card][request_incremental_authorization]", "if_available");

        var raised = await Must($"payment_intents/{id}/increment_authorization", "amount", "1500");

        Assert.Equal((1500, 1500), (raised.Number("amount"), raised.Number("amount_capturable")));
        var plain = await Held();
        using var refused = await sandbox.Post($"stripe/v1/payment_intents/{plain}/increment_authorization", null, null, "amount", "1500");
        Assert.Equal(400, (int)refused.StatusCode);
    }

    [Theory]
    [InlineData("pm_card_pendingRefund", "pending", "succeeded", "refund.updated", 299)]
    [InlineData("pm_card_refundFail", "succeeded", "failed", "refund.failed", 1299)]
    public async Task A_refund_goes_on_after_it_was_answered(string card, string first, string then, string told, long left)
    {
        var id = await Held("payment_method", card);
        await Must($"payment_intents/{id}/capture");
        var refund = await Must("refunds", "payment_intent", id, "amount", "1000");
        Assert.Equal(first, refund.Text("status"));

        await Eventually(async () => (await Get("refunds/" + refund.Text("id"))).Text("status") == then);

        Assert.Contains(told, (await Get("events")).GetProperty("data").EnumerateArray().Select(one => one.Text("type")));
        Assert.Equal(left, (await Lines()).Sum(line => line.Number("amount")));
    }

    [Theory]
    [InlineData("pm_card_createDispute", "fraudulent", "needs_response", 0)]
    [InlineData("pm_card_createDisputeProductNotReceived", "product_not_received", "needs_response", 0)]
    [InlineData("pm_card_createDisputeInquiry", "general", "warning_needs_response", 1299)]
    public async Task Some_cards_are_disputed_once_they_are_captured(string card, string reason, string status, long left)
    {
        var id = await Held("payment_method", card);
        await Must($"payment_intents/{id}/capture");

        await Eventually(async () => (await Disputes(id)).Length == 1);

        var dispute = Assert.Single(await Disputes(id));
        Assert.Equal((reason, status), (dispute.Text("reason"), dispute.Text("status")));
        Assert.Equal(left, (await Lines()).Sum(line => line.Number("amount")));
    }

    [Fact]
    public async Task A_dispute_on_demand_is_reviewed_and_won_and_the_money_is_back()
    {
        var id = await Held();
        await Must($"payment_intents/{id}/capture");
        var opened = await Control("disputes", new { payment_intent = id, amount = 500, reason = "duplicate" });
        Assert.Equal(799, (await Lines()).Sum(line => line.Number("amount")));

        await Control("disputes/" + opened.Text("id"), new { status = "under_review" });
        await Control("disputes/" + opened.Text("id"), new { status = "won" });

        Assert.Equal("won", (await Disputes(id)).Single().Text("status"));
        Assert.Equal(1299, (await Lines()).Sum(line => line.Number("amount")));
        Assert.Equal(
            ["charge.dispute.funds_reinstated", "charge.dispute.closed", "charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.created"],
            (await Get("events")).GetProperty("data").EnumerateArray().Select(one => one.Text("type")).Where(type => type.StartsWith("charge.dispute", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_customer_keeps_a_card_pays_with_it_and_takes_it_away_again()
    {
        var customer = (await Must("customers", "metadata[shopper]", "cus_ada")).Text("id");
        var first = await Must("payment_intents", "amount", "1000", "currency", "eur", "confirm", "true", "payment_method", "pm_card_mastercard", "customer", customer, "setup_future_usage", "off_session");
        var kept = first.Text("payment_method");

        var listed = Assert.Single((await Get($"customers/{customer}/payment_methods")).GetProperty("data").EnumerateArray());
        Assert.Equal((kept, "4444"), (listed.Text("id"), listed.GetProperty("card").Text("last4")));
        Assert.Equal(customer, (await Get("customers/search?query=" + Uri.EscapeDataString("metadata['shopper']:'cus_ada'"))).GetProperty("data")[0].Text("id"));
        Assert.Equal("succeeded", (await Must("payment_intents", "amount", "900", "currency", "eur", "confirm", "true", "payment_method", kept, "customer", customer)).Text("status"));

        await Must($"payment_methods/{kept}/detach");
        Assert.Empty((await Get($"customers/{customer}/payment_methods")).GetProperty("data").EnumerateArray());
        using var again = await sandbox.Post("stripe/v1/payment_intents", null, null, "amount", "900", "currency", "eur", "confirm", "true", "payment_method", kept, "customer", customer);
        Assert.Equal(400, (int)again.StatusCode);
    }

    [Fact]
    public async Task An_authorisation_that_nobody_captures_is_let_go_of_and_told_so()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));
        await using var slow = await SandboxServer.Start(time: time);
        using var held = await slow.Authorise();

        time.Advance(TimeSpan.FromDays(7));
        JsonElement[] told = [];
        for (var i = 0; i < 200 && told.Length < 2; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            told = [.. JsonDocument.Parse(await slow.Http.GetStringAsync("stripe/v1/events")).RootElement.GetProperty("data").EnumerateArray()];
        }

        Assert.Equal("payment_intent.canceled", told[0].Text("type"));
        Assert.Equal("automatic", told[0].GetProperty("data").GetProperty("object").Text("cancellation_reason"));
    }

    [Fact]
    public async Task Errors_can_be_written_into_its_books_and_taken_out_again()
    {
        for (var i = 0; i < 4; i++)
        {
            await Must($"payment_intents/{await Held()}/capture");
        }

        var right = (await Lines()).Select(line => line.Text("id")).ToArray();
        await Control("settlements/omit", new { line = right[0] });
        await Control("settlements/alter", new { line = right[1], amount = 1 });
        await Control("settlements/double", new { line = right[2] });
        await Control("settlements/delay", new { line = right[3], days = 1 });
        await Control("settlements/invent", new { amount = 777, currency = "EUR" });

        var wrong = await Lines();
        Assert.DoesNotContain(right[0], wrong.Select(line => line.Text("id")));
        Assert.Equal(1, wrong.Single(line => line.Text("id") == right[1]).Number("amount"));
        Assert.Equal(2, wrong.Count(line => line.Text("source") == wrong.Single(other => other.Text("id") == right[2]).Text("source")));
        Assert.Equal(right[3], wrong[0].Text("id"));
        Assert.Contains(777, wrong.Select(line => line.Number("amount")));

        await sandbox.Http.DeleteAsync("stripe/settlements");
        Assert.Equal(right, (await Lines()).Select(line => line.Text("id")));
    }

    private async Task<string> Held(params string[] fields)
    {
        string[] all = ["amount", "1299", "currency", "eur", "confirm", "true", "capture_method", "manual", .. fields];
        return (await Must("payment_intents", fields.Contains("payment_method", StringComparer.Ordinal) ? all : [.. all, "payment_method", "pm_card_visa"])).Text("id");
    }

    private async Task<JsonElement> Must(string path, params string[] fields)
    {
        using var answer = await sandbox.Post("stripe/v1/" + path, null, null, fields);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<JsonElement> Control(string path, object body)
    {
        using var answer = await sandbox.Http.PostAsJsonAsync("stripe/" + path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<JsonElement> Get(string path) => JsonDocument.Parse(await sandbox.Http.GetStringAsync("stripe/v1/" + path)).RootElement;

    private async Task<JsonElement[]> Lines(string query = "") => [.. (await Get("balance_transactions" + query)).GetProperty("data").EnumerateArray()];

    private async Task<JsonElement[]> Disputes(string id) => [.. (await Get("disputes?payment_intent=" + id)).GetProperty("data").EnumerateArray()];

    /// <summary>The sandbox's own clock does it; each look takes its time.</summary>
    private static async Task Eventually(Func<Task<bool>> done)
    {
        var asked = TimeProvider.System.GetTimestamp();
        while (!await done())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(asked) < TimeSpan.FromSeconds(20), "It did not happen.");
        }
    }
}

internal static class StripeJson
{
    public static string Text(this JsonElement of, string name) => of.GetProperty(name).GetString()!;

    public static long Number(this JsonElement of, string name) => of.GetProperty(name).GetInt64();
}
