using System.Net;
using System.Text.Json;

namespace Commerce.Payments;

/// <summary>Everything that Adyen can answer, as an outcome: the one place. Written out in docs/mappings/adyen.md.</summary>
internal static class AdyenOutcomes
{
    /// <summary>An authorisation or a confirmation that ended in no payment.</summary>
    public static Outcome<Authorisation> OfFailedAuthorisation(Exception failure, bool maybeDone) =>
        failure is AdyenAnswerException { Error: { } error } && IsAnswer(failure, maybeDone) && AdyenErrors.Of(error).Decline is { } decline
            ? new Outcome<Authorisation>.Declined(Declines.Of(decline, error.Code), error.PspReference)
            : OfFailure<Authorisation>(failure, maybeDone);

    /// <summary>A call that changes something and did not end in an object.</summary>
    public static Outcome<T> OfFailure<T>(Exception failure, bool maybeDone) => failure switch
    {
        AdyenAnswerException { Error: { } error } when IsAnswer(failure, maybeDone) => new Outcome<T>.Rejected(AdyenErrors.Of(error).Ours, error.Message ?? "Adyen refused without saying why."),
        _ when maybeDone => new Outcome<T>.InDoubt(Why(failure)),
        _ => new Outcome<T>.Unavailable(AdyenFailures.Of.WaitBefore(failure)),
    };

    /// <summary>A call that only reads: nothing can be in doubt that was not before.</summary>
    public static Outcome<T> OfUnread<T>(Exception failure) => OfFailure<T>(failure, maybeDone: false);

    /// <summary>A payment that was asked for: checked against what was asked before it is believed.</summary>
    /// <param name="captureBefore">UTC, until when it is counted on.</param>
    public static Outcome<Authorisation> OfPayment(AdyenPayment said, AuthorisationRequest request, DateTimeOffset captureBefore)
    {
        if ((said.MerchantReference is not null && said.MerchantReference != request.PaymentId)
            || (said.Amount is not null && AdyenAmounts.Read(said.Amount) != request.Amount))
        {
            return Nonsense<Authorisation>("a payment that was not asked for");
        }

        if (said.Action is { ValueKind: JsonValueKind.Object } action && said.ResultCode is "RedirectShopper" or "IdentifyShopper" or "ChallengeShopper" or "PresentToShopper" or "Pending" or "Received")
        {
            return new Outcome<Authorisation>.RequiresAction(said.PspReference ?? "", Action(said.Action.Value));
        }

        var nothing = Money.Zero(request.Amount.Currency);
        return (said.ResultCode, said.PspReference) switch
        {
            ("Authorised", { Length: > 0 } psp) => new Outcome<Authorisation>.Ok(request.CaptureNow
                ? new Authorisation(psp, AuthorisationState.Captured, request.Amount, request.Amount, nothing, CaptureReference: psp)
                : new Authorisation(psp, AuthorisationState.Authorised, request.Amount, nothing, nothing, CaptureBefore: captureBefore)),
            ("Pending" or "Received", { Length: > 0 } psp) => new Outcome<Authorisation>.Ok(new Authorisation(psp, AuthorisationState.Pending, nothing, nothing, nothing)),
            ("Refused", var psp) => new Outcome<Authorisation>.Declined(AdyenRefusals.Of(said.RefusalReasonCode, said.RefusalReason), psp),
            ("Error", var psp) => new Outcome<Authorisation>.Declined(AdyenRefusals.Of(said.RefusalReasonCode, said.RefusalReason, Declines.ProcessingError), psp),
            ("Cancelled", var psp) => new Outcome<Authorisation>.Declined(AdyenRefusals.Of(said.RefusalReasonCode, said.RefusalReason, Declines.CancelledByShopper), psp),
            ("AuthenticationFinished" or "AuthenticationNotRequired", _) => new Outcome<Authorisation>.Rejected("authentication_only", "Adyen authenticated the shopper and authorised nothing."),
            _ => Nonsense<Authorisation>("a result that does not fit"),
        };
    }

    /// <summary>Adyen takes on what changes a payment, and tells how it ended by webhook.</summary>
    /// <param name="amount">As it was asked; null for a cancel, whose answer has none.</param>
    public static Outcome<Movement> OfModification(AdyenModification said, MovementRequest request, AdyenAmount? amount, DateTimeOffset? captureBefore = null) =>
        said is { PspReference: { Length: > 0 } psp, Status: "received" }
        && (request.Reference.Length == 0 || said.PaymentPspReference is null || said.PaymentPspReference == request.Reference)
        && (amount is null || said.Amount is null || said.Amount == amount)
            ? new Outcome<Movement>.Ok(new Movement(psp, request.Amount, Money.Zero(request.Amount.Currency), MovementState.Accepted) { CaptureBefore = captureBefore })
            : Nonsense<Movement>("something that was not asked for");

    private static Outcome<T> Nonsense<T>(string what) => new Outcome<T>.InDoubt($"Adyen answered with {what}.");

    /// <summary>The check of credentials comes before that of the key: turned away there, an earlier attempt may have been let in.</summary>
    private static bool IsAnswer(Exception failure, bool maybeDone) =>
        AdyenFailures.Of.IsAnswer(failure) && !(maybeDone && failure is AdyenAnswerException { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden });

    /// <summary>A plain redirect is one for every storefront; all else needs Adyen's browser library, which takes the whole action.</summary>
    private static PaymentAction Action(JsonElement action)
    {
        var redirects = Text(action, "type") == "redirect" && Text(action, "method") is null or "GET";
        return new PaymentAction(redirects ? "redirect" : "sdk", redirects ? Text(action, "url") ?? "" : "") { Payload = action.GetRawText() };
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static string Why(Exception failure) => failure is AdyenAnswerException said ? $"Adyen answered {(int)said.Status}." : VendorFailures.Why("Adyen", failure);
}
