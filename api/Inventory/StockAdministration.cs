using Commerce.Documentation;

namespace Commerce.Inventory;

/// <param name="Quantity">Units: up for a receipt, up or down for an adjustment.</param>
internal sealed record StockBody(int Quantity, string? Reason);

/// <summary>Stock as operators reach it.</summary>
internal static class StockAdministration
{
    extension(IEndpointRouteBuilder admin)
    {
        public void MapStockAdministration()
        {
            admin.MapGet("/stock", List).WithTags("Stock").WithName("listStock").WithSummary("The stock of every SKU, by SKU; with `below`, what is short, the shortest first")
                .Produces<ListJson<StockLevel>>().Takes("limit", "cursor", "below");
            var stock = admin.MapGroup("/stock/{sku}").WithTags("Stock");
            stock.MapGet("/", Get).WithName("getStock").WithSummary("The stock of a SKU").Produces<StockView>().Produces(StatusCodes.Status304NotModified);
            stock.MapPost("/receipts", Receive).WithName("receiveStock").WithSummary("Units that came in").Accepts<StockBody>("application/json").Produces<StockView>();
            stock.MapPost("/adjustments", Adjust).WithName("adjustStock").WithSummary("A correction, up or down").Accepts<StockBody>("application/json").Produces<StockView>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains) => ListJson<StockLevel>.Answer(
        call.Http, await grains.StockLevels().Levels(Paging.Page(call.Http), Paging.Count(call.Http, "below")), WireJson.Default.ListJsonStockLevel);

    private static async Task<IResult> Get(string sku, IGrainFactory grains)
    {
        var stock = await Stock(grains, sku).Get() ?? throw new CommerceException(CommonErrors.NotFound(sku));
        return new Answer<StockView>(stock, WireJson.Default.StockView) { Version = stock.Version };
    }

    private static async Task<IResult> Receive(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields => Body(fields, signed: false));
        return Answer(await Stock(grains, sku).Receive(call.Request(), body.Quantity, body.Reason));
    }

    private static async Task<IResult> Adjust(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields => Body(fields, signed: true));
        return Answer(await Stock(grains, sku).Adjust(call.Request(), body.Quantity, body.Reason));
    }

    private static StockBody Body(Fields fields, bool signed)
    {
        var body = new StockBody(fields.Units("quantity", signed), fields.FreeText("reason", 500));
        fields.NothingElse();
        return body;
    }

    private static Answer<StockView> Answer(Reply<StockView> reply) =>
        new(reply.View, WireJson.Default.StockView) { Version = reply.View.Version, Replayed = reply.Replayed };

    private static IStockItemGrain Stock(IGrainFactory grains, string sku) =>
        sku.Length is > 0 and <= 64 && !sku.AsSpan().ContainsAnyExceptInRange('!', '~') ? grains.Stock(sku) : throw Refusal.NotFound;
}
