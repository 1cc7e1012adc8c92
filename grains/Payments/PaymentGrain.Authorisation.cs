using System.Diagnostics;

namespace Commerce.Payments;

/// <summary>The authorisation: asked for, gone on with after the shopper did his part, and taken elsewhere while it is certain that nothing happened.</summary>
internal sealed partial class PaymentGrain
{
    /// <summary>What the provider's browser library needs; in memory alone. Empty: the provider has nothing for it.</summary>
    private string? payload;

    public async Task<PaymentView> Authorise(AuthorisePayment command)
    {
        if (State.Authorisation is null)
        {
            var intent = new AuthorisationRequested(
                Payment.AuthoriseId, command.OrderId, command.CheckoutId, command.Provider, command.Amount, command.Method, command.ReturnUrl,
                command.CaptureNow ? true : null, command.Shopper, command.Store ? true : null, command.Alternatives is { IsDefaultOrEmpty: false } others ? others : null);
            if (!providers[command.Provider].Capabilities.OutsideEffects)
            {
                // Nothing happens outside that a crash could leave behind: intent and answer make one commit.
                var asked = new Payment().Apply(intent, Now);
                await Commit([intent, .. Answer(await Ask(asked), asked)]);
                return View();
            }

            await Commit(intent);
            await AskFirst();
            return View();
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

    public async Task<PaymentView> ConfirmWith(ImmutableDictionary<string, string> details)
    {
        if (details.IsEmpty)
        {
            return await Confirm();
        }

        var waits = State.Status is PaymentStatus.RequiresAction;
        var isOpen = State.Authorisation?.Status is TransactionStatus.Pending or TransactionStatus.Unknown;
        if (waits || (isOpen && State.Confirmation is { } last && !Same(last.Details, details)))
        {
            await Commit(new ConfirmationRequested(Payment.AuthoriseId, (State.Confirmation?.Attempt ?? 0) + 1, details));
        }

        await ResolveAuthorisation();
        return View();
    }

    public async Task<PaymentAction?> Action()
    {
        if (State.Status is not PaymentStatus.RequiresAction || State.Action is not { } action)
        {
            return null;
        }

        // A provider that cannot be asked how it stands gives the first answer again under the same key.
        payload ??= Provider.Capabilities.CanBeAsked
            ? await Provider.Find(Id, State.Reference.Length == 0 ? null : State.Reference, CancellationToken.None) is Outcome<Authorisation?>.Ok found ? found.Value?.Action?.Payload ?? "" : null
            : State.Confirmation is null && await Ask(State) is Outcome<Authorisation>.RequiresAction again ? again.Action.Payload ?? "" : null;
        return action with { Payload = payload is { Length: > 0 } secret ? secret : null };
    }

    /// <summary>
    /// Asks for the first time, and goes elsewhere as long as it is certain that nothing happened: not reached, or not taken at all by the network. Whoever asks again after
    /// a crash or a lost answer cannot be certain, and stays.
    /// </summary>
    private async Task AskFirst()
    {
        while (true)
        {
            var outcome = await Ask(State);
            var why = outcome switch
            {
                Outcome<Authorisation>.Unavailable => "unavailable",
                Outcome<Authorisation>.Declined { Why.Elsewhere: true } no => no.Why.Code,
                _ => null,
            };
            if (why is null || State.Alternatives.IsEmpty)
            {
                await CommitNews(Answer(outcome, State));
                return;
            }

            var (from, next) = (State.Provider, State.Alternatives[0]);
            await Commit(new AuthorisationRerouted(Payment.AuthoriseId, next.Provider, next.Method, why));
            logger.Rerouted(Id, from, next.Provider);
        }
    }

    /// <summary>Brings an authorisation that was asked for and not answered to its answer, if the provider will say.</summary>
    private async Task ResolveAuthorisation()
    {
        if (State.Authorisation is { Status: TransactionStatus.Pending or TransactionStatus.Unknown })
        {
            await CommitNews(Answer(await Ask(State), State));
        }
    }

    /// <summary>Asks the provider to authorise, or to go on with what the shopper gave, under the key of that step.</summary>
    private async Task<Outcome<Authorisation>> Ask(Payment payment)
    {
        var request = new AuthorisationRequest(
            Id, payment.CheckoutId, payment.OrderId, payment.Requested, payment.Method, payment.ReturnUrl, KeyFor("authorise", $"{payment.Attempt}"), payment.Authorisation!.At)
        {
            CaptureNow = payment.CaptureNow,
            Shopper = payment.Shopper,
            Store = payment.Store,
        };
        var outcome = payment.Confirmation is { } confirmation
            ? await providers[payment.Provider].Confirm(
                new ConfirmationRequest(
                    request, payment.Reference.Length == 0 ? null : payment.Reference, confirmation.Details, KeyFor("confirm", $"{confirmation.Attempt}"), payment.ConfirmationAt),
                CancellationToken.None)
            : await providers[payment.Provider].Authorise(request, CancellationToken.None);
        if (outcome is Outcome<Authorisation>.RequiresAction action)
        {
            payload = action.Action.Payload ?? "";
        }

        return outcome;
    }

    private static ImmutableArray<PaymentEvent> Answer(Outcome<Authorisation> outcome, Payment payment) => outcome switch
    {
        Outcome<Authorisation>.Ok ok => Answer(ok.Value, payment, null),
        Outcome<Authorisation>.RequiresAction action => [new ActionRequired(Payment.AuthoriseId, action.Reference, action.Action with { Payload = null })],
        Outcome<Authorisation>.Declined no => [Declined(no.Why, no.Reference, null)],
        Outcome<Authorisation>.Rejected no => [new AuthorisationDeclined(Payment.AuthoriseId, no.Code, no.Message, true, null)],
        Outcome<Authorisation>.Unavailable later => [new AnswerLost(Payment.AuthoriseId, $"unavailable, again in {later.RetryAfter.Ticks / TimeSpan.TicksPerSecond} s")],
        Outcome<Authorisation>.InDoubt doubt => [new AnswerLost(Payment.AuthoriseId, doubt.Why)],
        _ => throw new UnreachableException(),
    };

    /// <param name="at">UTC, when we looked; null: it is the answer to what was asked for.</param>
    private static ImmutableArray<PaymentEvent> Answer(Authorisation found, Payment payment, DateTimeOffset? at) => found.State switch
    {
        AuthorisationState.Captured when payment.CaptureNow && payment.Find(Payment.CaptureNowId) is null =>
            [Approved(found, at), .. Payment.CapturedNow(found.CaptureReference ?? found.Reference, found.Captured, at)],
        AuthorisationState.Authorised or AuthorisationState.Captured => [Approved(found, at)],
        AuthorisationState.RequiresAction => [new ActionRequired(Payment.AuthoriseId, found.Reference, found.Action! with { Payload = null })],
        AuthorisationState.Pending => [new AnswerLost(Payment.AuthoriseId, "the provider still works on it")],
        AuthorisationState.Voided => [Declined(Declines.Of(Declines.Voided), found.Reference, at)],
        AuthorisationState.Failed => [Declined(found.Failure ?? Declines.Of(Declines.CardDeclined), found.Reference, at)],
        _ => throw new UnreachableException(),
    };

    private static AuthorisationApproved Approved(Authorisation found, DateTimeOffset? at) => new(Payment.AuthoriseId, found.Reference, found.Authorised, found.CaptureBefore, at);

    private static AuthorisationDeclined Declined(Decline why, string? reference, DateTimeOffset? at) =>
        new(Payment.AuthoriseId, why.Code, why.Message, why.Hard, reference, why.Advice, why.VendorCode, at);

    /// <summary>Looks how an authorisation stands that waits for the shopper; false when the provider did not say.</summary>
    private async Task<bool> Observe()
    {
        var looked = Now;
        var outcome = await Provider.Find(Id, State.Reference.Length == 0 ? null : State.Reference, CancellationToken.None);
        if (outcome is Outcome<Authorisation?>.Ok { Value: { State: not AuthorisationState.RequiresAction and not AuthorisationState.Pending } found })
        {
            await Commit(Answer(found, State, looked).AsSpan());
        }

        return outcome is Outcome<Authorisation?>.Ok;
    }

    private static bool Same(ImmutableDictionary<string, string> one, ImmutableDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
