using Commerce.Payments;

namespace Commerce.Tests.Payments;

public abstract partial class PaymentProviderConformance
{
    [Fact]
    public void A_webhook_that_nobody_signed_is_refused() =>
        Distrusted(new InboundWebhook(ImmutableDictionary<string, string>.Empty, "{}"u8.ToArray()), Trial.Time.GetUtcNow());

    [Fact]
    public async Task A_webhook_names_its_payment_and_itself()
    {
        if (Trial.Inbox is null)
        {
            return;
        }

        var held = await Authorised();
        var (_, told) = await Told(one => one.Reference == held.Reference);

        Assert.Matches("^[A-Za-z0-9_.:-]{1,200}$", told.EventId);
        Assert.NotEmpty(told.Type);
        Assert.True(told.PaymentId is null or "pay_1");
        Assert.InRange(told.At, Trial.Time.GetUtcNow() - Instant, Trial.Time.GetUtcNow() + Instant);
    }

    [Fact]
    public async Task A_webhook_read_again_is_the_same_event()
    {
        if (Trial.Inbox is null)
        {
            return;
        }

        var held = await Authorised();
        var (raw, told) = await Told(one => one.Reference == held.Reference);

        Assert.Contains(told, Provider.ReadWebhook(raw, Trial.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Two_events_have_two_ids()
    {
        if (Trial.Inbox is null)
        {
            return;
        }

        var first = await Authorised(Asked());
        var second = await Authorised(Asked(key: "chk_2:authorise:1"));

        var (_, one) = await Told(told => told.Reference == first.Reference);
        var (_, other) = await Told(told => told.Reference == second.Reference);
        Assert.NotEqual(one.EventId, other.EventId);
    }

    [Theory]
    [InlineData(TrialSecret.Old)]
    [InlineData(TrialSecret.New)]
    public async Task While_secrets_are_changed_either_is_believed(TrialSecret secret)
    {
        if (await AnyWebhook() is { } webhook)
        {
            Assert.NotEmpty(Provider.ReadWebhook(Trial.Signed(webhook, secret, Trial.Time.GetUtcNow()), Trial.Time.GetUtcNow()));
        }
    }

    [Fact]
    public async Task A_webhook_that_somebody_else_signed_is_refused()
    {
        if (await AnyWebhook() is { } webhook)
        {
            Distrusted(Trial.Signed(webhook, TrialSecret.Strange, Trial.Time.GetUtcNow()), Trial.Time.GetUtcNow());
        }
    }

    [Fact]
    public async Task A_webhook_that_was_changed_on_the_way_is_refused()
    {
        if (await AnyWebhook() is { } webhook)
        {
            Distrusted(Trial.Tampered(webhook), Trial.Time.GetUtcNow());
        }
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public async Task A_signature_older_or_newer_than_five_minutes_is_refused(int seconds)
    {
        if (Trial.SignsTime && await AnyWebhook() is { } webhook)
        {
            var now = Trial.Time.GetUtcNow();
            Distrusted(Trial.Signed(webhook, TrialSecret.New, now.AddSeconds(seconds)), now);
        }
    }

    [Fact]
    public async Task What_is_no_event_is_refused_whoever_signed_it()
    {
        if (await AnyWebhook() is not { } webhook)
        {
            return;
        }

        foreach (var body in (byte[][])["{}"u8.ToArray(), "[]"u8.ToArray(), "not json"u8.ToArray(), []])
        {
            InboundWebhook signed;
            try
            {
                signed = Trial.Signed(webhook with { Body = body }, TrialSecret.New, Trial.Time.GetUtcNow());
            }
            catch (System.Text.Json.JsonException)
            {
                signed = webhook with { Body = body }; // a vendor that signs inside the body cannot sign this
            }

            var refused = Assert.Throws<CommerceException>(() => Provider.ReadWebhook(signed, Trial.Time.GetUtcNow()));
            Assert.True(refused.Error.Code is "webhook-unreadable" or "webhook-signature", refused.Error.Code);
        }
    }

    [Fact]
    public async Task Several_events_in_one_request_are_all_read_and_none_counts_when_one_is_false()
    {
        if (Trial.Inbox is null)
        {
            return;
        }

        var first = await Authorised(Asked());
        var second = await Authorised(Asked(key: "chk_2:authorise:1"));
        var (one, _) = await Told(told => told.Reference == first.Reference);
        var (other, _) = await Told(told => told.Reference == second.Reference);
        if (Trial.Joined(one, other) is not { } both)
        {
            return;
        }

        Assert.Equal([first.Reference, second.Reference], Provider.ReadWebhook(both, Trial.Time.GetUtcNow()).Select(told => told.Reference));
        Distrusted(Trial.Joined(one, Trial.Tampered(other))!, Trial.Time.GetUtcNow());
    }

    [Theory]
    [InlineData(TransactionKind.Capture, FactKind.Captured)]
    [InlineData(TransactionKind.Void, FactKind.Voided)]
    [InlineData(TransactionKind.Refund, FactKind.Refunded)]
    public async Task What_was_accepted_is_told_by_webhook_when_it_is_done(TransactionKind kind, FactKind done)
    {
        if (!Can.Asynchronous)
        {
            return;
        }

        var accepted = await Done(Ask(kind, await Prepared(kind)));
        var (_, told) = await Told(one => one.Fact is { } fact && fact.Kind == done && fact.Reference == accepted.Reference);

        Assert.True(kind is TransactionKind.Void || told.Fact!.Amount == accepted.Amount, $"{told.Fact}");
        await Booked(kind, 1);
    }

    [Theory]
    [InlineData(TransactionKind.Capture, FactKind.CaptureFailed)]
    [InlineData(TransactionKind.Refund, FactKind.RefundFailed)]
    public async Task A_movement_that_fails_later_is_told_with_its_reason(TransactionKind kind, FactKind failed)
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var request = await Prepared(kind);
        if (!await Trial.FailLater(kind))
        {
            return;
        }

        var asked = Assert.IsType<Outcome<Movement>.Ok>(await Ask(kind, request)).Value;
        await Trial.Finish();
        var (_, told) = await Told(one => one.Fact?.Kind == failed && one.Fact.Reference == asked.Reference);

        Assert.False(string.IsNullOrEmpty(told.Fact!.Code));
        if (Can.CanBeAsked)
        {
            Assert.IsType<Outcome<Movement?>.Rejected>(await Provider.FindMovement(kind, request, Stop));
        }
    }

    [Fact]
    public async Task A_dispute_is_told_with_its_sum_and_listed_where_it_can_be_asked()
    {
        if (!Can.OutsideEffects)
        {
            return;
        }

        var held = await Captured();
        if (!await Trial.Dispute(held.Reference))
        {
            return;
        }

        var (_, told) = await Told(one => one.Fact?.Kind is FactKind.Disputed);
        Assert.Equal((held.Reference, (Money?)new Money(1000, "EUR")), (told.Reference, told.Fact!.Amount));
        Assert.NotNull(told.Fact.Dispute);

        if (await Provider.Disputes(held.Reference, Stop) is Outcome<ImmutableArray<Dispute>>.Ok listed)
        {
            var dispute = Assert.Single(listed.Value);
            Assert.Equal((told.Fact.Reference, held.Reference, new Money(1000, "EUR")), (dispute.Reference, dispute.PaymentReference, dispute.Amount));
        }
    }

    [Fact]
    public async Task A_payment_that_nobody_disputed_has_no_disputes()
    {
        var held = await Captured();
        var listed = await Provider.Disputes(held.Reference, Stop);

        Assert.True(listed is Outcome<ImmutableArray<Dispute>>.Ok { Value.IsEmpty: true } or Outcome<ImmutableArray<Dispute>>.Rejected { Code: "not_supported" }, $"{listed}");
    }

    [Fact]
    public async Task What_was_captured_and_given_back_is_settled_under_its_day_with_its_sum_and_fee()
    {
        if (!Can.ListsSettlements)
        {
            return;
        }

        var held = await Authorised(1299);
        var taken = await Done(Provider.Capture(Moving(held, "capture:1", 1299), Stop));
        var given = await Done(Provider.Refund(Moving(held, "refund:1", 299), Stop));

        var lines = (await Settled(await Trial.CloseBooks())).Where(line => line.PaymentReference == held.Reference).OrderByDescending(line => line.Amount.Amount).ToList();

        Assert.Equal([(SettlementKind.Capture, new Money(1299, "EUR")), (SettlementKind.Refund, new Money(-299, "EUR"))], lines.Select(line => (line.Kind, line.Amount)));
        Assert.All(lines, line => Assert.True(line.Fee.Amount >= 0 && line.PaymentId is null or "pay_1"));
        Assert.True(lines[0].MovementReference is null || lines[0].MovementReference == taken.Reference, $"{lines[0]} {taken}");
        Assert.True(lines[1].MovementReference is null || lines[1].MovementReference == given.Reference, $"{lines[1]} {given}");
    }

    [Fact]
    public async Task A_day_of_many_settlements_comes_in_pages_without_a_line_lost_or_double()
    {
        if (!Can.ListsSettlements)
        {
            return;
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, Trial.MoreThanAPage), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (at, _) =>
        {
            var held = await Authorised(Asked(100 + at, $"chk_{at}:authorise:1", $"pay_{at}"));
            Assert.IsType<Outcome<Movement>.Ok>(await Provider.Capture(Moving(held.Reference, "capture:1", 100 + at, $"pay_{at}"), Stop));
        });
        await Trial.Finish();

        var day = await Trial.CloseBooks();
        var captures = (await Settled(day)).Where(line => line.Kind is SettlementKind.Capture).ToList();

        Assert.Equal(Enumerable.Range(100, Trial.MoreThanAPage), captures.Select(line => (int)line.Amount.Amount).Order());
        Assert.Equal(captures.Count, captures.Select(line => line.Id).Distinct().Count());
        Assert.Equal(captures.Select(line => line.Id).Order(), (await Settled(day)).Where(line => line.Kind is SettlementKind.Capture).Select(line => line.Id).Order());
    }

    [Fact]
    public async Task A_day_on_which_nothing_happened_has_no_settlements() =>
        Assert.Empty(await Settled(DateOnly.FromDateTime(Trial.Time.GetUtcNow().UtcDateTime).AddDays(-40)));

    [Fact]
    public async Task A_shopper_finds_the_methods_that_were_kept_and_nobody_elses()
    {
        if (!Can.StoresMethods)
        {
            Assert.Empty(await Kept("shopper_1"));
            return;
        }

        await Authorised(Asked() with { Shopper = "shopper_1", Store = true });
        var kept = Assert.Single(await Kept("shopper_1"));
        Assert.Empty(await Kept("shopper_2"));

        Assert.Null(Provider.Refuses(kept.Method));
        Assert.True(kept.Last4 is null or { Length: 4 });
        await Authorised(Asked(key: "chk_2:authorise:1") with { Shopper = "shopper_1", Method = kept.Method });
    }

    [Fact]
    public async Task A_method_that_was_forgotten_is_gone_and_nobody_forgets_anothers()
    {
        if (!Can.StoresMethods)
        {
            Assert.IsType<Outcome<bool>.Ok>(await Provider.Forget("shopper_1", Trial.GoodMethod, Stop));
            return;
        }

        await Authorised(Asked() with { Shopper = "shopper_1", Store = true });
        var kept = Assert.Single(await Kept("shopper_1"));

        Assert.Equal(new Outcome<bool>.Ok(false), await Provider.Forget("shopper_2", kept.Method, Stop));
        Assert.Equal(new Outcome<bool>.Ok(true), await Provider.Forget("shopper_1", kept.Method, Stop));
        Assert.Equal(new Outcome<bool>.Ok(false), await Provider.Forget("shopper_1", kept.Method, Stop));
        Assert.Empty(await Kept("shopper_1"));
    }

    private void Distrusted(InboundWebhook webhook, DateTimeOffset now) =>
        Assert.Equal("webhook-signature", Assert.Throws<CommerceException>(() => Provider.ReadWebhook(webhook, now)).Error.Code);

    /// <summary>A webhook about an authorisation; null when the provider sends none.</summary>
    private async Task<InboundWebhook?> AnyWebhook()
    {
        if (Trial.Inbox is null)
        {
            return null;
        }

        var held = await Authorised();
        return (await Told(told => told.Reference == held.Reference)).Raw;
    }

    private async Task<List<Settlement>> Settled(DateOnly day)
    {
        var lines = new List<Settlement>();
        string? cursor = null;
        do
        {
            var page = Assert.IsType<Outcome<SettlementPage>.Ok>(await Provider.Settlements(day, cursor, Stop)).Value;
            lines.AddRange(page.Lines);
            cursor = page.Next;
        }
        while (cursor is not null);

        return lines;
    }

    private async Task<ImmutableArray<StoredMethod>> Kept(string shopper) => Assert.IsType<Outcome<ImmutableArray<StoredMethod>>.Ok>(await Provider.StoredMethods(shopper, Stop)).Value;
}
