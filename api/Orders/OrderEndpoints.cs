using Commerce.Contacts;
using Commerce.Documentation;
using Commerce.Events;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Orders;

/// <summary>Orders as their owners reach them: reads the request, asks the grain, words the answer. Decides nothing.</summary>
internal static class OrderEndpoints
{
    extension(IEndpointRouteBuilder routes)
    {
        public void MapOrders()
        {
            var orders = routes.MapGroup("/orders").WithTags("Orders").ForOwners();
            orders.MapGet("/", List).WithName("listOrders").WithSummary("The caller's orders, newest first").Produces<ListJson<OrderSummary>>().Takes("owner", "limit", "cursor");
            orders.MapGet("/{id}", Get).WithName("getOrder").WithSummary("An order").Produces<OrderJson>().Produces(StatusCodes.Status304NotModified);
            orders.MapGet("/{id}/events", Events).WithName("listOrderEvents").WithSummary("What happened to an order: a page, or a live feed for Accept: text/event-stream")
                .Produces<EventPageJson>(StatusCodes.Status200OK, "application/json", "text/event-stream").Takes("after", "limit");
            orders.MapGet("/{id}/explanation", Explain).WithName("explainOrder").WithSummary("Every cent of what was charged").Produces<ExplanationJson>();
            orders.MapPost("/{id}/cancel", Cancel).WithName("cancelOrder").WithSummary("Undoes an order").Accepts<ReasonBody>(isOptional: true, "application/json").Produces<OrderJson>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var owner = call.Owner ?? Paging.Word(call.Http, "owner", 250)
            ?? throw new Refusal("required", "An operator has no orders of its own. Name an owner in the query.", [new FieldError("/owner", "required", "An owner's id.")]);
        var page = await grains.Orders().Page(owner, Paging.Cursor(call.Http), Paging.Limit(call.Http));
        return ListJson<OrderSummary>.Answer(call.Http, page, WireJson.Default.ListJsonOrderSummary);
    }

    internal static async Task<IResult> Get(string id, Call call, IGrainFactory grains) => await Answer(await Read(id, call, grains), replayed: false, grains, isOperator: call.Caller.Kind is CallerKind.Operator);

    private static async Task<IResult> Events(string id, Call call, IGrainFactory grains, JournalReader journal, EventFeed feed)
    {
        var order = await Read(id, call, grains);
        return await EventAnswers.For(call, journal, feed, order.Id);
    }

    private static async Task<IResult> Explain(string id, Call call, IGrainFactory grains) => await ExplanationJson.Answer(grains, (await Read(id, call, grains)).Quote);

    private static async Task<IResult> Cancel(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(OrderBodies.Reason, optional: true);
        return await Changed(grains, grains.Order(Call.Known(id, Identity.Order)).Cancel(call.Request(), body.Reason));
    }

    internal static async Task<IResult> Changed(IGrainFactory grains, Task<Reply<OrderView>> change)
    {
        var reply = await change;
        return await Answer(reply.View, reply.Replayed, grains);
    }

    private static async Task<OrderView> Read(string id, Call call, IGrainFactory grains) =>
        await grains.Order(Call.Known(id, Identity.Order)).Get(call.Owner) ?? throw new CommerceException(CommonErrors.NotFound(id));

    private static async Task<IResult> Answer(OrderView order, bool replayed, IGrainFactory grains, bool isOperator = false)
    {
        var contact = order.ContactId is { Length: > 0 } id ? await grains.Contact(id).Get() : null;
        var shown = OrderJson.Of(order, contact);
        return new Answer<OrderJson>(isOperator ? shown with { Payment = PaymentJson.ForOperators(order.Payment, order.Quote.Currency) } : shown, WireJson.Default.OrderJson) { Version = order.Version, Replayed = replayed };
    }
}
