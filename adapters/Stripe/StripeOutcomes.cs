using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <summary>Everything that Stripe can answer, as an outcome: the one place. Written out in docs/mappings/stripe.md.</summary>
internal static class StripeOutcomes
{
    /// <summary>A call that changes something and did not end in an object.</summary>
    public static Outcome<T> OfFailure<T>(Exception failure, bool maybeDone) => failure switch
    {
        StripeException { StripeError.Type: "card_error" } said when StripeFailures.Instance.IsAnswer(failure) => Declined<T>(said.StripeError, said.StripeError.PaymentIntent?.Id),
        StripeException said when StripeFailures.Instance.IsAnswer(failure) => new Outcome<T>.Rejected(said.StripeError.Code ?? said.StripeError.Type, said.StripeError.Message),
        _ when maybeDone => new Outcome<T>.InDoubt(Why(failure)),
        _ => new Outcome<T>.Unavailable(StripeFailures.Instance.WaitBefore(failure)),
    };

    /// <summary>A call that only reads: nothing can be in doubt that was not before.</summary>
    public static Outcome<T> OfUnread<T>(Exception failure) => OfFailure<T>(failure, maybeDone: false);

    /// <summary>An intent that was asked for: checked against what was asked before it is believed.</summary>
    public static Outcome<Authorisation> OfIntent(PaymentIntent intent, AuthorisationRequest request)
    {
        if (Read(intent, request.PaymentId) is not { } found || !IsFor(intent, request.Amount))
        {
            return Nonsense<Authorisation>("a payment that was not asked for");
        }

        return found switch
        {
            { State: AuthorisationState.RequiresAction, Action: { } action } => new Outcome<Authorisation>.RequiresAction(found.Reference, action),
            { State: AuthorisationState.Failed } when intent.LastPaymentError is { } error => Declined<Authorisation>(error, found.Reference),
            _ => new Outcome<Authorisation>.Ok(found),
        };
    }

    /// <summary>The intent as it stands; null when what Stripe says of it cannot be.</summary>
    /// <param name="paymentId">Whose it must be when it says whose it is.</param>
    public static Authorisation? Read(PaymentIntent intent, string paymentId)
    {
        if (intent.Id is not ['p', 'i', '_', ..]
            || StripeAmounts.Read(intent.Amount, intent.Currency) is not { IsZero: false } amount
            || StripeAmounts.Read(intent.AmountReceived, intent.Currency) is not { } captured
            || StripeAmounts.Read(intent.LatestCharge?.AmountRefunded ?? 0, intent.Currency) is not { } refunded
            || captured > amount || refunded > captured
            || (intent.Metadata?.TryGetValue(StripeMetadata.Payment, out var owner) == true && owner != paymentId)
            || State(intent) is not { } state)
        {
            return null;
        }

        var held = state is AuthorisationState.Authorised or AuthorisationState.Captured;
        var error = state is AuthorisationState.Failed ? intent.LastPaymentError : null;
        return new Authorisation(
            intent.Id,
            state,
            held ? amount : Money.Zero(amount.Currency),
            captured,
            refunded,
            state is AuthorisationState.RequiresAction ? Action(intent) : null,
            error is null ? null : StripeDeclines.Of(error),
            CaptureBefore(intent),
            intent is { Status: "succeeded", CaptureMethod: "automatic" or "automatic_async" } ? intent.LatestChargeId : null);
    }

    /// <param name="soFar">What was captured with this capture and all before it, in Stripe's minor units.</param>
    public static Outcome<Movement> OfCapture(PaymentIntent intent, MovementRequest request, long soFar)
    {
        var whole = StripeAmounts.Read(soFar, intent.Currency);
        return intent.Id == request.Reference
            && intent.Status is "succeeded" or "requires_capture"
            && (whole == request.Amount || (whole is { } with && with.Currency == request.Amount.Currency && with > request.Amount && intent.Metadata?.ContainsKey(StripeMetadata.CaptureOf(request.Key)) == true))
            && StripeAmounts.Read(intent.Amount, intent.Currency) is { } authorised && authorised >= whole
            && StripeAmounts.TryWrite(request.Amount, out var amount, out _)
                ? new Outcome<Movement>.Ok(new Movement(
                    StripeSettlements.Reference(intent.LatestChargeId ?? intent.Id, amount, soFar),
                    request.Amount,
                    request.Final || intent.Status is "requires_capture" ? Money.Zero(authorised.Currency) : authorised - whole.Value))
                : Nonsense<Movement>("a capture that was not asked for");
    }

    /// <summary>A payment that was captured in part stays so when the rest is let go of.</summary>
    public static bool IsLetGo(PaymentIntent intent) => intent.Status == "canceled" || (intent.Status == "succeeded" && intent.AmountReceived < intent.Amount);

    public static Outcome<Movement> OfVoid(PaymentIntent intent, MovementRequest request) =>
        intent.Id == request.Reference && IsLetGo(intent)
            ? new Outcome<Movement>.Ok(new Movement(intent.Id, request.Amount, Money.Zero(request.Amount.Currency)))
            : Nonsense<Movement>("a void that was not asked for");

    public static Outcome<Movement> OfAdjustment(PaymentIntent intent, MovementRequest request) =>
        intent.Id == request.Reference && intent.Status == "requires_capture" && StripeAmounts.Read(intent.Amount, intent.Currency) == request.Amount
            ? new Outcome<Movement>.Ok(new Movement(intent.Id, request.Amount, Money.Zero(request.Amount.Currency)) { CaptureBefore = CaptureBefore(intent) })
            : Nonsense<Movement>("an authorised sum that was not asked for");

    public static Outcome<Movement> OfRefund(Refund refund, MovementRequest request)
    {
        if (refund.Id is not { Length: > 3 } || refund.PaymentIntentId != request.Reference || StripeAmounts.Read(refund.Amount, refund.Currency) != request.Amount)
        {
            return Nonsense<Movement>("a refund that was not asked for");
        }

        return refund.Status switch
        {
            "succeeded" => new Outcome<Movement>.Ok(new Movement(refund.Id, request.Amount, Money.Zero(request.Amount.Currency))),
            "pending" or "requires_action" => new Outcome<Movement>.Ok(new Movement(refund.Id, request.Amount, Money.Zero(request.Amount.Currency), MovementState.Accepted)),
            "failed" or "canceled" => new Outcome<Movement>.Rejected(refund.FailureReason ?? "refund_" + refund.Status, $"Stripe could not make refund {refund.Id}."),
            _ => Nonsense<Movement>("a refund without a status"),
        };
    }

    public static Outcome<T> Nonsense<T>(string what) => new Outcome<T>.InDoubt($"Stripe answered with {what}.");

    private static Outcome<T> Declined<T>(StripeError error, string? reference) =>
        new Outcome<T>.Declined(StripeDeclines.Of(error), reference);

    private static AuthorisationState? State(PaymentIntent intent) => intent.Status switch
    {
        "requires_capture" => intent.AmountReceived > 0 ? AuthorisationState.Captured : AuthorisationState.Authorised,
        "succeeded" => AuthorisationState.Captured,
        "requires_action" => AuthorisationState.RequiresAction,
        "processing" or "requires_confirmation" => AuthorisationState.Pending,
        "requires_payment_method" => AuthorisationState.Failed,
        "canceled" => AuthorisationState.Voided,
        _ => null,
    };

    /// <summary>A page to go to when Stripe gives one, else what its browser library does in the shop's own; the secret is what that library asks for.</summary>
    private static PaymentAction Action(PaymentIntent intent) =>
        (intent.NextAction?.RedirectToUrl?.Url is { } url ? new PaymentAction("redirect", url) : new PaymentAction("sdk", "")) with { Payload = intent.ClientSecret };

    /// <summary>Whether the intent holds the sum that was asked for, or one that it was raised to since.</summary>
    private static bool IsFor(PaymentIntent intent, Money asked) => StripeAmounts.Read(intent.Amount, intent.Currency) is { } amount
        && (amount == asked || (amount.Currency == asked.Currency && amount > asked && intent.Metadata?.ContainsKey(StripeMetadata.AdjustKey) == true));

    private static DateTimeOffset? CaptureBefore(PaymentIntent intent) =>
        intent.LatestCharge?.PaymentMethodDetails?.Card?.CaptureBefore is { Year: > 2000 } until ? StripeAmounts.Utc(until) : null;

    private static string Why(Exception failure) => failure switch
    {
        StripeException { HttpStatusCode: System.Net.HttpStatusCode.OK } => "Stripe's answer cannot be read.",
        StripeException said => $"Stripe answered {(int)said.HttpStatusCode}.",
        _ => VendorFailures.Why("Stripe", failure),
    };
}
