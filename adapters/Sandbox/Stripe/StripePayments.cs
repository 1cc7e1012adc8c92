namespace Commerce.Sandbox.Stripe;

using static IntentStatus;

/// <summary>What Stripe does with payments. Decides; <see cref="StripeAccount.Commit"/> takes in what was decided.</summary>
internal static class StripePayments
{
    private const long MaximumAmount = 99_999_999_99;

    public static Decision Create(StripeAccount account, StripeCall call)
    {
        var form = call.Form;
        if (!form.TryNumber("amount", out var amount) || amount is < 1 or > MaximumAmount)
        {
            return Answer.Refused("Invalid positive integer", "parameter_invalid_integer", "amount");
        }

        if (amount is null)
        {
            return Answer.Refused("Missing required param: amount.", "parameter_missing", "amount");
        }

        if (form["currency"] is not { } currency)
        {
            return Answer.Refused("Missing required param: currency.", "parameter_missing", "currency");
        }

        currency = currency.ToLowerInvariant();
        if (currency.Length != 3 || currency.AsSpan().ContainsAnyExceptInRange('a', 'z'))
        {
            return Answer.Refused($"Invalid currency: {currency}.", "parameter_invalid_empty", "currency");
        }

        if (currency is "bhd" or "jod" or "kwd" or "omr" or "tnd" && amount % 10 != 0)
        {
            return Answer.Refused($"Invalid amount: in {currency} the last digit must be 0.", "parameter_invalid_integer", "amount");
        }

        var intent = new PaymentIntent
        {
            Id = SandboxIds.New("pi_"),
            Amount = amount.Value,
            Currency = string.Intern(currency),
            Manual = form["capture_method"] is "manual",
            Metadata = form.Metadata(),
            ReturnUrl = form["return_url"],
            Created = call.Seconds,
            Key = call.Key,
        };

        return form.Is("confirm") ? Attempt(intent, call) : new(Answer.Of(intent), new() { Intent = intent });
    }

    public static Decision Confirm(StripeAccount account, StripeCall call) => account.Intent(call.Id) switch
    {
        null => Answer.Missing("payment_intent", call.Id, "intent"),
        { Status: RequiresPaymentMethod or RequiresConfirmation } intent => Attempt(intent with { ReturnUrl = call.Form["return_url"] ?? intent.ReturnUrl }, call),
        { Status: RequiresAction } intent => new(Answer.Of(intent)),
        var intent => Unexpected(intent, "confirm"),
    };

    /// <summary>The shopper came to the authentication page and passed it, or did not.</summary>
    public static Decision Authenticate(StripeAccount account, StripeCall call)
    {
        if (account.Intent(call.Id) is not { } intent)
        {
            return Answer.Missing("payment_intent", call.Id);
        }

        if (intent.Status is not RequiresAction)
        {
            return Unexpected(intent, "authenticate");
        }

        var decided = call.Form["outcome"] switch
        {
            "complete" => Charge(intent, TestCard.Find(intent.Method!)!, call),
            "fail" => Decline(intent, Declines.AuthenticationFailed),
            _ => Answer.Refused("Outcome is 'complete' or 'fail'.", param: "outcome"),
        };

        return decided;
    }

    public static Decision Capture(StripeAccount account, StripeCall call)
    {
        if (account.Intent(call.Id) is not { } intent)
        {
            return Answer.Missing("payment_intent", call.Id, "intent");
        }

        if (Lapsed(intent, call) is { } lapsed)
        {
            return lapsed;
        }

        if (intent.Status is not RequiresCapture)
        {
            return Unexpected(intent, "capture");
        }

        if (!call.Form.TryNumber("amount_to_capture", out var asked) || asked is < 1)
        {
            return Answer.Refused("Invalid positive integer", "parameter_invalid_integer", "amount_to_capture");
        }

        var amount = asked ?? intent.Amount;
        if (amount > intent.Amount)
        {
            return Answer.Refused($"The amount_to_capture ({amount}) is greater than the amount that can be captured ({intent.Amount}).", "amount_too_large", "amount_to_capture");
        }

        var captured = intent with { Status = Succeeded, Captured = amount, Metadata = call.Form.Metadata(intent.Metadata) };
        return new(Answer.Of(captured), new()
        {
            Intent = captured,
            Transactions = [new("capture", SandboxIds.As(intent.Id, "txn_"), amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), "charge.captured", SandboxIds.New("evt_"), "payment_intent.succeeded"],
        });
    }

    public static Decision Cancel(StripeAccount account, StripeCall call)
    {
        if (account.Intent(call.Id) is not { } intent)
        {
            return Answer.Missing("payment_intent", call.Id, "intent");
        }

        return intent.Status is Succeeded or Canceled
            ? Unexpected(intent, "cancel")
            : Let(intent, call.Form["cancellation_reason"], call);
    }

    public static Decision Refund(StripeAccount account, StripeCall call)
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

        if (intent.Status is not Succeeded)
        {
            return Answer.Refused("This PaymentIntent does not have a successful charge to refund.", "payment_intent_unexpected_state", intent: intent);
        }

        if (!form.TryNumber("amount", out var asked) || asked is < 1)
        {
            return Answer.Refused("Invalid positive integer", "parameter_invalid_integer", "amount");
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
        };

        return new(new Answer(200) { Refund = refund }, new()
        {
            Intent = intent with { Refunded = intent.Refunded + amount },
            Refund = refund,
            Transactions = [new("refund", refund.Id, amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), "charge.refunded", SandboxIds.New("evt_"), "refund.created"],
        });
    }

    /// <summary>A request that broke down inside: nothing happened, and its key is spent on that answer.</summary>
    public static Decision BreakDown(StripeAccount account, StripeCall call) => new(Answer.Failure(500), new());

    private static Decision Attempt(PaymentIntent intent, StripeCall call)
    {
        var form = call.Form;
        var method = form["payment_method"] ?? form["payment_method_data[card][token]"] ?? form["payment_method_data[card][number]"] ?? intent.Method;
        if (method is null)
        {
            return Answer.Refused("You cannot confirm this PaymentIntent because it's missing a payment method.", "payment_intent_unexpected_state", intent: intent);
        }

        if (TestCard.Find(method) is not { } card)
        {
            var shown = char.IsAsciiDigit(method[0]) ? "a card number that is no test card's" : method;
            return Answer.Refused($"No such PaymentMethod: '{shown}'", "resource_missing", "payment_method");
        }

        // What is kept of a card number is which test card it was.
        intent = intent with { Method = card.Id, Decline = null };
        if (!card.Challenge)
        {
            return Charge(intent, card, call);
        }

        if (form.Is("off_session") || form.Is("error_on_requires_action"))
        {
            return Decline(intent, "authentication_required");
        }

        var waiting = intent with { Status = RequiresAction, ActionUrl = $"{call.BaseUrl}/sandbox/3ds/{intent.Id}" };
        return new(Answer.Of(waiting), new()
        {
            Intent = waiting,
            Events = [SandboxIds.New("evt_"), "payment_intent.requires_action"],
        });
    }

    private static Decision Charge(PaymentIntent intent, TestCard card, StripeCall call)
    {
        if (card.Decline is { } why)
        {
            return Decline(intent, why);
        }

        var charged = intent with
        {
            Status = intent.Manual ? RequiresCapture : Succeeded,
            Captured = intent.Manual ? 0 : intent.Amount,
            AuthorisedAt = call.Seconds,
            Attempts = intent.Attempts + 1,
        };
        var authorised = new VendorTransaction("authorise", charged.ChargeId!, charged.Amount, "succeeded");

        return new(Answer.Of(charged), new()
        {
            Intent = charged,
            Transactions = charged.Manual ? [authorised] : [authorised, new("capture", SandboxIds.As(charged.Id, "txn_"), charged.Amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), charged.Manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded"],
        });
    }

    private static Decision Decline(PaymentIntent intent, string why)
    {
        var declined = intent with { Status = RequiresPaymentMethod, Decline = why, Attempts = intent.Attempts + 1 };
        return new(Answer.Declined(declined), new()
        {
            Intent = declined,
            Transactions = [new("decline", declined.ChargeId!, declined.Amount, why)],
            Events = [SandboxIds.New("evt_"), "payment_intent.payment_failed"],
        });
    }

    private static Decision Let(PaymentIntent intent, string? reason, StripeCall call)
    {
        var canceled = intent with { Status = Canceled, CanceledAt = call.Seconds, CancellationReason = reason };
        return new(Answer.Of(canceled), new()
        {
            Intent = canceled,
            Transactions = intent.Status is RequiresCapture ? [new("void", SandboxIds.As(intent.Id, "void_"), intent.Amount, "succeeded")] : null,
            Events = [SandboxIds.New("evt_"), "payment_intent.canceled"],
        });
    }

    /// <summary>An authorisation that nobody captured in time has been let go of by the bank.</summary>
    private static Decision? Lapsed(PaymentIntent intent, StripeCall call) =>
        intent.Status is RequiresCapture && call.Seconds >= intent.CaptureBefore
            ? Let(intent, "automatic", call) with { Answer = Unexpected(intent with { Status = Canceled }, "capture") }
            : default(Decision?);

    private static Answer Unexpected(PaymentIntent intent, string step) => Answer.Refused(
        $"This PaymentIntent could not be {step}{(step.EndsWith('e') ? "d" : "ed")} because it has a status of {intent.StatusName}.",
        "payment_intent_unexpected_state",
        intent: intent);
}
