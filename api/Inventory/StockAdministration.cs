using System.Globalization;
using Commerce.Documentation;

namespace Commerce.Inventory;

/// <param name="Quantity">Units: up for a receipt, up or down for an adjustment.</param>
/// <param name="Expected">Of an adjustment: units on hand that it was decided on; another number is <c>stock-changed</c>.</param>
/// <param name="Location">Left out: the default location.</param>
internal sealed record StockBody(int Quantity, string? Reason, int? Expected = null, string? Location = null);

/// <param name="Counted">Units that were found.</param>
/// <param name="Location">Left out: the default location.</param>
internal sealed record StockCountBody(int Counted, string? Reason, string? Location = null);

/// <param name="Location">Left out: the default location.</param>
internal sealed record StockPolicyBody(int SafetyStock, int LowAt, BackorderPolicy? Backorder, PreOrderPolicy? PreOrder, string? Location = null);

/// <summary>Stock as operators reach it.</summary>
internal static class StockAdministration
{
    private const int MaxUnits = 1_000_000_000;

    extension(IEndpointRouteBuilder admin)
    {
        public void MapStockAdministration()
        {
            admin.MapGet("/locations", Locations).WithTags("Stock").WithName("listLocations").WithSummary("Where goods lie").Produces<ListJson<LocationView>>();
            admin.MapGet("/stock", List).WithTags("Stock").WithName("listStock").WithSummary("The stock of every SKU, by SKU; with `below`, what is short, the shortest first")
                .Produces<ListJson<StockLevel>>().Takes("limit", "cursor", "below");
            var stock = admin.MapGroup("/stock/{sku}").WithTags("Stock");
            stock.MapGet("/", Get).WithName("getStock").WithSummary("The stock of a SKU, over all locations").Produces<StockView>().Produces(StatusCodes.Status304NotModified);
            stock.MapPost("/receipts", Receive).WithName("receiveStock").WithSummary("Units that came in").Accepts<StockBody>("application/json").Produces<StockView>();
            stock.MapPost("/adjustments", Adjust).WithName("adjustStock").WithSummary("A correction, up or down").Accepts<StockBody>("application/json").Produces<StockView>();
            stock.MapPost("/counts", Count).WithName("countStock").WithSummary("What was found on the shelf").Accepts<StockCountBody>("application/json").Produces<StockView>();
            stock.MapPut("/policy", SetPolicy).WithName("setStockPolicy").WithSummary("Safety stock, backorder and pre-order").Accepts<StockPolicyBody>("application/json").Produces<StockView>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains) => ListJson<StockLevel>.Answer(
        call.Http, await grains.StockLevels().Levels(Paging.Page(call.Http), Paging.Count(call.Http, "below")), WireJson.Default.ListJsonStockLevel);

    private static async Task<IResult> Locations(IGrainFactory grains) =>
        new Answer<ListJson<LocationView>>(new(await grains.StockLevels().Locations(), null), WireJson.Default.ListJsonLocationView);

    private static async Task<IResult> Get(string sku, IGrainFactory grains)
    {
        var stock = await grains.StockLevels().Total(Known(sku)) ?? throw new CommerceException(CommonErrors.NotFound(sku));
        return new Answer<StockView>(stock, WireJson.Default.StockView) { Version = stock.Version };
    }

    private static async Task<IResult> Receive(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields =>
        {
            var body = new StockBody(fields.Units("quantity", signed: false), fields.FreeText("reason", 500), null, fields.Optional("location", 40));
            fields.NothingElse();
            return body;
        });
        return Answer(await (await Stock(grains, sku, body.Location)).Receive(call.Request(), body.Quantity, body.Reason));
    }

    private static async Task<IResult> Adjust(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields =>
        {
            var body = new StockBody(fields.Units("quantity", signed: true), fields.FreeText("reason", 500), (int?)fields.Whole("expected", 0, MaxUnits), fields.Optional("location", 40));
            fields.NothingElse();
            return body;
        });
        var stock = await Stock(grains, sku, body.Location);
        return Answer(await (body.Expected is { } expected
            ? stock.AdjustFrom(call.Request(), body.Quantity, expected, body.Reason)
            : stock.Adjust(call.Request(), body.Quantity, body.Reason)));
    }

    private static async Task<IResult> Count(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields =>
        {
            var body = new StockCountBody(Required(fields, "counted", 0), fields.FreeText("reason", 500), fields.Optional("location", 40));
            fields.NothingElse();
            return body;
        });
        return Answer(await (await Stock(grains, sku, body.Location)).Count(call.Request(), body.Counted, body.Reason));
    }

    private static async Task<IResult> SetPolicy(string sku, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields =>
        {
            var body = new StockPolicyBody(
                (int?)fields.Whole("safetyStock", 0, MaxUnits) ?? 0,
                (int?)fields.Whole("lowAt", 0, MaxUnits) ?? StockPolicy.Default.LowAt,
                fields.Inner("backorder") is { } back ? Backorder(back) : null,
                fields.Inner("preOrder") is { } ahead ? PreOrder(ahead) : null,
                fields.Optional("location", 40));
            fields.NothingElse();
            return body;
        });
        return Answer(await (await Stock(grains, sku, body.Location)).SetPolicy(
            call.Request(), new StockPolicy { SafetyStock = body.SafetyStock, LowAt = body.LowAt, Backorder = body.Backorder, PreOrder = body.PreOrder }));
    }

    private static BackorderPolicy Backorder(Fields fields)
    {
        var policy = new BackorderPolicy(Required(fields, "limit", 1), Time(fields, "expectedAt", required: false));
        fields.NothingElse();
        return policy;
    }

    private static PreOrderPolicy PreOrder(Fields fields)
    {
        var policy = new PreOrderPolicy(
            Time(fields, "from", required: true) ?? default, Time(fields, "until", required: true) ?? default, Required(fields, "limit", 1), Time(fields, "releaseAt", required: true) ?? default);
        fields.NothingElse();
        return policy;
    }

    private static int Required(Fields fields, string name, int least)
    {
        if (!fields.Has(name))
        {
            fields.Wrong(name, "required", $"'{name}' is required.");
        }

        return (int?)fields.Whole(name, least, MaxUnits) ?? least;
    }

    private static DateTimeOffset? Time(Fields fields, string name, bool required)
    {
        var text = required ? fields.Required(name, 40) : fields.Optional(name, 40);
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return time;
        }

        fields.Wrong(name, "invalid-value", $"'{name}' is a time such as 2026-12-01T00:00:00Z.");
        return null;
    }

    private static Answer<StockView> Answer(Reply<StockView> reply) =>
        new(reply.View, WireJson.Default.StockView) { Version = reply.View.Version, Replayed = reply.Replayed };

    private static string Known(string sku) => sku.Length is > 0 and <= 64 && !sku.AsSpan().ContainsAnyExceptInRange('!', '~') ? sku : throw Refusal.NotFound;

    /// <summary>Its stock at a location of the shop's; null: at the default one.</summary>
    private static async ValueTask<IStockItemGrain> Stock(IGrainFactory grains, string sku, string? location)
    {
        if (location is null)
        {
            return grains.Stock(Known(sku));
        }

        var found = (await grains.StockLevels().Locations()).FirstOrDefault(place => place.Id == location) ?? throw new CommerceException(StockErrors.UnknownLocation(location));
        return grains.StockItem(new StockId(Known(sku), found.Default ? null : found.Id).ToString());
    }
}
