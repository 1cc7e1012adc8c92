using Commerce.Contacts;
using Commerce.Overload;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Carts;

/// <summary>Carts over HTTP: reads the request, asks the grain, words the answer. Decides nothing.</summary>
internal static class CartEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapCarts()
        {
            var carts = routes.MapGroup("/carts").WithTags("Carts").WithUrgency(Urgency.Cart);
            carts.MapPost("/", Create).WithUrgency(Urgency.Opening).WithName("createCart").WithSummary("Opens a cart")
                .Accepts<NewCartBody>("application/json").Produces<CartJson>(StatusCodes.Status201Created);

            var cart = carts.MapGroup("/{id}").ForOwners();
            cart.MapGet("/", Get).WithName("getCart").WithSummary("The cart, priced as of now").Produces<CartJson>().Produces(StatusCodes.Status304NotModified);
            cart.MapGet("/explanation", Explain).WithName("explainCart").WithSummary("Every cent of what the cart costs now").Produces<ExplanationJson>();
            cart.MapPost("/lines", AddLine).WithName("addLine").WithSummary("Adds units of a SKU").Accepts<NewLineBody>("application/json").Produces<CartJson>();
            cart.MapPatch("/lines/{lineId}", ChangeLine).WithName("changeLine").WithSummary("Sets the quantity of a line").Accepts<QuantityBody>("application/json").Produces<CartJson>();
            cart.MapDelete("/lines/{lineId}", RemoveLine).WithName("removeLine").WithSummary("Removes a line").Produces<CartJson>();
            cart.MapPut("/contact", SetContact).WithName("setContact").WithSummary("Who buys").Accepts<Person>("application/json").Produces<CartJson>();
            cart.MapPut("/destination", SetDestination).WithName("setDestination").WithSummary("Where it goes").Accepts<Address>("application/json").Produces<CartJson>();
            cart.MapGet("/shipping-methods", ShippingMethods).WithName("listShippingMethods").WithSummary("The ways of shipping to the destination, priced").Produces<ListJson<ShippingMethodView>>();
            cart.MapPut("/shipping-method", SetShippingMethod).WithName("setShippingMethod").WithSummary("Chooses a way of shipping").Accepts<ShippingChoiceBody>("application/json").Produces<CartJson>();
            cart.MapGet("/payment-options", PaymentOptions).WithName("listPaymentOptions").WithSummary("Who would take the payment: for whom to ask the shopper for a token")
                .Produces<ListJson<PaymentOption>>();
            cart.MapPost("/coupons", AddCoupon).WithName("addCoupon").WithSummary("Applies a coupon").Accepts<CouponBody>("application/json").Produces<CartJson>();
            cart.MapDelete("/coupons/{code}", RemoveCoupon).WithName("removeCoupon").WithSummary("Takes a coupon off").Produces<CartJson>();
        }
    }

    private static async Task<IResult> Create(Call call, IGrainFactory grains, AdminKey secret)
    {
        var body = await call.Read(CartBodies.NewCart);
        var opening = CartOpening.For(call, secret);
        var reply = await grains.Cart(opening.CartId).Create(
            call.RequestOf(opening.Owner) with { IfMatch = null },
            new CreateCart(opening.Owner, body.Channel, body.Currency, CartBodies.ToLines(body.Lines)));

        return Answer(CartJson.Of(reply.View, null, opening.Token), reply.Replayed, StatusCodes.Status201Created, $"/v1/carts/{reply.View.Id}");
    }

    private static async Task<IResult> Get(string id, Call call, IGrainFactory grains)
    {
        var cart = await grains.Cart(Call.Known(id, Identity.Cart)).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));
        return Answer(await Full(cart, grains), replayed: false);
    }

    private static async Task<IResult> Explain(string id, Call call, IGrainFactory grains)
    {
        var cart = await Cart(grains, id).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));
        return await ExplanationJson.Answer(grains, cart.Quote);
    }

    private static async Task<IResult> PaymentOptions(string id, Call call, IGrainFactory grains)
    {
        var cart = await Cart(grains, id).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));
        var country = cart.Destination?.Country ?? throw new CommerceException(CartErrors.DestinationMissing);
        var offers = await grains.PaymentOptions().For(cart.Quote.Channel, cart.Quote.Totals.Total, country, cart.Id);
        return new Answer<ListJson<PaymentOption>>(new ListJson<PaymentOption>(offers, null), WireJson.Default.ListJsonPaymentOption);
    }

    private static async Task<IResult> AddLine(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(CartBodies.Line);
        return await Changed(grains, Cart(grains, id).AddLine(call.Request(), new NewLine(body.Sku, body.Quantity)));
    }

    private static async Task<IResult> ChangeLine(string id, string lineId, Call call, IGrainFactory grains)
    {
        var body = await call.Read(CartBodies.Quantity);
        return await Changed(grains, Cart(grains, id).ChangeLine(call.Request(), Part(lineId), body.Quantity));
    }

    private static Task<IResult> RemoveLine(string id, string lineId, Call call, IGrainFactory grains) =>
        Changed(grains, Cart(grains, id).RemoveLine(call.Request(), Part(lineId)));

    private static async Task<IResult> SetContact(string id, Call call, IGrainFactory grains)
    {
        var person = await call.Read(ContactBodies.Person);
        return await Changed(grains, Cart(grains, id).SetContact(call.Request(), person));
    }

    private static async Task<IResult> SetDestination(string id, Call call, IGrainFactory grains)
    {
        var address = await call.Read(ContactBodies.Address);
        return await Changed(grains, Cart(grains, id).SetDestination(call.Request(), address));
    }

    private static async Task<IResult> ShippingMethods(string id, Call call, IGrainFactory grains)
    {
        var methods = await Cart(grains, id).ShippingMethods(call.Owner);
        return new Answer<ListJson<ShippingMethodView>>(new(methods, null), WireJson.Default.ListJsonShippingMethodView);
    }

    private static async Task<IResult> SetShippingMethod(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(CartBodies.ShippingChoice);
        return await Changed(grains, Cart(grains, id).SetShippingMethod(call.Request(), body.Id));
    }

    private static async Task<IResult> AddCoupon(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(CartBodies.Coupon);
        return await Changed(grains, Cart(grains, id).AddCoupon(call.Request(), body.Code));
    }

    private static Task<IResult> RemoveCoupon(string id, string code, Call call, IGrainFactory grains) =>
        Changed(grains, Cart(grains, id).RemoveCoupon(call.Request(), Part(code)));

    private static async Task<IResult> Changed(IGrainFactory grains, Task<Reply<CartView>> change)
    {
        var reply = await change;
        return Answer(await Full(reply.View, grains), reply.Replayed);
    }

    /// <summary>With the personal part, which is kept apart and is only asked for where something was given.</summary>
    private static async ValueTask<CartJson> Full(CartView cart, IGrainFactory grains) =>
        CartJson.Of(cart, cart.ContactId is { Length: > 0 } && (cart.HasContact || cart.Destination is not null) ? await grains.Contact(cart.ContactId).Get() : null, token: null);

    private static Answer<CartJson> Answer(CartJson cart, bool replayed, int status = StatusCodes.Status200OK, string? location = null) =>
        new(cart, WireJson.Default.CartJson) { Status = status, Version = cart.Version, Replayed = replayed, Location = location };

    private static ICartGrain Cart(IGrainFactory grains, string id) => grains.Cart(Call.Known(id, Identity.Cart));

    /// <summary>A name inside the cart, as the address has it.</summary>
    private static string Part(string text) => text.Length <= 64 && !Fields.HasControl(text) ? text : throw Refusal.NotFound;
}
