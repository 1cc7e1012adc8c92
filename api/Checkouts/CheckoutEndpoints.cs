namespace Commerce.Checkouts;

/// <summary>Checkouts over HTTP: reads the request, asks the grain, words the answer. Decides nothing.</summary>
internal static class CheckoutEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapCheckouts()
        {
            var checkouts = routes.MapGroup("/checkouts").WithTags("Checkouts");
            checkouts.MapPost("/", Start).WithName("startCheckout").WithSummary("Buys what a cart holds, or what the body says")
                .Accepts<CheckoutBody>("application/json").Produces<CheckoutJson>(StatusCodes.Status201Created).Produces<CheckoutJson>(StatusCodes.Status202Accepted);

            var checkout = checkouts.MapGroup("/{id}").ForOwners();
            checkout.MapGet("/", Get).WithName("getCheckout").WithSummary("How a checkout stands").Produces<CheckoutJson>().Produces(StatusCodes.Status304NotModified);
            checkout.MapPost("/confirm", Confirm).WithName("confirmCheckout").WithSummary("Goes on after 3-D Secure").Produces<CheckoutJson>().Produces<CheckoutJson>(StatusCodes.Status202Accepted);
            checkout.MapPost("/cancel", Cancel).WithName("cancelCheckout").WithSummary("Stops a checkout and undoes what it did").Produces<CheckoutJson>().Produces<CheckoutJson>(StatusCodes.Status202Accepted);
        }
    }

    private static async Task<IResult> Start(Call call, IGrainFactory grains, AdminKey secret)
    {
        var key = call.RequireKey();
        var body = await call.Read(CheckoutBody.Read);
        var creator = body.CartId is null ? ExpressCheckout.CreatorOf(call, secret) : call.Caller;
        var buyer = body.CartId is null ? ExpressCheckout.BuyerOf(creator, call, secret) : new Buyer(call.Owner, null);
        var checkout = grains.Checkout(secret.Id(Identity.Checkout, "checkout", creator.Id, key));

        var cartId = body.CartId is { } given
            ? Call.Known(given, Identity.Cart)
            : await ExpressCheckout.Fill(body, call, creator, buyer, secret, checkout, grains);

        var reply = await checkout.Start(
            call.RequestOf(buyer.Owner) with { IfMatch = null },
            new StartCheckout(cartId, body.QuoteId, body.Payment.Provider, body.Payment.Method, body.Payment.ReturnUrl),
            call.Wait);

        return Answer(reply, StatusCodes.Status201Created, buyer.Token);
    }

    private static async Task<IResult> Get(string id, Call call, IGrainFactory grains)
    {
        var checkout = await Checkout(grains, id).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));
        return new Answer<CheckoutJson>(CheckoutJson.Of(checkout), WireJson.Default.CheckoutJson) { Version = checkout.Version };
    }

    private static async Task<IResult> Confirm(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return Answer(await Checkout(grains, id).Confirm(call.Request(), call.Wait), StatusCodes.Status200OK);
    }

    private static async Task<IResult> Cancel(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return Answer(await Checkout(grains, id).Cancel(call.Request(), call.Wait), StatusCodes.Status200OK);
    }

    private static Answer<CheckoutJson> Answer(Reply<CheckoutView> reply, int status, string? token = null)
    {
        var checkout = CheckoutJson.Of(reply.View, token);
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
