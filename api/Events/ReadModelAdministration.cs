namespace Commerce.Events;

/// <summary>Read models as operators see them: how far behind the journal they are, and how they are built anew from it.</summary>
internal static class ReadModelAdministration
{
    private const string Route = "/v1/admin/read-models";

    extension(IEndpointRouteBuilder admin)
    {
        public void MapReadModelAdministration()
        {
            var models = admin.MapGroup("/read-models").WithTags("Read models");
            models.MapGet("/", List).WithName("listReadModels").WithSummary("The read models: how far behind they are, and what is being built anew").Produces<ListJson<ReadModelView>>();
            models.MapGet("/{model}", Get).WithName("getReadModel").WithSummary("A read model").Produces<ReadModelView>();
            models.MapPost("/{model}/rebuilds", Rebuild).WithName("rebuildReadModel").WithSummary("Builds it anew from the journal while the shop runs; answers the rebuild that is under way when one is")
                .Produces<ReadModelView>(StatusCodes.Status202Accepted);
        }
    }

    private static async Task<IResult> List(IGrainFactory grains)
    {
        var models = await Task.WhenAll(ReadModels.All.Select(name => grains.ReadModel(name).Get()));
        return new Answer<ListJson<ReadModelView>>(new ListJson<ReadModelView>([.. models], null), WireJson.Default.ListJsonReadModelView);
    }

    private static async Task<IResult> Get(string model, IGrainFactory grains) =>
        new Answer<ReadModelView>(await Known(model, grains).Get(), WireJson.Default.ReadModelView);

    private static async Task<IResult> Rebuild(string model, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        var reply = await Known(model, grains).Rebuild(call.Request());
        return new Answer<ReadModelView>(reply.View, WireJson.Default.ReadModelView)
        {
            Status = StatusCodes.Status202Accepted,
            Location = $"{Route}/{reply.View.Name}",
            Replayed = reply.Replayed,
        };
    }

    /// <summary>What cannot be a name is not echoed, and wakes no grain.</summary>
    private static IReadModelGrain Known(string model, IGrainFactory grains) =>
        model.Length <= 64 && !Fields.HasControl(model) ? grains.ReadModel(model) : throw Refusal.NotFound;
}
