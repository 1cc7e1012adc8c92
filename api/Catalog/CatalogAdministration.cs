namespace Commerce.Catalog;

/// <param name="Full">Whether everything is read again, instead of what changed.</param>
internal sealed record CatalogSyncBody(bool Full = false);

/// <summary>The copy of a vendor's products and prices as operators see it.</summary>
internal static class CatalogAdministration
{
    private const string Route = "/v1/admin/catalog/sync";

    extension(IEndpointRouteBuilder admin)
    {
        public void MapCatalogAdministration()
        {
            var sync = admin.MapGroup("/catalog/sync").WithTags("Catalog");
            sync.MapGet("/", Get).WithName("getCatalogSync").WithSummary("How far the copy of the vendor's products and prices is").Produces<CatalogSyncView>();
            sync.MapPost("/", Start).WithName("startCatalogSync").WithSummary("Reads what changed at the vendor now; with `full`, everything, so that what is there no more is found")
                .Accepts<CatalogSyncBody>("application/json").Produces<CatalogSyncView>(StatusCodes.Status202Accepted);
        }
    }

    private static async Task<IResult> Get(IGrainFactory grains) => new Answer<CatalogSyncView>(await grains.CatalogSync().Get(), WireJson.Default.CatalogSyncView);

    private static async Task<IResult> Start(Call call, IGrainFactory grains)
    {
        var body = await call.Read(
            static fields =>
            {
                var body = new CatalogSyncBody(fields.Flag("full") ?? false);
                fields.NothingElse();
                return body;
            },
            optional: true);

        return new Answer<CatalogSyncView>(await grains.CatalogSync().Start(body.Full), WireJson.Default.CatalogSyncView) { Status = StatusCodes.Status202Accepted, Location = Route };
    }
}
