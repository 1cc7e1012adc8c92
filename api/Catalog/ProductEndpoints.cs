using Commerce.Documentation;
using Commerce.Inventory;
using Commerce.Overload;

namespace Commerce.Catalog;

/// <param name="Available">Units that can be bought now and are there.</param>
/// <param name="Beyond">Units that can be bought on top of that, and come later; left out: none.</param>
/// <param name="ExpectedAt">When those come (UTC), where somebody says so.</param>
internal sealed record VariantAvailability(string Sku, int Available, StockStatus Status, int? Beyond = null, DateTimeOffset? ExpectedAt = null);

/// <param name="AsOf">UTC: no part of the answer is older.</param>
internal sealed record AvailabilityJson(string Id, string Channel, ImmutableArray<VariantAvailability> Variants, DateTimeOffset? AsOf = null);

/// <summary>What the shop sells, to anybody.</summary>
internal static class ProductEndpoints
{
    private const string DefaultChannel = "eu";

    extension(IEndpointRouteBuilder routes)
    {
        public void MapProducts()
        {
            var products = routes.MapGroup("/products").WithTags("Products").WithUrgency(Urgency.Browsing);
            products.MapGet("/", Search).WithName("listProducts").WithSummary("Products of a channel, searched and priced").Produces<ListJson<ProductView>>()
                .Takes("channel", "currency", "q", "category", "limit", "cursor");
            products.MapGet("/{id}", Get).WithName("getProduct").WithSummary("A product").Produces<ProductView>().Takes("channel", "currency");
            products.MapGet("/{id}/availability", Availability).WithName("getAvailability").WithSummary("What can be bought now").Produces<AvailabilityJson>().Takes("channel", "currency");

            routes.MapGet("/channels", Channels).WithUrgency(Urgency.Browsing).WithTags("Products").WithName("listChannels").WithSummary("The channels of the shop").Produces<ListJson<ChannelView>>();
        }
    }

    private static async Task<IResult> Search(HttpRequest request, IGrainFactory grains)
    {
        var page = await grains.Catalog().Search(new ProductQuery(
            Channel(request),
            CurrencyOf(request),
            Paging.Word(request, "q", 200) ?? Paging.Word(request, "search", 200),
            Paging.Word(request, "category", 100),
            Paging.Cursor(request),
            Paging.Limit(request)));

        return ListJson<ProductView>.Answer(request, page, WireJson.Default.ListJsonProductView);
    }

    private static async Task<IResult> Get(string id, HttpRequest request, IGrainFactory grains) =>
        new Answer<ProductView>(await Find(id, request, grains), WireJson.Default.ProductView);

    private static async Task<IResult> Availability(string id, HttpRequest request, IGrainFactory grains)
    {
        var product = await Find(id, request, grains);
        var stock = await grains.StockLevels().Availability([.. product.Variants.Select(static variant => variant.Sku)], Channel(request));
        return new Answer<AvailabilityJson>(
            new AvailabilityJson(
                product.Id,
                Channel(request),
                [.. stock.Select(static sku => new VariantAvailability(sku.Sku, sku.Available, sku.Status, sku.Beyond > 0 ? sku.Beyond : null, sku.ExpectedAt))],
                stock.IsEmpty ? null : stock.Min(static sku => sku.AsOf)),
            WireJson.Default.AvailabilityJson)
        { MaxAge = 1 };
    }

    private static async Task<IResult> Channels(IGrainFactory grains) =>
        new Answer<ListJson<ChannelView>>(new(await grains.Catalog().Channels(), null), WireJson.Default.ListJsonChannelView);

    private static async Task<ProductView> Find(string id, HttpRequest request, IGrainFactory grains) =>
        (id.Length <= 128 && !Fields.HasControl(id) ? await grains.Catalog().Get(id, Channel(request), CurrencyOf(request)) : null) ?? throw Refusal.NotFound;

    private static string Channel(HttpRequest request) => Paging.Word(request, "channel", 32) ?? DefaultChannel;

    private static string? CurrencyOf(HttpRequest request) => Paging.Word(request, "currency", 8) switch
    {
        null => null,
        { } code when Currency.IsKnown(code) => code,
        _ => throw new Refusal("unknown-currency", "A currency is an ISO 4217 code in capital letters.", [new FieldError("/currency", "unknown-currency", "An ISO 4217 code.")]),
    };
}
