using Commerce.Payments;
using static Commerce.Tests.Unit.StateMachine;

namespace Commerce.Tests.Unit.Payments;

/// <summary>What providers tell by webhook: early, late, twice and shuffled.</summary>
public sealed class FactTests
{
    private static readonly Money Eleven = Euro(1100);

    [Fact]
    public void A_success_after_a_request_holds_what_was_asked_for()
    {
        var payment = Told(Asked(), Fact(FactKind.Authorised, 0));

        Assert.Equal((PaymentStatus.Authorized, Eleven, Eleven), (payment.Status, payment.Authorised, payment.Capturable));
    }

    [Fact]
    public void A_later_failure_under_the_same_reference_leaves_nothing_held()
    {
        foreach (var facts in Orders([Fact(FactKind.Authorised, 0), Fact(FactKind.AuthorisationFailed, 1)]))
        {
            var payment = Told(Asked(), facts);
            Assert.Equal((PaymentStatus.Failed, Euro(0)), (payment.Status, payment.Authorised));
        }
    }

    [Fact]
    public void An_older_failure_changes_nothing()
    {
        foreach (var facts in Orders([Fact(FactKind.Authorised, 0), Fact(FactKind.AuthorisationFailed, -5)]))
        {
            var payment = Told(Asked(), facts);
            Assert.Equal((PaymentStatus.Authorized, Eleven), (payment.Status, payment.Authorised));
        }
    }

    [Fact]
    public void A_fact_that_comes_before_our_own_answer_is_that_answer()
    {
        var asked = Authorised().Apply(new CaptureRequested("c1", Euro(400)), At);
        var payment = Told(asked, Fact(FactKind.Captured, 3, reference: "cap_1", amount: 400, key: "pay_1:capture:c1"));

        Assert.Equal((Euro(400), TransactionStatus.Succeeded, "cap_1"), (payment.Captured, payment.Find("c1")!.Status, payment.Find("c1")!.Reference));
        Assert.Equal("not-now", Refused(() => payment.Apply(new Captured("c1", "cap_1", Euro(400), Euro(0)), At)).Code);
    }

    [Fact]
    public void A_refund_that_came_back_can_be_given_again()
    {
        var refunded = CapturedAll().Apply(new RefundRequested("r1", Euro(600), null), At).Apply(new TransactionAccepted("r1", "re_1"), At);
        refunded = Told(refunded, Fact(FactKind.Refunded, 5, reference: "re_1"));
        Assert.Equal((Euro(600), PaymentStatus.PartiallyRefunded), (refunded.Refunded, refunded.Status));

        var back = Told(refunded, Fact(FactKind.RefundFailed, 500, reference: "re_1"));

        Assert.Equal((Euro(0), PaymentStatus.Captured, Eleven), (back.Refunded, back.Status, back.Refundable));
        Assert.Equal("r1", back.ReversalOf("r1")!.Of);
        Assert.Null(back.Apply(new RefundRequested("r2", Eleven, null), At).Violation);
    }

    [Fact]
    public void An_inquiry_moves_no_money_and_a_dispute_does_until_it_is_won()
    {
        var asked = Told(CapturedAll(), Dispute(DisputeStatus.Inquiry, 1));
        Assert.Equal((Euro(0), PaymentStatus.Captured), (asked.ChargedBack, asked.Status));

        var disputed = Told(asked, Dispute(DisputeStatus.NeedsResponse, 2));
        Assert.Equal((Eleven, PaymentStatus.Disputed, Euro(0)), (disputed.ChargedBack, disputed.Status, disputed.Refundable));

        Assert.Equal((Eleven, PaymentStatus.ChargedBack), Sums(Told(disputed, Dispute(DisputeStatus.Lost, 3))));
        Assert.Equal((Euro(0), PaymentStatus.Captured), Sums(Told(disputed, Dispute(DisputeStatus.Won, 3))));

        static (Money, PaymentStatus) Sums(Payment payment) => (payment.ChargedBack, payment.Status);
    }

    [Fact]
    public void A_dispute_that_arrives_after_a_refund_says_so()
    {
        var refunded = CapturedAll().Apply(new RefundRequested("r1", Eleven, null), At).Apply(new Refunded("r1", "re_1", Eleven), At);

        var disputed = Told(refunded, Dispute(DisputeStatus.NeedsResponse, 9));

        Assert.True(disputed.Disputes.Single().AfterRefund);
        Assert.Equal((Eleven, Eleven), (disputed.Refunded, disputed.ChargedBack));
        Assert.False(Told(CapturedAll(), Dispute(DisputeStatus.NeedsResponse, 9)).Disputes.Single().AfterRefund);
    }

    [Fact]
    public void What_lapsed_is_what_was_not_captured_whichever_is_told_first()
    {
        var asked = Authorised().Apply(new CaptureRequested("c1", Euro(400)), At).Apply(new TransactionAccepted("c1", "cap_1"), At);
        foreach (var facts in Orders([Fact(FactKind.Captured, 1, reference: "cap_1"), Fact(FactKind.Expired, 2)]))
        {
            var payment = Told(asked, facts);
            Assert.Equal((Euro(400), Euro(700), Euro(0)), (payment.Captured, payment.Voided, payment.Capturable));
        }
    }

    [Fact]
    public void Of_several_adjustments_the_last_ones_sum_is_authorised()
    {
        var asked = Authorised().Apply(new AdjustmentRequested("a1", Euro(1500), null), At).Apply(new AdjustmentRequested("a2", Euro(1300), null), At)
            .Apply(new TransactionAccepted("a1", "adj_1"), At).Apply(new TransactionAccepted("a2", "adj_2"), At);
        foreach (var facts in Orders([Fact(FactKind.Adjusted, 1, reference: "adj_1"), Fact(FactKind.Adjusted, 2, reference: "adj_2")]))
        {
            Assert.Equal(Euro(1300), Told(asked, facts).Authorised);
        }
    }

    [Fact]
    public void A_word_about_a_provider_that_was_left_for_another_tells_nothing()
    {
        var rerouted = Payment.Initial
            .Apply(new AuthorisationRequested(Payment.AuthoriseId, "ord_1", "chk_1", "adyen", Eleven, "scheme", null, Alternatives: [new PaymentRoute("stripe", "pm_card_visa")]), At)
            .Apply(new AuthorisationRerouted(Payment.AuthoriseId, "stripe", "pm_card_visa", "unavailable"), At);

        Assert.Equal([], rerouted.Learn(Fact(FactKind.AuthorisationFailed, 1, key: "pay_1:authorise:1"))!.Value);
        Assert.Equal(PaymentStatus.Authorized, Told(rerouted, Fact(FactKind.Authorised, 1, key: "pay_1:authorise:2")).Status);
    }

    [Fact]
    public void What_fits_nothing_is_no_news_but_a_question()
    {
        Assert.Null(Authorised().Learn(Fact(FactKind.Captured, 1, reference: "foreign", amount: 5)));
        Assert.Null(CapturedAll().Learn(Fact(FactKind.RefundFailed, 1, reference: "foreign")));
        Assert.Null(Payment.Initial.Learn(Fact(FactKind.Authorised, 1)));
    }

    [Fact]
    public void An_authorisation_wakes_its_payment_a_day_before_it_lapses_and_not_when_nothing_is_left()
    {
        var lapses = At.AddDays(7);
        var payment = Asked().Apply(new AuthorisationApproved(Payment.AuthoriseId, "psp", Eleven, lapses), At);

        Assert.Equal(lapses - Payment.RenewBefore, payment.WakeAt);
        Assert.Equal(lapses, payment.Apply(new AuthorisationExpiring(Payment.AuthoriseId, lapses, Asks: true), At).WakeAt);
        Assert.Null(payment.Apply(new AuthorisationExpiring(Payment.AuthoriseId, lapses, Asks: false), At).WakeAt);
        Assert.Null(payment.Apply(new CaptureRequested("c", Eleven), At).Apply(new Captured("c", "cap", Eleven, Euro(0)), At).WakeAt);
        Assert.Null(Asked().WakeAt);
    }

    /// <summary>A provider's history of one payment, told in any order and any number of times, with what fits nothing yet told again as webhooks are.</summary>
    [Fact]
    public void In_whatever_order_and_however_often_facts_come_the_books_end_alike() =>
        Gen.Select(Histories, Gen.Int[0, int.MaxValue], Gen.Int[0, 3].Array[0, 12]).Sample((history, seed, repeats) =>
        {
            var (asked, facts) = history;
            var expected = Outcome(Told(asked, facts));
            var told = facts.Concat(repeats.Select(i => facts[i % facts.Length])).ToArray();
            new Random(seed).Shuffle(told);

            return Outcome(Told(asked, told)) == expected;
        });

    /// <summary>Two captures, one of which may fail later and be done after all; refunds that may come back; a dispute; an end of the authorisation.</summary>
    private static Gen<(Payment Asked, PaymentFact[] Facts)> Histories =>
        from second in Gen.Int[0, 4]
        from refund in Gen.Int[0, 3]
        from dispute in Gen.Int[0, 4]
        from expires in Gen.Bool
        select (Everything(), (PaymentFact[])
        [
            Fact(FactKind.Captured, 1, reference: "cap_1"),
            .. Chain(FactKind.Captured, FactKind.CaptureFailed, "cap_2", 10, second),
            .. Chain(FactKind.Refunded, FactKind.RefundFailed, "re_1", 30, refund),
            .. new[] { DisputeStatus.Inquiry, DisputeStatus.NeedsResponse, DisputeStatus.UnderReview, DisputeStatus.Won }.Take(dispute).Select((status, i) => Dispute(status, 50 + i)),
            .. expires ? [Fact(FactKind.Expired, 90)] : Array.Empty<PaymentFact>(),
        ]);

    /// <summary>Done, failed, done after all, failed again: as far as it goes.</summary>
    private static IEnumerable<PaymentFact> Chain(FactKind done, FactKind failed, string reference, int from, int length) =>
        Enumerable.Range(0, length).Select(i => Fact(i % 2 == 0 ? done : failed, from + i, reference));

    private static Payment Everything() => Authorised()
        .Apply(new CaptureRequested("c0", Euro(300)), At).Apply(new Captured("c0", "cap_0", Euro(300), Euro(0)), At)
        .Apply(new CaptureRequested("c1", Euro(400)), At).Apply(new TransactionAccepted("c1", "cap_1"), At)
        .Apply(new CaptureRequested("c2", Euro(200)), At).Apply(new TransactionAccepted("c2", "cap_2"), At)
        .Apply(new RefundRequested("r1", Euro(100), null), At).Apply(new TransactionAccepted("r1", "re_1"), At);

    private static (PaymentStatus, Money, Money, Money, Money, Money) Outcome(Payment payment) =>
        (payment.Status, payment.Authorised, payment.Captured, payment.Refunded, payment.Voided, payment.ChargedBack);

    /// <summary>As webhooks come: one after the other, and what does not fit yet again after the others.</summary>
    private static Payment Told(Payment payment, params PaymentFact[] facts)
    {
        var waiting = new Queue<PaymentFact>(facts);
        for (var patience = facts.Length * facts.Length + 1; waiting.TryDequeue(out var fact) && patience > 0; patience--)
        {
            if (payment.Learn(fact) is not { } events)
            {
                waiting.Enqueue(fact);
                continue;
            }

            payment = events.Aggregate(payment, (state, happened) => state.Apply(happened, At));
            Assert.Null(payment.Violation);
            Assert.False(payment.Capturable.IsNegative || payment.Refundable.IsNegative);
        }

        return payment;
    }

    private static PaymentFact[][] Orders(PaymentFact[] facts) => [facts, [.. facts.Reverse()], [.. facts, .. facts]];

    private static PaymentFact Fact(FactKind kind, int minutes, string reference = "psp", long? amount = null, string? key = null) =>
        new(kind, reference, amount is { } cents ? Euro(cents) : null, key, null, null, At.AddMinutes(minutes));

    private static PaymentFact Dispute(DisputeStatus status, int minutes) =>
        new(FactKind.Disputed, "dp_1", Eleven, null, "fraudulent", null, At.AddMinutes(minutes)) { Dispute = status };

    private static Payment Asked() => Payment.Initial.Apply(new AuthorisationRequested(Payment.AuthoriseId, "ord_1", "chk_1", "adyen", Eleven, "scheme", null), At);

    private static Payment Authorised() => Asked().Apply(new AuthorisationApproved(Payment.AuthoriseId, "psp", Eleven, null), At);

    private static Payment CapturedAll() => Authorised().Apply(new CaptureRequested("c", Eleven), At).Apply(new Captured("c", "cap", Eleven, Euro(0)), At);

    private static Money Euro(long cents) => new(cents, "EUR");
}
