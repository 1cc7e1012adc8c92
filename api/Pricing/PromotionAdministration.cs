using System.Globalization;
using System.Text;
using Commerce.Documentation;

namespace Commerce.Pricing;

/// <summary>Promotions as operators publish them: each answer comes when the publication counts on the silo that answers.</summary>
internal static class PromotionAdministration
{
    private const string Csv = "text/csv";

    /// <summary>Codes that are asked for at once while they are streamed.</summary>
    private const int Batch = 5_000;

    extension(IEndpointRouteBuilder admin)
    {
        public void MapPromotionAdministration()
        {
            admin.MapGet("/promotions", List).WithTags("Promotions").WithName("listPromotions").WithSummary("The shop's promotions by id, those of the files included")
                .Produces<ListJson<PromotionJson>>().Takes("limit", "cursor", "state");

            var promotion = admin.MapGroup("/promotions/{id}").WithTags("Promotions");
            promotion.MapGet("/", Get).WithName("getPromotion").WithSummary("A promotion").Produces<PromotionJson>().Produces(StatusCodes.Status304NotModified);
            promotion.MapPut("/", Publish).WithName("publishPromotion").WithSummary("Publishes a promotion, in force everywhere within half a second")
                .Accepts<PromotionBody>("application/json").Produces<PromotionJson>();
            promotion.MapDelete("/", Withdraw).WithName("withdrawPromotion").WithSummary("Ends a promotion at once and for good, until it is published again").Produces<PromotionJson>();
            promotion.MapGet("/versions", Versions).WithName("listPromotionVersions").WithSummary("Every publication of a promotion, the latest first")
                .Produces<ListJson<PromotionJson>>().Takes("limit", "cursor");
            promotion.MapPost("/coupons", Make).WithName("makeCoupons").WithSummary("Makes codes, up to 100,000 at once, that switch the promotion on")
                .Accepts<NewCodesBody>("application/json").Produces<PromotionJson>();
            promotion.MapGet("/coupons/{prefix}", Codes).WithName("listCoupons").WithSummary("The codes that were made; all of them as CSV for `Accept: text/csv`")
                .Produces<ListJson<string>>().Takes("limit", "cursor");
            promotion.MapDelete("/coupons/{prefix}", Revoke).WithName("revokeCoupons").WithSummary("The codes that begin like that count no more").Produces<PromotionJson>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var phase = Paging.Choice(call.Http, "state", PromotionPhase.Scheduled, PromotionPhase.InForce, PromotionPhase.Over);

        return Answer(call, await grains.PriceBook().Promotions(Paging.Page(call.Http), phase));
    }

    private static async Task<IResult> Get(string id, Call call, IGrainFactory grains) =>
        Answer(call, await grains.PriceBook().Promotion(PublicationId.Known(id)) ?? throw new CommerceException(CommonErrors.NotFound(id)));

    private static async Task<IResult> Publish(string id, Call call, IGrainFactory grains)
    {
        var body = await call.ReadDocument<PromotionBody>();
        PublicationId.DemandSame(body.Id, id);

        return await Changed(call, grains, grains.PriceBook().PublishPromotion(call.Request(), body.Promotion(id), call.Caller.Name));
    }

    private static async Task<IResult> Withdraw(string id, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();

        return await Changed(call, grains, grains.PriceBook().WithdrawPromotion(call.Request(), PublicationId.Known(id), call.Caller.Name));
    }

    private static async Task<IResult> Versions(string id, Call call, IGrainFactory grains)
    {
        var page = await grains.PriceBook().PromotionVersions(PublicationId.Known(id), Paging.Page(call.Http));

        return page.Items.IsEmpty ? throw new CommerceException(CommonErrors.NotFound(id)) : Answer(call, page);
    }

    private static async Task<IResult> Make(string id, Call call, IGrainFactory grains)
    {
        var body = await call.ReadDocument<NewCodesBody>();
        var codes = new NewCodes(body.Count, body.Prefix, body.Uses, body.UsesPerCustomer);

        return await Changed(call, grains, grains.PriceBook().MakeCodes(call.Request(), PublicationId.Known(id), codes, call.Caller.Name));
    }

    private static async Task<IResult> Revoke(string id, string prefix, Call call, IGrainFactory grains)
    {
        await call.ReadNothing();

        return await Changed(call, grains, grains.PriceBook().RevokeCodes(call.Request(), PublicationId.Known(id), Prefix(prefix), call.Caller.Name));
    }

    private static async Task<IResult> Codes(string id, string prefix, Call call, IGrainFactory grains)
    {
        var book = grains.PriceBook();
        if (call.Http.Headers.Accept.Any(static accept => accept?.StartsWith(Csv, StringComparison.OrdinalIgnoreCase) == true))
        {
            var first = await book.Codes(PublicationId.Known(id), Prefix(prefix), 0, Batch) ?? throw new CommerceException(CommonErrors.NotFound(prefix));

            return Results.Stream(body => Stream(book, id, prefix, first, body), Csv, $"{prefix}.csv");
        }

        var (from, limit) = (From(call.Http), Paging.Limit(call.Http));
        var codes = await book.Codes(PublicationId.Known(id), Prefix(prefix), from, limit + 1) ?? throw new CommerceException(CommonErrors.NotFound(prefix));
        var next = codes.Length > limit ? (from + limit).ToString(CultureInfo.InvariantCulture) : null;

        return ListJson<string>.Answer(call.Http, new Page<string>(codes.Length > limit ? codes[..limit] : codes, next), WireJson.Default.ListJsonString);
    }

    private static async Task Stream(IPriceBookGrain book, string id, string prefix, ImmutableArray<string> codes, Stream body)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteLineAsync("code");
        for (var from = 0; !codes.IsEmpty; codes = await book.Codes(id, prefix, from, Batch) ?? [])
        {
            foreach (var code in codes)
            {
                await writer.WriteLineAsync(code);
            }

            from += codes.Length;
        }
    }

    private static int From(HttpRequest request) => Paging.Cursor(request) is not { } cursor ? 0
        : int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var from) ? from
        : throw new CommerceException(Orders.OrderErrors.InvalidCursor);

    private static string Prefix(string prefix) => prefix.Length <= 40 && !Fields.HasControl(prefix) ? prefix : throw Refusal.NotFound;

    private static async Task<IResult> Changed(Call call, IGrainFactory grains, Task<Reply<Published<Promotion>>> change)
    {
        var reply = await change;
        await grains.PriceFollower().CatchUp(reply.View.BookVersion);

        return Answer(call, reply.View, reply.Replayed);
    }

    private static Answer<PromotionJson> Answer(Call call, Published<Promotion> promotion, bool replayed = false) =>
        new(PromotionJson.Of(promotion, call.Time.GetUtcNow()), WireJson.Default.PromotionJson) { Version = promotion.Version, Replayed = replayed };

    private static Answer<ListJson<PromotionJson>> Answer(Call call, Page<Published<Promotion>> page)
    {
        var now = call.Time.GetUtcNow();

        return ListJson<PromotionJson>.Answer(
            call.Http, new Page<PromotionJson>([.. page.Items.Select(p => PromotionJson.Of(p, now))], page.Next), WireJson.Default.ListJsonPromotionJson);
    }
}

/// <summary>The id of a document, as it stands in its address.</summary>
internal static class PublicationId
{
    /// <summary>What cannot be an id is not echoed, and wakes no grain.</summary>
    public static string Known(string id) =>
        id.Length is > 0 and <= 64 && id.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') ? id : throw Refusal.NotFound;

    /// <summary>A document that says another id than its address is meant for elsewhere.</summary>
    public static void DemandSame(string? given, string id)
    {
        if (given is not null && given != id)
        {
            throw new Refusal("invalid-value", "The id is not that of the address.", [new FieldError("/id", "invalid-value", "Send the id of the address, or leave it out.")]);
        }
    }
}
