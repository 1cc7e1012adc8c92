namespace Commerce.Payments;

/// <summary>Payments by Adyen's Checkout API. Speaks the dialect; decides nothing.</summary>
/// <remarks>
/// Adyen cannot be asked how a payment stands. What is in doubt is asked again under its key, which answers as the first time for 7 days at least; after
/// that, what could move money twice is not sent any more. How a capture, a void or a refund ended is told by webhook only.
/// </remarks>
internal sealed class AdyenPaymentProvider(VendorCalls calls, AdyenConnection connection, VendorSettings<AdyenOptions> settings, TimeProvider time) : IPaymentProvider
{
    private const string CardOnFile = "CardOnFile", NotSupported = "not_supported";

    public string Name => AdyenConnection.Vendor;

    public PaymentCapabilities Capabilities => new(
        OutsideEffects: true,
        PartialCapture: true,
        MultiCapture: true,
        PartialVoid: false,
        IncrementalAuthorisation: true,
        MaxRefundAge: TimeSpan.FromDays(365))
    {
        Asynchronous = true,
        CanBeAsked = false,
        RenewsAuthorisation = true,
        ListsSettlements = settings.Current.ListsSettlements,
        StoresMethods = true,
    };

    public string? Refuses(string method) => AdyenMethods.Refuse(method);

    public string? Refuses(Money amount) => AdyenAmounts.TryWrite(amount, out _, out var refusal) ? null : refusal;

    public async Task<Outcome<Authorisation>> Authorise(AuthorisationRequest request, CancellationToken cancellationToken)
    {
        if (!AdyenAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Authorisation>.Rejected("invalid_amount", refusal);
        }

        if (Refuses(request.Method) is { } misfit)
        {
            return new Outcome<Authorisation>.Rejected("invalid_method", misfit);
        }

        if (IsForgotten(request.FirstAskedAt))
        {
            return Forgotten<Authorisation>();
        }

        var reply = await calls.Make(
            AdyenOperations.Authorise,
            (connection, body: PaymentOf(request, amount), request.Key),
            static (ask, cancellation) => ask.connection.Post("payments", ask.body, AdyenJson.Default.AdyenPaymentRequest, AdyenJson.Default.AdyenPayment, ask.Key, cancellation),
            cancellationToken);
        return Read(reply, request);
    }

    /// <summary>A shopper who only came back brought nothing to ask with: the first answer is asked for again.</summary>
    public async Task<Outcome<Authorisation>> Confirm(ConfirmationRequest request, CancellationToken cancellationToken)
    {
        if (request.Details.IsEmpty)
        {
            return await Authorise(request.Authorisation, cancellationToken);
        }

        if (IsForgotten(request.FirstAskedAt))
        {
            return Forgotten<Authorisation>();
        }

        // Some methods want back what their action carried beside the details.
        const string paymentData = "paymentData";
        var body = new AdyenDetailsRequest(request.Details.Remove(paymentData).ToDictionary(StringComparer.Ordinal), request.Details.GetValueOrDefault(paymentData));
        var reply = await calls.Make(
            AdyenOperations.Confirm,
            (connection, body, request.Key),
            static (ask, cancellation) => ask.connection.Post("payments/details", ask.body, AdyenJson.Default.AdyenDetailsRequest, AdyenJson.Default.AdyenPayment, ask.Key, cancellation),
            cancellationToken);
        return Read(reply, request.Authorisation);
    }

    public Task<Outcome<Movement>> Capture(MovementRequest request, CancellationToken cancellationToken) =>
        Modify(AdyenOperations.Capture, "captures", request, captureBefore: null, cancellationToken);

    public Task<Outcome<Movement>> Refund(MovementRequest request, CancellationToken cancellationToken) =>
        Modify(AdyenOperations.Refund, "refunds", request, captureBefore: null, cancellationToken);

    public Task<Outcome<Movement>> Adjust(MovementRequest request, CancellationToken cancellationToken) =>
        Modify(AdyenOperations.Adjust, "amountUpdates", request, request.FirstAskedAt + settings.Current.AuthorisationLife, cancellationToken);

    /// <summary>
    /// By Adyen's reference of the payment, or by ours when the answer that would have told theirs was lost. Cancelling twice cancels once, so that
    /// this is asked however old its key is.
    /// </summary>
    public async Task<Outcome<Movement>> Void(MovementRequest request, CancellationToken cancellationToken)
    {
        var known = request.Reference.Length > 0;
        var body = new AdyenCancelRequest(settings.Current.MerchantAccount!, AdyenReferences.Of(request.PaymentId, request.Key), known ? null : request.PaymentId);
        var reply = await calls.Make(
            AdyenOperations.Void,
            (connection, path: known ? $"payments/{Uri.EscapeDataString(request.Reference)}/cancels" : "cancels", body, request.Key),
            static (ask, cancellation) => ask.connection.Post(ask.path, ask.body, AdyenJson.Default.AdyenCancelRequest, AdyenJson.Default.AdyenModification, ask.Key, cancellation),
            cancellationToken);
        return reply.Value is { } said ? AdyenOutcomes.OfModification(said, request, amount: null) : AdyenOutcomes.OfFailure<Movement>(reply.Failure!, reply.MaybeDone);
    }

    public Task<Outcome<Authorisation?>> Find(string paymentId, string? reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Authorisation?>>(new Outcome<Authorisation?>.Rejected(NotSupported, "Adyen cannot be asked how a payment stands."));

    public Task<Outcome<Movement?>> FindMovement(TransactionKind kind, MovementRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<Movement?>>(new Outcome<Movement?>.Rejected(NotSupported, "Adyen cannot be asked what became of a request."));

    public Task<Outcome<ImmutableArray<Dispute>>> Disputes(string reference, CancellationToken cancellationToken) =>
        Task.FromResult<Outcome<ImmutableArray<Dispute>>>(new Outcome<ImmutableArray<Dispute>>.Rejected(NotSupported, "Adyen tells disputes by webhook."));

    public Task<Outcome<SettlementPage>> Settlements(DateOnly day, string? cursor, CancellationToken cancellationToken) => settings.Current.ListsSettlements
        ? AdyenSettlements.Page(calls, connection, settings.Current.MerchantAccount!, day, cursor, cancellationToken)
        : Task.FromResult<Outcome<SettlementPage>>(new Outcome<SettlementPage>.Rejected(NotSupported, "Set Commerce__Adyen__ReportUser and Commerce__Adyen__ReportPassword to read settlements."));

    public async Task<Outcome<ImmutableArray<StoredMethod>>> StoredMethods(string shopper, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            AdyenOperations.Methods,
            (connection, path: $"storedPaymentMethods?{Owner(shopper)}"),
            static (ask, cancellation) => ask.connection.Get(ask.path, AdyenJson.Default.AdyenStoredMethods, cancellation),
            cancellationToken);
        if (reply.Value is not { } said)
        {
            return AdyenOutcomes.OfUnread<ImmutableArray<StoredMethod>>(reply.Failure!);
        }

        var stored = said.StoredPaymentMethods.IsDefault ? [] : said.StoredPaymentMethods;
        return new Outcome<ImmutableArray<StoredMethod>>.Ok([.. stored.Where(one => one.Id is not null && Refuses(one.Id) is null).Select(Read)]);
    }

    public async Task<Outcome<bool>> Forget(string shopper, string method, CancellationToken cancellationToken)
    {
        var reply = await calls.Make(
            AdyenOperations.Methods,
            (connection, path: $"storedPaymentMethods/{Uri.EscapeDataString(method)}?{Owner(shopper)}"),
            static async (ask, cancellation) =>
            {
                await ask.connection.Delete(ask.path, cancellation);
                return ask.path;
            },
            cancellationToken);
        return reply.Failure switch
        {
            null => new Outcome<bool>.Ok(true),
            AdyenAnswerException { Error.Code: AdyenErrors.ContractNotFound or AdyenErrors.DetailNotFound } or AdyenAnswerException { Status: System.Net.HttpStatusCode.NotFound } =>
                new Outcome<bool>.Ok(false),
            var failure => AdyenOutcomes.OfFailure<bool>(failure, reply.MaybeDone),
        };
    }

    public ImmutableArray<ProviderWebhook> ReadWebhook(InboundWebhook webhook, DateTimeOffset now) => AdyenWebhooks.Read(webhook, settings.Current);

    private async Task<Outcome<Movement>> Modify(string operation, string path, MovementRequest request, DateTimeOffset? captureBefore, CancellationToken cancellationToken)
    {
        if (!AdyenAmounts.TryWrite(request.Amount, out var amount, out var refusal))
        {
            return new Outcome<Movement>.Rejected("invalid_amount", refusal);
        }

        if (IsForgotten(request.FirstAskedAt))
        {
            return Forgotten<Movement>();
        }

        var body = new AdyenModificationRequest(settings.Current.MerchantAccount!, amount, AdyenReferences.Of(request.PaymentId, request.Key));
        var reply = await calls.Make(
            operation,
            (connection, path: $"payments/{Uri.EscapeDataString(request.Reference)}/{path}", body, request.Key),
            static (ask, cancellation) => ask.connection.Post(ask.path, ask.body, AdyenJson.Default.AdyenModificationRequest, AdyenJson.Default.AdyenModification, ask.Key, cancellation),
            cancellationToken);
        return reply.Value is { } said
            ? AdyenOutcomes.OfModification(said, request, amount, captureBefore)
            : AdyenOutcomes.OfFailure<Movement>(reply.Failure!, reply.MaybeDone);
    }

    private Outcome<Authorisation> Read(VendorReply<AdyenPayment> reply, AuthorisationRequest request) => reply.Value is { } said
        ? AdyenOutcomes.OfPayment(said, request, request.FirstAskedAt + settings.Current.AuthorisationLife)
        : AdyenOutcomes.OfFailedAuthorisation(reply.Failure!, reply.MaybeDone);

    private AdyenPaymentRequest PaymentOf(AuthorisationRequest request, AdyenAmount amount)
    {
        var (method, own) = AdyenMethods.Of(request.Method);
        var stored = method.StoredPaymentMethodId is not null;
        var stores = request.Store && own is null && request.Shopper is not null;
        return new AdyenPaymentRequest(
            settings.Current.MerchantAccount!,
            amount,
            request.PaymentId,
            method,
            request.ReturnUrl ?? settings.Current.ReturnUrl,
            "Web",
            new Dictionary<string, string>(3, StringComparer.Ordinal)
            {
                ["payment_id"] = request.PaymentId,
                ["checkout_id"] = request.CheckoutId,
                ["order_id"] = request.OrderId,
            })
        {
            ShopperReference = own ?? request.Shopper,
            ShopperInteraction = stored ? "ContAuth" : "Ecommerce",
            RecurringProcessingModel = stored || stores ? CardOnFile : null,
            StorePaymentMethod = stores ? true : null,
            CaptureDelayHours = request.CaptureNow ? 0 : null,
            AdditionalData = request.CaptureNow ? null : new Dictionary<string, string>(1, StringComparer.Ordinal) { ["manualCapture"] = "true" },
            AuthenticationData = settings.Current.NativeThreeDSecure ? new AdyenAuthenticationData(new AdyenThreeDSRequestData("preferred")) : null,
        };
    }

    private string Owner(string shopper) =>
        $"merchantAccount={Uri.EscapeDataString(settings.Current.MerchantAccount!)}&shopperReference={Uri.EscapeDataString(shopper)}";

    private bool IsForgotten(DateTimeOffset firstAskedAt) => time.GetUtcNow() - firstAskedAt >= settings.Current.KeyTrust;

    private static Outcome<T> Forgotten<T>() =>
        new Outcome<T>.InDoubt("Adyen may have forgotten the key by now and cannot be asked: its webhook or its report tells.");

    private static StoredMethod Read(AdyenStoredMethod stored) => new(
        stored.Id!,
        stored.Type is null or "scheme" ? "card" : stored.Type,
        stored.Brand,
        stored.LastFour,
        stored is { ExpiryYear: { Length: 2 or 4 } year, ExpiryMonth: { Length: 1 or 2 } month } ? $"{(year.Length == 2 ? "20" : "")}{year}-{month.PadLeft(2, '0')}" : null);
}
