using Commerce.Journal;

namespace Commerce.Payments;

[Alias("commerce.webhook"), GrainInterfaceType("commerce.webhook")]
internal interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>Makes the event durable; true when it was known before.</summary>
    [Alias("receive")]
    Task<bool> Receive(WebhookTold told);

    /// <summary>As <see cref="Receive"/>, for a silo of the version before, which kept no raw bytes and read no facts.</summary>
    [Alias("take")]
    Task<bool> Take(string provider, string eventId, string type, string? paymentId, string? reference, DateTimeOffset happenedAt);

    [Alias("apply")]
    Task Apply();
}

/// <param name="BodyId">Where the raw bytes are kept.</param>
[GenerateSerializer, Immutable, Alias("commerce.webhook.told")]
internal sealed record WebhookTold(
    [property: Id(0)] string Provider,
    [property: Id(1)] string EventId,
    [property: Id(2)] string Type,
    [property: Id(3)] string? PaymentId,
    [property: Id(4)] string? Reference,
    [property: Id(5)] DateTimeOffset HappenedAt,
    [property: Id(6)] PaymentFact? Fact,
    [property: Id(7)] string? BodyId);

/// <summary>The inbox of one event: received before it is acknowledged, applied after, by a wake-up when need be, parked when it never fits.</summary>
[GrainType("webhook"), CollectionAgeLimit(Minutes = 1)]
internal sealed class WebhookGrain(WebhookMeters meters, ILogger<WebhookGrain> logger) : AggregateGrain<Webhook, WebhookEvent>, IWebhookGrain, IInboundWebhookGrain
{
    /// <summary>How long an event waits that names no payment of ours but a reference, which our own books may learn of later.</summary>
    private static readonly TimeSpan StrangerPatience = TimeSpan.FromHours(1);

    public async Task<bool> Receive(WebhookTold told)
    {
        var known = State.Event is not null;
        await Commit(known
            ? new WebhookReceivedAgain()
            : new WebhookReceived(told.Provider, told.EventId, told.Type, told.PaymentId, told.Reference, told.HappenedAt, told.Fact, told.BodyId));
        meters.Received(told.Provider, known);
        return known;
    }

    public Task<bool> Take(string provider, string eventId, string type, string? paymentId, string? reference, DateTimeOffset happenedAt) =>
        Receive(new WebhookTold(provider, eventId, type, paymentId, reference, happenedAt, null, null));

    public async Task Apply()
    {
        if (State is not { Status: InboundWebhookStatus.Received, Event: { } told })
        {
            return;
        }

        string? effect = null;
        var why = "its payment is not known here";
        try
        {
            effect = await Effect(told);
        }
        catch (CommerceException refusal)
        {
            why = refusal.Message;
        }
        catch (Exception failure)
        {
            logger.NotApplied(Id, failure);
            why = failure.GetType().Name;
        }

        await Commit(
            effect is not null ? new WebhookApplied(effect)
            : Now - State.TriedSince >= Webhook.Patience ? new WebhookParked(why)
            : new WebhookDelayed(why, Now + Webhook.Pause(State.Tries)));
        switch (State.Status)
        {
            case InboundWebhookStatus.Applied:
                meters.Applied(told.Provider, Now - State.ReceivedAt);
                break;
            case InboundWebhookStatus.Parked:
                meters.Parked(told.Provider);
                logger.Parked(Id, why);
                break;
            default:
                break;
        }
    }

    public async Task<InboundWebhookView?> Get() => State.Event is null ? null : await View();

    public async Task<Reply<InboundWebhookView>> Replay(Request request, string by, string? reason)
    {
        if (State.Event is null)
        {
            throw new CommerceException(CommonErrors.NotFound(Id));
        }

        var repeated = IsRepeated(request);
        if (!repeated)
        {
            await Commit(request, new WebhookReplayed(by, reason));
        }

        await Apply();
        return new Reply<InboundWebhookView>(await View(), repeated);
    }

    public override async Task Wake()
    {
        if (State.NextTryAt <= Now)
        {
            logger.AppliedLater(Id);
            await Apply();
        }

        if (State is { HasBody: true, Event.BodyId: { } body } && State.ReceivedAt + Webhook.KeepBody <= Now)
        {
            await GrainFactory.GetGrain<IWebhookBodyGrain>(body).Delete();
            await Commit(new WebhookBodyDeleted());
        }
    }

    /// <summary>Hands it to its payment, and says what that made of it; null: it has to wait.</summary>
    private async Task<string?> Effect(WebhookReceived told)
    {
        var paymentId = told.PaymentId ?? (told.Reference is { Length: > 0 } reference ? await GrainFactory.Payments().Find(told.Provider, reference) : null);
        if (!Identity.Is(paymentId, Identity.Payment))
        {
            return told.PaymentId is null && told.Reference is { Length: > 0 } && Now - State.TriedSince < StrangerPatience ? null : "none: it is about no payment of ours";
        }

        var payments = GrainFactory.Payment(paymentId!);
        if (await payments.Get() is not { } payment)
        {
            // Faster than our own answer, or of another shop on the same account: it waits, and is not dropped.
            return null;
        }

        if (payment.Provider != told.Provider)
        {
            return $"none: the payment went on with {payment.Provider}";
        }

        payment = await payments.Notice(new PaymentNotice(told.EventId, told.Type, told.Reference ?? "", told.HappenedAt) { Fact = told.Fact });

        // Before it counts as applied: a crash in between tells them twice rather than never.
        await Tell(payment.CheckoutId);
        if (payment.Transactions.Length > 1 || payment.Disputes.Length > 0)
        {
            await Tell(payment.OrderId);
        }

        return $"payment {payment.Status}";
    }

    private Task Tell(string aggregate) => AggregateKinds.GrainOf(aggregate) is { } grain ? GrainFactory.GetGrain<IAggregate>(grain).Wake() : Task.CompletedTask;

    private async Task<InboundWebhookView> View()
    {
        var told = State.Event!;
        var kept = State.HasBody ? await GrainFactory.GetGrain<IWebhookBodyGrain>(told.BodyId!).Get() : null;
        return new InboundWebhookView(
            new InboundWebhookSummary(Id, told.Provider, told.EventId, told.Type, told.PaymentId, told.Reference, State.Status!.Value, told.HappenedAt, State.ReceivedAt, State.Reason),
            Version, State.ReceivedCount, State.Tries, State.NextTryAt, told.Fact, kept?.Headers ?? ImmutableDictionary<string, string>.Empty, kept?.Body);
    }
}

/// <inheritdoc cref="IWebhookDoor"/>
[GrainType("webhook-door"), StatelessWorker, Reentrant]
internal sealed class WebhookDoor(PaymentProviders providers, TimeProvider clock, ILogger<WebhookDoor> logger) : Grain, IWebhookDoor
{
    public async Task<WebhookReceipt> Receive(InboundWebhook webhook)
    {
        var name = this.GetPrimaryKeyString();
        var provider = providers.Find(name) is { Capabilities.SendsWebhooks: true } known ? known : throw new CommerceException(CommonErrors.NotFound(name));
        var told = provider.ReadWebhook(webhook, clock.GetUtcNow());
        if (told.IsEmpty)
        {
            return new WebhookReceipt("", Duplicate: false); // a test of the connection: verified, and it says nothing
        }

        // The bytes first, then the events that point to them. One that is not stored fails the request: all of it comes again, and what was stored is recognised.
        var bodyId = WebhookBodyGrain.IdOf(name, webhook.Body);
        await GrainFactory.GetGrain<IWebhookBodyGrain>(bodyId).Keep(webhook);
        var duplicates = await Task.WhenAll(told.Select(one => Inbox(name, one).Receive(
            new WebhookTold(name, one.EventId, one.Type, one.PaymentId, one.Reference, one.At, one.Fact, bodyId))));
        foreach (var one in told)
        {
            _ = Apply(Inbox(name, one), one.EventId);
        }

        return new WebhookReceipt(told[0].EventId, duplicates.All(static duplicate => duplicate));
    }

    private IWebhookGrain Inbox(string provider, ProviderWebhook told) => GrainFactory.GetGrain<IWebhookGrain>($"{Identity.Webhook}{provider}_{told.EventId}");

    /// <summary>After the acknowledgement: the provider does not wait for us to work.</summary>
    private async Task Apply(IWebhookGrain inbox, string eventId)
    {
        try
        {
            await inbox.Apply();
        }
        catch (Exception failure)
        {
            logger.ApplyFailed(eventId, failure);
        }
    }
}

internal static partial class WebhookLog
{
    [LoggerMessage(600, LogLevel.Information, "{Webhook} is applied by its wake-up")]
    public static partial void AppliedLater(this ILogger logger, string webhook);

    [LoggerMessage(601, LogLevel.Warning, "The event {EventId} could not be applied; it is tried again")]
    public static partial void ApplyFailed(this ILogger logger, string eventId, Exception failure);

    [LoggerMessage(602, LogLevel.Warning, "{Webhook} could not be applied; it is tried again")]
    public static partial void NotApplied(this ILogger logger, string webhook, Exception failure);

    [LoggerMessage(603, LogLevel.Error, "{Webhook} is parked: {Why}. An operator can replay it")]
    public static partial void Parked(this ILogger logger, string webhook, string why);
}
