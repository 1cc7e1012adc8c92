using System.Diagnostics;
using System.Globalization;
using Commerce.Crash;
using Commerce.Invariants;
using Commerce.Programs;
using Commerce.Shopping;
using Xunit.Abstractions;

namespace Commerce.Faults;

/// <summary>Payments through two vendors at once, both of which lose answers, break down and send their webhooks twice and out of order, while the shop is killed twice. Afterwards the books are judged.</summary>
[Trait("database", "files")]
public sealed class TwoVendorsTests(ITestOutputHelper output)
{
    private const int AtATime = 32, Kills = 2, Operators = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(300), Quiet = TimeSpan.FromSeconds(60);

    /// <summary>Of a long run: <c>COMMERCE_PAYMENT_CHECKOUTS</c>.</summary>
    private static int Checkouts => From("COMMERCE_PAYMENT_CHECKOUTS", 240);

    /// <summary>Repeats a run: <c>COMMERCE_PAYMENT_SEED</c>.</summary>
    private static int Seed => From("COMMERCE_PAYMENT_SEED", 20261123);

    [Fact]
    public async Task Two_vendors_that_lose_answers_and_a_shop_that_dies_twice_leave_books_that_agree_to_the_cent()
    {
        var random = new Random(Seed);
        var watch = Stopwatch.StartNew();
        output.WriteLine($"COMMERCE_PAYMENT_SEED={Seed} COMMERCE_PAYMENT_CHECKOUTS={Checkouts}");
        var port = Ports.Free();
        await using var vendor = await SandboxProcess.Start(port);
        await using var shop = await ShopProcess.Start(new ShopSetup { Port = port, Vendor = vendor, Settings = vendor.Adyen });
        foreach (var name in (string[])["stripe", "adyen"])
        {
            await vendor.Fault(new { kind = "drop_after", vendor = name, probability = 0.10, seed = random.Next() });
            await vendor.Fault(new { kind = "status", vendor = name, status = 503, probability = 0.05, seed = random.Next() });
            await vendor.Fault(new { kind = "drop_before", vendor = name, probability = 0.02, seed = random.Next() });
            await vendor.Fault(new { kind = "duplicate", operation = "webhook", vendor = name, probability = 0.3, seed = random.Next() });
            await vendor.Fault(new { kind = "reorder", operation = "webhook", vendor = name, probability = 0.3, delayMs = 1_000, seed = random.Next() });
        }

        using var crowd = new Crowd(shop.Client, Patience);
        using var backoffice = new Backoffice(shop.Client, Patience);
        var shopping = crowd.Shop([.. Enumerable.Range(0, Checkouts).Select(number => ErrandOf(number, random))], AtATime);
        var handling = backoffice.Work(crowd, shopping, Operators);
        for (var kill = 0; kill < Kills; kill++)
        {
            var amid = Checkouts * (kill + 1) / (Kills + 2);
            await Eventually.True(() => Task.FromResult(crowd.Finished >= amid || shopping.IsCompleted), Patience, $"{amid} shoppers are served", () => shop.Output);
            Assert.False(shopping.IsCompleted, "everybody was served before the last kill: the crowd is too small for this machine");
            await shop.Kill();
            output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: killed, {crowd.Finished} served");
            await shop.StartAgain();
        }

        await shopping;
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {crowd.Finished} served");
        await handling;
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {backoffice.Captured} captured, {backoffice.Refunded} of them refunded, {backoffice.Cancelled} cancelled");
        var lastFault = DateTimeOffset.UtcNow;
        await vendor.ClearFaults();

        var atRest = await Eventually.Within(() => IsQuiet(shop.Client), Quiet);
        var books = await Books.Read(shop.Client, vendor, crowd.Told, lastFault);
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s: {(atRest ? "at rest" : "NOT AT REST")}, {books.Orders.Count} orders of {books.Checkouts.Count} checkouts, {books.VendorTransactions.Count} vendor transactions ({string.Join(", ", books.VendorTransactions.GroupBy(line => line.Text("vendor")).Select(same => $"{same.Key} {same.Count()}"))}), {books.StripeInbox.Count} webhooks");

        var violations = Judge.Judgement(books);
        Assert.True(violations.Count == 0, $"COMMERCE_PAYMENT_SEED={Seed}{Environment.NewLine}{Judge.Summary(violations)}");
        Assert.True(atRest, $"not at rest within {Quiet}{Environment.NewLine}{shop.Output}");
        Assert.Contains(books.VendorTransactions, line => line.Text("vendor") == "adyen" && line.Text("kind") == "refund");
    }

    private static Errand ErrandOf(int number, Random random) => random.Next(100) switch
    {
        < 35 => new Errand(number, Crowd.Any(random), random.Next(1, 3), "pm_card_visa", "stripe", number % 2 == 0, false),
        < 70 => new Errand(number, Crowd.Any(random), random.Next(1, 3), "test_APPROVED", "adyen", number % 2 == 0, false),
        < 75 => new Errand(number, Crowd.Any(random), 1, "pm_card_chargeDeclinedInsufficientFunds", "stripe", true, false),
        < 80 => new Errand(number, Crowd.Any(random), 1, "test_NOT_ENOUGH_BALANCE", "adyen", true, false),
        < 88 => new Errand(number, Crowd.Any(random), 1, "pm_card_visa", "stripe", number % 2 == 0, true),
        < 96 => new Errand(number, Crowd.Any(random), 1, "test_APPROVED", "adyen", number % 2 == 0, true),
        _ => new Errand(number, Crowd.Any(random), 1, "invoice", "manual", true, false),
    };

    /// <summary>Beside what is always to come to rest: no order that waits for its money to come back.</summary>
    private static async Task<bool> IsQuiet(ShopClient shop) =>
        await Rest.IsQuiet(shop) && (await shop.Export("orders")).All(order => order.Text("state") is not "cancelling");

    private static int From(string variable, int usual) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : usual;
}
