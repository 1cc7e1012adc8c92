using System.Text.Json;

namespace Commerce.Sandbox.Adyen;

using static AdyenStatus;

/// <summary>What Adyen does with payments. Decides; <see cref="AdyenAccount.Commit"/> takes in what was decided.</summary>
internal static class AdyenPayments
{
    private const long MaximumAmount = 99_999_999_999_99;

    public static AdyenDecision Pay(AdyenAccount account, AdyenCall call)
    {
        if (Misses(call) is { } refused)
        {
            return refused;
        }

        if (call.Text("returnUrl") is null)
        {
            return AdyenAnswer.Refused(422, "14_029", "Required field 'returnUrl' is not provided.");
        }

        var (amount, currency) = call.Amount!.Value;
        var (scenario, unknown) = Method(account, call);
        if (scenario is null)
        {
            return unknown!;
        }

        if (call.Text("additionalData", "RequestedTestAcquirerResponseCode") is { } wanted)
        {
            scenario = AdyenScenario.All.FirstOrDefault(one => one.Code == wanted && one.Step is AdyenStep.None) ?? scenario;
        }

        var payment = new AdyenPayment
        {
            Psp = AdyenJson.NewReference(),
            Account = call.Text("merchantAccount")!,
            Reference = call.Text("reference")!,
            Amount = amount,
            Currency = currency,
            Scenario = scenario.Name,
            Immediate = call.Text("captureDelayHours") == "0" || call.Text("additionalData", "manualCapture") is not "true",
            Metadata = call.Pairs("metadata"),
            ReturnUrl = call.Text("returnUrl"),
            Key = call.Key,
            StoreFor = call.Text("storePaymentMethod") == "true" && scenario.IsCard ? call.Text("shopperReference") : null,
        };

        return scenario.Step switch
        {
            AdyenStep.Redirect => new(Action(payment, "RedirectShopper", Redirect(payment, call)), new() { Payment = payment }),
            AdyenStep.Challenge => new(Action(payment, "ChallengeShopper", Challenge(payment)), new() { Payment = payment }),
            AdyenStep.Later => Later(payment with { Status = Pending }, scenario, call),
            _ => Decide(payment, scenario, call),
        };
    }

    /// <summary>The shopper comes back, from the bank's page (<c>redirectResult</c>) or from the challenge in the page (<c>threeDSResult</c>: the action's token, then <c>.Y</c> or <c>.N</c>).</summary>
    public static AdyenDecision Details(AdyenAccount account, AdyenCall call)
    {
        var passed = false;
        AdyenPayment? payment = null;
        if (call.Text("details", "redirectResult") is { } result)
        {
            payment = account.OfRedirect(result);
            passed = payment?.Passed ?? false;
        }
        else if (call.Text("details", "threeDSResult") is { Length: > 2 } challenge)
        {
            payment = account.Payment(challenge[..^2]);
            passed = challenge.EndsWith(".Y", StringComparison.Ordinal);
        }

        if (payment is null)
        {
            return AdyenAnswer.Refused(422, "14_006", "The details provided are of no payment.");
        }

        var scenario = AdyenScenario.Named(payment.Scenario)!;
        return payment.Status switch
        {
            Waiting when passed => Decide(payment, scenario, call),
            Waiting => Decide(payment, AdyenScenario.Named(scenario.IsCard ? "3D_NOT_AUTHENTICATED" : "SHOPPER_CANCELLED")!, call),
            Authorised => Said(payment, "Authorised"),
            Cancelled => Said(payment, "Cancelled", "15", "Cancelled"),
            _ => Said(payment, "Refused", scenario.Code ?? "11", scenario.Reason ?? "3D Not Authenticated"),
        };
    }

    /// <summary>The shopper was on the bank's page, and passed or did not.</summary>
    public static AdyenDecision Authenticate(AdyenAccount account, AdyenCall call, bool passed)
    {
        if (account.Payment(call.Id) is not { Status: Waiting } payment)
        {
            return AdyenAnswer.Refused(404, "000", "There is nothing left to do here.");
        }

        var back = payment with { RedirectResult = SandboxIds.New("X"), Passed = passed };
        return new(new AdyenAnswer(200, back.RedirectResult), new() { Payment = back });
    }

    /// <summary>What every request about money must have.</summary>
    public static AdyenAnswer? Misses(AdyenCall call) =>
        call.Text("merchantAccount") is null ? AdyenAnswer.Refused(422, "901", "Invalid Merchant Account")
        : call.Text("reference") is not { Length: > 0 and <= 80 } ? AdyenAnswer.Refused(422, "130", "Reference Missing")
        : call.Amount is not { Value: > 0 and <= MaximumAmount } amount ? AdyenAnswer.Refused(422, "137", "Invalid amount specified")
        : amount.Currency.AsSpan().ContainsAnyExceptInRange('A', 'Z') ? AdyenAnswer.Refused(422, "138", "Unsupported currency specified")
        : null;

    /// <summary>The bank's word on a payment, told by a webhook as well.</summary>
    public static AdyenDecision Decide(AdyenPayment payment, AdyenScenario scenario, AdyenCall call)
    {
        if (scenario.Code is not null)
        {
            var refused = payment with { Status = scenario.Result == "Cancelled" ? Cancelled : Refused };
            return new(Said(refused, scenario.Result, scenario.Code, scenario.Reason), new()
            {
                Payment = refused,
                Transactions = [new("decline", refused.Psp, refused.Amount, scenario.Reason!)],
                Events = [Told(refused, "AUTHORISATION", refused.Psp, null, refused.Reference, refused.Amount, success: false, call.Now, scenario.Reason, ["refusalReasonCode", scenario.Code])],
            });
        }

        var authorised = payment with { Status = Authorised, Captured = payment.Immediate ? payment.Amount : 0 };
        var held = new VendorTransaction("authorise", authorised.Psp, authorised.Amount, "succeeded");
        return new(Said(authorised, "Authorised"), new()
        {
            Payment = authorised,
            Token = authorised.StoreFor is { } shopper ? new AdyenToken(AdyenJson.NewReference(), shopper, scenario.Name) : null,
            Transactions = authorised.Immediate ? [held, new("capture", authorised.Psp, authorised.Amount, "succeeded")] : [held],
            Events = [Told(authorised, "AUTHORISATION", authorised.Psp, null, authorised.Reference, authorised.Amount, success: true, call.Now)],
        });
    }

    public static AdyenItem Told(
        AdyenPayment payment, string eventCode, string psp, string? original, string reference, long amount, bool success, long now, string? reason = null, string[]? additional = null) =>
        new(SandboxIds.New("ayn_"), eventCode, psp, original, payment.Account, reference, amount, payment.Currency, success, now, reason,
            eventCode == "AUTHORISATION" ? [.. payment.Metadata?.Select(static (text, i) => i % 2 == 0 ? "metadata." + text : text) ?? [], .. additional ?? []] : additional);

    /// <summary>Pending, and told by webhook how it ended.</summary>
    private static AdyenDecision Later(AdyenPayment payment, AdyenScenario scenario, AdyenCall call)
    {
        var decided = Decide(payment, scenario, call);
        return decided with { Answer = Said(payment, "Pending") };
    }

    /// <summary>How the method that is named will go; else why not.</summary>
    public static (AdyenScenario? Scenario, AdyenAnswer? Refusal) Method(AdyenAccount account, AdyenCall call)
    {
        if (call.Text("paymentMethod", "storedPaymentMethodId") is { } stored)
        {
            var known = AdyenScenario.OfStored(stored)
                ?? (account.Token(stored) is { } token && token.Shopper == call.Text("shopperReference") ? AdyenScenario.Named(token.Scenario) : null);
            return (known, known is null ? AdyenAnswer.Refused(422, "800", "Contract not found") : null);
        }

        var type = call.Text("paymentMethod", "type");
        var scenario = type is "scheme"
            ? AdyenScenario.OfCard(call.Text("paymentMethod", "encryptedCardNumber"), call.Text("paymentMethod", "holderName"))
            : AdyenScenario.Named(type?.ToUpperInvariant() ?? "") is { IsCard: false } other ? other : null;
        return (scenario, scenario is not null ? null
            : type is "scheme" ? AdyenAnswer.Refused(422, "174", "Unable to decrypt data")
            : AdyenAnswer.Refused(422, "905", "Payment details are not supported"));
    }

    private static AdyenAnswer Said(AdyenPayment payment, string result, string? code = null, string? reason = null) => new(200, AdyenJson.Write(json =>
    {
        json.WriteString("pspReference"u8, payment.Psp);
        if (code is not null)
        {
            json.WriteString("refusalReason"u8, reason);
            json.WriteString("refusalReasonCode"u8, code);
        }

        json.WriteString("resultCode"u8, result);
        json.Amount(payment.Amount, payment.Currency);
        json.WriteString("merchantReference"u8, payment.Reference);
    }));

    private static AdyenAnswer Action(AdyenPayment payment, string result, Action<Utf8JsonWriter> action) => new(200, AdyenJson.Write(json =>
    {
        json.WriteString("pspReference"u8, payment.Psp);
        json.WriteString("resultCode"u8, result);
        json.WriteString("merchantReference"u8, payment.Reference);
        json.WriteStartObject("action"u8);
        action(json);
        json.WriteEndObject();
    }));

    private static Action<Utf8JsonWriter> Redirect(AdyenPayment payment, AdyenCall call) => json =>
    {
        json.WriteString("paymentMethodType"u8, AdyenScenario.Named(payment.Scenario)!.IsCard ? "scheme" : AdyenScenario.Named(payment.Scenario)!.Brand);
        json.WriteString("url"u8, $"{call.BaseUrl}/sandbox/adyen/3ds/{payment.Psp}");
        json.WriteString("method"u8, "GET"u8);
        json.WriteString("type"u8, "redirect"u8);
    };

    private static Action<Utf8JsonWriter> Challenge(AdyenPayment payment) => json =>
    {
        json.WriteString("paymentMethodType"u8, "scheme"u8);
        json.WriteString("authorisationToken"u8, payment.Psp);
        json.WriteString("subtype"u8, "challenge"u8);
        json.WriteString("token"u8, payment.Psp);
        json.WriteString("type"u8, "threeDS2"u8);
    };
}
