using System.Globalization;

namespace Commerce.Sandbox.Adyen;

using static AdyenStatus;

/// <summary>
/// What Adyen does to payments: it accepts, and tells by webhook how it ended. What its books say in the end is decided when it accepts; a capture or
/// a refund that fails afterwards has never moved money in them.
/// </summary>
internal static class AdyenModifications
{
    public static AdyenDecision Capture(AdyenAccount account, AdyenCall call) => Modify(account, call, "captures", (payment, call, psp, amount) =>
    {
        if (payment.Status is not Authorised || amount > payment.Amount - payment.Captured)
        {
            return Failed(payment, call, "CAPTURE", psp, amount, "Insufficient balance on payment");
        }

        return payment.Scenario == AdyenScenario.CaptureFails || account.FailsNext("capture")
            ? new AdyenEntry
            {
                Failed = "capture",
                Transactions = [new("capture", psp, amount, "failed")],
                Events = [Told(payment, call, "CAPTURE", psp, amount, success: true), Told(payment, call, "CAPTURE_FAILED", psp, amount, success: true, "Capture Failed")],
            }
            : Done(payment with { Captured = payment.Captured + amount }, call, "CAPTURE", "capture", psp, amount);
    });

    public static AdyenDecision Refund(AdyenAccount account, AdyenCall call) => Modify(account, call, "refunds", (payment, call, psp, amount) =>
    {
        if (amount > payment.Captured - payment.Refunded - payment.ChargedBack)
        {
            return Failed(payment, call, "REFUND", psp, amount, "Insufficient balance on payment");
        }

        return payment.Scenario == AdyenScenario.RefundFails || account.FailsNext("refund")
            ? new AdyenEntry
            {
                Failed = "refund",
                Transactions = [new("refund", psp, amount, "failed")],
                Events = [Told(payment, call, "REFUND", psp, amount, success: true), Told(payment, call, "REFUND_FAILED", psp, amount, success: true, "Refund Failed")],
            }
            : Done(payment with { Refunded = payment.Refunded + amount }, call, "REFUND", "refund", psp, amount);
    });

    public static AdyenDecision Update(AdyenAccount account, AdyenCall call) => Modify(account, call, "amountUpdates", static (payment, call, psp, amount) =>
        payment.Status is not Authorised || amount < payment.Captured
            ? Failed(payment, call, "AUTHORISATION_ADJUSTMENT", psp, amount, "Transaction is not adjustable")
            : Done(payment with { Amount = amount }, call, "AUTHORISATION_ADJUSTMENT", "adjust", psp, amount));

    public static AdyenDecision Cancel(AdyenAccount account, AdyenCall call) => account.Payment(call.Id) is { } payment
        ? Cancel(payment, call, "cancels", "CANCELLATION")
        : AdyenAnswer.Refused(422, "167", "Original pspReference required for this operation");

    /// <summary>By the merchant's own reference: what is done when the answer to a payment never came.</summary>
    public static AdyenDecision CancelByReference(AdyenAccount account, AdyenCall call)
    {
        if (call.Text("merchantAccount") is null || call.Text("paymentReference") is not { } reference)
        {
            return AdyenAnswer.Refused(422, "130", "Reference Missing");
        }

        if (account.OfReference(reference) is { } payment)
        {
            return Cancel(payment, call, "", "TECHNICAL_CANCEL");
        }

        var psp = AdyenJson.NewReference();
        return new(Received(psp, null, call), new()
        {
            Events = [new(SandboxIds.New("ayn_"), "TECHNICAL_CANCEL", psp, null, call.Text("merchantAccount")!, call.Text("reference") ?? "", 0, "EUR", false, call.Now, "Payment not found")],
        });
    }

    /// <summary>An authorisation that nobody captured is let go of by the bank.</summary>
    public static AdyenDecision Expire(AdyenAccount account, AdyenCall call) => account.Payment(call.Id) switch
    {
        { Status: Authorised } payment when payment.Amount > payment.Captured => new AdyenDecision(new AdyenAnswer(200, "{}"), new AdyenEntry
        {
            Payment = payment with { Status = Expired },
            Transactions = [new("void", AdyenJson.NewReference(), payment.Amount - payment.Captured, "succeeded")],
            Events = [AdyenPayments.Told(payment, "EXPIRE", AdyenJson.NewReference(), payment.Psp, payment.Reference, payment.Amount, success: true, call.Now)],
        }),
        _ => AdyenAnswer.Refused(422, "167", "There is no authorisation that could expire."),
    };

    /// <summary>Makes the next capture or refund fail after it was accepted: <c>{ "operation": "capture" }</c>.</summary>
    public static AdyenDecision FailNext(AdyenAccount account, AdyenCall call) => call.Text("operation") is ("capture" or "refund") and var kind
        ? new AdyenDecision(new AdyenAnswer(201, "{}"), new AdyenEntry { FailsNext = kind })
        : AdyenAnswer.Refused(422, "702", "operation is 'capture' or 'refund'.");

    /// <summary>A step of a dispute, on demand: <c>{ "paymentPspReference", "eventCode", "amount"?, "reason"? }</c>. Steps of one dispute have one reference.</summary>
    public static AdyenDecision Dispute(AdyenAccount account, AdyenCall call)
    {
        var payment = call.Text("paymentPspReference") is { } psp ? account.Payment(psp) : call.Text("paymentReference") is { } reference ? account.OfReference(reference) : null;
        var step = call.Text("eventCode") ?? "CHARGEBACK";
        if (payment is null || payment.Captured == 0)
        {
            return AdyenAnswer.Refused(422, "167", "There is no captured payment of that reference.");
        }

        var amount = call.Amount?.Value ?? payment.Captured;
        var takes = step is "CHARGEBACK" or "SECOND_CHARGEBACK";
        var returns = step is "CHARGEBACK_REVERSED" or "PREARBITRATION_WON";
        if (!takes && !returns && step is not ("REQUEST_FOR_INFORMATION" or "NOTIFICATION_OF_CHARGEBACK" or "INFORMATION_SUPPLIED" or "PREARBITRATION_LOST"))
        {
            return AdyenAnswer.Refused(422, "702", "That is no step of a dispute.");
        }

        var dispute = "D" + payment.Psp[1..];
        string[]? until = step is "REQUEST_FOR_INFORMATION" or "NOTIFICATION_OF_CHARGEBACK" or "CHARGEBACK"
            ? ["defensePeriodEndsAt", DateTimeOffset.FromUnixTimeMilliseconds(call.Now).AddDays(18).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)]
            : null;
        return new(new AdyenAnswer(201, AdyenJson.Write(json => json.WriteString("pspReference"u8, dispute))), new()
        {
            Payment = payment with { ChargedBack = payment.ChargedBack + (takes ? amount : returns ? -amount : 0) },
            Transactions = takes ? [new("charge_back", dispute, amount, "succeeded")] : returns ? [new("charge_back_reversed", dispute, amount, "succeeded")] : null,
            Events = [AdyenPayments.Told(payment, step, dispute, payment.Psp, payment.Reference, amount, success: true, call.Now, call.Text("reason") ?? "Fraud", until)],
        });
    }

    private static AdyenDecision Cancel(AdyenPayment payment, AdyenCall call, string path, string eventCode)
    {
        var psp = AdyenJson.NewReference();
        var left = payment.Status is Authorised ? payment.Amount - payment.Captured : 0;
        var entry = payment.Status switch
        {
            Authorised when payment.Captured == 0 => new AdyenEntry
            {
                Payment = payment with { Status = Cancelled },
                Transactions = [new("void", psp, left, "succeeded")],
                Events = [Told(payment, call, eventCode, psp, left, success: true)],
            },
            Waiting => new AdyenEntry { Payment = payment with { Status = Cancelled }, Events = [Told(payment, call, eventCode, psp, payment.Amount, success: true)] },
            Cancelled => new AdyenEntry { Events = [Told(payment, call, eventCode, psp, payment.Amount, success: true)] },
            _ => Failed(payment, call, eventCode, psp, payment.Amount, "Transaction was already captured or refused"),
        };
        return new(Received(psp, path.Length == 0 ? null : payment.Psp, call), entry);
    }

    private static AdyenDecision Modify(AdyenAccount account, AdyenCall call, string path, Func<AdyenPayment, AdyenCall, string, long, AdyenEntry> decide)
    {
        if (AdyenPayments.Misses(call) is { } refused)
        {
            return refused;
        }

        if (account.Payment(call.Id) is not { } payment)
        {
            return AdyenAnswer.Refused(422, "167", "Original pspReference required for this operation");
        }

        if (call.Amount!.Value.Currency != payment.Currency)
        {
            return AdyenAnswer.Refused(422, "137", $"Invalid amount specified for {path}");
        }

        var psp = AdyenJson.NewReference();
        return new(Received(psp, payment.Psp, call), decide(payment, call, psp, call.Amount.Value.Value));
    }

    private static AdyenEntry Done(AdyenPayment payment, AdyenCall call, string eventCode, string kind, string psp, long amount) => new()
    {
        Payment = payment,
        Transactions = [new(kind, psp, amount, "succeeded")],
        Events = [Told(payment, call, eventCode, psp, amount, success: true)],
    };

    private static AdyenEntry Failed(AdyenPayment payment, AdyenCall call, string eventCode, string psp, long amount, string reason) =>
        new() { Events = [Told(payment, call, eventCode, psp, amount, success: false, reason)] };

    private static AdyenItem Told(AdyenPayment payment, AdyenCall call, string eventCode, string psp, long amount, bool success, string? reason = null) =>
        AdyenPayments.Told(payment, eventCode, psp, payment.Psp, call.Text("reference") ?? "", amount, success, call.Now, reason);

    private static AdyenAnswer Received(string psp, string? payment, AdyenCall call) => new(201, AdyenJson.Write(json =>
    {
        json.WriteString("merchantAccount"u8, call.Text("merchantAccount"));
        if (payment is not null)
        {
            json.WriteString("paymentPspReference"u8, payment);
        }

        json.WriteString("pspReference"u8, psp);
        json.WriteString("reference"u8, call.Text("reference"));
        json.WriteString("status"u8, "received"u8);
        if (call.Amount is { } amount)
        {
            json.Amount(amount.Value, amount.Currency);
        }
    }));
}
