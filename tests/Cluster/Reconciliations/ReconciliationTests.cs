using Commerce.Payments;
using Commerce.Reconciliations;

namespace Commerce.Tests.Cluster.Reconciliations;

/// <summary>A bank's books against ours, on the real journal and the real list of payments.</summary>
public sealed class ReconciliationTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Shop shop = new();
    private readonly string id = Identity.New(Identity.Reconciliation);

    private ScriptedPaymentProvider Bank => shop.Bank;

    private IReconciliationGrain Report => shop.Grains.Reconciliation(id);

    private DateOnly Today => DateOnly.FromDateTime(shop.Clock.GetUtcNow().UtcDateTime);

    public Task InitializeAsync() => shop.InitializeAsync();

    public Task DisposeAsync() => shop.DisposeAsync();

    [Fact]
    [Trait("database", "files")]
    public async Task Twelve_seeded_discrepancies_among_five_thousand_settlements_are_found_and_nothing_else()
    {
        var payments = Enumerable.Range(0, 4_000).Select(_ => Identity.New(Identity.Payment)).ToArray();
        await Parallel.ForAsync(0, payments.Length, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) => await Taken(payments[i], 1_000 + i, refunded: i % 4 == 0 ? 100 : 0));
        Assert.Equal(5_000, Bank.Booked.Count);
        var captures = Bank.Booked.Where(line => line.Kind is SettlementKind.Capture).ToArray();
        var refunds = Bank.Booked.Where(line => line.Kind is SettlementKind.Refund).ToArray();
        Change(captures[1], line => line with { Amount = line.Amount with { Amount = 1 } });
        Change(captures[2], line => line with { Amount = line.Amount with { Currency = "USD" } });
        Change(refunds[3], line => line with { Amount = line.Amount with { Amount = -99 } });
        Bank.Booked.Remove(captures[4]);
        Bank.Booked.Remove(refunds[5]);
        Bank.Booked.Add(captures[6] with { Id = "twice" });
        Bank.Booked.Add(captures[7]);
        Bank.Booked.Add(Line(SettlementKind.Capture, payments[8], "ch_unknown", 500));
        Bank.Booked.Add(Line(SettlementKind.Refund, payments[9], "re_unknown", -50));
        Bank.Booked.Add(Line(SettlementKind.ChargeBack, payments[10], "dp_unknown", -1_010));
        Bank.Booked.Add(Line(SettlementKind.Capture, null, "ch_of_nobody", 700));
        Change(captures[11], line => line with { At = line.At.AddDays(1) });
        shop.Settings["Commerce:Reconciliation:LateAfter"] = "12:00:00";
        await shop.Stop();
        await shop.Start();
        await Shop.Until(
            async () => (await shop.Grains.Payments().Movements("scripted", shop.Clock.GetUtcNow().AddDays(-1), shop.Clock.GetUtcNow().AddDays(1), new PageRequest(null, 1))).AsOf > shop.Clock.GetUtcNow().AddSeconds(-2),
            "the list has followed");

        var report = await Compared();

        Assert.Equal(
            ["AmountDiffers 3", "Duplicate 2", "Late 1", "MissingHere 4", "MissingThere 2"],
            report.Discrepancies.GroupBy(one => one.Kind).Select(same => $"{same.Key} {same.Count()}").Order(StringComparer.Ordinal));
        Assert.Equal((5_000, 5_000 - 2 - 1 - 3), (report.Counts.Ours, report.Counts.Matched));
    }

    [Fact]
    public async Task A_capture_made_in_the_banks_dashboard_is_adopted_once_however_often_it_is_asked()
    {
        var payment = Identity.New(Identity.Payment);
        await Authorised(payment, 1_000);
        Bank.Booked.Add(Line(SettlementKind.Capture, payment, "ch_dashboard", 400));
        var found = Assert.Single((await Compared()).Discrepancies);
        Assert.Equal((DiscrepancyKind.MissingHere, Remedy.Adopt), (found.Kind, found.Remedies[0]));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Quietly(Report.PutRight(Request.System($"put-{i}"), 1, Remedy.Adopt, "dashboard", "ada"))));

        var remedy = (await Report.Get())!.Discrepancies[0].Remedy!;
        Assert.Equal((Remedy.Adopt, RemedyStatus.Applied, "dashboard", "ada"), (remedy.Remedy, remedy.Status, remedy.Reason, remedy.By));
        Assert.Equal(400, (await shop.Grains.Payment(payment).Get())!.Captured.Amount);
    }

    [Fact]
    public async Task Another_sum_is_taken_over_and_the_next_report_agrees()
    {
        var payment = Identity.New(Identity.Payment);
        await Taken(payment, 1_000, refunded: 0);
        await Listed(payment, "capture:1");
        Change(Bank.Booked[0], line => line with { Amount = line.Amount with { Amount = 900 } });
        await Compared();

        await Report.PutRight(Request.System("put"), 1, Remedy.Adopt, "they are right", "ada");

        var taken = (await shop.Grains.Payment(payment).Get())!;
        Assert.Equal(900, taken.Captured.Amount);
        await Listed(payment, taken.Transactions.Last(one => one.Kind is TransactionKind.Capture).Id);
        Assert.DoesNotContain((await Compared(Identity.New(Identity.Reconciliation))).Discrepancies, one => one.Kind is DiscrepancyKind.AmountDiffers or DiscrepancyKind.MissingHere);
    }

    [Fact]
    public async Task A_capture_that_the_bank_has_not_is_taken_back_and_the_authorisation_let_go()
    {
        var payment = Identity.New(Identity.Payment);
        await Taken(payment, 1_000, refunded: 0);
        await Listed(payment, "capture:1");
        Bank.Booked.Clear();
        Bank[payment].Captured = 0;
        Assert.Equal(DiscrepancyKind.MissingThere, Assert.Single((await Compared()).Discrepancies).Kind);

        await Report.PutRight(Request.System("put"), 1, Remedy.Void, "never happened", "ada");

        var view = (await shop.Grains.Payment(payment).Get())!;
        Assert.Equal((0, 1_000), (view.Captured.Amount, view.Voided.Amount));
    }

    [Fact]
    public async Task Money_without_an_order_goes_back_through_the_bank_once_although_the_answer_was_lost()
    {
        Bank.Booked.Add(Line(SettlementKind.Capture, null, "ch_of_nobody", 700));
        await Compared();
        Bank[id].Next("refund", Fault.LostAnswer);

        await Report.PutRight(Request.System("put"), 1, Remedy.Refund, "an orphan", "ada");
        Assert.Equal(RemedyStatus.UnderWay, (await Report.Get())!.Discrepancies[0].Remedy!.Status);
        shop.Clock.Shift(TimeSpan.FromMinutes(2));

        await Shop.Until(async () => (await Report.Get())!.Discrepancies[0].Remedy!.Status is RemedyStatus.Applied, "it is asked again");
        Assert.Equal((700, 1), (Bank[id].Refunded, Bank[id].Effects["refund"]));
    }

    [Fact]
    public async Task A_remedy_that_does_not_fit_is_refused_with_those_that_do_and_one_that_was_done_stays_done()
    {
        var payment = Identity.New(Identity.Payment);
        await Taken(payment, 1_000, refunded: 0);
        await Listed(payment, "capture:1");
        Bank.Booked.Add(Bank.Booked[0]);
        await Compared();

        var refused = await Assert.ThrowsAsync<CommerceException>(() => Report.PutRight(Request.System("a"), 1, Remedy.Adopt, "no", "ada"));
        await Report.PutRight(Request.System("b"), 1, Remedy.Ignore, "listed twice", "ada");
        var twice = await Assert.ThrowsAsync<CommerceException>(() => Report.PutRight(Request.System("c"), 1, Remedy.Ignore, "again", "bob"));

        Assert.Equal(("remedy-not-offered", "ignore"), (refused.Error.Code, string.Join(' ', refused.Error.Allowed)));
        Assert.Equal(ErrorKind.Conflict, twice.Error.Kind);
    }

    [Fact]
    public async Task A_bank_that_does_not_answer_is_asked_again_and_a_crash_begins_the_report_anew()
    {
        var payment = Identity.New(Identity.Payment);
        await Taken(payment, 1_000, refunded: 0);
        await Listed(payment, "capture:1");
        Bank.BooksClosed = 2;
        await Report.Start(Request.System("start"), new StartReconciliation("scripted", Today.AddDays(-1), Today));
        await Shop.Until(async () => (await Report.Get())!.Waiting is not null, "it waits");
        await shop.Stop();
        await shop.Start();

        Assert.Empty((await Compared()).Discrepancies);
    }

    [Fact]
    public async Task The_list_shows_every_report_with_what_is_left_to_do()
    {
        Bank.Booked.Add(Line(SettlementKind.Capture, null, "ch_of_nobody", 700));
        await Compared();
        await Report.PutRight(Request.System("put"), 1, Remedy.Ignore, "the other shop's", "ada");

        ReconciliationSummary? listed = null;
        await Shop.Until(async () => (listed = (await shop.Grains.Reconciliations().All(new PageRequest(null, 10))).Items.FirstOrDefault(one => one.Id == id)) is { Open: 0 }, "it is listed");

        Assert.Equal(("scripted", ReconciliationStatus.Completed, 1), (listed!.Provider, listed.Status, listed.Discrepancies));
    }

    [Theory]
    [InlineData("nobody", 0, 0, "unknown-payment-provider")]
    [InlineData("scripted", 1, 1, "invalid-span")]
    [InlineData("scripted", 0, -1, "invalid-span")]
    [InlineData("scripted", -40, 0, "invalid-span")]
    public async Task A_report_that_cannot_be_made_is_refused_and_leaves_no_trace(string provider, int from, int to, string code)
    {
        var refused = await Assert.ThrowsAsync<CommerceException>(() => Report.Start(Request.System("start"), new StartReconciliation(provider, Today.AddDays(from), Today.AddDays(to))));

        Assert.Equal(code, refused.Error.Code);
        Assert.Null(await Report.Get());
    }

    /// <summary>The list knows of that capture or refund.</summary>
    private Task Listed(string payment, string operation) => Shop.Until(
        async () =>
        {
            string? cursor = null;
            do
            {
                var page = await shop.Grains.Payments().Movements("scripted", shop.Clock.GetUtcNow().AddDays(-1), shop.Clock.GetUtcNow().AddDays(1), new PageRequest(cursor, 100));
                if (page.Items.Any(one => one.PaymentId == payment && one.OperationId == operation && one.Status is TransactionStatus.Succeeded))
                {
                    return true;
                }

                cursor = page.Next;
            }
            while (cursor is not null);
            return false;
        },
        "it is listed");

    private async Task<ReconciliationView> Compared(string? other = null)
    {
        var report = shop.Grains.Reconciliation(other ?? id);
        await report.Start(Request.System("start"), new StartReconciliation("scripted", Today.AddDays(-1), Today)); // both days of a test that sees midnight
        ReconciliationView? view = null;
        await Shop.Until(
            async () =>
            {
                view = await report.Get();
                if (view is { Waiting: not null })
                {
                    shop.Clock.Shift(TimeSpan.FromSeconds(5)); // what it waits for is there by then
                }

                return view is { Status: ReconciliationStatus.Completed };
            },
            "it is compared", Patience);
        return view!;
    }

    private async Task Authorised(string payment, long amount) =>
        await shop.Grains.Payment(payment).Authorise(new AuthorisePayment(payment.As(Identity.Order), payment.As(Identity.Checkout), "scripted", new Money(amount, "EUR"), "card", null));

    private async Task Taken(string payment, long amount, long refunded)
    {
        await Authorised(payment, amount);
        await Book(SettlementKind.Capture, payment, await shop.Grains.Payment(payment).Capture("capture:1", new Money(amount, "EUR")), "capture:1", amount);
        if (refunded > 0)
        {
            await Book(SettlementKind.Refund, payment, await shop.Grains.Payment(payment).Refund("refund:1", new Money(refunded, "EUR"), null), "refund:1", -refunded);
        }
    }

    private Task Book(SettlementKind kind, string payment, PaymentView view, string operation, long amount)
    {
        var line = Line(kind, payment, view.Transactions.Single(one => one.Id == operation).Reference!, amount);
        lock (Bank.Booked)
        {
            Bank.Booked.Add(line);
        }

        return Task.CompletedTask;
    }

    private Settlement Line(SettlementKind kind, string? payment, string movement, long amount) => new(
        $"txn_{movement}", kind, payment is null ? "bank_of_nobody" : Bank[payment].Reference, movement, payment, new Money(amount, "EUR"), new Money(kind is SettlementKind.Capture ? 25 : 0, "EUR"), shop.Clock.GetUtcNow());

    private void Change(Settlement line, Func<Settlement, Settlement> change) => Bank.Booked[Bank.Booked.IndexOf(line)] = change(line);

    private static async Task Quietly(Task asked)
    {
        try
        {
            await asked;
        }
        catch (CommerceException refused) when (refused.Error.Kind is ErrorKind.Conflict)
        {
            // Somebody else was first.
        }
    }
}
