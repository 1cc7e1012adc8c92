using System.Globalization;
using Commerce.Documentation;

namespace Commerce.Reconciliations;

/// <summary>Reconciliations as operators reach them: asked for, read as JSON or CSV, put right line by line.</summary>
internal static class ReconciliationAdministration
{
    private const int LongestReason = 500;

    private static readonly Dictionary<string, Remedy> Remedies = Enum.GetValues<Remedy>().ToDictionary(ReconciliationErrors.Word, StringComparer.Ordinal);

    extension(IEndpointRouteBuilder admin)
    {
        public void MapReconciliationAdministration()
        {
            var all = admin.MapGroup("/reconciliations").WithTags("Reconciliations");
            all.MapGet("/", List).WithName("listReconciliations").WithSummary("Reconciliations, newest first").Produces<ListJson<ReconciliationSummary>>().Takes("limit", "cursor");
            all.MapPost("/", Start).WithName("startReconciliation").WithSummary("Compares a payment provider's books with ours, over some days")
                .Accepts<ReconciliationBody>("application/json").Produces<ReconciliationView>(StatusCodes.Status202Accepted);
            all.MapGet("/{id}", Get).WithName("getReconciliation").WithSummary("A reconciliation: how far it is, and in what the books differ. As CSV with `Accept: text/csv`")
                .Produces<ReconciliationView>().Produces(StatusCodes.Status304NotModified);
            all.MapPost("/{id}/discrepancies/{number}/remedy", PutRight).WithName("putRight").WithSummary("Puts a discrepancy right, once, with a reason")
                .Accepts<RemedyBody>("application/json").Produces<ReconciliationView>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains) =>
        ListJson<ReconciliationSummary>.Answer(call.Http, await grains.Reconciliations().All(Paging.Page(call.Http)), WireJson.Default.ListJsonReconciliationSummary);

    private static async Task<IResult> Start(Call call, IGrainFactory grains, AdminKey secret)
    {
        var key = call.RequireKey();
        var body = await call.Read(ReconciliationBody.Read);
        var id = secret.Id(Identity.Reconciliation, "reconciliation", call.Caller.Id, key);
        var reply = await grains.Reconciliation(id).Start(call.Request() with { IfMatch = null }, new StartReconciliation(body.Provider, body.From, body.To));
        return new Answer<ReconciliationView>(reply.View, WireJson.Default.ReconciliationView)
        {
            Status = StatusCodes.Status202Accepted,
            Version = reply.View.Version,
            Replayed = reply.Replayed,
            Location = $"/v1/admin/reconciliations/{id}",
        };
    }

    private static async Task<IResult> Get(string id, Call call, IGrainFactory grains)
    {
        var report = await grains.Reconciliation(Call.Known(id, Identity.Reconciliation)).Get() ?? throw new CommerceException(CommonErrors.NotFound(id));
        return ReconciliationCsv.IsWanted(call.Http) ? ReconciliationCsv.Answer(report) : new Answer<ReconciliationView>(report, WireJson.Default.ReconciliationView) { Version = report.Version };
    }

    private static async Task<IResult> PutRight(string id, string number, Call call, IGrainFactory grains)
    {
        call.RequireKey();
        var body = await call.Read(RemedyBody.Read);
        var which = int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : throw new CommerceException(CommonErrors.NotFound(id));
        var reply = await grains.Reconciliation(Call.Known(id, Identity.Reconciliation)).PutRight(call.Request(), which, body.Remedy, body.Reason, call.Caller.Name);
        return new Answer<ReconciliationView>(reply.View, WireJson.Default.ReconciliationView) { Version = reply.View.Version, Replayed = reply.Replayed };
    }

    /// <param name="From">First day, UTC.</param>
    /// <param name="To">Last day, UTC; left out: the first.</param>
    internal sealed record ReconciliationBody(string Provider, DateOnly From, DateOnly To)
    {
        public static ReconciliationBody Read(Fields fields)
        {
            var provider = fields.Required("provider", 64);
            var from = Day(fields, "from", required: true);
            var body = new ReconciliationBody(provider, from ?? default, Day(fields, "to", required: false) ?? from ?? default);
            fields.NothingElse();
            return body;
        }

        private static DateOnly? Day(Fields fields, string name, bool required)
        {
            var text = required ? fields.Required(name, 10) : fields.Optional(name, 10);
            if (text is null or "")
            {
                return null;
            }

            if (DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }

            fields.Wrong(name, "invalid-value", "A day as in 2026-01-31.");
            return null;
        }
    }

    /// <param name="Reason">Why, for whoever asks later.</param>
    internal sealed record RemedyBody(Remedy Remedy, string Reason)
    {
        public static RemedyBody Read(Fields fields)
        {
            if (!fields.Has("remedy"))
            {
                fields.Wrong("remedy", "required", $"'remedy' is one of {string.Join(", ", Remedies.Keys)}.");
            }

            var body = new RemedyBody(fields.Choice("remedy", Remedies) ?? default, fields.FreeText("reason", LongestReason) ?? "");
            if (string.IsNullOrWhiteSpace(body.Reason))
            {
                fields.Wrong("reason", "required", "'reason' is required: what you do is kept with it.");
            }

            fields.NothingElse();
            return body;
        }
    }
}
