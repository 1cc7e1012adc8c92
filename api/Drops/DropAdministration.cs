using System.Text.Json.Serialization;
using Commerce.Documentation;

namespace Commerce.Drops;

/// <summary>Drops as operators run them.</summary>
internal static class DropAdministration
{
    private const int MostUnits = 10_000_000, MostSkus = 100;

    extension(IEndpointRouteBuilder admin)
    {
        public void MapDropAdministration()
        {
            admin.MapPost("/drops", Schedule).WithTags("Drops").WithName("scheduleDrop").WithSummary("Schedules a drop: from now on its SKUs are sold to holders of a pass only")
                .Accepts<DropBody>("application/json").Produces<DropJson>(StatusCodes.Status201Created);
            admin.MapGet("/drops", List).WithTags("Drops").WithName("listDrops").WithSummary("Drops, the last one scheduled first").Produces<ListJson<DropJson>>().Takes("limit", "cursor");
            var drop = admin.MapGroup("/drops/{id}").WithTags("Drops");
            drop.MapGet("/", Get).WithName("getAnyDrop").WithSummary("A drop with its counts as they are").Produces<DropJson>().Produces(StatusCodes.Status304NotModified);
            drop.MapPut("/", Change).WithName("changeDrop").WithSummary("Replaces the plan of a drop that has not opened").Accepts<DropBody>("application/json").Produces<DropJson>();
            drop.MapPost("/allotment", Raise).WithName("raiseAllotment").WithSummary("More units, until the drop ends").Accepts<AllotmentBody>("application/json").Produces<DropJson>();
            drop.MapPost("/close", Close).WithName("closeDrop").WithSummary("Ends a drop before its time; passes that are out keep their word").Produces<DropJson>();
            drop.MapPost("/cancel", Cancel).WithName("cancelDrop").WithSummary("Ends a drop; passes that nobody is paying with are void").Produces<DropJson>();
        }
    }

    private static async Task<IResult> Schedule(Call call, IGrainFactory grains, AdminKey secret)
    {
        var body = await call.Read(Body);
        var id = secret.Id(Identity.Drop, "drop", call.Caller.Id, call.Key);
        var reply = await grains.Drop(id).Schedule(call.Request() with { IfMatch = null }, body.Plan);
        return Answer(reply, StatusCodes.Status201Created);
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var page = await grains.DropCalendar().All(Paging.Page(call.Http));
        var drops = await Task.WhenAll(page.Items.Select(id => grains.Drop(id).Get()));
        return ListJson<DropJson>.Answer(call.Http, new Page<DropJson>([.. drops.OfType<DropView>().Select(DropJson.Of)], page.Next), WireJson.Default.ListJsonDropJson);
    }

    private static async Task<IResult> Get(string id, IGrainFactory grains)
    {
        var drop = await Drop(grains, id).Get() ?? throw new CommerceException(CommonErrors.NotFound(id));
        return new Answer<DropJson>(DropJson.Of(drop), WireJson.Default.DropJson) { Version = drop.Version };
    }

    private static async Task<IResult> Change(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(Body);
        return Answer(await Drop(grains, id).Change(call.Request(), body.Plan));
    }

    private static async Task<IResult> Raise(string id, Call call, IGrainFactory grains)
    {
        var body = await call.Read(static fields =>
        {
            var raised = new AllotmentBody((int)(fields.Whole("allotment", 1, MostUnits) ?? Missing(fields, "allotment")));
            fields.NothingElse();
            return raised;
        });
        return Answer(await Drop(grains, id).Raise(call.Request(), body.Allotment));
    }

    private static async Task<IResult> Close(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return Answer(await Drop(grains, id).Close(call.Request()));
    }

    private static async Task<IResult> Cancel(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();
        return Answer(await Drop(grains, id).Cancel(call.Request()));
    }

    private static DropBody Body(Fields fields)
    {
        var body = new DropBody
        {
            Name = fields.Required("name", 200),
            Skus = fields.Words("skus", MostSkus, 64),
            Allotment = (int)(fields.Whole("allotment", 1, MostUnits) ?? Missing(fields, "allotment")),
            StartsAt = fields.Moment("startsAt"),
            EndsAt = fields.Moment("endsAt"),
            Order = fields.Choice("order", Orders) ?? DropOrder.Arrival,
            LimitPerCustomer = (int)(fields.Whole("limitPerCustomer", 1, 100) ?? 1),
            LimitPerAddress = (int?)fields.Whole("limitPerAddress", 1, 100),
            PassLifetime = (int)(fields.Whole("passLifetime", 5, 3_600) ?? 300),
            Code = fields.Optional("code", 64),
        };
        fields.NothingElse();
        return body;
    }

    private static readonly Dictionary<string, DropOrder> Orders = new(StringComparer.Ordinal) { ["arrival"] = DropOrder.Arrival, ["lottery"] = DropOrder.Lottery };

    private static long Missing(Fields fields, string name)
    {
        fields.Wrong(name, "required", $"'{name}' is required.");
        return 1;
    }

    private static Answer<DropJson> Answer(Reply<DropView> reply, int status = StatusCodes.Status200OK) => new(DropJson.Of(reply.View), WireJson.Default.DropJson)
    {
        Status = status,
        Version = reply.View.Version,
        Replayed = reply.Replayed,
        Location = status == StatusCodes.Status201Created ? $"/v1/admin/drops/{reply.View.Id}" : null,
    };

    private static IDropGrain Drop(IGrainFactory grains, string id) => grains.Drop(Call.Known(id, Identity.Drop));
}

/// <summary>What a drop is planned as. See <see cref="DropPlan"/> for what the fields mean.</summary>
internal sealed record DropBody
{
    public required string Name { get; init; }
    public required ImmutableArray<string> Skus { get; init; }

    /// <summary>Units in all.</summary>
    public required int Allotment { get; init; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public DropOrder Order { get; init; }
    public int LimitPerCustomer { get; init; } = 1;

    /// <summary>As many as a customer can have, if it is not said.</summary>
    public int? LimitPerAddress { get; init; }

    /// <summary>Seconds.</summary>
    public int PassLifetime { get; init; } = 300;
    public string? Code { get; init; }

    [JsonIgnore]
    public DropPlan Plan => new(
        Name, Skus, Allotment, StartsAt, EndsAt, Order, LimitPerCustomer, LimitPerAddress ?? LimitPerCustomer, TimeSpan.FromSeconds(PassLifetime), Code);
}

/// <param name="Allotment">Units in all, not fewer than before.</param>
internal sealed record AllotmentBody(int Allotment);

/// <summary>A drop as operators see it.</summary>
internal sealed record DropJson
{
    public required string Id { get; init; }
    public required DropStatus Status { get; init; }
    public required long Version { get; init; }
    public required string Name { get; init; }
    public required ImmutableArray<string> Skus { get; init; }
    public required int Allotment { get; init; }
    public required DateTimeOffset StartsAt { get; init; }
    public required DateTimeOffset EndsAt { get; init; }
    public required DropOrder Order { get; init; }
    public required int LimitPerCustomer { get; init; }
    public required int LimitPerAddress { get; init; }

    /// <summary>Seconds.</summary>
    public required int PassLifetime { get; init; }
    public string? Code { get; init; }

    /// <summary>Entries ever taken.</summary>
    public required int Entries { get; init; }
    public required int Waiting { get; init; }
    public required int PassesOut { get; init; }

    /// <summary>Units that those passes are for.</summary>
    public required int UnitsOut { get; init; }
    public required int Sold { get; init; }

    /// <summary>Units that are neither sold nor in passes.</summary>
    public required int Left { get; init; }

    /// <summary>Passes a minute over the last two; absent while it was not watched for ten seconds.</summary>
    public int? Rate { get; init; }
    public DateTimeOffset? OpenedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What the drawn order follows from: docs/drops.md says how to draw it again.</summary>
    public string? Seed { get; init; }
    public int? Drawn { get; init; }

    public static DropJson Of(DropView drop) => new()
    {
        Id = drop.Id,
        Status = drop.Status,
        Version = drop.Version,
        Name = drop.Plan.Name,
        Skus = drop.Plan.Skus,
        Allotment = drop.Plan.Allotment,
        StartsAt = drop.Plan.StartsAt,
        EndsAt = drop.Plan.EndsAt,
        Order = drop.Plan.Order,
        LimitPerCustomer = drop.Plan.LimitPerCustomer,
        LimitPerAddress = drop.Plan.LimitPerAddress,
        PassLifetime = (int)drop.Plan.PassLifetime.TotalSeconds,
        Code = drop.Plan.Code,
        Entries = drop.Entries,
        Waiting = drop.Waiting,
        PassesOut = drop.PassesOut,
        UnitsOut = drop.UnitsOut,
        Sold = drop.Sold,
        Left = drop.Plan.Allotment - drop.Sold - drop.UnitsOut,
        Rate = drop.PassesPerMinute,
        OpenedAt = drop.OpenedAt,
        EndedAt = drop.EndedAt,
        Seed = drop.Seed,
        Drawn = drop.Seed is null ? null : drop.Drawn,
    };
}
