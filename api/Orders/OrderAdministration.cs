using Commerce.Documentation;

namespace Commerce.Orders;

/// <summary>Orders as operators reach them: money taken and given back, holds, cancellations.</summary>
internal static class OrderAdministration
{
    extension(IEndpointRouteBuilder admin)
    {
        public void MapOrderAdministration()
        {
            admin.MapGet("/orders", List).WithTags("Orders").WithName("listAllOrders").WithSummary("Everybody's orders, newest first")
                .Produces<ListJson<OrderSummary>>().Takes("limit", "cursor", "from", "to", "status");
            var orders = admin.MapGroup("/orders/{id}").WithTags("Orders");
            orders.MapGet("/", OrderEndpoints.Get).WithName("getAnyOrder").WithSummary("Anybody's order").Produces<OrderJson>().Produces(StatusCodes.Status304NotModified);
            orders.MapPost("/captures", Capture).WithName("captureOrder").WithSummary("Takes money that was authorised: an amount, what lines and shipping cost, or all that is left")
                .Accepts<CaptureBody>(isOptional: true, "application/json").Produces<OrderJson>();
            orders.MapPost("/refunds", Refund).WithName("refundOrder").WithSummary("Gives captured money back: an amount, what was paid for lines and shipping, or all that is left")
                .Accepts<RefundBody>(isOptional: true, "application/json").Produces<OrderJson>();
            orders.MapPost("/cancel", Cancel).WithName("cancelAnyOrder").WithSummary("Undoes anybody's order").Accepts<ReasonBody>(isOptional: true, "application/json").Produces<OrderJson>();
            orders.MapPost("/hold", Hold).WithName("holdOrder").WithSummary("Stops anything further").Accepts<ReasonBody>(isOptional: true, "application/json").Produces<OrderJson>();
            orders.MapPost("/resume", Resume).WithName("resumeOrder").WithSummary("Lets it go on").Produces<OrderJson>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var filter = new OrderFilter(
            Paging.Moment(call.Http, "from"), Paging.Moment(call.Http, "to"),
            Paging.Choice(call.Http, "status", OrderStatus.Placed, OrderStatus.OnHold, OrderStatus.Cancelling, OrderStatus.Cancelled, OrderStatus.Completed));
        return ListJson<OrderSummary>.Answer(call.Http, await grains.Orders().All(Paging.Page(call.Http), filter), WireJson.Default.ListJsonOrderSummary);
    }

    private static async Task<IResult> Capture(string id, Call call, IGrainFactory grains)
    {
        call.RequireKey();
        var (amount, parts) = await call.Read(OrderBodies.Capture, optional: true);
        var order = Order(grains, id);
        return await OrderEndpoints.Changed(grains, parts is null ? order.Capture(call.Request(), amount) : order.CaptureParts(call.Request(), parts));
    }

    private static async Task<IResult> Refund(string id, Call call, IGrainFactory grains)
    {
        call.RequireKey();
        var (amount, parts, reason) = await call.Read(OrderBodies.Refund, optional: true);
        var order = Order(grains, id);
        return await OrderEndpoints.Changed(grains, parts is null ? order.Refund(call.Request(), amount, reason) : order.RefundParts(call.Request(), parts, reason));
    }

    private static async Task<IResult> Cancel(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(OrderBodies.Reason, optional: true);
        return await OrderEndpoints.Changed(grains, Order(grains, id).Cancel(call.Request(), body.Reason));
    }

    private static async Task<IResult> Hold(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(OrderBodies.Reason, optional: true);
        return await OrderEndpoints.Changed(grains, Order(grains, id).Hold(call.Request(), body.Reason));
    }

    private static async Task<IResult> Resume(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return await OrderEndpoints.Changed(grains, Order(grains, id).Resume(call.Request()));
    }

    private static IOrderGrain Order(IGrainFactory grains, string id) => grains.Order(Call.Known(id, Identity.Order));
}
