using Commerce.Vendors;
using Stripe;

namespace Commerce.Payments;

/// <summary>Payments by Stripe: a PaymentIntent with manual capture for every authorisation. Speaks the dialect; decides nothing.</summary>
internal sealed class StripePaymentProvider(string name, StripeCalls calls, VendorSettings<StripeOptions> settings, TimeProvider time) : IPaymentProvider
{
    private readonly StripeCustomers customers = new(calls);

    public string Name => name;

    /// <summary>Several captures and raised authorisations are for accounts with interchange-plus pricing.</summary>
    public PaymentCapabilities Capabilities => settings.Current.InterchangePlus ? Flexible : Plain;

    private static PaymentCapabilities Plain { get; } = new(
        OutsideEffects: true,
        PartialCapture: true,
        MultiCapture: false,
        PartialVoid: false,
        IncrementalAuthorisation: false,
        MaxRefundAge: TimeSpan.FromDays(180))
    { StoresMethods = true };

    private static PaymentCapabilities Flexible { get; } = Plain with { MultiCapture = true, PartialVoid = true, IncrementalAuthorisation = true };

    public string? Refuses(string method) => StripeMethods.Refuse(method);

    public string? Refuses(Money amount) => StripeAmounts.Refuse(amount);

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        if (Refuses(request.Amount) is { } refusal || !StripeAmounts.TryWrite(request.Amount, out var amount, out refusal))
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

        string? customer = null;
        if (request.Shopper is { } shopper)
        {
            switch (await customers.Of(shopper, cancellationToken))
            {
                case Outcome<string>.Ok known:
                    customer = known.Value;
                    break;
                case Outcome<string>.Rejected no:
                    return new Outcome<Authorisation>.Rejected(no.Code, no.Message);
                case Outcome<string>.Unavailable later:
                    return new Outcome<Authorisation>.Unavailable(later.RetryAfter);
                default:
                    return new Outcome<Authorisation>.Unavailable(TimeSpan.FromSeconds(1));
            }
        }

        var reply = await Create(request, amount, customer, request.Key, cancellationToken);
        if (IsOfNoUse(reply))
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

            reply = await Create(request, amount, customer, Again(request.Key), cancellationToken);
        }

        return reply.Value is { } intent
            ? StripeOutcomes.OfIntent(intent, request)
            : StripeOutcomes.OfFailure<Authorisation>(reply.Failure!, reply.MaybeDone);
    }

    public async Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        var (intent, failure) = await Look(paymentId, reference, cancellationToken);
        return failure is not null ? StripeOutcomes.OfUnread<Authorisation?>(failure)
            : intent is null ? new Outcome<Authorisation?>.Ok(null)
            : StripeOutcomes.Read(intent, paymentId) is { } read ? new Outcome<Authorisation?>.Ok(read)
            : StripeOutcomes.Nonsense<Authorisation?>("a payment that cannot be");
    }

    public async Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken)
    {
        if (!StripeAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Movement>.Rejected("invalid_amount", refusal);
        }

        var ask = (request, options: StripeRequests.Capture(request, amount, settings.Current.InterchangePlus));
        return await Move(
            request,
            key => calls.Make(
                StripePipelines.Capture,
                (ask, key),
                static (stripe, call, cancellation) => stripe.V1.PaymentIntents.CaptureAsync(
                    call.ask.request.Reference, call.ask.options, StripeRequests.Under(call.key), cancellation),
                cancellationToken),
            () => Captured(request, cancellationToken),
            static (intent, request) => StripeOutcomes.OfCapture(intent, request, intent.AmountReceived));
    }

    public Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken) => Move(
        request,
        key => calls.Make(
            StripePipelines.Void,
            (request, key),
            static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.CancelAsync(
                ask.request.Reference, new PaymentIntentCancelOptions(), StripeRequests.Under(ask.key), cancellation),
            cancellationToken),
        () => Voided(request, cancellationToken),
        StripeOutcomes.OfVoid);

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
                static (stripe, ask, cancellation) => stripe.V1.Refunds.CreateAsync(StripeRequests.Refund(ask.request, ask.amount), StripeRequests.Under(ask.key), cancellation),
                cancellationToken),
            () => Refunded(request, cancellationToken),
            StripeOutcomes.OfRefund);
    }

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) =>
        StripeSettlements.Page(calls, day, cursor, cancellationToken);

    /// <summary>
    /// The shopper's bank tells Stripe, not us, how the authentication went: so the payment is looked at. One that still has to be confirmed is, whatever the
    /// browser says of it.
    /// </summary>
    public async Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken)
    {
        var found = await Look(request.Authorisation.PaymentId, request.Reference, cancellationToken);
        if (found.Failure is { } failure)
        {
            return StripeOutcomes.OfUnread<Authorisation>(failure);
        }

        if (found.Intent is not { } intent)
        {
            return new Outcome<Authorisation>.Rejected("unknown_payment", "Stripe knows no such payment.");
        }

        if (intent.Status != "requires_confirmation")
        {
            return StripeOutcomes.OfIntent(intent, request.Authorisation);
        }

        var reply = await Confirm(intent.Id, request.Key, cancellationToken);
        if (reply.KeyIsSpent)
        {
            reply = await Confirm(intent.Id, Again(request.Key), cancellationToken);
        }

        return reply.Value is { } confirmed
            ? StripeOutcomes.OfIntent(confirmed, request.Authorisation)
            : StripeOutcomes.OfFailure<Authorisation>(reply.Failure!, reply.MaybeDone);
    }

    /// <summary>Only upwards, and only before the first capture.</summary>
    public async Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken)
    {
        if (!settings.Current.InterchangePlus)
        {
            return new Outcome<Movement>.Rejected("not_supported", "Not offered by this account.");
        }

        if (Refuses(request.Amount) is { } refusal || !StripeAmounts.TryWrite(request.Amount, out var amount, out refusal))
        {
            return new Outcome<Movement>.Rejected("invalid_amount", refusal);
        }

        return await Move(
            request,
            key => calls.Make(
                StripePipelines.Adjust,
                (request, amount, key),
                static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.IncrementAuthorizationAsync(
                    ask.request.Reference, StripeRequests.Increment(ask.request, ask.amount), StripeRequests.Under(ask.key), cancellation),
                cancellationToken),
            () => Adjusted(request, cancellationToken),
            StripeOutcomes.OfAdjustment);
    }

    public async Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken)
    {
        var found = kind switch
        {
            TransactionKind.Capture => await Captured(request, cancellationToken),
            TransactionKind.Void => await Voided(request, cancellationToken),
            TransactionKind.Refund => await Refunded(request, cancellationToken),
            TransactionKind.Adjust when settings.Current.InterchangePlus => await Adjusted(request, cancellationToken),
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

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) => StripeDisputes.Of(calls, reference, cancellationToken);

    public Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken) => customers.Methods(shopper, cancellationToken);

    public Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken) => customers.Forget(shopper, method, cancellationToken);

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => [StripeWebhooks.Read(webhook, settings.Current.WebhookSecrets, now)];

    /// <summary>Asks under the key; looks first when the key may be forgotten, and afterwards when it was spent on a breakdown or the payment is past such a request.</summary>
    private async Task<Outcome<Movement>> Move<T>(
        MovementRequest request,
        Func<string, Task<StripeReply<T>>> ask,
        Func<Task<Outcome<Movement>?>> look,
        Func<T, MovementRequest, Outcome<Movement>> read)
        where T : class
    {
        if (time.GetUtcNow() - request.FirstAskedAt >= settings.Current.KeyTrust && await look() is { } before)
        {
            return before;
        }

        var reply = await ask(request.Key);
        if (IsOfNoUse(reply))
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

        // Perhaps because this very request has taken it there before.
        return reply.Failure is StripeException { StripeError.Code: "payment_intent_unexpected_state" } && await look() is { } past
            ? past
            : StripeOutcomes.OfFailure<Movement>(reply.Failure!, reply.MaybeDone);
    }

    /// <summary>The payment's intent, by its reference or found by our id; neither: Stripe knows of none.</summary>
    private async Task<(PaymentIntent? Intent, Exception? Failure)> Look(string paymentId, string? reference, CancellationToken cancellationToken)
    {
        if (reference is not null)
        {
            var reply = await Retrieve(StripePipelines.Find, reference, cancellationToken);
            return reply.Failure is StripeException { HttpStatusCode: System.Net.HttpStatusCode.NotFound, StripeError: not null } ? default : (reply.Value, reply.Failure);
        }

        var search = await Search(StripeMetadata.Payment, paymentId, cancellationToken);

        // Newest first; one that lives outweighs those that were declined before or after it.
        var found = search.Value?.Data ?? [];
        return (found.Find(static one => one.Status is not ("requires_payment_method" or "canceled")) ?? found.FirstOrDefault(), search.Failure);
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
        if (reply.Failure is { } failure)
        {
            return StripeOutcomes.OfUnread<Movement>(failure);
        }

        var intent = reply.Value!;
        if (!IsCapturedBy(intent, request.Key))
        {
            return null;
        }

        if (!StripeAmounts.TryWrite(request.Amount, out var amount, out _) || amount == intent.AmountReceived || intent.LatestChargeId is null)
        {
            return StripeOutcomes.OfCapture(intent, request, intent.AmountReceived);
        }

        // One of several: which one is told by what was settled.
        var lines = await StripeSettlements.Captures(calls, intent.LatestChargeId, cancellationToken);
        return lines?.FirstOrDefault(line => line.Amount == amount) is { } line
            ? new Outcome<Movement>.Ok(new Movement(line.Reference, request.Amount, Money.Zero(request.Amount.Currency)))
            : new Outcome<Movement>.Unavailable(TimeSpan.FromSeconds(1));
    }

    private async Task<Outcome<Movement>?> Voided(MovementRequest request, CancellationToken cancellationToken)
    {
        var reply = await Retrieve(StripePipelines.Void, request.Reference, cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Movement>(failure)
            : StripeOutcomes.IsLetGo(reply.Value!) ? StripeOutcomes.OfVoid(reply.Value!, request)
            : null;
    }

    private async Task<Outcome<Movement>?> Adjusted(MovementRequest request, CancellationToken cancellationToken)
    {
        var reply = await Retrieve(StripePipelines.Adjust, request.Reference, cancellationToken);
        return reply.Failure is { } failure ? StripeOutcomes.OfUnread<Movement>(failure)
            : reply.Value!.Metadata?.GetValueOrDefault(StripeMetadata.AdjustKey) == request.Key ? StripeOutcomes.OfAdjustment(reply.Value!, request)
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

    private Task<StripeReply<PaymentIntent>> Create(AuthorisationRequest request, long amount, string? customer, string key, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Authorise,
        (options: StripeRequests.Intent(request, amount, customer, settings.Current.InterchangePlus), key),
        static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.CreateAsync(ask.options, StripeRequests.Under(ask.key), cancellation),
        cancellationToken);

    private Task<StripeReply<PaymentIntent>> Confirm(string reference, string key, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Confirm,
        (reference, key),
        static (stripe, ask, cancellation) => stripe.V1.PaymentIntents.ConfirmAsync(
            ask.reference, new PaymentIntentConfirmOptions { Expand = StripeRequests.WithCharge }, StripeRequests.Under(ask.key), cancellation),
        cancellationToken);

    private Task<StripeReply<PaymentIntent>> Retrieve(string pipeline, string reference, CancellationToken cancellationToken) => calls.Make(
        pipeline,
        reference,
        static (stripe, reference, cancellation) => stripe.V1.PaymentIntents.GetAsync(reference, new PaymentIntentGetOptions { Expand = StripeRequests.WithCharge }, cancellationToken: cancellation),
        cancellationToken);

    private Task<StripeReply<StripeSearchResult<PaymentIntent>>> Search(string field, string value, CancellationToken cancellationToken) => calls.Make(
        StripePipelines.Find,
        StripeMetadata.Query(field, value),
        static (stripe, query, cancellation) => stripe.V1.PaymentIntents.SearchAsync(
            new PaymentIntentSearchOptions { Query = query, Limit = 20, Expand = StripeRequests.EachWithCharge }, cancellationToken: cancellation),
        cancellationToken);

    private static bool IsCapturedBy(PaymentIntent intent, string key) =>
        intent.Metadata is { } metadata && (metadata.GetValueOrDefault(StripeMetadata.CaptureKey) == key || metadata.ContainsKey(StripeMetadata.CaptureOf(key)));

    /// <summary>
    /// The key will never give an answer about this request: it was spent on a breakdown, or on the same request as another version or configuration of ours wrote it.
    /// What it did before is looked up then.
    /// </summary>
    private static bool IsOfNoUse<T>(StripeReply<T> reply)
        where T : class =>
        reply.KeyIsSpent || reply.Failure is StripeException { HttpStatusCode: System.Net.HttpStatusCode.BadRequest, StripeError.Type: "idempotency_error" };

    private static string Again(string key) => StripeMetadata.Again(key);
}
