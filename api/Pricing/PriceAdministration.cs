using Commerce.Documentation;

namespace Commerce.Pricing;

/// <summary>Price lists and groups of customers as operators publish them: each answer comes when the publication counts on the silo that answers.</summary>
internal static class PriceAdministration
{
    extension(IEndpointRouteBuilder admin)
    {
        public void MapPriceAdministration()
        {
            admin.MapGet("/prices", List).WithTags("Prices").WithName("listPriceLists").WithSummary("The shop's price lists by id, without their prices, those of the files included")
                .Produces<ListJson<PriceListJson>>().Takes("limit", "cursor");

            var list = admin.MapGroup("/prices/{id}").WithTags("Prices");
            list.MapGet("/", Get).WithName("getPriceList").WithSummary("A price list").Produces<PriceListJson>().Produces(StatusCodes.Status304NotModified);
            list.MapPut("/", Publish).WithName("publishPriceList").WithSummary("Publishes a whole list: a SKU that it does not name is no longer in it")
                .Accepts<PriceListBody>("application/json").Produces<PriceListJson>();
            list.MapPatch("/", Change).WithName("changePrices").WithSummary("Changes prices SKU by SKU, now or at a time to come")
                .Accepts<PriceChangesBody>("application/json").Produces<PriceListJson>();
            list.MapDelete("/", Withdraw).WithName("withdrawPriceList").WithSummary("Ends a list at once and for good, until it is published again").Produces<PriceListJson>();

            var group = admin.MapGroup("/customer-groups/{id}").WithTags("Prices");
            group.MapGet("/", GetGroup).WithName("getCustomerGroup").WithSummary("Customers who are priced alike").Produces<CustomerGroupJson>().Produces(StatusCodes.Status304NotModified);
            group.MapPut("/", PublishGroup).WithName("publishCustomerGroup").WithSummary("Publishes a group").Accepts<CustomerGroupBody>("application/json").Produces<CustomerGroupJson>();
            group.MapDelete("/", WithdrawGroup).WithName("withdrawCustomerGroup").WithSummary("Ends a group").Produces<CustomerGroupJson>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var page = await grains.PriceBook().PriceLists(Paging.Page(call.Http));

        return ListJson<PriceListJson>.Answer(call.Http, new Page<PriceListJson>([.. page.Items.Select(PriceListJson.Of)], page.Next), WireJson.Default.ListJsonPriceListJson);
    }

    private static async Task<IResult> Get(string id, IGrainFactory grains) =>
        Answer(await grains.PriceBook().PriceList(PublicationId.Known(id)) ?? throw new CommerceException(CommonErrors.NotFound(id)));

    private static async Task<IResult> Publish(string id, Call call, IGrainFactory grains)
    {
        var body = await call.ReadDocument<PriceListBody>();
        PublicationId.DemandSame(body.Id, id);

        return await Changed(grains, grains.PriceBook().PublishPrices(call.Request(), body.List(id), call.Caller.Name));
    }

    private static async Task<IResult> Change(string id, Call call, IGrainFactory grains)
    {
        var body = await call.ReadDocument<PriceChangesBody>();

        return await Changed(grains, grains.PriceBook().ChangePrices(call.Request(), PublicationId.Known(id), body.Prices, call.Caller.Name));
    }

    private static async Task<IResult> Withdraw(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();

        return await Changed(grains, grains.PriceBook().WithdrawPrices(call.Request(), PublicationId.Known(id), call.Caller.Name));
    }

    private static async Task<IResult> GetGroup(string id, IGrainFactory grains) =>
        Answer(await grains.PriceBook().Group(PublicationId.Known(id)) ?? throw new CommerceException(CommonErrors.NotFound(id)));

    private static async Task<IResult> PublishGroup(string id, Call call, IGrainFactory grains)
    {
        var body = await call.ReadDocument<CustomerGroupBody>();
        PublicationId.DemandSame(body.Id, id);

        return await Changed(grains, grains.PriceBook().PublishGroup(call.Request(), new CustomerGroup(id, body.Customers), call.Caller.Name));
    }

    private static async Task<IResult> WithdrawGroup(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();

        return await Changed(grains, grains.PriceBook().WithdrawGroup(call.Request(), PublicationId.Known(id), call.Caller.Name));
    }

    private static async Task<IResult> Changed(IGrainFactory grains, Task<Reply<Published<PriceList>>> change)
    {
        var reply = await change;
        await grains.PriceFollower().CatchUp(reply.View.BookVersion);

        return Answer(reply.View, reply.Replayed);
    }

    private static async Task<IResult> Changed(IGrainFactory grains, Task<Reply<Published<CustomerGroup>>> change)
    {
        var reply = await change;
        await grains.PriceFollower().CatchUp(reply.View.BookVersion);

        return Answer(reply.View, reply.Replayed);
    }

    private static Answer<PriceListJson> Answer(Published<PriceList> list, bool replayed = false) =>
        new(PriceListJson.Of(list), WireJson.Default.PriceListJson) { Version = list.Version, Replayed = replayed };

    private static Answer<CustomerGroupJson> Answer(Published<CustomerGroup> group, bool replayed = false) =>
        new(CustomerGroupJson.Of(group), WireJson.Default.CustomerGroupJson) { Version = group.Version, Replayed = replayed };
}
