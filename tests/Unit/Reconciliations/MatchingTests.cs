using Commerce.Payments;
using CsCheck;

namespace Commerce.Reconciliations;

/// <summary>A provider's lines against our movements.</summary>
public sealed class MatchingTests
{
    private static readonly DateTimeOffset From = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), To = From.AddDays(1), Noon = From.AddHours(12);

    private static readonly Agreement Agreed = new(TimeSpan.FromDays(2), null);

    [Fact]
    public void Books_that_agree_have_no_discrepancy()
    {
        var report = Compare([Ours(1), Ours(2, TransactionKind.Refund, 300)], [Theirs(1), Theirs(2, SettlementKind.Refund, -300)]);

        Assert.Empty(report.Finish());
        Assert.Equal(new ReconciliationCounts(2, 2, 2), report.Counts);
        Assert.Equal(new SettledSum("EUR", Euro(1000), Euro(300), Euro(0), Euro(50), Euro(650)), Assert.Single(report.Sums));
    }

    [Fact]
    public void A_line_of_a_known_payment_that_we_know_nothing_of_is_missing_here_and_can_be_adopted()
    {
        var one = Only([], [Theirs(1)]);

        Assert.Equal((DiscrepancyKind.MissingHere, "Adopt Refund Ignore"), (one.Kind, string.Join(' ', one.Remedies)));
    }

    [Fact]
    public void A_line_of_nobodys_payment_can_be_refunded_or_ignored()
    {
        var one = Only([], [Theirs(1) with { PaymentId = null }]);

        Assert.Equal((DiscrepancyKind.MissingHere, "Refund Ignore"), (one.Kind, string.Join(' ', one.Remedies)));
    }

    [Fact]
    public void A_movement_whose_end_we_never_learnt_is_missing_here_as_soon_as_the_provider_has_it() =>
        Assert.Equal(DiscrepancyKind.MissingHere, Only([Ours(1) with { Status = TransactionStatus.Unknown, Reference = null }], [Theirs(1)]).Kind);

    [Fact]
    public void A_movement_that_the_provider_has_not_is_missing_there()
    {
        var one = Only([Ours(1)], []);

        Assert.Equal((DiscrepancyKind.MissingThere, "Adopt Void Ignore"), (one.Kind, string.Join(' ', one.Remedies)));
    }

    [Theory]
    [InlineData(999, "EUR", "Adopt Ignore")]
    [InlineData(1000, "USD", "Ignore")]
    public void Another_sum_or_currency_differs(long amount, string currency, string remedies)
    {
        var one = Only([Ours(1)], [Theirs(1) with { Amount = new Money(amount, currency) }]);

        Assert.Equal((DiscrepancyKind.AmountDiffers, remedies), (one.Kind, string.Join(' ', one.Remedies)));
    }

    [Fact]
    public void A_movement_that_is_booked_twice_is_a_duplicate_whose_second_can_be_refunded()
    {
        var one = Only([Ours(1)], [Theirs(1), Theirs(1) with { Id = "txn_again" }]);

        Assert.Equal((DiscrepancyKind.Duplicate, Remedy.Refund, "txn_again"), (one.Kind, one.Remedies[0], one.SettlementId));
    }

    [Fact]
    public void A_line_that_is_listed_twice_is_a_duplicate_without_money() =>
        Assert.Equal((DiscrepancyKind.Duplicate, Remedy.Ignore), (Only([Ours(1)], [Theirs(1), Theirs(1)]) is var one ? one.Kind : default, one.Remedies[0]));

    [Fact]
    public void A_line_that_comes_days_later_is_late() =>
        Assert.Equal(DiscrepancyKind.Late, Only([Ours(1) with { At = Noon.AddDays(-3) }], [Theirs(1)]).Kind);

    [Fact]
    public void A_line_of_the_days_after_settles_a_movement_of_these_and_is_otherwise_left_to_its_own_report() =>
        Assert.Empty(Compare([Ours(1)], [Theirs(1) with { At = To.AddHours(1) }, Theirs(2) with { At = To.AddHours(1) }]).Finish());

    [Fact]
    public void A_fee_is_compared_where_one_was_agreed()
    {
        var fee = new AgreedFee { BasisPoints = 140, Fixed = { ["EUR"] = 25 } };
        var agreed = Agreed with { Fee = fee.Of };

        Assert.Equal(Euro(39), fee.Of(Euro(1000)));
        Assert.Empty(Compare([Ours(1)], [Theirs(1) with { Fee = Euro(39) }], agreed).Finish());
        Assert.Equal(DiscrepancyKind.FeeDiffers, Assert.Single(Compare([Ours(1)], [Theirs(1) with { Fee = Euro(40) }], agreed).Finish()).Kind);
    }

    [Fact]
    public void Several_captures_of_one_charge_are_told_apart_by_their_sums() => Assert.Empty(Compare(
        [Ours(1, amount: 400) with { Reference = "ch_1" }, Ours(1, amount: 600) with { OperationId = "capture:2", Reference = "ch_1" }],
        [Theirs(1, amount: 600) with { MovementReference = "ch_1" }, Theirs(1, amount: 400) with { Id = "txn_b", MovementReference = "ch_1" }]).Finish());

    [Fact]
    public void Fees_payouts_and_failed_movements_are_nobodys_business() =>
        Assert.Empty(Compare([Ours(1) with { Status = TransactionStatus.Failed }], [Theirs(9, SettlementKind.Other)]).Finish());

    [Fact]
    public void The_order_of_the_lines_does_not_matter()
    {
        PaymentMovement[] ours = [Ours(1), Ours(2), Ours(3, amount: 700), Ours(4), Ours(5, TransactionKind.Refund, 200)];
        Settlement[] theirs = [Theirs(1), Theirs(1) with { Id = "txn_x" }, Theirs(3), Theirs(4), Theirs(6), Theirs(5, SettlementKind.Refund, -200), Theirs(7) with { PaymentId = null }];
        var expected = Told(Compare(ours, theirs));

        Gen.Shuffle(theirs).Sample(shuffled => Assert.Equal(expected, Told(Compare(ours, shuffled))), iter: 500);
    }

    [Fact]
    public void Twelve_discrepancies_among_five_thousand_lines_are_found_and_nothing_else()
    {
        var ours = Enumerable.Range(0, 5_000).Select(i => Ours(i, i % 5 == 4 ? TransactionKind.Refund : TransactionKind.Capture, 1_000 + i)).ToList();
        var theirs = Enumerable.Range(0, 5_000).Select(i => i % 5 == 4 ? Theirs(i, SettlementKind.Refund, -(1_000 + i)) : Theirs(i, amount: 1_000 + i)).ToList();
        theirs[10] = theirs[10] with { Amount = Euro(1) };
        theirs[11] = theirs[11] with { Amount = new Money(theirs[11].Amount.Amount, "USD") };
        theirs[14] = theirs[14] with { Amount = Euro(-7) };
        theirs.Add(theirs[20] with { Id = "txn_twice" });
        theirs.Add(theirs[21]);
        theirs.Add(Theirs(9_000));
        theirs.Add(Theirs(9_001) with { PaymentId = null });
        theirs.Add(Theirs(9_002, SettlementKind.ChargeBack, -500));
        ours[30] = ours[30] with { At = Noon.AddDays(-4) };
        ours[31] = ours[31] with { Status = TransactionStatus.Accepted };
        theirs.RemoveAt(100);
        theirs.RemoveAt(103);

        var found = Compare(ours, theirs).Finish();

        Assert.Equal(
            [(DiscrepancyKind.MissingHere, 4), (DiscrepancyKind.MissingThere, 2), (DiscrepancyKind.AmountDiffers, 3), (DiscrepancyKind.Duplicate, 2), (DiscrepancyKind.Late, 1)],
            found.GroupBy(one => one.Kind).OrderBy(group => group.Key).Select(group => (group.Key, group.Count())));
        Assert.Equal(Enumerable.Range(1, 12), found.Select(one => one.Number));
    }

    private static string[] Told(Matching report) => report.Finish().Select(one => $"{one.Kind} {one.MovementReference}").Order(StringComparer.Ordinal).ToArray();

    private static Discrepancy Only(PaymentMovement[] ours, Settlement[] theirs) => Assert.Single(Compare(ours, theirs).Finish());

    private static Matching Compare(IEnumerable<PaymentMovement> ours, IEnumerable<Settlement> theirs, Agreement? agreed = null)
    {
        var matching = new Matching(ours, From, To, agreed ?? Agreed);
        foreach (var line in theirs)
        {
            matching.Take(line);
        }

        return matching;
    }

    private static PaymentMovement Ours(int number, TransactionKind kind = TransactionKind.Capture, long amount = 1000) =>
        new(Payment(number), $"ord_{number}", $"{kind}:{number}", kind, TransactionStatus.Succeeded, Euro(amount), $"mov_{number}", $"pi_{number}", Noon);

    private static Settlement Theirs(int number, SettlementKind kind = SettlementKind.Capture, long amount = 1000) =>
        new($"txn_{number}", kind, $"pi_{number}", $"mov_{number}", Payment(number), Euro(amount), Euro(kind is SettlementKind.Capture ? 50 : 0), Noon);

    private static string Payment(int number) => Identity.Of(Identity.Payment, $"{number}");

    private static Money Euro(long amount) => new(amount, "EUR");
}
