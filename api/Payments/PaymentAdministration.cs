using System.Buffers;
using System.Text;
using Commerce.Documentation;

namespace Commerce.Payments;

/// <param name="Amount">The whole new sum.</param>
internal sealed record AdjustmentBody(Money Amount, string? Reason);

internal sealed record ReplayBody(string? Reason);

/// <summary>A webhook that came in, with what is kept of it.</summary>
/// <param name="Body">What was sent, as text; absent once it is deleted, 30 days after it came.</param>
internal sealed record InboundWebhookJson(
    string Id, string Provider, string EventId, string Type, string? PaymentId, string? Reference, InboundWebhookStatus Status, DateTimeOffset HappenedAt, DateTimeOffset ReceivedAt,
    int ReceivedCount, int Tries, DateTimeOffset? NextTryAt, string? Reason, PaymentFact? Fact, ImmutableDictionary<string, string> Headers, string? Body)
{
    public static InboundWebhookJson Of(InboundWebhookView view)
    {
        var all = view.Summary;
        return new(
            all.Id, all.Provider, all.EventId, all.Type, all.PaymentId, all.Reference, all.Status, all.HappenedAt, all.ReceivedAt, view.ReceivedCount, view.Tries, view.NextTryAt, all.Reason, view.Fact,
            view.Headers, view.Body is { } body ? Encoding.UTF8.GetString(body) : null);
    }
}

/// <summary>Payments and the providers' webhooks, as operators see them.</summary>
internal static class PaymentAdministration
{
    private const int MaxReason = 500, MaxProvider = 32, MaxWebhookId = 250;

    private static readonly SearchValues<char> WebhookIds = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:");

    extension(IEndpointRouteBuilder admin)
    {
        public void MapPaymentAdministration()
        {
            admin.MapGet("/payments", List).WithTags("Payments").WithName("listPayments").WithSummary("Payments that somebody has to look at: about to lapse, disputed, or without an answer")
                .Produces<ListJson<PaymentSummary>>().Takes("limit", "cursor", "attention");
            var payment = admin.MapGroup("/payments/{id}").WithTags("Payments");
            payment.MapGet("/", Get).WithName("getPayment").WithSummary("A payment: its ledger, its disputes, and the provider's own words").Produces<PaymentJson>().Produces(StatusCodes.Status304NotModified);
            payment.MapPost("/adjust", Adjust).WithName("adjustPayment").WithSummary("Sets the authorised sum anew, where the provider offers it").Accepts<AdjustmentBody>("application/json").Produces<PaymentJson>();

            var webhooks = admin.MapGroup("/webhooks/inbound").WithTags("Webhooks");
            webhooks.MapGet("/", Webhooks).WithName("listInboundWebhooks").WithSummary("The providers' events, newest first").Produces<ListJson<InboundWebhookSummary>>().Takes("limit", "cursor", "provider", "status");
            webhooks.MapGet("/{id}", Webhook).WithName("getInboundWebhook").WithSummary("An event, with the raw body while it is kept").Produces<InboundWebhookJson>().Produces(StatusCodes.Status304NotModified);
            webhooks.MapPost("/{id}/replay", Replay).WithName("replayInboundWebhook").WithSummary("Tries a parked event again").Accepts<ReplayBody>(isOptional: true, "application/json").Produces<InboundWebhookJson>();
        }
    }

    private static async Task<IResult> List(Call call, IGrainFactory grains)
    {
        var attention = Paging.Choice(call.Http, "attention", PaymentAttention.Expiring, PaymentAttention.Disputed, PaymentAttention.Unknown)
            ?? throw new Refusal("required", "Say why a payment needs to be looked at.", [new FieldError("/attention", "required", "One of expiring, disputed, unknown.")]);
        return ListJson<PaymentSummary>.Answer(call.Http, await grains.Payments().Attention(attention, Paging.Page(call.Http)), WireJson.Default.ListJsonPaymentSummary);
    }

    private static async Task<IResult> Get(string id, IGrainFactory grains) => Answer(await Payment(grains, id).Get() ?? throw new CommerceException(CommonErrors.NotFound(id)));

    private static async Task<IResult> Adjust(string id, Call call, IGrainFactory grains)
    {
        var key = call.RequireKey();
        var body = await call.Read(static fields =>
        {
            var adjustment = new AdjustmentBody(fields.PositiveMoney("amount") ?? default, fields.FreeText("reason", MaxReason));
            if (!fields.Has("amount"))
            {
                fields.Wrong("amount", "required", "'amount' is required.");
            }

            fields.NothingElse();
            return adjustment;
        });
        var payment = await Payment(grains, id).Get() ?? throw new CommerceException(CommonErrors.NotFound(id));
        return Answer(await Payment(grains, payment.Id).Adjust($"adjust:{key}", body.Amount, body.Reason));
    }

    private static async Task<IResult> Webhooks(Call call, IGrainFactory grains)
    {
        var status = Paging.Choice(call.Http, "status", InboundWebhookStatus.Received, InboundWebhookStatus.Applied, InboundWebhookStatus.Parked);
        var page = await grains.Payments().Webhooks(Paging.Word(call.Http, "provider", MaxProvider), status, Paging.Page(call.Http));
        return ListJson<InboundWebhookSummary>.Answer(call.Http, page, WireJson.Default.ListJsonInboundWebhookSummary);
    }

    private static async Task<IResult> Webhook(string id, IGrainFactory grains)
    {
        var webhook = await Inbound(grains, id).Get() ?? throw new CommerceException(CommonErrors.NotFound(id));
        return new Answer<InboundWebhookJson>(InboundWebhookJson.Of(webhook), WireJson.Default.InboundWebhookJson) { Version = webhook.Version };
    }

    private static async Task<IResult> Replay(string id, Call call, IGrainFactory grains)
    {
        call.RequireKey();
        var reason = await call.Read(
            static fields =>
            {
                var text = fields.FreeText("reason", MaxReason);
                fields.NothingElse();
                return text;
            },
            optional: true);
        var reply = await Inbound(grains, id).Replay(call.Request(), call.Caller.Name, reason);
        return new Answer<InboundWebhookJson>(InboundWebhookJson.Of(reply.View), WireJson.Default.InboundWebhookJson) { Version = reply.View.Version, Replayed = reply.Replayed };
    }

    private static Answer<PaymentJson> Answer(PaymentView payment) => new(PaymentJson.ForOperators(payment, payment.Requested.Currency), WireJson.Default.PaymentJson) { Version = payment.Version };

    private static IPaymentGrain Payment(IGrainFactory grains, string id) => grains.Payment(Call.Known(id, Identity.Payment));

    private static IInboundWebhookGrain Inbound(IGrainFactory grains, string id) =>
        id.Length <= MaxWebhookId && id.StartsWith(Identity.Webhook, StringComparison.Ordinal) && !id.AsSpan().ContainsAnyExcept(WebhookIds) ? grains.InboundWebhook(id) : throw Refusal.NotFound;
}
