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
        if (Read(intent, request.PaymentId) is not { } found || StripeAmounts.Read(intent.Amount, intent.Currency) != request.Amount)
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
            error is null ? null : Why(error),
            intent.LatestCharge?.PaymentMethodDetails?.Card?.CaptureBefore is { Year: > 2000 } until ? new DateTimeOffset(DateTime.SpecifyKind(until, DateTimeKind.Utc)) : null);
    }

    public static Outcome<Movement> OfCapture(PaymentIntent intent, MovementRequest request) =>
        intent.Id == request.Reference
        && intent.Status == "succeeded"
        && StripeAmounts.Read(intent.AmountReceived, intent.Currency) == request.Amount
        && StripeAmounts.Read(intent.Amount, intent.Currency) is { } authorised && authorised >= request.Amount
            ? new Outcome<Movement>.Ok(new Movement(intent.LatestChargeId ?? intent.Id, request.Amount, request.Final ? Money.Zero(authorised.Currency) : authorised - request.Amount))
            : Nonsense<Movement>("a capture that was not asked for");

    public static Outcome<Movement> OfVoid(PaymentIntent intent, MovementRequest request) =>
        intent.Id == request.Reference && intent.Status == "canceled"
            ? new Outcome<Movement>.Ok(new Movement(intent.Id, request.Amount, Money.Zero(request.Amount.Currency)))
            : Nonsense<Movement>("a void that was not asked for");

    public static Outcome<Movement> OfRefund(Refund refund, MovementRequest request)
    {
        if (refund.Id is not { Length: > 3 } || refund.PaymentIntentId != request.Reference || StripeAmounts.Read(refund.Amount, refund.Currency) != request.Amount)
        {
            return Nonsense<Movement>("a refund that was not asked for");
        }

        return refund.Status switch
        {
            "succeeded" or "pending" or "requires_action" => new Outcome<Movement>.Ok(new Movement(refund.Id, request.Amount, Money.Zero(request.Amount.Currency))),
            "failed" or "canceled" => new Outcome<Movement>.Rejected(refund.FailureReason ?? "refund_" + refund.Status, $"Stripe could not make refund {refund.Id}."),
            _ => Nonsense<Movement>("a refund without a status"),
        };
    }

    public static Outcome<T> Nonsense<T>(string what) => new Outcome<T>.InDoubt($"Stripe answered with {what}.");

    private static Outcome<T> Declined<T>(StripeError error, string? reference) =>
        new Outcome<T>.Declined(Why(error), reference);

    private static Decline Why(StripeError error) => Declines.Of(Reason(error), error.DeclineCode ?? error.Code) with { Hard = IsHard(error) };

    private static string Reason(StripeError error) => (error.DeclineCode ?? error.Code) switch
    {
        null => "card_declined",
        "generic_decline" => Declines.CardDeclined,
        "expired_card" => Declines.CardExpired,
        "lost_card" or "stolen_card" or "pickup_card" => Declines.LostOrStolen,
        "payment_intent_authentication_failure" => Declines.AuthenticationFailed,
        var code => code,
    };

    /// <summary>Stripe's advice where it gives some, else its documented decline codes that no repetition helps.</summary>
    private static bool IsHard(StripeError error) => error.AdviceCode switch
    {
        "do_not_try_again" => true,
        "try_again_later" or "confirm_card_data" => false,
        _ => error.DeclineCode is "expired_card" or "lost_card" or "stolen_card" or "pickup_card" or "restricted_card" or "fraudulent" or "merchant_blacklist"
            or "incorrect_number" or "invalid_number" or "invalid_account" or "new_account_information_available" or "card_not_supported" or "currency_not_supported"
            or "transaction_not_allowed" or "not_permitted" or "service_not_allowed" or "revocation_of_all_authorizations" or "revocation_of_authorization"
            or "stop_payment_order" or "security_violation" or "testmode_decline",
    };

    private static AuthorisationState? State(PaymentIntent intent) => intent.Status switch
    {
        "requires_capture" => AuthorisationState.Authorised,
        "succeeded" => AuthorisationState.Captured,
        "requires_action" => AuthorisationState.RequiresAction,
        "processing" or "requires_confirmation" => AuthorisationState.Pending,
        "requires_payment_method" => AuthorisationState.Failed,
        "canceled" => AuthorisationState.Voided,
        _ => null,
    };

    private static PaymentAction Action(PaymentIntent intent) => intent.NextAction?.RedirectToUrl?.Url is { } url
        ? new PaymentAction("redirect", url)
        : new PaymentAction("sdk", "");

    private static string Why(Exception failure) => failure switch
    {
        StripeException { HttpStatusCode: System.Net.HttpStatusCode.OK } => "Stripe's answer cannot be read.",
        StripeException said => $"Stripe answered {(int)said.HttpStatusCode}.",
        _ => VendorFailures.Why("Stripe", failure),
    };
}
