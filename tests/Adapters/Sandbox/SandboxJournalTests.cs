using System.Net.Http.Json;
using System.Text.Json;

namespace Commerce.Tests.Sandbox;

/// <summary>What survives the sandbox's process.</summary>
public sealed class SandboxJournalTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("sandbox-").FullName;

    private string Journal => Path.Combine(directory, "sandbox.jsonl");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        string before;
        await using (var sandbox = await SandboxServer.Start(directory))
        {
            using var held = await sandbox.Authorise("k1");
            var id = JsonDocument.Parse(await held.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
            await sandbox.Post($"stripe/v1/payment_intents/{id}/capture", "k2", null, "amount_to_capture", "1000");
            await sandbox.Post("stripe/v1/refunds", "k3", null, "payment_intent", id!, "amount", "300");
            await sandbox.Http.PostAsJsonAsync("stripe/disputes", new { payment_intent = id, amount = 100 });
            await sandbox.Http.PostAsJsonAsync("stripe/settlements/invent", new { amount = 777, currency = "EUR" });
            var customer = JsonDocument.Parse(await (await sandbox.Post("stripe/v1/customers", "k6", null, "metadata[shopper]", "ada")).Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
            await sandbox.Post("stripe/v1/payment_intents", "k7", null,
                "amount", "500", "currency", "eur", "confirm", "true", "payment_method", "pm_card_visa", "customer", customer, "setup_future_usage", "on_session");
            await sandbox.Authorise("k4", method: "pm_card_chargeDeclined");
            await sandbox.Authorise("k5", method: "pm_card_authenticationRequired");
            before = await All(sandbox);
        }

        await using (var sandbox = await SandboxServer.Start(directory))
        {
            Assert.Equal(before, await All(sandbox));
            using var replayed = await sandbox.Authorise("k1");
            Assert.True(replayed.Headers.Contains("Idempotent-Replayed"));
        }
    }

    [Fact]
    public async Task A_torn_last_line_is_cut_off_and_the_rest_kept()
    {
        await using (var sandbox = await SandboxServer.Start(directory))
        {
            await sandbox.Authorise("k1");
            await sandbox.Authorise("k2");
        }

        var whole = await File.ReadAllBytesAsync(Journal);
        await File.WriteAllBytesAsync(Journal, whole[..^20]);

        await using (var sandbox = await SandboxServer.Start(directory))
        {
            Assert.Equal(1, await sandbox.Count("authorise"));
            await sandbox.Authorise("k2");
            Assert.Equal(2, await sandbox.Count("authorise"));
        }

        await using (var sandbox = await SandboxServer.Start(directory))
        {
            Assert.Equal(2, await sandbox.Count("authorise"));
        }
    }

    [Fact]
    public async Task An_answer_is_in_the_file_before_it_is_given()
    {
        await using var sandbox = await SandboxServer.Start(directory);
        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => sandbox.Authorise($"k{i}")));
        Assert.All(asked, answer => answer.EnsureSuccessStatusCode());

        await using var file = new FileStream(Journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        Assert.Equal(200, (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static async Task<string> All(SandboxServer sandbox) =>
        await sandbox.Http.GetStringAsync("export/vendor_txn")
        + await sandbox.Http.GetStringAsync("stripe/v1/payment_intents?limit=100&expand[]=data.latest_charge")
        + await sandbox.Http.GetStringAsync("stripe/v1/refunds")
        + await sandbox.Http.GetStringAsync("stripe/v1/events")
        + await sandbox.Http.GetStringAsync("stripe/v1/balance_transactions")
        + await sandbox.Http.GetStringAsync("stripe/v1/disputes")
        + await sandbox.Http.GetStringAsync("stripe/v1/customers/" + await Customer(sandbox) + "/payment_methods");

    private static async Task<string> Customer(SandboxServer sandbox) =>
        JsonDocument.Parse(await sandbox.Http.GetStringAsync("stripe/v1/customers/search?query=" + Uri.EscapeDataString("metadata['shopper']:'ada'")))
            .RootElement.GetProperty("data")[0].GetProperty("id").GetString()!;
}
