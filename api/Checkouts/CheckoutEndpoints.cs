using Commerce.Drops;
using Commerce.Overload;
using Commerce.Payments;

namespace Commerce.Checkouts;

/// <summary>Checkouts over HTTP: reads the request, asks the grain, words the answer. Decides nothing.</summary>
internal static class CheckoutEndpoints
{
    /// <summary>A grain is asked to wait so long at once; a silo that dies meanwhile costs this much and not the whole wait.</summary>
    private static readonly TimeSpan Piece = TimeSpan.FromSeconds(2);

    /// <summary>How much later than asked an answer may come before its silo counts as lost.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.5);

    /// <summary>A wait that ended so much before its time ended because there is nothing to wait for.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(50);

    extension(IEndpointRouteBuilder routes)
    {
        public void MapCheckouts()
        {
            var checkouts = routes.MapGroup("/checkouts").WithTags("Checkouts");
            checkouts.MapPost("/", Start).WithUrgency(Urgency.Checkout).WithName("startCheckout").WithSummary("Buys what a cart holds, or what the body says")
                .Accepts<CheckoutBody>("application/json").Produces<CheckoutJson>(StatusCodes.Status201Created).Produces<CheckoutJson>(StatusCodes.Status202Accepted);

            var checkout = checkouts.MapGroup("/{id}").ForOwners();
            checkout.MapGet("/", Get).WithName("getCheckout").WithSummary("How a checkout stands").Produces<CheckoutJson>().Produces(StatusCodes.Status304NotModified);
            checkout.MapPost("/confirm", Confirm).WithName("confirmCheckout").WithSummary("Goes on after 3-D Secure").Accepts<ConfirmationBody>(isOptional: true, "application/json").Produces<CheckoutJson>().Produces<CheckoutJson>(StatusCodes.Status202Accepted);
            checkout.MapPost("/cancel", Cancel).WithName("cancelCheckout").WithSummary("Stops a checkout and undoes what it did").Produces<CheckoutJson>().Produces<CheckoutJson>(StatusCodes.Status202Accepted);
        }
    }

    private static async Task<IResult> Start(Call call, IGrainFactory grains, AdminKey secret, PassTokens passes)
    {
        var key = call.RequireKey();
        var body = await call.Read(CheckoutBody.Read);
        var creator = body.CartId is null ? ExpressCheckout.CreatorOf(call, secret) : call.Caller;
        var buyer = body.CartId is null ? ExpressCheckout.BuyerOf(creator, call, secret) : new Buyer(call.Owner, null);
        var pass = body.Pass is { } shown ? passes.Read(shown, buyer.Owner) : null;
        var checkout = grains.Checkout(secret.Id(Identity.Checkout, "checkout", creator.Id, key));

        var cartId = body.CartId is { } given
            ? Call.Known(given, Identity.Cart)
            : await ExpressCheckout.Fill(body, call, creator, buyer, secret, checkout, grains);

        var command = new StartCheckout(cartId, body.QuoteId, body.Payment.Provider, body.Payment.Method, body.Payment.ReturnUrl)
        {
            Methods = body.Payment.Methods,
            Store = body.Payment.Store,
            Pass = pass,
        };
        var reply = await Watch(call, call.RequestOf(buyer.Owner) with { IfMatch = null }, (request, wait) => checkout.Start(request, command, wait));

        return await Answer(grains, reply, StatusCodes.Status201Created, buyer.Token);
    }

    private static async Task<IResult> Get(string id, Call call, IGrainFactory grains)
    {
        var checkout = await Checkout(grains, id).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));
        return new Answer<CheckoutJson>(CheckoutJson.Of(await WithAction(grains, checkout)), WireJson.Default.CheckoutJson) { Version = checkout.Version };
    }

    private static async Task<IResult> Confirm(string id, Call call, IGrainFactory grains)
    {
        var details = await call.Read(ConfirmationBody.Read, optional: true);
        var checkout = Checkout(grains, id);
        return await Answer(grains, await Watch(call, call.Request(), details.IsEmpty ? checkout.Confirm : (request, wait) => checkout.ConfirmWith(request, details, wait)), StatusCodes.Status200OK);
    }

    private static async Task<IResult> Cancel(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return await Answer(grains, await Watch(call, call.Request(), Checkout(grains, id).Cancel), StatusCodes.Status200OK);
    }

    /// <summary>Asks in pieces, each with the same key, until the checkout is pending no more or the caller has waited long enough.</summary>
    private static async Task<Reply<CheckoutView>> Watch(Call call, Request request, Func<Request, TimeSpan, Task<Reply<CheckoutView>>> ask)
    {
        call.Watches = true;
        while (true)
        {
            var left = call.Left;
            var wait = left < Piece ? left : Piece;
            var asked = call.Time.GetTimestamp();
            var reply = await ask(call.Replayed is null ? request : request with { IfMatch = null }, wait).WaitAsync(wait + Grace, call.Time);
            call.Replayed ??= reply.Replayed; // what comes after is this request itself, repeated
            if (wait == left || CheckoutJson.Outcome(reply.View.Status) is not CheckoutOutcome.Pending || call.Time.GetElapsedTime(asked) < wait - Early)
            {
                return reply with { Replayed = call.Replayed.Value };
            }
        }
    }

    /// <summary>What the provider's browser library needs is the shopper's secret: it is kept nowhere, and asked for whenever it is shown.</summary>
    private static async Task<CheckoutView> WithAction(IGrainFactory grains, CheckoutView checkout) => checkout.Status is CheckoutStatus.RequiresAction
        ? checkout with { Action = await grains.Payment(checkout.PaymentId).Action() ?? checkout.Action }
        : checkout;

    private static async Task<Answer<CheckoutJson>> Answer(IGrainFactory grains, Reply<CheckoutView> reply, int status, string? token = null)
    {
        var checkout = CheckoutJson.Of(await WithAction(grains, reply.View), token);
        return new Answer<CheckoutJson>(checkout, WireJson.Default.CheckoutJson)
        {
            Status = checkout.Status is CheckoutOutcome.Pending ? StatusCodes.Status202Accepted : status,
            Version = checkout.Version,
            Replayed = reply.Replayed,
            Location = status == StatusCodes.Status201Created || checkout.Status is CheckoutOutcome.Pending ? $"/v1/checkouts/{checkout.Id}" : null,
        };
    }

    private static ICheckoutGrain Checkout(IGrainFactory grains, string id) => grains.Checkout(Call.Known(id, Identity.Checkout));
}
