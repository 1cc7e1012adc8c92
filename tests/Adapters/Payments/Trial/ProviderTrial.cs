using Commerce.Payments;

namespace Commerce.Tests.Payments;

/// <summary>What goes wrong between an adapter and its vendor.</summary>
public enum TrialFault
{
    /// <summary>The vendor does what was asked, and its answer does not arrive.</summary>
    LostAnswer,

    /// <summary>The connection breaks before the vendor does anything.</summary>
    ResetBefore,

    /// <summary>An answer of 5xx; nothing was done.</summary>
    Breakdown,

    /// <summary>429 with a <c>Retry-After</c> of <see cref="ProviderTrial.TurnedAwayFor"/>; nothing was done.</summary>
    TurnedAway,

    /// <summary>The vendor does what was asked, and its answer breaks off half-way.</summary>
    Malformed,

    /// <summary>The vendor does what was asked, and answers well-formed nonsense under 200: another amount, another currency.</summary>
    Nonsense,
}

/// <summary>Who signed a webhook.</summary>
public enum TrialSecret
{
    /// <summary>One of the two secrets that are live during a rotation.</summary>
    Old,
    New,

    /// <summary>Somebody else.</summary>
    Strange,
}

/// <summary>
/// The set-up of one vendor for <see cref="PaymentProviderConformance"/>: its adapter, composed as in production, before a vendor that does as it is told. What a vendor does not
/// have it leaves as it is; which cases apply follows from the provider's <see cref="PaymentCapabilities"/> and from what is given here.
/// </summary>
public abstract class ProviderTrial(TrialClock? clock = null) : IAsyncDisposable
{
    /// <summary>How long <see cref="TrialFault.TurnedAway"/> asks to be left alone: longer than any call waits.</summary>
    public static TimeSpan TurnedAwayFor { get; } = TimeSpan.FromSeconds(7);

    /// <summary>The clock of the adapter and of the vendor.</summary>
    public TrialClock Time { get; } = clock ?? new();

    public abstract IPaymentProvider Provider { get; }

    /// <summary>A token that is authorised at once.</summary>
    public abstract string GoodMethod { get; }

    /// <summary>Tokens that are declined, and our code for each. Empty for a provider that declines nobody.</summary>
    public virtual ImmutableDictionary<string, string> DeclinedMethods => ImmutableDictionary<string, string>.Empty;

    /// <summary>A token for which the shopper has to do something first; null when there is none.</summary>
    public virtual string? ActingMethod => null;

    /// <summary>Amounts that the vendor takes, in as many kinds of currencies as it has.</summary>
    public virtual ImmutableArray<Money> Taken => [new(1299, "EUR")];

    /// <summary>Amounts above zero that it does not take: a currency, too little, too much, between its steps.</summary>
    public virtual ImmutableArray<Money> NotTaken => [];

    /// <summary>How long the vendor remembers an idempotency key; null: for ever, or no test can wait for it.</summary>
    public virtual TimeSpan? KeyMemory => null;

    /// <summary>Captures that make more than one page of settlements.</summary>
    public virtual int MoreThanAPage => 3;

    /// <summary>Where the vendor's webhooks arrive; null when it sends none.</summary>
    public virtual TrialInbox? Inbox => null;

    /// <summary>Whether a webhook's signature holds for a time only.</summary>
    public virtual bool SignsTime => false;

    /// <summary>Makes requests go wrong.</summary>
    /// <param name="operation">Null: those that only read.</param>
    /// <param name="count">How many; null: all, until <see cref="Heal"/>.</param>
    public virtual Task Break(TransactionKind? operation, TrialFault fault, int? count) => throw NotGiven();

    /// <summary>Ends every fault.</summary>
    public virtual Task Heal() => throw NotGiven();

    /// <summary>How many effects of that kind stand in the vendor's own books; null when it keeps none.</summary>
    public virtual Task<int?> Effects(TransactionKind kind) => Task.FromResult<int?>(null);

    /// <summary>The shopper does what was asked, or fails to. Gives back what the storefront would hand to <see cref="IPaymentProvider.Confirm"/>.</summary>
    public virtual Task<ImmutableDictionary<string, string>> Act(Outcome<Authorisation>.RequiresAction asked, bool well) => throw NotGiven();

    /// <summary>Lets an asynchronous vendor finish what it accepted; its webhooks are on their way then.</summary>
    public virtual Task Finish() => Task.CompletedTask;

    /// <summary>Makes the next movement of that kind fail after it was accepted or done. False: at this vendor none does, or no test can make it.</summary>
    public virtual Task<bool> FailLater(TransactionKind kind) => Task.FromResult(false);

    /// <summary>The shopper's bank disputes a captured payment. False: no test can make it.</summary>
    public virtual Task<bool> Dispute(string paymentReference) => Task.FromResult(false);

    /// <summary>Lets the vendor book what has happened. Gives back the day under which it is listed.</summary>
    public virtual Task<DateOnly> CloseBooks() => Task.FromResult(DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime));

    /// <summary>The same webhook (body and all), signed anew.</summary>
    /// <param name="at">When it was signed, where a time is signed.</param>
    public virtual InboundWebhook Signed(InboundWebhook webhook, TrialSecret by, DateTimeOffset at) => throw NotGiven();

    /// <summary>The same webhook with a body that was changed on the way.</summary>
    public virtual InboundWebhook Tampered(InboundWebhook webhook)
    {
        var changed = (byte[])webhook.Body.Clone();
        changed[changed.Length / 2] ^= 1;
        return webhook with { Body = changed };
    }

    /// <summary>Several webhooks as one request, signed; null at a vendor that sends one a request.</summary>
    public virtual InboundWebhook? Joined(InboundWebhook first, InboundWebhook second) => null;

    public abstract ValueTask DisposeAsync();

    private NotSupportedException NotGiven() => new($"The trial of {Provider.Name} does not give this, though its capabilities ask for it.");
}
