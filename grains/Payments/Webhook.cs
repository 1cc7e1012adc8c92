using System.Text.Json.Serialization;
using Commerce.Journal;
using static Commerce.Payments.InboundWebhookStatus;

namespace Commerce.Payments;

/// <summary>What happens to a provider's webhook event.</summary>
[JsonDerivedType(typeof(WebhookReceived), "commerce.webhook.received.v1")]
[JsonDerivedType(typeof(WebhookReceivedAgain), "commerce.webhook.received-again.v1")]
[JsonDerivedType(typeof(WebhookApplied), "commerce.webhook.applied.v1")]
[JsonDerivedType(typeof(WebhookDelayed), "commerce.webhook.delayed.v1")]
[JsonDerivedType(typeof(WebhookParked), "commerce.webhook.parked.v1")]
[JsonDerivedType(typeof(WebhookReplayed), "commerce.webhook.replayed.v1")]
[JsonDerivedType(typeof(WebhookBodyDeleted), "commerce.webhook.body-deleted.v1")]
internal abstract record WebhookEvent;

/// <param name="Fact">What it says happened, when it says so itself.</param>
/// <param name="BodyId">Where the raw bytes are kept; null: they are not.</param>
internal sealed record WebhookReceived(
    string Provider, string EventId, string Type, string? PaymentId, string? Reference, DateTimeOffset HappenedAt, PaymentFact? Fact = null, string? BodyId = null) : WebhookEvent;

internal sealed record WebhookReceivedAgain : WebhookEvent;

internal sealed record WebhookApplied(string Effect) : WebhookEvent;

/// <summary>It could not be applied: it is tried again then.</summary>
internal sealed record WebhookDelayed(string Why, DateTimeOffset Until) : WebhookEvent;

/// <summary>It is tried no more by itself.</summary>
internal sealed record WebhookParked(string Reason) : WebhookEvent;

/// <param name="By">The operator who wanted it.</param>
internal sealed record WebhookReplayed(string By, string? Reason) : WebhookEvent;

/// <summary>The raw bytes were kept long enough.</summary>
internal sealed record WebhookBodyDeleted : WebhookEvent;

/// <summary>One event of a provider: received once or often, tried until it fits, applied once. Pure.</summary>
internal sealed record Webhook : IAggregateState<Webhook, WebhookEvent>
{
    /// <summary>When an event that could not be applied (its payment is not known yet, the provider does not answer) is tried again; the last pause repeats itself.</summary>
    private static readonly ImmutableArray<TimeSpan> Pauses =
        [TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6)];

    /// <summary>The first pause: how long one waits that nobody got to.</summary>
    public static readonly TimeSpan TryAgain = Pauses[0];

    /// <summary>How long an event is tried before it is parked.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(3);

    /// <summary>How long the raw bytes are kept.</summary>
    public static readonly TimeSpan KeepBody = TimeSpan.FromDays(30);

    public static Webhook Initial { get; } = new();

    public InboundWebhookStatus? Status { get; init; }
    public WebhookReceived? Event { get; init; }
    public int ReceivedCount { get; init; }
    public int AppliedCount { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>UTC, since when it is tried: it came, or was replayed.</summary>
    public DateTimeOffset TriedSince { get; init; }
    public int Tries { get; init; }
    public DateTimeOffset? NextTryAt { get; init; }

    /// <summary>What it did, or why it could not be applied.</summary>
    public string? Reason { get; init; }
    public bool HasBody { get; init; }

    public DateTimeOffset? WakeAt => NextTryAt ?? (HasBody ? ReceivedAt + KeepBody : null);

    public string? Violation => AppliedCount > 1 ? "applied twice" : null;

    /// <summary>What may follow what; null is one that never came. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static InboundWebhookStatus? Next(InboundWebhookStatus? from, Type happened) => (from, happened.Name) switch
    {
        // from                          what happened                     to
        (null,                           nameof(WebhookReceived))       => Received,
        (Received or Applied or Parked,  nameof(WebhookReceivedAgain))  => from,
        (Received,                       nameof(WebhookDelayed))        => Received,
        (Received,                       nameof(WebhookApplied))        => Applied,
        (Received,                       nameof(WebhookParked))         => Parked,
        (Parked,                         nameof(WebhookReplayed))       => Received,
        (Received or Applied or Parked,  nameof(WebhookBodyDeleted))    => from,
        _                                                               => null,
    };
#pragma warning restore format

    /// <summary>How long to wait after the n-th try that came to nothing, counted from 0.</summary>
    public static TimeSpan Pause(int tries) => Pauses[Math.Min(tries, Pauses.Length - 1)];

    public Webhook Apply(WebhookEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("webhook", Status?.ToString().ToLowerInvariant() ?? "unknown", happened.GetType().Name, []));
        return (happened switch
        {
            WebhookReceived e => this with { Event = e, ReceivedCount = 1, ReceivedAt = at, TriedSince = at, NextTryAt = at + TryAgain, HasBody = e.BodyId is not null },
            WebhookReceivedAgain => this with { ReceivedCount = ReceivedCount + 1 },
            WebhookDelayed e => this with { Tries = Tries + 1, NextTryAt = e.Until, Reason = e.Why },
            WebhookApplied e => this with { AppliedCount = AppliedCount + 1, Tries = Tries + 1, NextTryAt = null, Reason = e.Effect },
            WebhookParked e => this with { Tries = Tries + 1, NextTryAt = null, Reason = e.Reason },
            WebhookReplayed => this with { Tries = 0, TriedSince = at, NextTryAt = at + TryAgain },
            WebhookBodyDeleted => this with { HasBody = false },
            _ => this,
        }) with
        { Status = next };
    }
}
