namespace Commerce.Sandbox.Stripe;

/// <summary>Money that goes back to cards, and sometimes comes back from them.</summary>
internal static class StripeRefunds
{
    private const string Pending = "pending", Succeeded = "succeeded", Failed = "failed";

    public static Decision Create(StripeAccount account, StripeCall call)
    {
        var form = call.Form;
        var charge = form["charge"];
        var id = form["payment_intent"] ?? (charge?.Length >= 3 + SandboxIds.Length ? string.Concat("pi_", charge.AsSpan(3, SandboxIds.Length)) : charge);
        if (id is null)
        {
            return Answer.Refused("One of the following params should be provided for this request: payment_intent or charge.", "parameter_missing");
        }

        if (account.Intent(id) is not { } intent)
        {
            return Answer.Missing("payment_intent", id, "payment_intent");
        }

        if (intent.Captured == 0)
        {
            return Answer.Refused("This PaymentIntent does not have a successful charge to refund.", "payment_intent_unexpected_state", intent: intent);
        }

        if (!form.TryNumber("amount", out var asked) || asked is < 1)
        {
            return Answer.Refused("Invalid positive integer", "parameter_invalid_integer", "amount");
        }

        if (intent.Disputed >= intent.Captured)
        {
            return Answer.Refused($"Charge {intent.ChargeId} has been charged back; cannot issue a refund.", "charge_disputed");
        }

        var left = intent.Captured - intent.Refunded;
        if (left == 0)
        {
            return Answer.Refused($"Charge {intent.ChargeId} has already been refunded.", "charge_already_refunded");
        }

        var amount = asked ?? left;
        if (amount > left)
        {
            return Answer.Refused($"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "amount_too_large", "amount");
        }

        if (form["reason"] is not (null or "duplicate" or "fraudulent" or "requested_by_customer"))
        {
            return Answer.Refused("Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer", param: "reason");
        }

        var fate = TestCard.Find(intent.Method ?? "")?.Refund;
        var refund = new Refund
        {
            Id = SandboxIds.New("re_"),
            Intent = intent.Id,
            Charge = intent.ChargeId!,
            Amount = amount,
            Currency = intent.Currency,
            Reason = form["reason"],
            Metadata = form.Metadata(),
            Created = call.Seconds,
            Status = fate is RefundFate.SucceedsLater ? Pending : Succeeded,
            Due = fate is null ? 0 : call.Now + account.Delay,
        };

        return new(new Answer(200) { Refund = refund }, new()
        {
            Intent = intent with { Refunded = intent.Refunded + amount },
            Refund = refund,
            Transactions = refund.Status == Succeeded ? [new("refund", refund.Id, amount, Succeeded)] : null,
            Events = [SandboxIds.New("evt_"), "charge.refunded", SandboxIds.New("evt_"), "refund.created"],
        });
    }

    /// <summary>What the card's bank made of one in the end.</summary>
    public static Decision Later(StripeAccount account, StripeCall call) => account.Refund(call.Id) switch
    {
        null => Answer.Missing("refund", call.Id),
        { Status: Pending } refund => Succeed(account, refund),
        { Status: Succeeded } refund => Fail(account, refund, "expired_or_canceled_card"),
        var refund => new Answer(200) { Refund = refund },
    };

    /// <summary>On demand: to the <c>status</c> <c>succeeded</c> or <c>failed</c>, with a <c>failure_reason</c>.</summary>
    public static Decision MoveOn(StripeAccount account, StripeCall call) => (account.Refund(call.Id), call.Form["status"]) switch
    {
        (null, _) => Answer.Missing("refund", call.Id),
        ({ Status: Pending } refund, Succeeded) => Succeed(account, refund),
        ({ Status: Pending or Succeeded } refund, Failed) => Fail(account, refund, call.Form["failure_reason"] ?? "unknown"),
        ({ } refund, var status) when refund.Status == status => new Answer(200) { Refund = refund },
        ({ } refund, var status) => Answer.Refused($"A refund that is {refund.Status} cannot become '{status}'.", param: "status"),
    };

    private static Decision Succeed(StripeAccount account, Refund refund)
    {
        var done = refund with { Status = Succeeded, Due = 0 };
        return new(new Answer(200) { Refund = done }, new()
        {
            Intent = account.Intent(refund.Intent),
            Refund = done,
            Transactions = [new("refund", refund.Id, refund.Amount, Succeeded)],
            Events = [SandboxIds.New("evt_"), "refund.updated", SandboxIds.New("evt_"), "charge.refund.updated"],
        });
    }

    /// <summary>The money is the merchant's again. One that was pending had not left yet.</summary>
    private static Decision Fail(StripeAccount account, Refund refund, string why)
    {
        var failed = refund with { Status = Failed, FailureReason = why, Due = 0 };
        var intent = account.Intent(refund.Intent)!;
        return new(new Answer(200) { Refund = failed }, new()
        {
            Intent = intent with { Refunded = intent.Refunded - refund.Amount },
            Refund = failed,
            Transactions = refund.Status == Succeeded ? [new("refund_failed", refund.Id + "_failed", refund.Amount, Succeeded)] : null,
            Events = [SandboxIds.New("evt_"), "refund.failed", SandboxIds.New("evt_"), "refund.updated", SandboxIds.New("evt_"), "charge.refund.updated"],
        });
    }
}
