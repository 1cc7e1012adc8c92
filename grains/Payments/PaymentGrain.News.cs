namespace Commerce.Payments;

/// <summary>What comes without being asked for: the provider's webhooks, and the payment's own waking.</summary>
internal sealed partial class PaymentGrain
{
    /// <summary>Longest pause between two looks at what the provider does not settle.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>How long after an authorisation should have lapsed the provider is asked again, when it still had it.</summary>
    private static readonly TimeSpan LapseGrace = TimeSpan.FromHours(6);

    public async Task<PaymentView> Notice(PaymentNotice notice)
    {
        if (notice.Fact is { } fact)
        {
            await Take(fact, notice);
        }
        else
        {
            // It only says that something happened, and may be old, early or a repetition: the provider's own state is what counts.
            await Look(notice);
        }

        logger.Noticed(Id, notice.Type, notice.EventId, State.Status);
        return View();
    }

    /// <summary>Looks after what nobody else does: movements that are not settled, and an authorisation that is about to lapse.</summary>
    public override async Task Wake()
    {
        var due = State.WakeAt <= Now;
        await ResolveMovements();
        if (State.CaptureBefore is { } lapses && lapses - Payment.RenewBefore <= Now && !HasOpenAdjustment)
        {
            await LookAfter(lapses);
        }

        if (due && State.WakeAt <= Now && Unsettled is { } unsettled)
        {
            await Commit(new FollowUpDelayed(unsettled.Id, Now + Pause(unsettled)));
        }
    }

    private async Task Take(PaymentFact fact, PaymentNotice notice)
    {
        // That an authorisation has gone which we hold is believed when the provider confirms it, where it can be asked.
        var doubtful = fact.Kind is FactKind.AuthorisationFailed && State.Authorisation?.Status is TransactionStatus.Succeeded && Provider.Capabilities.CanBeAsked;
        if (doubtful || State.Learn(fact) is not { } events)
        {
            if (Provider.Capabilities.CanBeAsked)
            {
                await Look(notice);
                doubtful = doubtful && await IsHeld();
            }

            events = doubtful ? [] : State.Learn(fact) ?? throw new CommerceException(PaymentErrors.DoesNotFit(notice.Type));
        }

        if (!events.IsEmpty)
        {
            await Commit(events.AsSpan());
        }
    }

    /// <summary>Asks the provider for everything that is not settled.</summary>
    private async Task Look(PaymentNotice notice)
    {
        if (State.Status is PaymentStatus.RequiresAction)
        {
            if (!await Observe() && Provider.Capabilities.CanBeAsked)
            {
                // Nobody else would ask again: the webhook is kept until the provider answers.
                throw new CommerceException(PaymentErrors.InDoubt(Webhook.TryAgain));
            }
        }
        else
        {
            await ResolveAuthorisation();
        }

        await ResolveMovements();
        if (notice.Type.Contains("dispute", StringComparison.OrdinalIgnoreCase) && State.Reference.Length > 0)
        {
            await LookForDisputes(notice);
        }
    }

    private async Task LookForDisputes(PaymentNotice notice)
    {
        switch (await Provider.Disputes(State.Reference, CancellationToken.None))
        {
            case Outcome<ImmutableArray<Dispute>>.Ok found:
                foreach (var dispute in found.Value)
                {
                    var fact = new PaymentFact(FactKind.Disputed, dispute.Reference, dispute.Amount, null, dispute.Reason, null, notice.At) { Dispute = dispute.Status, Until = dispute.RespondBy };
                    if (State.Learn(fact) is { IsEmpty: false } events)
                    {
                        await Commit(events.AsSpan());
                    }
                }

                break;
            case Outcome<ImmutableArray<Dispute>>.Unavailable or Outcome<ImmutableArray<Dispute>>.InDoubt:
                throw new CommerceException(PaymentErrors.InDoubt(Webhook.TryAgain));
            default:
                break;
        }
    }

    /// <summary>Whether the provider still has the authorisation.</summary>
    private async Task<bool> IsHeld() => await Provider.Find(Id, State.Reference, CancellationToken.None) switch
    {
        Outcome<Authorisation?>.Ok ok => ok.Value?.State is AuthorisationState.Authorised or AuthorisationState.Captured,
        _ => throw new CommerceException(PaymentErrors.InDoubt(Webhook.TryAgain)),
    };

    private async Task ResolveMovements()
    {
        foreach (var transaction in State.Ledger)
        {
            await Resolve(transaction.Id);
        }
    }

    /// <summary>Renews an authorisation that lapses soon, or reports it; looks what became of it when its time is over.</summary>
    private async Task LookAfter(DateTimeOffset lapses)
    {
        var capabilities = Provider.Capabilities;
        if (State.Expiring is null)
        {
            var renewal = $"renew:{lapses.UtcTicks}";
            if (capabilities.RenewsAuthorisation && lapses > Now && State.Find(renewal) is null)
            {
                await Commit(new AdjustmentRequested(renewal, State.Authorised, "renewed before it lapses"));
                await Resolve(renewal);
                if (State.Find(renewal) is { Status: not TransactionStatus.Failed })
                {
                    return;
                }
            }

            await Commit(new AuthorisationExpiring(Payment.AuthoriseId, lapses, capabilities.CanBeAsked));
            logger.Expiring(Id, lapses);
        }

        if (lapses > Now || !capabilities.CanBeAsked)
        {
            return;
        }

        var outcome = await Provider.Find(Id, State.Reference, CancellationToken.None);
        await Commit(outcome switch
        {
            Outcome<Authorisation?>.Ok { Value: null or { State: AuthorisationState.Voided or AuthorisationState.Failed } } => new AuthorisationLapsed(Payment.LapseId, State.Reference, Now),
            Outcome<Authorisation?>.Ok { Value.CaptureBefore: { } later } when later > lapses => new AuthorisationExtended(Payment.AuthoriseId, later),
            _ => new FollowUpDelayed(Payment.AuthoriseId, Now + LapseGrace),
        });
    }

    private bool HasOpenAdjustment => State.Ledger.Any(static t => t.Kind is TransactionKind.Adjust && Payment.IsOpen(t));

    private PaymentTransaction? Unsettled => State.Ledger.FirstOrDefault(static t => t.Kind is not TransactionKind.Authorise && Payment.IsOpen(t));

    /// <summary>What was accepted is the webhook's to tell, and looked for rarely; a lost answer is asked for after 1, 2, 4 … minutes.</summary>
    private TimeSpan Pause(PaymentTransaction unsettled)
    {
        var first = unsettled.Status is TransactionStatus.Accepted ? Payment.AcceptedPatience : Payment.FollowUpAfter;
        var pause = TimeSpan.FromTicks(first.Ticks << Math.Min(State.Delays, 12));
        return pause < LongestPause ? pause : LongestPause;
    }
}
