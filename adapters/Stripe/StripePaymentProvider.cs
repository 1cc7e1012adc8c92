using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <summary>Payments by Stripe: a PaymentIntent with manual capture for every authorisation. Speaks the dialect; decides nothing.</summary>
internal sealed class StripePaymentProvider(string name, StripeCalls calls, VendorSettings<StripeOptions> settings, TimeProvider time) : IPaymentProvider
{
    private static readonly List<string> WithCharge = ["latest_charge"], EachWithCharge = ["data.latest_charge"];

    /// <summary>No method that pays on another site; a card's 3-D Secure is none of those.</summary>
    private static readonly PaymentIntentAutomaticPaymentMethodsOptions NoDetours = new() { Enabled = true, AllowRedirects = "never" };

    public string Name => name;

    /// <summary>Multi-capture and incremental authorisation are for accounts with interchange-plus pricing, and not relied on.</summary>
    public PaymentCapabilities Capabilities { get; } = new(
        OutsideEffects: true,
        PartialCapture: true,
        MultiCapture: false,
        PartialVoid: false,
        IncrementalAuthorisation: false,
        MaxRefundAge: TimeSpan.FromDays(180));

    public string? Refuses(string method) => StripeMethods.Refuse(method);

    public string? Refuses(Money amount) => StripeAmounts.TryWrite(amount, out _, out var refusal) ? null : refusal;

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Authorisation>.Rejected("invalid_amount", refusal);
        }

        if (Refuses(request.Method) is { } misfit)
        {
            return new Outcome<Authorisation>.Rejected("invalid_method", misfit);
        }

        var age = time.GetUtcNow() - request.FirstAskedAt;
        if (age >= settings.Current.KeyTrust && await Made(request, cancellationToken) is { } before)
        {
            return before;
        }

        var reply = await Create(request, amount, request.Key, cancellationToken);
        if (reply.KeyIsSpent)
        {
            // Stripe keeps a breakdown under its key for a day. Whether something was made all the same, its search knows, a little later.
            if (await Made(request, cancellationToken) is { } made)
            {
                return made;
            }

            if (age < settings.Current.SearchLag)
            {
                return new Outcome<Authorisation>.InDoubt("Stripe broke down; what it did cannot be searched yet.");
            }

            reply = await Create(request, amount, Again(request.Key), cancellationToken);
        }

        return reply.Value is { } intent
            ? StripeOutcomes.OfIntent(intent, request)
            : StripeOutcomes.OfFailure<Authorisation>(reply.Failure!, reply.MaybeDone);
    }

    public async Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        PaymentIntent? intent;
        if (reference is not null)
        {
            var reply = await Retrieve(StripePipelines.Find, reference, cancellationToken);
            if (reply.Failure is { } failure)
            {
                return failure is StripeException { HttpStatusCode: System.Net.HttpStatusCode.NotFound, StripeError: not null }
                    ? new Outcome<Authorisation?>.Ok(null)
                    : StripeOutcomes.OfUnread<Authorisation?>(failure);
            }

            intent = reply.Value;
        }
        else
        {
            var reply = await Search(StripeMetadata.Payment, paymentId, cancellationToken);
            if (reply.Failure is not null)
            {
                return StripeOutcomes.OfUnread<Authorisation?>(reply.Failure);
            }

            // Newest first; one that lives outweighs those that were declined before or after it.
            var found = reply.Value!.Data ?? [];
            intent = found.Find(static one => one.Status is not ("requires_payment_method" or "canceled")) ?? found.FirstOrDefault();
        }

        return intent is null ? new Outcome<Authorisation?>.Ok(null)
            : StripeOutcomes.Read(intent, paymentId) is { } read ? new Outcome<Authorisation?>.Ok(read)
            : StripeOutcomes.Nonsense<Authorisation?>("a payment that cannot be");
    }

    public async Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Movement>.Rejected("invalid_amount", refusal);
        }

        return await Move(
            request,
            key => calls.Make(
                StripePipelines.Capture,
                (request, amount, key),
                static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.CaptureAsync(
                    ask.request.Reference,
                    new PaymentIntentCaptureOptions
                    {
                        AmountToCapture = ask.amount,
                        Metadata = new(1, StringComparer.Ordinal) { [StripeMetadata.CaptureKey] = ask.request.Key },
                    },
                    Under(ask.key),
                    cancellation),
                cancellationToken),
            () => Captured(request, cancellationToken),
            static (intent, request) => StripeOutcomes.OfCapture(intent, request),
            static (intent, request) => intent.Status == "succeeded" && IsCapturedBy(intent, request.Key));
    }

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Move(
        request,
        key => calls.Make(
            StripePipelines.Void,
            (request, key),
            static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.CancelAsync(ask.request.Reference, new PaymentIntentCancelOptions(), Under(ask.key), cancellation),
            cancellationToken),
        () => Voided(request, cancellationToken),
        static (intent, request) => StripeOutcomes.OfVoid(intent, request),
        static (intent, _) => intent.Status == "canceled");

    public async Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Movement>.Rejected("invalid_amount", refusal);
        }

        return await Move(
            request,
            key => calls.Make(
                StripePipelines.Refund,
                (request, amount, key),
                static (stripe, ask, cancellation) => stripe.V1.Refunds.CreateAsync(RefundOf(ask.request, ask.amount), Under(ask.key), cancellation),
                cancellationToken),
            () => Refunded(request, cancellationToken),
            static (refund, request) => StripeOutcomes.OfRefund(refund, request),
            static (_, _) => false);
    }

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) =>
        StripeSettlements.Page(calls, day, cursor, cancellationToken);

    public async Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken) =>
        await Find(request.Authorisation.PaymentId, request.Reference, cancellationToken) switch
        {
            Outcome<Authorisation?>.Ok { Value: { } found } => new Outcome<Authorisation>.Ok(found),
            Outcome<Authorisation?>.Ok => new Outcome<Authorisation>.Rejected("unknown_payment", "Stripe knows no such payment."),
            Outcome<Authorisation?>.Rejected no => new Outcome<Authorisation>.Rejected(no.Code, no.Message),
            Outcome<Authorisation?>.Unavailable later => new Outcome<Authorisation>.Unavailable(later.RetryAfter),
            _ => new Outcome<Authorisation>.InDoubt("Stripe did not say how the payment stands."),
        };

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Movement>>(new Outcome<Movement>.Rejected("not_supported", "Not offered by this account."));

    public async Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken)
    {
        var found = kind switch
        {
            TransactionKind.Capture => await Captured(request, cancellationToken),
            TransactionKind.Void => await Voided(request, cancellationToken),
            TransactionKind.Refund => await Refunded(request, cancellationToken),
            _ => new Outcome<Movement>.Rejected("not_supported", "Not offered by this account."),
        };
        return found switch
        {
            null => new Outcome<Movement?>.Ok(null),
            Outcome<Movement>.Ok ok => new Outcome<Movement?>.Ok(ok.Value),
            Outcome<Movement>.Rejected no => new Outcome<Movement?>.Rejected(no.Code, no.Message),
            Outcome<Movement>.Unavailable later => new Outcome<Movement?>.Unavailable(later.RetryAfter),
            _ => new Outcome<Movement?>.InDoubt("Stripe did not say what became of it."),
        };
    }

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<Dispute>>>(new Outcome<ImmutableArray<Dispute>>.Rejected("not_supported", "Told by webhook."));

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<StoredMethod>>>(new Outcome<ImmutableArray<StoredMethod>>.Ok([]));

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<bool>>(new Outcome<bool>.Ok(false));

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => [StripeWebhooks.Read(webhook, settings.Current.WebhookSecrets, now)];

    /// <summary>Asks under the key; looks first when the key may be forgotten, and afterwards when it was spent on a breakdown.</summary>
    private async Task<Outcome<Movement>> Move<T>(
        MovementRequest request,
        Func<string, Task<StripeReply<T>>> ask,
        Func<Task<Outcome<Movement>?>> look,
        Func<T, MovementRequest, Outcome<Movement>> read,
        Func<PaymentIntent, MovementRequest, bool> wasDone)
        where T : class
    {
        if (time.GetUtcNow() - request.FirstAskedAt >= settings.Current.KeyTrust && await look() is { } before)
        {
            return before;
        }

        var reply = await ask(request.Key);
        if (reply.KeyIsSpent)
        {
            if (await look() is { } done)
            {
                return done;
            }

            reply = await ask(Again(request.Key));
        }

        if (reply.Value is { } value)
        {
            return read(value, request);
        }

        return reply.Failure is StripeException { StripeError: { Code: "payment_intent_unexpected_state", PaymentIntent: { } intent } } && wasDone(intent, request)
            ? intent is T same ? read(same, request) : StripeOutcomes.OfVoid(intent, request)
            : StripeOutcomes.OfFailure<Movement>(reply.Failure!, reply.MaybeDone);
    }

    /// <summary>What this very request made before; null when it made nothing.</summary>
    private async Task<Outcome<Authorisation>?> Made(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        var reply = await Search(StripeMetadata.Key, request.Key, cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Authorisation>(failure)
            : reply.Value!.Data?.FirstOrDefault() is { } intent ? StripeOutcomes.OfIntent(intent, request)
            : null;
    }

    private async Task<Outcome<Movement>?> Captured(MovementRequest request, CancellationToken cancellationToken)
    {
        var reply = await Retrieve(StripePipelines.Capture, request.Reference, cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Movement>(failure)
            : IsCapturedBy(reply.Value!, request.Key) ? StripeOutcomes.OfCapture(reply.Value!, request)
            : null;
    }

    private async Task<Outcome<Movement>?> Voided(MovementRequest request, CancellationToken cancellationToken)
    {
        var reply = await Retrieve(StripePipelines.Void, request.Reference, cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Movement>(failure)
            : reply.Value!.Status == "canceled" ? StripeOutcomes.OfVoid(reply.Value, request)
            : null;
    }

    private async Task<Outcome<Movement>?> Refunded(MovementRequest request, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            StripePipelines.Refund,
            request.Reference,
            static (stripe, reference, cancellation) => stripe.V1.Refunds.ListAsync(new RefundListOptions { PaymentIntent = reference, Limit = 100 }, cancellationToken: cancellation),
            cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Movement>(failure)
            : reply.Value!.Data.Find(refund => refund.Metadata?.GetValueOrDefault(StripeMetadata.Key) == request.Key) is { } made ? StripeOutcomes.OfRefund(made, request)
            : null;
    }

    private Task<StripeReply<PaymentIntent>> Create(AuthorisationRequest request, long amount, string key, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Authorise,
        (request, amount, key),
        static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.CreateAsync(IntentOf(ask.request, ask.amount), Under(ask.key), cancellation),
        cancellationToken);

    private Task<StripeReply<PaymentIntent>> Retrieve(string pipeline, string reference, CancellationToken cancellationToken) => calls.Make(
        pipeline,
        reference,
        static (stripe, reference, cancellation) => stripe.V1.PaymentIntents.GetAsync(reference, new PaymentIntentGetOptions { Expand = WithCharge }, cancellationToken: cancellation),
        cancellationToken);

    private Task<StripeReply<StripeSearchResult<PaymentIntent>>> Search(string field, string value, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Find,
        StripeMetadata.Query(field, value),
        static (stripe, query, cancellation) => stripe.V1.PaymentIntents.SearchAsync(
            new PaymentIntentSearchOptions { Query = query, Limit = 20, Expand = EachWithCharge }, cancellationToken: cancellation),
        cancellationToken);

    private static PaymentIntentCreateOptions IntentOf(AuthorisationRequest request, long amount)
    {
        var intent = new PaymentIntentCreateOptions
        {
            Amount = amount,
            Currency = request.Amount.Currency,
            CaptureMethod = "manual",
            Confirm = true,
            AutomaticPaymentMethods = NoDetours,
            ReturnUrl = request.ReturnUrl,
            Metadata = StripeMetadata.Of(request),
            Expand = WithCharge,
        };

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

    /// <summary>Stripe knows three reasons; any other is kept beside them.</summary>
    private static RefundCreateOptions RefundOf(MovementRequest request, long amount)
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

    private static bool IsCapturedBy(PaymentIntent intent, string key) => intent.Metadata?.GetValueOrDefault(StripeMetadata.CaptureKey) == key;

    private static RequestOptions Under(string key) => new() { IdempotencyKey = key };

    /// <summary>The one key that follows a spent one; it too finds its first effect again.</summary>
    private static string Again(string key) => key + ":again";
}
