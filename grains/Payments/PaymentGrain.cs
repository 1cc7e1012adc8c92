using System.Diagnostics;
using Commerce.Journal;
using Orleans.Placement;

namespace Commerce.Payments;

/// <inheritdoc cref="IPaymentGrain"/>
/// <remarks>
/// Each step is: commit the intent, ask the provider, commit the answer. A call repeated after a crash, a time-out or a lost answer takes
/// up at the step the last one reached, with the same key, and so finds the first effect instead of making a second.
/// </remarks>
[GrainType("payment"), PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed class PaymentGrain(PaymentProviders providers, ILogger<PaymentGrain> logger) : AggregateGrain<Payment, PaymentEvent>, IPaymentGrain
{
    private IPaymentProvider Provider => providers[State.Provider];

    public async Task<PaymentView> Authorise(AuthorisePayment command)
    {
        if (State.Authorisation is null)
        {
            var intent = new AuthorisationRequested(
                Payment.AuthoriseId, command.OrderId, command.CheckoutId, command.Provider, command.Amount, command.Method, command.ReturnUrl);
            if (!providers[command.Provider].Capabilities.OutsideEffects)
            {
                // Nothing happens outside that a crash could leave behind: intent and answer make one commit.
                await Commit(intent, await Ask(new Payment().Apply(intent, Now)));
                return View();
            }

            await Commit(intent);
        }

        await ResolveAuthorisation();
        return View();
    }

    public async Task<PaymentView> Confirm()
    {
        if (State.Status is PaymentStatus.RequiresAction)
        {
            await Observe();
        }
        else
        {
            await ResolveAuthorisation();
        }

        return View();
    }

    public Task<PaymentView> ConfirmWith(ImmutableDictionary<string, string> details) => Confirm();

    public Task<PaymentAction?> Action() => Task.FromResult(State.Action);

    public Task<PaymentView> Adjust(string operationId, Money amount, string? reason) => throw new CommerceException(PaymentErrors.Unsupported(State.Provider, "adjusting"));

    public Task<PaymentView> Adopt(AdoptTransaction command) => throw new CommerceException(PaymentErrors.Unsupported(State.Provider, "adopting"));

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

            await Commit(new CaptureRequested(operationId, amount));
        }

        if (IsOpen(operationId, out var transaction))
        {
            await Settle(operationId, await Provider.Capture(Movement("capture", transaction), CancellationToken.None), static (id, done) =>
                new Captured(id, done.Reference, done.Amount, done.Released));
        }

        return View();
    }

    public async Task<PaymentView> Void(string operationId)
    {
        await ResolveAuthorisation();
        if (State.Find(operationId) is null)
        {
            switch (State.Authorisation?.Status)
            {
                case TransactionStatus.Succeeded when State.Capturable.Amount > 0:
                    await Commit(new VoidRequested(operationId, State.Capturable));
                    break;
                case TransactionStatus.RequiresAction when State.Status is PaymentStatus.RequiresAction:
                    // Nothing is held yet, but it could be by the shopper's next click.
                    await Commit(new VoidRequested(operationId, Money.Zero(State.Requested.Currency)));
                    break;
                default:
                    return View();
            }
        }

        if (IsOpen(operationId, out var transaction))
        {
            await Settle(operationId, await Provider.Void(Movement("void", transaction), CancellationToken.None), (id, done) =>
                new Voided(id, done.Reference, transaction.Amount));
        }

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

            await Commit(new RefundRequested(operationId, amount, reason));
        }

        if (IsOpen(operationId, out var transaction))
        {
            await Settle(operationId, await Provider.Refund(Movement("refund", transaction), CancellationToken.None), static (id, done) =>
                new Refunded(id, done.Reference, done.Amount));
        }

        return View();
    }

    public async Task<PaymentView> Notice(PaymentNotice notice)
    {
        // What a webhook tells may be old, early or a repetition: it only makes us look. The provider's own state is what counts.
        if (State.Status is not PaymentStatus.RequiresAction)
        {
            await ResolveAuthorisation();
        }
        else if (!await Observe())
        {
            // Nobody else would ask again: the webhook is kept until the provider answers.
            throw new CommerceException(PaymentErrors.InDoubt(Webhook.TryAgain));
        }

        logger.Noticed(Id, notice.Type, notice.EventId, State.Status);
        return View();
    }

    public Task<PaymentView?> Get() => Task.FromResult(State.Authorisation is null ? null : View());

    /// <summary>Brings an authorisation that was asked for and not answered to its answer, if the provider will say.</summary>
    private async Task ResolveAuthorisation()
    {
        if (IsOpen(Payment.AuthoriseId, out _))
        {
            await CommitNews(await Ask(State));
        }
    }

    /// <summary>Asks the provider to authorise, under the payment's one key.</summary>
    private async Task<PaymentEvent> Ask(Payment payment)
    {
        var asked = payment.Authorisation!;
        var outcome = await providers[payment.Provider].Authorise(
            new AuthorisationRequest(Id, payment.CheckoutId, payment.OrderId, payment.Requested, payment.Method, payment.ReturnUrl, KeyFor("authorise", "1"), asked.At),
            CancellationToken.None);
        return outcome switch
        {
            Outcome<Authorisation>.Ok ok => Answer(ok.Value),
            Outcome<Authorisation>.RequiresAction action => new ActionRequired(asked.Id, action.Reference, action.Action),
            Outcome<Authorisation>.Declined no => new AuthorisationDeclined(asked.Id, no.Why.Code, no.Why.Message, no.Why.Hard, no.Reference),
            Outcome<Authorisation>.Rejected no => new AuthorisationDeclined(asked.Id, no.Code, no.Message, true, null),
            Outcome<Authorisation>.Unavailable later => new AnswerLost(asked.Id, $"unavailable, again in {later.RetryAfter.TotalSeconds:0} s"),
            Outcome<Authorisation>.InDoubt doubt => new AnswerLost(asked.Id, doubt.Why),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Looks how an authorisation stands that waited for the shopper; false when the provider did not say.</summary>
    private async Task<bool> Observe()
    {
        var outcome = await Provider.Find(Id, State.Reference.Length == 0 ? null : State.Reference, CancellationToken.None);
        if (outcome is Outcome<Authorisation?>.Ok { Value: { State: not AuthorisationState.RequiresAction and not AuthorisationState.Pending } found })
        {
            await Commit(Answer(found));
        }

        return outcome is Outcome<Authorisation?>.Ok;
    }

    private static PaymentEvent Answer(Authorisation found) => found.State switch
    {
        AuthorisationState.Authorised or AuthorisationState.Captured =>
            new AuthorisationApproved(Payment.AuthoriseId, found.Reference, found.Authorised, found.CaptureBefore),
        AuthorisationState.RequiresAction => new ActionRequired(Payment.AuthoriseId, found.Reference, found.Action!),
        AuthorisationState.Pending => new AnswerLost(Payment.AuthoriseId, "the provider still works on it"),
        AuthorisationState.Voided => new AuthorisationDeclined(Payment.AuthoriseId, "voided", "The authorisation was cancelled at the provider.", false, found.Reference),
        AuthorisationState.Failed => new AuthorisationDeclined(
            Payment.AuthoriseId, found.Failure?.Code ?? Declines.CardDeclined, found.Failure?.Message ?? "The payment was declined.", found.Failure?.Hard ?? false, found.Reference),
        _ => throw new UnreachableException(),
    };

    private async Task Settle(string operationId, Outcome<Movement> outcome, Func<string, Movement, PaymentEvent> done)
    {
        await CommitNews(outcome switch
        {
            Outcome<Movement>.Ok ok => done(operationId, ok.Value),
            Outcome<Movement>.Declined no => new TransactionFailed(operationId, no.Why.Code, no.Why.Message),
            Outcome<Movement>.Rejected no => new TransactionFailed(operationId, no.Code, no.Message),
            Outcome<Movement>.Unavailable later => new AnswerLost(operationId, $"unavailable, again in {later.RetryAfter.TotalSeconds:0} s"),
            Outcome<Movement>.InDoubt doubt => new AnswerLost(operationId, doubt.Why),
            _ => new TransactionFailed(operationId, "unexpected", "The provider asked for something that does not belong here."),
        });
    }

    /// <summary>That an answer is still missing is news once.</summary>
    private Task CommitNews(PaymentEvent answer) =>
        answer is AnswerLost lost && State.Find(lost.OperationId)?.Status is TransactionStatus.Unknown ? Task.CompletedTask : Commit(answer);

    private bool IsOpen(string operationId, out PaymentTransaction transaction)
    {
        transaction = State.Find(operationId)!;
        return transaction is { Status: TransactionStatus.Pending or TransactionStatus.Unknown };
    }

    private MovementRequest Movement(string step, PaymentTransaction transaction) =>
        new(Id, State.Reference, transaction.Amount, KeyFor(step, transaction.Id), transaction.At, transaction.Reason);

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
    };
}

internal static partial class PaymentLog
{
    [LoggerMessage(300, LogLevel.Information, "{Payment}: the provider told '{Type}' ({EventId}); it stands at {Status}")]
    public static partial void Noticed(this ILogger logger, string payment, string type, string eventId, PaymentStatus status);
}
