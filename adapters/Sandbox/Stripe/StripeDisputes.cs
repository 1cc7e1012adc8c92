namespace Commerce.Sandbox.Stripe;

/// <summary>How disputes are opened and end. Decides; <see cref="StripeAccount.Commit"/> takes in what was decided.</summary>
internal static class StripeDisputes
{
    private static readonly string[] Reasons =
    [
        "bank_cannot_process", "credit_not_processed", "customer_initiated", "debit_not_authorized", "duplicate", "fraudulent", "general", "incorrect_account_details",
        "insufficient_funds", "noncompliant", "product_not_received", "product_unacceptable", "subscription_canceled", "unrecognized",
    ];

    /// <summary>Opens one over the intent in the call: <c>amount</c> (default: all that was captured), <c>reason</c>, <c>inquiry</c>.</summary>
    public static Decision Open(StripeAccount account, StripeCall call)
    {
        var form = call.Form;
        if (account.Intent(call.Id) is not { } intent)
        {
            return Answer.Missing("payment_intent", call.Id, "payment_intent");
        }

        if (intent.Captured == 0)
        {
            return Answer.Refused("Only what was captured can be disputed.", "payment_intent_unexpected_state", intent: intent);
        }

        if (!form.TryNumber("amount", out var asked) || asked is < 1 || asked > intent.Captured)
        {
            return Answer.Refused($"amount is from 1 to {intent.Captured}.", "parameter_invalid_integer", "amount");
        }

        var reason = form["reason"] ?? "fraudulent";
        if (!Reasons.Contains(reason, StringComparer.Ordinal))
        {
            return Answer.Refused($"reason is one of {string.Join(", ", Reasons)}.", param: "reason");
        }

        var inquiry = form.Is("inquiry");
        var dispute = new Dispute(
            SandboxIds.New("du_"), intent.Id, intent.ChargeId!, asked ?? intent.Captured, intent.Currency, reason, inquiry ? Dispute.Inquiry : Dispute.NeedsResponse, call.Seconds);

        return new(Answer.Of(dispute), new()
        {
            Intent = intent with { Disputed = intent.Disputed + (inquiry ? 0 : dispute.Amount), DisputeDue = 0 },
            Dispute = dispute,
            Transactions = inquiry ? null : [new("charge_back", dispute.Id, dispute.Amount, "succeeded")],
            Events = inquiry ? Raised("charge.dispute.created") : Raised("charge.dispute.created", "charge.dispute.funds_withdrawn"),
        });
    }

    /// <summary>What a test account does with evidence: <c>winning_evidence</c> wins, <c>losing_evidence</c> loses, any other is reviewed.</summary>
    public static Decision Answered(StripeAccount account, StripeCall call) => account.Dispute(call.Id) is not { } dispute
        ? Answer.Missing("dispute", call.Id)
        : Move(account, dispute, (call.Form["evidence[uncategorized_text]"], dispute.IsInquiry) switch
        {
            (null, _) => dispute.Status,
            ("winning_evidence", true) => "warning_closed",
            ("winning_evidence", false) => "won",
            ("losing_evidence", false) => "lost",
            (_, true) => "warning_under_review",
            _ => "under_review",
        });

    /// <summary>The merchant accepts that it is lost.</summary>
    public static Decision Close(StripeAccount account, StripeCall call) => account.Dispute(call.Id) is { } dispute
        ? Move(account, dispute, dispute.IsInquiry ? "warning_closed" : "lost")
        : Answer.Missing("dispute", call.Id);

    /// <summary>Moves one on to the <c>status</c> in the call.</summary>
    public static Decision MoveOn(StripeAccount account, StripeCall call) => account.Dispute(call.Id) is { } dispute
        ? Move(account, dispute, call.Form["status"] ?? "")
        : Answer.Missing("dispute", call.Id);

    private static Decision Move(StripeAccount account, Dispute dispute, string status)
    {
        if (status == dispute.Status)
        {
            return Answer.Of(dispute);
        }

        var follows = dispute.IsInquiry ? status is "warning_under_review" or "warning_closed" or Dispute.NeedsResponse : status is "under_review" or "won" or "lost";
        if (dispute.IsOver || !follows)
        {
            return Answer.Refused($"A dispute that is {dispute.Status} cannot become '{status}'.", param: "status");
        }

        var moved = dispute with { Status = status };
        var intent = account.Intent(dispute.Intent)!;
        return new(Answer.Of(moved), status switch
        {
            "won" => new()
            {
                Intent = intent with { Disputed = intent.Disputed - dispute.Amount },
                Dispute = moved,
                Transactions = [new("charge_back_reversed", dispute.Id + "_won", dispute.Amount, "succeeded")],
                Events = Raised("charge.dispute.closed", "charge.dispute.funds_reinstated"),
            },

            // An inquiry that became a dispute.
            Dispute.NeedsResponse => new()
            {
                Intent = intent with { Disputed = intent.Disputed + dispute.Amount },
                Dispute = moved,
                Transactions = [new("charge_back", dispute.Id, dispute.Amount, "succeeded")],
                Events = Raised("charge.dispute.updated", "charge.dispute.funds_withdrawn"),
            },
            _ => new() { Intent = intent, Dispute = moved, Events = Raised(moved.IsOver ? "charge.dispute.closed" : "charge.dispute.updated") },
        });
    }

    private static string[] Raised(params ReadOnlySpan<string> types)
    {
        var events = new List<string>(4);
        foreach (var type in types)
        {
            events.Add(SandboxIds.New("evt_"));
            events.Add(type);
        }

        return [.. events];
    }
}
