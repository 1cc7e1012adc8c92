using System.Diagnostics;
using Commerce.Allotments;
using Commerce.Carts;
using Commerce.Catalog;
using Commerce.Drops;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Orders;
using Commerce.Payments;
using Commerce.Pricing;
using Microsoft.Extensions.Options;
using Orleans.Placement;

namespace Commerce.Checkouts;

/// <inheritdoc cref="ICheckoutGrain"/>
/// <remarks>
/// <para>The saga is one loop, <see cref="CarryOn"/>: it looks at the state, does the step that the state names, and stores what came of it.
/// Each step may be repeated, so that a crash on any line costs a wake-up and nothing else. When somebody does not answer, the loop stores
/// when to ask again and ends.</para>
/// <para>Callers do not carry the saga, they watch it: the grain is reentrant, one loop runs at a time, and a caller that goes away changes nothing.</para>
/// </remarks>
[GrainType("checkout"), Reentrant, PreferLocalPlacement, CollectionAgeLimit(Minutes = 1)]
internal sealed partial class CheckoutGrain(PaymentDesk desk, SourcingDesk sourcing, Availability availability, CatalogIndex catalog, DropBoard board, CheckoutMeters meters, IOptions<CheckoutOptions> options, ILogger<CheckoutGrain> logger)
    : AggregateGrain<Checkout, CheckoutEvent>, ICheckoutGrain
{
    private Task? starting;
    private Task? running;

    /// <summary>Something has happened that a delayed step may have waited for: it is tried at once.</summary>
    private bool woken;

    /// <summary>This activation began the checkout and has not asked yet: nothing can have happened to the payment, or the order.</summary>
    private bool isPaymentNew, isOrderNew;

    private string OrderId => Id.As(Identity.Order);

    private string PaymentId => Id.As(Identity.Payment);

    /// <summary>Uses of coupons that this purchase takes; none of a quote that is older than they are.</summary>
    private ImmutableArray<LimitedUse> Uses => State.Quote.Uses.IsDefault ? [] : State.Quote.Uses;

    public async Task<Reply<CheckoutView>> Start(Request request, StartCheckout command, TimeSpan wait)
    {
        var repeated = IsRepeated(request with { IfMatch = null });
        if (State.Status is CheckoutStatus.None)
        {
            // The same request twice at once begins one checkout; the second waits for what the first begins.
            repeated = starting is not null;
            await (starting ??= Begin(request, command));
            _ = repeated && IsRepeated(request with { IfMatch = null }); // the key may have come with another request
        }

        await Watch(wait);
        DemandClaimed();
        return new Reply<CheckoutView>(View(), repeated);
    }

    public Task<CheckoutView?> Get(string? owner) =>
        Task.FromResult(Durable.Status is CheckoutStatus.None || (owner is not null && owner != Durable.Owner) ? null : View());

    public Task<Reply<CheckoutView>> Confirm(Request request, TimeSpan wait) => ConfirmWith(request, ImmutableDictionary<string, string>.Empty, wait);

    public async Task<Reply<CheckoutView>> ConfirmWith(Request request, ImmutableDictionary<string, string> details, TimeSpan wait)
    {
        Demand(request);
        var repeated = IsRepeated(request);
        if (!repeated && State.Status is CheckoutStatus.RequiresAction)
        {
            await Commit(request, new ShopperReturned(details.IsEmpty ? null : details));
        }

        await Watch(wait);
        return new Reply<CheckoutView>(View(), repeated);
    }

    public async Task<Reply<CheckoutView>> Cancel(Request request, TimeSpan wait)
    {
        Demand(request);
        var repeated = IsRepeated(request) || State.IsCancelRequested;
        if (!repeated)
        {
            await Commit(request, new CancelRequested());
        }

        await Watch(wait);
        if (State.Status is CheckoutStatus.Placing or CheckoutStatus.Completed)
        {
            throw new CommerceException(CommonErrors.NotNow("checkout", "completed", "cancel", []));
        }

        return new Reply<CheckoutView>(View(), repeated);
    }

    public override async Task Wake()
    {
        if (State.Status is CheckoutStatus.RequiresAction
            && await GrainFactory.Payment(PaymentId).Get() is { Status: not PaymentStatus.RequiresAction }
            && State.Status is CheckoutStatus.RequiresAction)
        {
            // The shopper authenticated and never came back to tell: the provider's webhook did.
            await Commit(new ShopperReturned());
        }

        if (State is { IsTerminal: true, PaymentAsked: true, Status: not CheckoutStatus.Completed })
        {
            await LetGo(); // of what the provider said too late
            return;
        }

        // Told by a webhook perhaps that what was waited for has come. A step that is just ending, or a second wake-up, must not make that forgotten.
        woken |= State.Status is CheckoutStatus.Compensating or CheckoutStatus.Authorizing;

        // The loop is not waited for: it may take as long as a vendor takes, and stores by itself when it wants to be woken again.
        _ = Run();
    }

    /// <summary>Refusals come before anything is stored; then intent and quote are stored, and the loop takes over.</summary>
    private async Task Begin(Request request, StartCheckout command)
    {
        try
        {
            var frozen = await GrainFactory.Cart(command.CartId).Freeze(request.Owner, command.QuoteId);
            DemandPass(frozen.Quote, command.Pass);
            var occasion = new PaymentOccasion(frozen.Quote.Totals.Total, frozen.Destination.Country, command.CartId);
            var routes = await desk.Routes(frozen.Quote.Channel, occasion, command.Provider, command.Method, command.Methods);
            var expiresAt = Now + options.Value.Lifetime;
            await Commit(
                request,
                new CheckoutStarted(
                    command.CartId, frozen.Owner, frozen.ContactId, frozen.Destination, frozen.Quote, routes[0].Provider, routes[0].Method, command.ReturnUrl, expiresAt, expiresAt + options.Value.HoldBeyond,
                    routes.Length > 1 ? routes[1..] : null, desk.CapturesAtOnce(frozen.Quote.Channel), command.Store && Owners.CustomerId(frozen.Owner) is not null, command.Pass),
                new ReservationRequested(await sourcing.Plan(frozen.Quote, frozen.Destination.Country)));
            isPaymentNew = isOrderNew = true;
        }
        finally
        {
            starting = null;
        }
    }

    /// <summary>Lets the loop run and waits for its end, but no longer than the caller wants.</summary>
    private async Task Watch(TimeSpan wait)
    {
        try
        {
            await Run().WaitAsync(wait, Clock);
        }
        catch (TimeoutException)
        {
            logger.StillUnderWay(Id, State.Status);
        }
    }

    private Task Run() => running is { IsCompleted: false } ? running : running = CarryOn();

    private async Task CarryOn()
    {
        try
        {
            while (ExpiredWaiting || (State.IsUnderWay && !IsDelayed))
            {
                await Step();
            }

            if (State.IsTerminal)
            {
                DeactivateOnIdle(); // it is history now; who looks at it again has it read from the journal
            }
        }
        catch (CommerceException refusal) when (refusal.Error.Kind is ErrorKind.Unavailable or ErrorKind.Busy)
        {
            logger.StepInterrupted(Id, State.Status, refusal.Message);
            await Delay(refusal.Message);
        }
        catch (Exception failure)
        {
            logger.StepFailed(Id, State.Status, failure);
            await Delay(failure.GetType().Name);
        }
    }

    private bool IsDelayed => State.DelayedUntil is { } until && until > Now && !woken;

    private bool ExpiredWaiting => State.Status is CheckoutStatus.RequiresAction && (State.IsCancelRequested || Now >= State.ExpiresAt);

    private Task Step()
    {
        woken = false;
        return NextStep();
    }

    private Task NextStep() => State switch
    {
        { Status: CheckoutStatus.Compensating } => Compensate(),
        { Status: CheckoutStatus.Placing } => Place(),
        { IsCancelRequested: true } => Undo(CheckoutStatus.Cancelled, new CheckoutFailure("cancelled", null, "The checkout was cancelled.", true)),
        { } when Now >= State.ExpiresAt => Undo(CheckoutStatus.Expired, new CheckoutFailure("expired", null, "The checkout took too long and was given up.", true)),
        { Status: CheckoutStatus.Reserving } => Reserve(),
        { Status: CheckoutStatus.Screening } => Commit(new ScreeningPassed("none")),
        { Status: CheckoutStatus.Authorizing } => Authorise(),
        _ => throw new UnreachableException(),
    };

    /// <summary>
    /// Claims the cart, then takes the coupons' uses and holds the stock, all at once. In this order: of two checkouts of one cart the one without the claim takes
    /// nothing from the other.
    /// </summary>
    private async Task Reserve()
    {
        if (await GrainFactory.Cart(State.CartId).Claim(Id, State.Quote.Id) is { } refused)
        {
            await Undo(CheckoutStatus.Failed, new CheckoutFailure(refused.Code, null, refused.Detail, true));
            return;
        }

        if (State.Pass is not null && await RedeemPass() is { } noPass)
        {
            await Undo(CheckoutStatus.Failed, noPass);
            return;
        }

        var uses = Uses;
        var taking = uses.IsEmpty ? null : Task.WhenAll(uses.Select(use => GrainFactory.Allotment(use.Key).Take(Id, units: 1, use.Limit)));
        var (lacking, owed) = await ReserveStock();
        if (taking is not null && Array.FindIndex(await taking, answer => !answer.Taken) is >= 0 and var refusedUse)
        {
            var code = uses[refusedUse].Code;
            await Undo(CheckoutStatus.Failed, new CheckoutFailure("coupon-used-up", code, $"'{code}' has been used as often as it can be. The cart shows what it costs without it.", true));
            return;
        }

        if (lacking is not null)
        {
            await Undo(CheckoutStatus.Failed, lacking);
            return;
        }

        // Nobody screens yet, so both steps make one commit; it is also the intent to authorise.
        await Commit(new StockReserved(owed), new ScreeningPassed("none"));
    }

    private async Task Authorise()
    {
        await KeepHolding();
        var grain = GrainFactory.Payment(PaymentId);
        if (isPaymentNew)
        {
            isPaymentNew = false;
            Newborn.Announce(PaymentId);
        }

        var payment = State switch
        {
            { HasReturned: true, Details: { } details } => await grain.ConfirmWith(details),
            { HasReturned: true } => await grain.Confirm(),
            _ => await grain.Authorise(new AuthorisePayment(OrderId, Id, State.Provider, State.Quote.Totals.Total, State.Method, State.ReturnUrl)
            {
                CaptureNow = State.CaptureNow,
                Shopper = Shoppers.Of(State.Owner),
                Store = State.Store,
                Alternatives = State.Alternatives,
            }),
        };
        switch (payment.Status)
        {
            case PaymentStatus.Authorized or PaymentStatus.Captured when payment.Authorised != State.Quote.Totals.Total:
                await Undo(CheckoutStatus.Failed, new CheckoutFailure("payment-rejected", "amount", "The provider authorised another amount than was asked for.", true));
                break;
            case PaymentStatus.Authorized or PaymentStatus.Captured:
                await Commit(new PaymentAuthorised(payment.Authorised));
                break;
            case PaymentStatus.RequiresAction when payment.Action is not null:
                await Commit(new ShopperActionRequired(payment.Action));
                break;
            case PaymentStatus.Failed or PaymentStatus.Voided:
                await Undo(CheckoutStatus.Failed, FailureOf(payment.Failure));
                break;
            default:
                await Delay("the payment provider has not answered");
                break;
        }
    }

    /// <summary>Forward only from the moment an order exists: the stock becomes the order's, the order comes to be, the cart is closed.</summary>
    private async Task Place()
    {
        var uses = Uses;
        if (await AllocateStock() is { } gone && await GrainFactory.Order(OrderId).Get(null) is null)
        {
            // Only while there is no order: one that was placed before a crash, and cancelled since, has given its units back itself.
            await ReleaseStock(); // at once: what others of the order got is the order's no longer than it must be
            await Undo(CheckoutStatus.Failed, gone);
            return;
        }

        await SpendPass();
        if (!uses.IsEmpty)
        {
            await Task.WhenAll(uses.Select(use => GrainFactory.Allotment(use.Key).Confirm(Id)));
        }

        if (isOrderNew)
        {
            isOrderNew = false;
            Newborn.Announce(OrderId);
        }

        await Task.WhenAll(
            GrainFactory.Order(OrderId).Place(new PlaceOrder(Id, State.CartId, State.Owner, State.ContactId, State.Destination, PaymentId, State.Quote) { Sources = State.Sources, Backordered = State.Backordered }),
            GrainFactory.Cart(State.CartId).Close(Id, OrderId));
        await Commit(new CheckoutCompleted(OrderId));
        meters.Ended(CheckoutStatus.Completed, Now - State.StartedAt);
    }

    private Task Undo(CheckoutStatus ending, CheckoutFailure why) => Commit(new CompensationRequested(ending, why));

    /// <summary>Undoes in reverse: the authorisation, the stock and the coupons' uses, the claim on the cart. Goes on until it is done.</summary>
    private async Task Compensate()
    {
        if (State.PaymentAsked && await LetGo() is { Status: not (PaymentStatus.Voided or PaymentStatus.Refunded or PaymentStatus.Failed) } payment)
        {
            logger.CannotVoid(Id, payment.Status);
            await KeepHolding();
            var accepted = payment.Transactions.Any(static t => t.Kind is TransactionKind.Void or TransactionKind.Refund && t.Status is TransactionStatus.Accepted);
            await Delay("the payment provider has not confirmed that nothing is held", accepted ? Checkout.AcceptedPatience : null);
            return;
        }

        // Whether or not they were taken: a crash may lie between the taking and its being known here.
        await Task.WhenAll([ReleaseStock(), .. Uses.Select(use => GrainFactory.Allotment(use.Key).GiveBack(Id))]);
        await GiveBackPass();
        await GrainFactory.Cart(State.CartId).Release(Id);
        await Commit(State.Ending switch
        {
            CheckoutStatus.Cancelled => new CheckoutCancelled(),
            CheckoutStatus.Expired => new CheckoutExpired(),
            _ => new CheckoutFailed(),
        });
        meters.Ended(State.Status, Now - State.StartedAt);
    }

    /// <summary>Lets go of what is held, and gives back what was captured with it; null when nothing was ever asked for.</summary>
    private async Task<PaymentView?> LetGo()
    {
        var grain = GrainFactory.Payment(PaymentId);
        if (await grain.Get() is not { } payment)
        {
            return null;
        }

        var unsettled = payment.Transactions.FirstOrDefault(static t => t.Kind is TransactionKind.Void && t.Status is TransactionStatus.Pending or TransactionStatus.Unknown or TransactionStatus.Accepted);
        payment = await grain.Void(unsettled?.Id ?? $"void:{Number(payment, TransactionKind.Void)}");
        return (payment.Captured - payment.Refunded).Amount > 0
            ? await grain.Refund($"refund:{Number(payment, TransactionKind.Refund)}", payment.Captured - payment.Refunded, "checkout undone")
            : payment;
    }

    /// <summary>What the provider refused is tried again under a new name; what has no answer yet keeps its own.</summary>
    private static int Number(PaymentView payment, TransactionKind kind) =>
        1 + payment.Transactions.Count(t => t.Kind == kind && t.Status is TransactionStatus.Failed or TransactionStatus.Succeeded && t.Id.StartsWith(kind.ToString().ToLowerInvariant(), StringComparison.Ordinal));

    private async Task Delay(string why, TimeSpan? pause = null)
    {
        try
        {
            await Commit(new StepDelayed(why, Now + (pause ?? Checkout.Pause(State.Delays))));
        }
        catch (CommerceException refusal)
        {
            // This activation is over, or the state has moved on: the wake-up that is stored takes over.
            logger.StepInterrupted(Id, State.Status, refusal.Message);
        }
    }
}
