using System.Text.Json.Serialization;
using Commerce.Journal;

namespace Commerce.Payments;

/// <summary>What happens to a provider's webhook event.</summary>
[JsonDerivedType(typeof(WebhookReceived), "commerce.webhook.received.v1")]
[JsonDerivedType(typeof(WebhookReceivedAgain), "commerce.webhook.received-again.v1")]
[JsonDerivedType(typeof(WebhookApplied), "commerce.webhook.applied.v1")]
internal abstract record WebhookEvent;

internal sealed record WebhookReceived(string Provider, string EventId, string Type, string? PaymentId, string? Reference, DateTimeOffset HappenedAt) : WebhookEvent;

internal sealed record WebhookReceivedAgain : WebhookEvent;

internal sealed record WebhookApplied(string Effect) : WebhookEvent;

/// <summary>One event of a provider: received once or often, applied once. Pure.</summary>
internal sealed record Webhook : IAggregateState<Webhook, WebhookEvent>
{
    /// <summary>An event that cannot be applied yet (its payment is not known, the provider does not answer) is tried again after this time, for <see cref="Patience"/>.</summary>
    public static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    public static Webhook Initial { get; } = new();

    public WebhookReceived? Event { get; init; }
    public int ReceivedCount { get; init; }
    public int AppliedCount { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? WakeAt => Event is not null && AppliedCount == 0 ? UpdatedAt + TryAgain : null;

    public string? Violation => AppliedCount > 1 ? "applied twice" : null;

    public Webhook Apply(WebhookEvent happened, DateTimeOffset at) => happened switch
    {
        WebhookReceived e when Event is null => this with { Event = e, ReceivedCount = 1, ReceivedAt = at, UpdatedAt = at },
        WebhookReceivedAgain when Event is not null => this with { ReceivedCount = ReceivedCount + 1, UpdatedAt = at },
        WebhookApplied when Event is not null && AppliedCount == 0 => this with { AppliedCount = 1, UpdatedAt = at },
        _ => throw new CommerceException(CommonErrors.NotNow("webhook", Event is null ? "unknown" : "received", happened.GetType().Name, [])),
    };
}

[Alias("commerce.webhook"), GrainInterfaceType("commerce.webhook")]
internal interface IWebhookGrain : IGrainWithStringKey
{
    /// <summary>Makes the event durable; true when it was known before.</summary>
    [Alias("take")]
    Task<bool> Take(string provider, string eventId, string type, string? paymentId, string? reference, DateTimeOffset happenedAt);

    [Alias("apply")]
    Task Apply();
}

/// <summary>The inbox of one event: received before it is acknowledged, applied after, by a wake-up when need be.</summary>
[GrainType("webhook"), CollectionAgeLimit(Minutes = 1)]
internal sealed class WebhookGrain(ILogger<WebhookGrain> logger) : AggregateGrain<Webhook, WebhookEvent>, IWebhookGrain
{
    public async Task<bool> Take(string provider, string eventId, string type, string? paymentId, string? reference, DateTimeOffset happenedAt)
    {
        var known = State.Event is not null;
        await Commit(known ? new WebhookReceivedAgain() : new WebhookReceived(provider, eventId, type, paymentId, reference, happenedAt));
        return known;
    }

    public async Task Apply()
    {
        if (State.Event is not { } told || State.AppliedCount > 0)
        {
            return;
        }

        if (told.PaymentId is null || !Identity.Is(told.PaymentId, Identity.Payment))
        {
            await Commit(new WebhookApplied("none: it is about no payment of ours"));
            return;
        }

        var payments = GrainFactory.Payment(told.PaymentId);
        if (await payments.Get() is null)
        {
            // Faster than our own answer, or of another shop on the same account: it waits, and is not dropped before its time.
            if (Now - State.ReceivedAt > Webhook.Patience)
            {
                await Commit(new WebhookApplied("none: its payment never came to be known"));
            }

            return;
        }

        var payment = await payments.Notice(new PaymentNotice(told.EventId, told.Type, told.Reference ?? "", told.HappenedAt));
        if (AggregateKinds.GrainOf(payment.CheckoutId) is { } checkout)
        {
            // Before it counts as applied: a crash in between tells the checkout twice rather than never.
            await GrainFactory.GetGrain<IAggregate>(checkout).Wake();
        }

        await Commit(new WebhookApplied($"payment {payment.Status}"));
    }

    public override async Task Wake()
    {
        logger.AppliedLater(Id);
        await Apply();
    }
}

/// <inheritdoc cref="IWebhookDoor"/>
[GrainType("webhook-door"), StatelessWorker, Reentrant]
internal sealed class WebhookDoor(PaymentProviders providers, TimeProvider clock, ILogger<WebhookDoor> logger) : Grain, IWebhookDoor
{
    public async Task<WebhookReceipt> Receive(InboundWebhook webhook)
    {
        var name = this.GetPrimaryKeyString();
        var provider = providers.Find(name) ?? throw new CommerceException(CommonErrors.NotFound(name));
        var told = provider.ReadWebhook(webhook, clock.GetUtcNow())[0];
        var inbox = GrainFactory.GetGrain<IWebhookGrain>($"{Identity.Webhook}{name}_{told.EventId}");
        var known = await inbox.Take(name, told.EventId, told.Type, told.PaymentId, told.Reference, told.At);
        _ = Apply(inbox, told.EventId);
        return new WebhookReceipt(told.EventId, known);
    }

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
}
