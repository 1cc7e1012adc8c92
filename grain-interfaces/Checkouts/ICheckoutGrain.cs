using System.Text.Json.Serialization;
using Commerce.Inventory;
using Commerce.Carts;
using Commerce.Payments;
using Commerce.Pricing;

namespace Commerce.Checkouts;

/// <summary>One attempt to buy what a cart holds: reserves, authorises, places the order, or undoes all of it. Keyed by <c>chk_…</c>.</summary>
[Alias("commerce.checkout"), GrainInterfaceType("commerce.checkout")]
public interface ICheckoutGrain : IGrainWithStringKey
{
    /// <summary>
    /// Starts the attempt, or takes part in the one under way; answers once it has come to an end or needs the shopper, or when
    /// <paramref name="wait"/> is over (then <see cref="CheckoutStatus"/> is still under way). Refusals before anything was done
    /// are <see cref="CommerceException"/>s of the cart (<c>cart-empty</c>, <c>price-changed</c>, …) and leave no trace.
    /// </summary>
    [Alias("start"), AlwaysInterleave]
    Task<Reply<CheckoutView>> Start(Request request, StartCheckout command, TimeSpan wait);

    [Alias("get"), AlwaysInterleave]
    Task<CheckoutView?> Get(string? owner);

    /// <summary>
    /// Before the cart of an express checkout is filled: whether the checkout has begun. One that has not, and asks for goods of which there are none, is refused at once as
    /// <c>sold-out</c>, or as <c>goods-held</c> while others hold the last ones and may let go of them; nothing is stored.
    /// </summary>
    [Alias("has-begun"), AlwaysInterleave]
    Task<bool> HasBegun(ImmutableArray<NewLine> lines);

    /// <summary>The shopper came back from 3-D Secure: asks the provider how it ended and goes on. Waits as <see cref="Start"/> does.</summary>
    [Alias("confirm"), AlwaysInterleave]
    Task<Reply<CheckoutView>> Confirm(Request request, TimeSpan wait);

    /// <summary>As <see cref="Confirm"/>, with what the provider's page or library gave the shopper for it.</summary>
    [Alias("confirm-with"), AlwaysInterleave]
    Task<Reply<CheckoutView>> ConfirmWith(Request request, ImmutableDictionary<string, string> details, TimeSpan wait);

    /// <summary>Stops the attempt and undoes what it did; refused as <c>not-now</c> once an order exists.</summary>
    [Alias("cancel"), AlwaysInterleave]
    Task<Reply<CheckoutView>> Cancel(Request request, TimeSpan wait);
}

/// <param name="Provider">Name of the payment provider; null takes the channel's default.</param>
/// <param name="Method">The provider's own token for a card or wallet, or <c>invoice</c>, <c>bank_transfer</c>. Never a card number.</param>
/// <param name="ReturnUrl">Where 3-D Secure sends the shopper afterwards; null: a page of the shop's own.</param>
[GenerateSerializer, Immutable, Alias("commerce.checkout.start")]
public sealed record StartCheckout(
    [property: Id(0)] string CartId,
    [property: Id(1)] string? QuoteId,
    [property: Id(2)] string? Provider,
    [property: Id(3)] string Method,
    [property: Id(4)] string? ReturnUrl)
{
    /// <summary>Tokens by provider, for a shop that may choose among them; null: there is only <see cref="Method"/>.</summary>
    [Id(5)] public ImmutableDictionary<string, string>? Methods { get; init; }

    /// <summary>Keeps the method at the provider for the customer's next purchase.</summary>
    [Id(6)] public bool Store { get; init; }

    /// <summary>What lets the shopper buy in a drop; null: nothing.</summary>
    [Id(7)] public Drops.DropPass? Pass { get; init; }
}

[GenerateSerializer, Immutable, Alias("commerce.checkout.view")]
public sealed record CheckoutView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public CheckoutStatus Status { get; init; }
    [Id(3)] public string Owner { get; init; } = "";
    [Id(4)] public string CartId { get; init; } = "";
    [Id(5)] public string? OrderId { get; init; }
    [Id(6)] public string PaymentId { get; init; } = "";

    /// <summary>What the shopper has to do, in <see cref="CheckoutStatus.RequiresAction"/>.</summary>
    [Id(7)] public PaymentAction? Action { get; init; }

    /// <summary>Why it failed.</summary>
    [Id(8)] public CheckoutFailure? Failure { get; init; }
    [Id(9)] public Quote Quote { get; init; } = new();
    [Id(10)] public DateTimeOffset CreatedAt { get; init; }
    [Id(11)] public DateTimeOffset? ExpiresAt { get; init; }
    [Id(12)] public DateTimeOffset? EndedAt { get; init; }
    [Id(13)] public string ContactId { get; init; } = "";

    /// <summary>What of it was not there yet when it was reserved.</summary>
    [Id(14)] public ImmutableArray<Backordered> Backordered { get; init; } = [];
}

/// <param name="Code">Stable: <c>out-of-stock</c>, <c>coupon-used-up</c>, <c>payment-declined</c>, <c>authentication-failed</c>, <c>expired</c>, <c>cancelled</c>, <c>payment-rejected</c>, <c>payment-unavailable</c>.</param>
/// <param name="Reason">Finer: why the payment was declined (the same code for every provider), the SKU that ran out, the coupon.</param>
/// <param name="Message">For the shopper.</param>
/// <param name="Retryable">Whether another attempt (another card, later) makes sense.</param>
[GenerateSerializer, Immutable, Alias("commerce.checkout.failure")]
public sealed record CheckoutFailure(
    [property: Id(0)] string Code,
    [property: Id(1)] string? Reason,
    [property: Id(2)] string Message,
    [property: Id(3)] bool Retryable)
{
    /// <summary>Of a payment that was declined: what the shopper may do.</summary>
    [Id(4)] public PaymentAdvice? Advice { get; init; }
}

[GenerateSerializer, Alias("commerce.checkout.status"), JsonConverter(typeof(JsonStringEnumConverter<CheckoutStatus>))]
public enum CheckoutStatus
{
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("open")] Open = 1,
    [JsonStringEnumMemberName("reserving")] Reserving = 2,
    [JsonStringEnumMemberName("screening")] Screening = 3,
    [JsonStringEnumMemberName("authorizing")] Authorizing = 4,
    [JsonStringEnumMemberName("requires_action")] RequiresAction = 5,
    [JsonStringEnumMemberName("placing")] Placing = 6,
    [JsonStringEnumMemberName("completed")] Completed = 7,
    [JsonStringEnumMemberName("compensating")] Compensating = 8,
    [JsonStringEnumMemberName("failed")] Failed = 9,
    [JsonStringEnumMemberName("cancelled")] Cancelled = 10,
    [JsonStringEnumMemberName("expired")] Expired = 11,
}

/// <summary>Checkouts that have not come to an end, the longest under way first: a projection that follows the journal within milliseconds.</summary>
[Alias("commerce.checkout-list"), GrainInterfaceType("commerce.checkout-list")]
public interface ICheckoutList : IGrainWithIntegerKey
{
    /// <param name="status">Those in this state; null: all.</param>
    [Alias("in-flight")]
    Task<Page<CheckoutInFlight>> InFlight(PageRequest page, CheckoutStatus? status);
}

[GenerateSerializer, Immutable, Alias("commerce.checkout.in-flight")]
public sealed record CheckoutInFlight
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public CheckoutStatus Status { get; init; }

    /// <summary>UTC, since when it is in this state.</summary>
    [Id(2)] public DateTimeOffset Since { get; init; }
    [Id(3)] public string CartId { get; init; } = "";
    [Id(4)] public string Owner { get; init; } = "";
    [Id(5)] public string Provider { get; init; } = "";
    [Id(6)] public Money Total { get; init; }
    [Id(7)] public DateTimeOffset StartedAt { get; init; }
    [Id(8)] public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Tries of this state that came to nothing.</summary>
    [Id(9)] public int Delays { get; init; }

    /// <summary>Why the last try came to nothing; null when none did.</summary>
    [Id(10)] public string? DelayedBecause { get; init; }

    /// <summary>UTC, when it is tried again.</summary>
    [Id(11)] public DateTimeOffset? DelayedUntil { get; init; }
}

public static class CheckoutErrors
{
    /// <summary>How long shoppers who hold the last units usually take to pay, or not to.</summary>
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(5);

    public static CommerceError SoldOut(string sku, int line) => new(
        "sold-out", ErrorKind.Conflict, $"Of '{sku}' nothing is left. Nothing was begun, and nothing charged.")
    { Pointer = $"/lines/{line}/sku" };

    public static CommerceError GoodsHeld(string sku, int line, int held) => new(
        "goods-held", ErrorKind.Conflict, $"The last {held} of '{sku}' are held by others who are paying; what they do not pay for is sold again. Nothing was begun, and nothing charged.")
    { Pointer = $"/lines/{line}/sku", RetryAfter = SoonAgain };

    public static CommerceError UnknownProvider(string provider) => new(
        "unknown-payment-provider", ErrorKind.Invalid, $"There is no payment provider '{provider}'.")
    { Pointer = "/payment/provider" };

    public static CommerceError UnknownMethod(string provider, string expected) => new(
        "unknown-payment-method", ErrorKind.Invalid, $"'{provider}' does not take this payment method; it takes {expected}.")
    { Pointer = "/payment/method" };

    public static CommerceError AccountData { get; } = new(
        "account-data-refused", ErrorKind.Invalid, "Card numbers are never sent here. Send the token that the payment provider gave for the card.")
    { Pointer = "/payment/method" };
}

public static class CheckoutGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The checkout of that id, whether or not it was ever started.</summary>
        public ICheckoutGrain Checkout(string id) => grains.GetGrain<ICheckoutGrain>(id);

        public ICheckoutList Checkouts() => grains.GetGrain<ICheckoutList>(0);
    }
}
