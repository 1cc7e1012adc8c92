using Stripe;

namespace Commerce.Payments;

/// <summary>What is asked of Stripe, field by field. The same request is written the same every time: its key is good for these parameters only.</summary>
internal static class StripeRequests
{
    private const string IfAvailable = "if_available";

    public static readonly List<string> WithCharge = ["latest_charge"], EachWithCharge = ["data.latest_charge"];

    /// <summary>No method that pays on another site; a card's 3-D Secure is none of those.</summary>
    private static readonly PaymentIntentAutomaticPaymentMethodsOptions NoDetours = new() { Enabled = true, AllowRedirects = "never" };

    /// <param name="customer">Of the shopper; null for a guest.</param>
    /// <param name="flexible">Asks for several captures and for authorisations that can be raised.</param>
    public static PaymentIntentCreateOptions Intent(AuthorisationRequest request, long amount, string? customer, bool flexible)
    {
        var intent = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = request.Amount.Currency,
            CaptureMethod = request.CaptureNow ? "automatic" : "manual",
            Confirm = true,
            AutomaticPaymentMethods = NoDetours,
            ReturnUrl = request.ReturnUrl,
            Metadata = StripeMetadata.Of(request),
            Customer = customer,
            SetupFutureUsage = request.Store && customer is not null ? "on_session" : null,
            Expand = WithCharge,
        };

        if (flexible && !request.CaptureNow)
        {
            intent.PaymentMethodOptions = new() { Card = new() { RequestMulticapture = IfAvailable, RequestIncrementalAuthorization = IfAvailable } };
        }

        if (StripeMethods.IsToken(request.Method))
        {
            intent.PaymentMethodData = new PaymentIntentPaymentMethodDataOptions { Type = "card" };
            intent.AddExtraParam("payment_method_data[card][token]", request.Method);
        }
        else
        {
            intent.PaymentMethod = request.Method;
        }

        return intent;
    }

    public static PaymentIntentCaptureOptions Capture(MovementRequest request, long amount, bool flexible) => flexible
        ? new()
        {
            AmountToCapture = amount,
            FinalCapture = request.Final,
            Metadata = new(1, StringComparer.Ordinal) { [StripeMetadata.CaptureOf(request.Key)] = request.Key },
            Expand = WithCharge,
        }
        : new()
        {
            AmountToCapture = amount,
            Metadata = new(1, StringComparer.Ordinal) { [StripeMetadata.CaptureKey] = request.Key },
        };

    public static PaymentIntentIncrementAuthorizationOptions Increment(MovementRequest request, long amount) => new()
    {
        Amount = amount,
        Metadata = new(1, StringComparer.Ordinal) { [StripeMetadata.AdjustKey] = request.Key },
        Expand = WithCharge,
    };

    /// <summary>Stripe knows three reasons; any other is kept beside them.</summary>
    public static RefundCreateOptions Refund(MovementRequest request, long amount)
    {
        var known = request.Reason is "duplicate" or "fraudulent" or "requested_by_customer";
        var refund = new RefundCreateOptions
        {
            PaymentIntent = request.Reference,
            Amount = amount,
            Reason = known ? request.Reason : null,
            Metadata = new(3, StringComparer.Ordinal) { [StripeMetadata.Payment] = request.PaymentId, [StripeMetadata.Key] = request.Key },
        };

        if (!known && !string.IsNullOrEmpty(request.Reason))
        {
            refund.Metadata[StripeMetadata.Reason] = request.Reason.Length <= 500 ? request.Reason : request.Reason[..500];
        }

        return refund;
    }

    public static RequestOptions Under(string key) => new() { IdempotencyKey = key };
}
