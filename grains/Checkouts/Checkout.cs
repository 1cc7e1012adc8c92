using System.Text.Json.Serialization;
using Commerce.Carts;
using Commerce.Drops;
using Commerce.Inventory;
using Commerce.Journal;
using Commerce.Payments;
using Commerce.Pricing;
using static Commerce.Checkouts.CheckoutStatus;

namespace Commerce.Checkouts;

/// <summary>What happens to a checkout. The state that an event leads to says what is asked for next: it is stored before it is asked.</summary>
[JsonDerivedType(typeof(CheckoutStarted), "commerce.checkout.started.v1")]
[JsonDerivedType(typeof(ReservationRequested), "commerce.checkout.reservation-requested.v1")]
[JsonDerivedType(typeof(StockReserved), "commerce.checkout.stock-reserved.v1")]
[JsonDerivedType(typeof(ScreeningPassed), "commerce.checkout.screening-passed.v1")]
[JsonDerivedType(typeof(ShopperActionRequired), "commerce.checkout.action-required.v1")]
[JsonDerivedType(typeof(ShopperReturned), "commerce.checkout.shopper-returned.v1")]
[JsonDerivedType(typeof(PaymentAuthorised), "commerce.checkout.payment-authorised.v1")]
[JsonDerivedType(typeof(CheckoutCompleted), "commerce.checkout.completed.v1")]
[JsonDerivedType(typeof(CancelRequested), "commerce.checkout.cancel-requested.v1")]
[JsonDerivedType(typeof(StepDelayed), "commerce.checkout.step-delayed.v1")]
[JsonDerivedType(typeof(StockHeldLonger), "commerce.checkout.stock-held-longer.v1")]
[JsonDerivedType(typeof(CompensationRequested), "commerce.checkout.compensation-requested.v1")]
[JsonDerivedType(typeof(CheckoutFailed), "commerce.checkout.failed.v1")]
[JsonDerivedType(typeof(CheckoutCancelled), "commerce.checkout.cancelled.v1")]
[JsonDerivedType(typeof(CheckoutExpired), "commerce.checkout.expired.v1")]
internal abstract record CheckoutEvent;

/// <param name="Quote">Frozen: what was shown is what is charged.</param>
/// <param name="Alternatives">Where the payment may go when it is certain that nothing happened at the provider; null: nowhere.</param>
/// <param name="CaptureNow">The money is taken with the authorisation.</param>
/// <param name="Store">The method is kept at the provider for the customer.</param>
/// <param name="Pass">What lets the shopper buy in a drop: redeemed before the stock is reserved. Null: nothing.</param>
internal sealed record CheckoutStarted(
    string CartId,
    string Owner,
    string ContactId,
    Destination Destination,
    Quote Quote,
    string Provider,
    string Method,
    string? ReturnUrl,
    DateTimeOffset ExpiresAt,
    DateTimeOffset HeldUntil,
    ImmutableArray<PaymentRoute>? Alternatives = null,
    bool CaptureNow = false,
    bool Store = false,
    DropPass? Pass = null) : CheckoutEvent;

/// <param name="Sources">Which stock items are asked for what; null: the default item of each SKU. Said again when another plan takes its place.</param>
internal sealed record ReservationRequested(ImmutableArray<Sourced>? Sources = null) : CheckoutEvent;

/// <param name="Backordered">What of it is not there yet; null: nothing.</param>
internal sealed record StockReserved(ImmutableArray<Backordered>? Backordered = null) : CheckoutEvent;

/// <param name="By">Who screened: a fraud provider, or <c>none</c>.</param>
internal sealed record ScreeningPassed(string By) : CheckoutEvent;

internal sealed record ShopperActionRequired(PaymentAction Action) : CheckoutEvent;

/// <param name="Details">What the provider's page or library gave the shopper; no card data. Null: nothing.</param>
internal sealed record ShopperReturned(ImmutableDictionary<string, string>? Details = null) : CheckoutEvent;

internal sealed record PaymentAuthorised(Money Amount) : CheckoutEvent;

internal sealed record CheckoutCompleted(string OrderId) : CheckoutEvent;

internal sealed record CancelRequested : CheckoutEvent;

/// <summary>Somebody has not answered: the step is asked again, with the same key.</summary>
internal sealed record StepDelayed(string Why, DateTimeOffset Until) : CheckoutEvent;

internal sealed record StockHeldLonger(DateTimeOffset HeldUntil) : CheckoutEvent;

/// <param name="Ending">How it will end once everything is undone.</param>
internal sealed record CompensationRequested(CheckoutStatus Ending, CheckoutFailure Failure) : CheckoutEvent;

internal sealed record CheckoutFailed : CheckoutEvent;

internal sealed record CheckoutCancelled : CheckoutEvent;

internal sealed record CheckoutExpired : CheckoutEvent;

/// <summary>The rules of one checkout. Pure: no clock, no storage, no vendor.</summary>
internal sealed record Checkout : IAggregateState<Checkout, CheckoutEvent>
{
    /// <summary>How long after its last step a checkout that nobody carries on is taken up again: a crash costs this much. Longer than the longest vendor call.</summary>
    public static readonly TimeSpan RecoverAfter = TimeSpan.FromSeconds(12);

    /// <summary>Longest pause between two tries of a step.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>How long an undoing that a provider accepted waits for the webhook that ends it, before it looks again: a crash may have taken the wake-up along.</summary>
    public static readonly TimeSpan AcceptedPatience = TimeSpan.FromSeconds(5);

    public static Checkout Initial { get; } = new();

    public CheckoutStatus Status { get; init; }
    public string CartId { get; init; } = "";
    public string Owner { get; init; } = "";
    public string ContactId { get; init; } = "";
    public Destination Destination { get; init; } = new("", null);
    public Quote Quote { get; init; } = new();
    public string Provider { get; init; } = "";
    public string Method { get; init; } = "";
    public string? ReturnUrl { get; init; }
    public ImmutableArray<PaymentRoute> Alternatives { get; init; } = [];
    public bool CaptureNow { get; init; }
    public bool Store { get; init; }
    public DropPass? Pass { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The plan, of a purchase that has one: which stock items are asked for what.</summary>
    public ImmutableArray<Sourced> Sources { get; init; } = [];

    /// <summary>Plans that were made.</summary>
    public int Plans { get; init; }

    /// <summary>What of the reserved goods is not there yet.</summary>
    public ImmutableArray<Backordered> Backordered { get; init; } = [];

    /// <summary>Until when the stock is held.</summary>
    public DateTimeOffset HeldUntil { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When a delayed step is tried again; null when none is delayed.</summary>
    public DateTimeOffset? DelayedUntil { get; init; }

    /// <summary>Tries of the current step that came to nothing.</summary>
    public int Delays { get; init; }
    public bool IsCancelRequested { get; init; }

    /// <summary>Whether the shopper was sent to authenticate and came back: the provider is asked how it ended, not asked again.</summary>
    public bool HasReturned { get; init; }

    /// <summary>What the shopper came back with; null: nothing.</summary>
    public ImmutableDictionary<string, string>? Details { get; init; }
    public PaymentAction? Action { get; init; }
    public CheckoutStatus Ending { get; init; }
    public CheckoutFailure? Failure { get; init; }
    public string? OrderId { get; init; }

    /// <summary>Whether the provider may have been asked: then compensation has to ask it, too.</summary>
    public bool PaymentAsked { get; init; }

    public bool IsTerminal => Status is Completed or Failed or Cancelled or Expired;

    /// <summary>Whether there is something to do without the shopper.</summary>
    public bool IsUnderWay => Status is not None and not CheckoutStatus.RequiresAction && !IsTerminal;

    public DateTimeOffset? WakeAt => Status switch
    {
        None => null,
        CheckoutStatus.RequiresAction => ExpiresAt,
        _ when IsTerminal => null,
        _ => DelayedUntil ?? UpdatedAt + RecoverAfter,
    };

    public string? Violation => Status is Completed && OrderId is null ? "completed without an order" : null;

    /// <summary>What may follow what. A pair that is not listed is refused.</summary>
#pragma warning disable format // a table
    internal static CheckoutStatus? Next(CheckoutStatus from, Type happened) => (from, happened.Name) switch
    {
        // from                                what happened                      to
        (None,                                 nameof(CheckoutStarted))        => CheckoutStatus.Open,
        (CheckoutStatus.Open,                  nameof(ReservationRequested))   => Reserving,
        (Reserving,                            nameof(ReservationRequested))   => Reserving,
        (Reserving,                            nameof(StockReserved))          => Screening,
        (Screening,                            nameof(ScreeningPassed))        => Authorizing,
        (Authorizing,                          nameof(ShopperActionRequired))  => CheckoutStatus.RequiresAction,
        (CheckoutStatus.RequiresAction,        nameof(ShopperReturned))        => Authorizing,
        (Authorizing,                          nameof(PaymentAuthorised))      => Placing,
        (Placing,                              nameof(CheckoutCompleted))      => Completed,
        // undoing, from any step before placing ends
        (Reserving,                            nameof(CompensationRequested))  => Compensating,
        (Screening,                            nameof(CompensationRequested))  => Compensating,
        (Authorizing,                          nameof(CompensationRequested))  => Compensating,
        (CheckoutStatus.RequiresAction,        nameof(CompensationRequested))  => Compensating,
        (Placing,                              nameof(CompensationRequested))  => Compensating,
        (Compensating,                         nameof(CheckoutFailed))         => Failed,
        (Compensating,                         nameof(CheckoutCancelled))      => Cancelled,
        (Compensating,                         nameof(CheckoutExpired))        => Expired,
        // notes that change no step
        (Reserving or Screening or Authorizing or CheckoutStatus.RequiresAction, nameof(CancelRequested)) => from,
        (Reserving or Screening or Authorizing or Placing or Compensating,       nameof(StepDelayed))     => from,
        (Authorizing or Compensating,                                            nameof(StockHeldLonger)) => from,
        _                                                                     => null,
    };
#pragma warning restore format

    /// <summary>When to try a step again that got no answer for the n-th time: 1, 2, 4, 8, 15, 15 … seconds.</summary>
    public static TimeSpan Pause(int delays)
    {
        var pause = TimeSpan.FromSeconds(1L << Math.Min(delays, 5));
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <inheritdoc/>
    public Checkout Apply(CheckoutEvent happened, DateTimeOffset at)
    {
        var next = Next(Status, happened.GetType())
            ?? throw new CommerceException(CommonErrors.NotNow("checkout", Status.ToString().ToLowerInvariant(), happened.GetType().Name, Allowed));
        var remembered = Remember(happened, at) with { Status = next, UpdatedAt = at };
        return happened is StepDelayed ? remembered : remembered with { DelayedUntil = null, Delays = next == Status ? Delays : 0 };
    }

    /// <summary>What may be asked for in this state.</summary>
    public ImmutableArray<string> Allowed => Status switch
    {
        CheckoutStatus.RequiresAction => ["confirm", "cancel"],
        Reserving or Screening or Authorizing => ["cancel"],
        _ => [],
    };

    private Checkout Remember(CheckoutEvent happened, DateTimeOffset at) => happened switch
    {
        CheckoutStarted e => this with
        {
            CartId = e.CartId,
            Owner = e.Owner,
            ContactId = e.ContactId,
            Destination = e.Destination,
            Quote = e.Quote,
            Provider = e.Provider,
            Method = e.Method,
            ReturnUrl = e.ReturnUrl,
            Alternatives = e.Alternatives ?? [],
            CaptureNow = e.CaptureNow,
            Store = e.Store,
            Pass = e.Pass,
            ExpiresAt = e.ExpiresAt,
            HeldUntil = e.HeldUntil,
            StartedAt = at,
        },
        ReservationRequested e => this with { Sources = e.Sources ?? [], Plans = Plans + 1 },
        StockReserved e => this with { Backordered = e.Backordered ?? [] },
        ScreeningPassed => this with { PaymentAsked = true },
        ShopperActionRequired e => this with { Action = e.Action },
        ShopperReturned e => this with { Action = null, HasReturned = true, Details = e.Details },
        PaymentAuthorised => this with { Action = null },
        CancelRequested => this with { IsCancelRequested = true },
        StepDelayed e => this with { DelayedUntil = e.Until, Delays = Delays + 1 },
        StockHeldLonger e => this with { HeldUntil = e.HeldUntil },
        CompensationRequested e => this with { Ending = e.Ending, Failure = e.Failure, Action = null },
        CheckoutCompleted e => this with { OrderId = e.OrderId, EndedAt = at },
        CheckoutFailed or CheckoutCancelled or CheckoutExpired => this with { EndedAt = at },
        _ => this,
    };
}
