using Commerce.Journal;
using Orleans.Placement;

namespace Commerce.Payments;

/// <inheritdoc cref="IPaymentGrain"/>
/// <remarks>
/// Each step is: commit the intent, ask the provider, commit the answer. A call repeated after a crash, a time-out or a lost answer takes
/// up at the step the last one reached, with the same key, and so finds the first effect instead of making a second. What a provider only
/// accepted waits for its webhook, or for the payment's own waking.
/// </remarks>
[GrainType("payment"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed partial class PaymentGrain(PaymentProviders providers, ILogger<PaymentGrain> logger) : AggregateGrain<Payment, PaymentEvent>, IPaymentGrain
{
    private IPaymentProvider Provider => providers[State.Provider];

    public async Task<PaymentView> Capture(string operationId, Money amount)
    {
        if (State.Find(operationId) is null)
        {
            var (capabilities, left) = (Provider.Capabilities, State.Capturable);
            if (amount > left)
            {
                throw new CommerceException(PaymentErrors.CaptureExceedsAuthorised(amount, left));
            }

            if (amount < left && !capabilities.PartialCapture)
            {
                throw new CommerceException(PaymentErrors.Unsupported(State.Provider, "capturing a part"));
            }

            await Commit(new CaptureRequested(operationId, amount, Final: amount == left ? true : null));
        }

        await Resolve(operationId);
        return View();
    }

    public async Task<PaymentView> Void(string operationId)
    {
        await ResolveAuthorisation();
        if (State.Find(operationId) is null)
        {
            switch (State.Authorisation?.Status)
            {
                case TransactionStatus.Succeeded when State.Capturable.Amount > 0 && !State.Captured.IsZero && !Provider.Capabilities.PartialVoid:
                    // The provider lets nothing go on request after a capture: the rest is not touched again, and lapses by itself.
                    await Commit(new AuthorisationLapsed(Payment.LapseId, State.Reference, Now));
                    return View();
                case TransactionStatus.Succeeded when State.Capturable.Amount > 0:
                    await Commit(new VoidRequested(operationId, State.Capturable));
                    break;
                case TransactionStatus.RequiresAction when State.Status is PaymentStatus.RequiresAction && !State.Ledger.Any(t => t.Kind is TransactionKind.Void && Payment.IsOpen(t)):
                    // Nothing is held yet, but it could be by the shopper's next click.
                    await Commit(new VoidRequested(operationId, Money.Zero(State.Requested.Currency)));
                    break;
                default:
                    return View();
            }
        }

        await Resolve(operationId);
        return View();
    }

    public async Task<PaymentView> Refund(string operationId, Money amount, string? reason)
    {
        if (State.Find(operationId) is null)
        {
            if (amount > State.Refundable)
            {
                throw new CommerceException(PaymentErrors.RefundExceedsCaptured(amount, State.Refundable));
            }

            var (age, limit) = (Now - LastCapture, Provider.Capabilities.MaxRefundAge);
            if (age > limit)
            {
                throw new CommerceException(PaymentErrors.RefundTooLate(State.Provider, limit));
            }

            await Commit(new RefundRequested(operationId, amount, reason));
        }

        await Resolve(operationId);
        return View();
    }

    public async Task<PaymentView> Adjust(string operationId, Money amount, string? reason)
    {
        if (State.Find(operationId) is null)
        {
            var capabilities = Provider.Capabilities;
            if (State.Authorisation?.Status is not TransactionStatus.Succeeded || State.Capturable.IsZero)
            {
                throw new CommerceException(CommonErrors.NotNow("payment", State.Status.ToString().ToLowerInvariant(), "adjust", []));
            }

            if (!(capabilities.IncrementalAuthorisation || (capabilities.RenewsAuthorisation && amount == State.Authorised)))
            {
                throw new CommerceException(PaymentErrors.Unsupported(State.Provider, "adjusting what is authorised"));
            }

            var used = State.Authorised - State.Capturable;
            if (amount.Currency != State.Requested.Currency || amount <= used)
            {
                throw new CommerceException(PaymentErrors.AdjustmentTooLow(amount, used));
            }

            if (Provider.Refuses(amount) is { } why)
            {
                throw new CommerceException(PaymentErrors.Unpayable(State.Provider, why));
            }

            await Commit(new AdjustmentRequested(operationId, amount, reason));
        }

        await Resolve(operationId);
        return View();
    }

    public async Task<PaymentView> Adopt(AdoptTransaction command)
    {
        if (Known(command) is { } known)
        {
            await Resolve(known.Id);
            if (command.Kind is TransactionKind.Capture or TransactionKind.Refund && State.Find(known.Id) is { } open && Payment.IsOpen(open))
            {
                // The provider cannot be asked, and its books are its word.
                await Commit(Done(open, new Movement(command.Reference, command.Amount, Money.Zero(command.Amount.Currency))));
            }

            return View();
        }

        if (State.Authorisation?.Status is not TransactionStatus.Succeeded)
        {
            throw new CommerceException(CommonErrors.NotNow("payment", State.Status.ToString().ToLowerInvariant(), "adopt", []));
        }

        var left = command.Kind is TransactionKind.Capture ? State.Authorised - State.Captured - (State.Voided - Lapsed) : State.Captured - State.Refunded;
        if (command.Amount.Amount <= 0 || command.Amount.Currency != State.Requested.Currency)
        {
            throw new CommerceException(PaymentErrors.AmountNotPositive);
        }

        await Commit(command.Kind switch
        {
            TransactionKind.Capture when command.Amount > left => throw new CommerceException(PaymentErrors.CaptureExceedsAuthorised(command.Amount, left)),
            TransactionKind.Refund when command.Amount > left => throw new CommerceException(PaymentErrors.RefundExceedsCaptured(command.Amount, left)),
            TransactionKind.Capture or TransactionKind.Refund => new TransactionAdopted(command.OperationId, command.Kind, command.Reference, command.Amount, command.Reason),
            TransactionKind.ChargeBack => new ChargedBack(command.OperationId, command.Reference, command.Amount, command.Reason, Now),
            TransactionKind.Reverse when command.Of is { } ours && State.Find(ours) is { Status: TransactionStatus.Succeeded, Kind: TransactionKind.Capture or TransactionKind.Refund } done =>
                new Reversed(command.OperationId, ours, null, done.Amount, "not_in_books", command.Reason, Now),
            _ => throw new CommerceException(PaymentErrors.Unsupported(State.Provider, "adopting that")),
        });
        return View();
    }

    /// <summary>What we have of it already: under its name, under the operation that it belongs to, or by the provider's reference, unless that was taken back.</summary>
    private PaymentTransaction? Known(AdoptTransaction command) =>
        State.Find(command.OperationId)
        ?? (command.Kind is TransactionKind.Reverse ? State.Ledger.FirstOrDefault(t => t.Kind is TransactionKind.Reverse && t.Status is TransactionStatus.Succeeded && t.Of == command.Of)
            : command.Of is { } of ? State.Find(of)
            : State.Ledger.FirstOrDefault(t => t.Kind == command.Kind && t.Reference == command.Reference && !State.Ledger.Any(r => r.Kind is TransactionKind.Reverse && r.Status is TransactionStatus.Succeeded && r.Of == t.Id)));

    public async Task<PaymentView?> Get()
    {
        await DemandNew();
        return State.Authorisation is null ? null : View();
    }

    private DateTimeOffset LastCapture => State.Ledger.Where(t => t is { Kind: TransactionKind.Capture, Status: TransactionStatus.Succeeded }).Max(t => (DateTimeOffset?)t.At) ?? Now;

    private Money Lapsed => State.Find(Payment.LapseId)?.Amount ?? Money.Zero(State.Requested.Currency);

    /// <summary>
    /// Brings a movement to its end, if the provider will say: one without an answer is asked for again under its key, one that was accepted is looked for, where
    /// the provider can be asked. One that has ended is left as it is.
    /// </summary>
    private async Task Resolve(string operationId)
    {
        if (State.Find(operationId) is not { } asked || asked.Kind is TransactionKind.Authorise || !Payment.IsOpen(asked))
        {
            return;
        }

        var request = new MovementRequest(Id, State.Reference, asked.Amount, KeyFor(StepOf(asked.Kind), asked.Id), asked.At, asked.Reason, State.Finals.Contains(asked.Id));
        if (asked.Status is TransactionStatus.Accepted)
        {
            await Look(asked, request);
            return;
        }

        await CommitNews(Answer(asked, asked.Kind switch
        {
            TransactionKind.Capture => await Provider.Capture(request, CancellationToken.None),
            TransactionKind.Void => await Provider.Void(request, CancellationToken.None),
            TransactionKind.Refund => await Provider.Refund(request, CancellationToken.None),
            _ => await Provider.Adjust(request, CancellationToken.None),
        }));
    }

    /// <summary>Looks what became of a movement that was accepted; what the provider cannot tell, its webhook will.</summary>
    private async Task Look(PaymentTransaction accepted, MovementRequest request)
    {
        if (!Provider.Capabilities.CanBeAsked)
        {
            return;
        }

        switch (await Provider.FindMovement(accepted.Kind, request, CancellationToken.None))
        {
            case Outcome<Movement?>.Ok { Value: { State: MovementState.Done } done }:
                await Commit(Done(accepted, done));
                break;
            case Outcome<Movement?>.Rejected no:
                await Commit(new TransactionFailed(accepted.Id, no.Code, no.Message));
                break;
            case Outcome<Movement?>.Declined no:
                await Commit(new TransactionFailed(accepted.Id, no.Why.Code, no.Why.Message));
                break;
            default:
                break;
        }
    }

    private static PaymentEvent Answer(PaymentTransaction asked, Outcome<Movement> outcome) => outcome switch
    {
        Outcome<Movement>.Ok { Value.State: MovementState.Accepted } ok => new TransactionAccepted(asked.Id, ok.Value.Reference),
        Outcome<Movement>.Ok ok => Done(asked, ok.Value),
        Outcome<Movement>.Declined no => new TransactionFailed(asked.Id, no.Why.Code, no.Why.Message),
        Outcome<Movement>.Rejected no => new TransactionFailed(asked.Id, no.Code, no.Message),
        Outcome<Movement>.Unavailable later => new AnswerLost(asked.Id, $"unavailable, again in {later.RetryAfter.Ticks / TimeSpan.TicksPerSecond} s"),
        Outcome<Movement>.InDoubt doubt => new AnswerLost(asked.Id, doubt.Why),
        _ => new TransactionFailed(asked.Id, "unexpected", "The provider asked for something that does not belong here."),
    };

    private static PaymentEvent Done(PaymentTransaction asked, Movement done) => asked.Kind switch
    {
        TransactionKind.Capture => new Captured(asked.Id, done.Reference, done.Amount, done.Released),
        TransactionKind.Void => new Voided(asked.Id, done.Reference, asked.Amount),
        TransactionKind.Refund => new Refunded(asked.Id, done.Reference, done.Amount),
        _ => new Adjusted(asked.Id, done.Reference, done.Amount, done.CaptureBefore),
    };

    /// <summary>That an answer is still missing is news once.</summary>
    private Task CommitNews(params ImmutableArray<PaymentEvent> answer) =>
        answer is [AnswerLost lost] && State.Find(lost.OperationId)?.Status is TransactionStatus.Unknown ? Task.CompletedTask : Commit(answer.AsSpan());

    private static string StepOf(TransactionKind kind) => kind.ToString().ToLowerInvariant();

    private string KeyFor(string step, string attempt) => $"{Id}:{step}:{attempt}";

    private PaymentView View() => new()
    {
        Id = Id,
        Version = Version,
        Status = State.Status,
        OrderId = State.OrderId,
        CheckoutId = State.CheckoutId,
        Provider = State.Provider,
        Method = State.Method,
        Reference = State.Reference,
        Requested = State.Requested,
        Authorised = State.Authorised,
        Captured = State.Captured,
        Refunded = State.Refunded,
        Voided = State.Voided,
        Action = State.Action,
        Failure = State.Failure,
        Transactions = State.Ledger,
        ChargedBack = State.ChargedBack,
        CaptureBefore = State.CaptureBefore,
        Disputes = State.Disputes,
    };
}

internal static partial class PaymentLog
{
    [LoggerMessage(300, LogLevel.Information, "{Payment}: the provider told '{Type}' ({EventId}); it stands at {Status}")]
    public static partial void Noticed(this ILogger logger, string payment, string type, string eventId, PaymentStatus status);

    [LoggerMessage(301, LogLevel.Warning, "{Payment}: nothing happened at {From}; {To} is asked instead")]
    public static partial void Rerouted(this ILogger logger, string payment, string from, string to);

    [LoggerMessage(302, LogLevel.Warning, "{Payment}: what is authorised lapses at {CaptureBefore} and is not captured")]
    public static partial void Expiring(this ILogger logger, string payment, DateTimeOffset captureBefore);
}
