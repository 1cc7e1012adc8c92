namespace Commerce.Sandbox.Stripe;

using static IntentStatus;

/// <summary>What Stripe does with payments. Decides; <see cref="StripeAccount.Commit"/> takes in what was decided.</summary>
internal static class StripePayments
{
    private const long MaximumAmount = 99_999_999;

    public static Decision Create(StripeAccount account, StripeCall call)
    {
        var form = call.Form;
        if (form.TryNumber("amount", out var amount) && amount > MaximumAmount)
        {
            return Answer.Refused("Amount must be no more than 999,999.99", "amount_too_large", "amount");
        }

        if (!form.TryNumber("amount", out _) || amount is < 1)
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

        if (form["customer"] is { } customer && account.Customer(customer) is null)
        {
            return Answer.Missing("customer", customer, "customer") with { Status = 400 };
        }

        var manual = form["capture_method"] is "manual";
        var intent = new PaymentIntent
        {
            Id = SandboxIds.New("pi_"),
            Amount = amount.Value,
            Currency = string.Intern(currency),
            Manual = manual,
            MultiCapture = manual && form["payment_method_options[card][request_multicapture]"] is "if_available",
            Incremental = manual && form["payment_method_options[card][request_incremental_authorization]"] is "if_available",
            Customer = form["customer"],
            SetupFutureUsage = form["setup_future_usage"],
            Metadata = form.Metadata(),
            ReturnUrl = form["return_url"],
            Created = call.Seconds,
            Key = call.Key,
        };

        return form.Is("confirm") ? Attempt(account, intent, call) : new(Answer.Of(intent), new() { Intent = intent });
    }

    public static Decision Confirm(StripeAccount account, StripeCall call) => account.Intent(call.Id) switch
    {
        null => Answer.Missing("payment_intent", call.Id, "intent"),
        { Status: RequiresPaymentMethod or RequiresConfirmation } intent => Attempt(account, intent with { ReturnUrl = call.Form["return_url"] ?? intent.ReturnUrl }, call),
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
            "complete" => Charge(account, intent, TestCard.Find(intent.Method!)!, call),
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

        var amount = asked ?? intent.Capturable;
        if (amount > intent.Capturable)
        {
            return Answer.Refused($"The amount_to_capture ({amount}) is greater than the amount that can be captured ({intent.Capturable}).", "amount_too_large", "amount_to_capture");
        }

        var final = call.Form["final_capture"] is not "false";
        if (!final && !intent.MultiCapture)
        {
            return Answer.Refused("final_capture can only be false when multicapture is available on the PaymentIntent.", "parameter_invalid_empty", "final_capture");
        }

        final |= amount == intent.Capturable;
        var captured = Disputed(intent with
        {
            Status = final ? Succeeded : RequiresCapture,
            Captured = intent.Captured + amount,
            Captures = intent.Captures + 1,
            Metadata = call.Form.Metadata(intent.Metadata),
        }, account, call);
        var number = captured.Captures == 1 ? "" : captured.Captures.ToString(provider: null);

        return new(Answer.Of(captured), new()
        {
            Intent = captured,
            Transactions = [new("capture", SandboxIds.As(intent.Id, "txn_") + number, amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), "charge.captured", SandboxIds.New("evt_"), final ? "payment_intent.succeeded" : "payment_intent.amount_capturable_updated"],
        });
    }

    /// <summary>Raises the authorised amount to <c>amount</c>.</summary>
    public static Decision Increment(StripeAccount account, StripeCall call)
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
            return Unexpected(intent, "increment_authorize");
        }

        if (!intent.Incremental || intent.Captured > 0)
        {
            return Answer.Refused("The authorization of this PaymentIntent cannot be incremented.", "payment_intent_incremental_authorization_unavailable", intent: intent);
        }

        if (!call.Form.TryNumber("amount", out var amount) || amount is null || amount <= intent.Amount || amount > MaximumAmount)
        {
            return Answer.Refused($"amount is the whole new sum, above {intent.Amount}.", "parameter_invalid_integer", "amount");
        }

        var raised = intent with { Amount = amount.Value, Metadata = call.Form.Metadata(intent.Metadata) };
        return new(Answer.Of(raised), new()
        {
            Intent = raised,
            Transactions = [new("adjust", SandboxIds.New("inc_"), raised.Amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), "payment_intent.amount_capturable_updated"],
        });
    }

    /// <summary>Nobody captured it in time: the bank lets it go.</summary>
    public static Decision Expire(StripeAccount account, StripeCall call) =>
        account.Intent(call.Id) is { Status: RequiresCapture } intent && call.Seconds >= intent.CaptureBefore
            ? Let(intent, "automatic", call)
            : new Answer(200);

    /// <summary>The shopper's bank disputes what such a card paid, as it does with some test cards.</summary>
    public static Decision Dispute(StripeAccount account, StripeCall call)
    {
        var reason = TestCard.Find(account.Intent(call.Id)?.Method ?? "")?.Dispute ?? "fraudulent";
        return StripeDisputes.Open(account, call with { Form = new StripeForm(reason == "inquiry" ? "reason=general&inquiry=true" : "reason=" + reason) });
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

    /// <summary>A request that broke down inside: nothing happened, and its key is spent on that answer.</summary>
    public static Decision BreakDown(StripeAccount account, StripeCall call) => new(Answer.Failure(500), new());

    private static Decision Attempt(StripeAccount account, PaymentIntent intent, StripeCall call)
    {
        var form = call.Form;
        var method = form["payment_method"] ?? form["payment_method_data[card][token]"] ?? form["payment_method_data[card][number]"] ?? intent.Method;
        if (method is null)
        {
            return Answer.Refused("You cannot confirm this PaymentIntent because it's missing a payment method.", "payment_intent_unexpected_state", intent: intent);
        }

        var kept = account.Method(method);
        if (kept is not null && (kept.Customer is null || kept.Customer != intent.Customer))
        {
            return Answer.Refused($"The payment method {method} belongs to a customer: provide that customer, or it was detached and may not be used again.", param: "payment_method");
        }

        if (TestCard.Find(kept?.Card ?? method) is not { } card)
        {
            var shown = char.IsAsciiDigit(method[0]) ? "a card number that is no test card's" : method;
            return Answer.Refused($"No such PaymentMethod: '{shown}'", "resource_missing", "payment_method");
        }

        // What is kept of a card number is which test card it was.
        intent = intent with { Method = card.Id, KeptMethod = kept?.Id, Decline = null };
        if (!card.Challenge || (form.Is("off_session") && card.OffSession))
        {
            return Charge(account, intent, card, call);
        }

        if (form.Is("off_session") || form.Is("error_on_requires_action"))
        {
            return Decline(intent, "authentication_required");
        }

        var waiting = intent with { Status = RequiresAction, InPage = card.InPage && intent.ReturnUrl is null, ActionUrl = $"{call.BaseUrl}/sandbox/3ds/{intent.Id}" };
        return new(Answer.Of(waiting), new()
        {
            Intent = waiting,
            Events = [SandboxIds.New("evt_"), "payment_intent.requires_action"],
        });
    }

    private static Decision Charge(StripeAccount account, PaymentIntent intent, TestCard card, StripeCall call)
    {
        if (card.Decline is { } why)
        {
            return Decline(intent, why);
        }

        var keeps = intent is { Customer: not null, SetupFutureUsage: not null, KeptMethod: null } ? new KeptMethod(SandboxIds.New("pm_"), intent.Customer, card.Id, call.Seconds) : null;
        var charged = intent with
        {
            Status = intent.Manual ? RequiresCapture : Succeeded,
            Captured = intent.Manual ? 0 : intent.Amount,
            Captures = intent.Manual ? 0 : 1,
            AuthorisedAt = call.Seconds,
            Attempts = intent.Attempts + 1,
            KeptMethod = keeps?.Id ?? intent.KeptMethod,
        };
        charged = Disputed(charged, account, call);
        var authorised = new VendorTransaction("authorise", charged.ChargeId!, charged.Amount, "succeeded");

        return new(Answer.Of(charged), new()
        {
            Intent = charged,
            Method = keeps,
            Transactions = charged.Manual ? [authorised] : [authorised, new("capture", SandboxIds.As(charged.Id, "txn_"), charged.Amount, "succeeded")],
            Events = [SandboxIds.New("evt_"), charged.Manual ? "payment_intent.amount_capturable_updated" : "payment_intent.succeeded"],
        });
    }

    /// <summary>Notes when the shopper's bank will dispute what is captured, for a card that does that.</summary>
    private static PaymentIntent Disputed(PaymentIntent intent, StripeAccount account, StripeCall call) =>
        intent is { Captures: 1, DisputeDue: 0 } && TestCard.Find(intent.Method ?? "")?.Dispute is not null ? intent with { DisputeDue = call.Now + account.Delay } : intent;

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
        // What was captured in part stays so; only the rest is let go of.
        var canceled = intent.Captured > 0
            ? intent with { Status = Succeeded, CancellationReason = reason }
            : intent with { Status = Canceled, CanceledAt = call.Seconds, CancellationReason = reason };
        return new(Answer.Of(canceled), new()
        {
            Intent = canceled,
            Transactions = intent.Status is RequiresCapture ? [new("void", SandboxIds.As(intent.Id, "void_"), intent.Capturable, "succeeded")] : null,
            Events = [SandboxIds.New("evt_"), canceled.Status is Succeeded ? "payment_intent.succeeded" : "payment_intent.canceled"],
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
