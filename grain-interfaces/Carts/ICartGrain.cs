using System.Text.Json.Serialization;
using Commerce.Contacts;
using Commerce.Pricing;

namespace Commerce.Carts;

/// <summary>What somebody means to buy, always priced. Keyed by <c>cart_…</c>.</summary>
/// <remarks>
/// Changing methods take a <see cref="Request"/>: another owner's cart is <c>not-found</c>, an older <c>IfMatch</c> is <c>stale-version</c>,
/// a repeated key returns the cart as it stands with <see cref="Reply{T}.Replayed"/>. A cart that is being checked out, or was, takes
/// no change: <c>not-now</c>.
/// </remarks>
[Alias("commerce.cart"), GrainInterfaceType("commerce.cart")]
public interface ICartGrain : IGrainWithStringKey
{
    /// <summary>Opens the cart. Repeated with the same key and fingerprint it returns the cart as it stands.</summary>
    [Alias("create")]
    Task<Reply<CartView>> Create(Request request, CreateCart command);

    /// <summary>
    /// Opens the cart with everything that a checkout needs, in one step (express checkout). Repeated with the same key and fingerprint it changes nothing. What is refused
    /// points into <paramref name="command"/>: <c>/lines/0/sku</c>, <c>/destination/country</c>.
    /// </summary>
    [Alias("fill")]
    Task Fill(Request request, FillCart command);

    /// <summary>Reads the cart, priced as of now; <see langword="null"/> if there is none or it is another's (<paramref name="owner"/> null: an operator).</summary>
    [Alias("get")]
    Task<CartView?> Get(string? owner);

    /// <summary>Adds units of a SKU; a SKU that is in the cart already grows its line.</summary>
    [Alias("add-line")]
    Task<Reply<CartView>> AddLine(Request request, NewLine line);

    /// <summary>Sets the quantity of a line, 1..9,999.</summary>
    [Alias("change-line")]
    Task<Reply<CartView>> ChangeLine(Request request, string lineId, int quantity);

    [Alias("remove-line")]
    Task<Reply<CartView>> RemoveLine(Request request, string lineId);

    [Alias("add-coupon")]
    Task<Reply<CartView>> AddCoupon(Request request, string code);

    [Alias("remove-coupon")]
    Task<Reply<CartView>> RemoveCoupon(Request request, string code);

    /// <summary>Who buys. Kept by the cart's <see cref="IContactGrain"/>, erasable; the cart's events only say that it was given.</summary>
    [Alias("set-contact")]
    Task<Reply<CartView>> SetContact(Request request, Person person);

    /// <summary>Where it goes. The address is kept by the cart's <see cref="IContactGrain"/>; the cart's events hold its country and region alone.</summary>
    [Alias("set-destination")]
    Task<Reply<CartView>> SetDestination(Request request, Address address);

    /// <summary>The ways of shipping to the destination, priced.</summary>
    [Alias("shipping-methods")]
    Task<ImmutableArray<ShippingMethodView>> ShippingMethods(string? owner);

    [Alias("set-shipping-method")]
    Task<Reply<CartView>> SetShippingMethod(Request request, string method);

    /// <summary>
    /// What a checkout would buy, frozen; changes nothing. An empty cart is <c>cart-empty</c>, one without destination <c>destination-missing</c>,
    /// one that is claimed <c>cart-in-checkout</c>, one that was bought <c>cart-checked-out</c>; a <paramref name="quoteId"/> that no longer
    /// holds is <c>price-changed</c> with the new quote.
    /// </summary>
    [Alias("freeze")]
    Task<FrozenCart> Freeze(string? owner, string? quoteId);

    /// <summary>
    /// Claims the cart, at the frozen quote, for one checkout. Null: it is claimed, now or since an earlier call. Otherwise why it cannot be:
    /// another checkout was faster, or the cart has changed.
    /// </summary>
    [Alias("claim")]
    Task<CommerceError?> Claim(string checkoutId, string quoteId);

    /// <summary>Gives the cart back after a checkout that failed. Another checkout's claim is left alone.</summary>
    [Alias("release")]
    Task Release(string checkoutId);

    /// <summary>The cart became this order; nothing changes it any more.</summary>
    [Alias("close")]
    Task Close(string checkoutId, string orderId);
}

[GenerateSerializer, Immutable, Alias("commerce.cart.create")]
public sealed record CreateCart(
    [property: Id(0)] string Owner,
    [property: Id(1)] string Channel,
    [property: Id(2)] string? Currency,
    [property: Id(3)] ImmutableArray<NewLine> Lines);

/// <param name="Contact">Who buys; null when nobody said.</param>
/// <param name="Destination">Where it goes. As <paramref name="Contact"/> it is kept by the cart's contact, not by its events.</param>
/// <param name="ShippingMethod">Null: the cheapest.</param>
[GenerateSerializer, Immutable, Alias("commerce.cart.fill")]
public sealed record FillCart(
    [property: Id(0)] CreateCart Cart,
    [property: Id(1)] Person? Contact,
    [property: Id(2)] Address Destination,
    [property: Id(3)] string? ShippingMethod);

[GenerateSerializer, Immutable, Alias("commerce.cart.new-line")]
public sealed record NewLine([property: Id(0)] string Sku, [property: Id(1)] int Quantity);

/// <summary>The part of an address that decides taxes and shipping, and that identifies nobody.</summary>
/// <param name="PostalArea">The first five letters and digits of the postal code, capital, without spaces: <c>94107</c>, <c>SW1A1</c>.</param>
/// <param name="BusinessIn">The country whose VAT id, of valid form, the buyer gave; null for a consumer.</param>
[GenerateSerializer, Immutable, Alias("commerce.destination")]
public sealed record Destination(
    [property: Id(0)] string Country,
    [property: Id(1)] string? Region,
    [property: Id(2)] string? PostalArea = null,
    [property: Id(3)] string? BusinessIn = null)
{
    private const int PostalLetters = 5;

    /// <summary>What of a postal code decides taxes; null when nothing of it does.</summary>
    public static string? PostalAreaOf(string? postalCode)
    {
        Span<char> area = stackalloc char[PostalLetters];
        var length = 0;
        foreach (var letter in postalCode ?? "")
        {
            if (char.IsAsciiLetterOrDigit(letter) && length < area.Length)
            {
                area[length++] = char.ToUpperInvariant(letter);
            }
        }

        return length == 0 ? null : new string(area[..length]);
    }
}

/// <param name="MinDays">Working days from the order to the door, at best.</param>
/// <param name="MaxDays">Working days, at worst.</param>
/// <param name="Earliest">The first day on which it may arrive when it is ordered now, as a date of the destination; null: not promised.</param>
/// <param name="Latest">The day by which it arrives.</param>
[GenerateSerializer, Immutable, Alias("commerce.cart.shipping-method")]
public sealed record ShippingMethodView(
    [property: Id(0)] string Id,
    [property: Id(1)] string Name,
    [property: Id(2)] Money Price,
    [property: Id(3)] int MinDays,
    [property: Id(4)] int MaxDays,
    [property: Id(5)] DateOnly? Earliest = null,
    [property: Id(6)] DateOnly? Latest = null);

/// <param name="Quote">What the checkout charges.</param>
/// <param name="PaymentProvider">The channel's default, when the shopper names none.</param>
[GenerateSerializer, Immutable, Alias("commerce.cart.frozen")]
public sealed record FrozenCart(
    [property: Id(0)] string Owner,
    [property: Id(1)] string ContactId,
    [property: Id(2)] Destination Destination,
    [property: Id(3)] Quote Quote,
    [property: Id(4)] string PaymentProvider);

[GenerateSerializer, Immutable, Alias("commerce.cart.view")]
public sealed record CartView
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(1)] public long Version { get; init; }
    [Id(2)] public CartStatus Status { get; init; }

    /// <summary>Whose it is; not shown to clients.</summary>
    [Id(3)] public string Owner { get; init; } = "";
    [Id(4)] public string ContactId { get; init; } = "";
    [Id(5)] public bool HasContact { get; init; }
    [Id(6)] public Destination? Destination { get; init; }
    [Id(7)] public string? ShippingMethod { get; init; }
    [Id(8)] public ImmutableArray<string> Coupons { get; init; } = [];
    [Id(9)] public Quote Quote { get; init; } = new();
    [Id(10)] public string? CheckoutId { get; init; }
    [Id(11)] public string? OrderId { get; init; }
    [Id(12)] public DateTimeOffset CreatedAt { get; init; }
    [Id(13)] public DateTimeOffset UpdatedAt { get; init; }
}

[GenerateSerializer, Alias("commerce.cart.status"), JsonConverter(typeof(JsonStringEnumConverter<CartStatus>))]
public enum CartStatus
{
    /// <summary>Never opened.</summary>
    [JsonStringEnumMemberName("none")] None = 0,
    [JsonStringEnumMemberName("active")] Active = 1,
    [JsonStringEnumMemberName("checked_out")] CheckedOut = 2,
    [JsonStringEnumMemberName("abandoned")] Abandoned = 3,
    [JsonStringEnumMemberName("merged")] Merged = 4,
}

public static class CartErrors
{
    public const int MaxLines = 100, MaxQuantity = 9_999, MaxCoupons = 10;

    public static CommerceError UnknownChannel(string channel) => new(
        "unknown-channel", ErrorKind.Invalid, $"There is no channel '{channel}'.")
    { Pointer = "/channel" };

    public static CommerceError CurrencyNotSold(string currency, string channel, string sold) => new(
        "currency-mismatch", ErrorKind.Invalid, $"The channel '{channel}' sells in {sold}, not in '{currency}'.")
    { Pointer = "/currency" };

    public static CommerceError UnknownSku(string sku, string pointer = "/sku") => new(
        "unknown-sku", ErrorKind.Invalid, $"No product of this channel has the SKU '{sku}'.")
    { Pointer = pointer };

    public static CommerceError InvalidQuantity(string pointer) => new(
        "invalid-quantity", ErrorKind.Invalid, $"A quantity is a whole number from 1 to {MaxQuantity}.")
    { Pointer = pointer };

    public static CommerceError TooManyLines(string pointer) => new(
        "too-many-lines", ErrorKind.Invalid, $"A cart holds {MaxLines} lines at the most.")
    { Pointer = pointer };

    public static CommerceError UnknownLine(string lineId) => new(
        "not-found", ErrorKind.NotFound, $"The cart has no line '{lineId}'.");

    public static CommerceError UnknownCoupon(string code) => new(
        "unknown-coupon", ErrorKind.Invalid, $"Nobody knows the code '{code}'.")
    { Pointer = "/code" };

    public static CommerceError TooManyCoupons { get; } = new(
        "too-many-coupons", ErrorKind.Invalid, $"A cart takes {MaxCoupons} coupons at the most.")
    { Pointer = "/code" };

    public static CommerceError InvalidVatId { get; } = new(
        "invalid-vat-id", ErrorKind.Invalid, "This has not the form of a VAT id of the EU or of Northern Ireland. Write it with its country, as DE136695976, or leave it out.")
    { Pointer = "/vatId" };

    public static CommerceError UnknownShippingMethod(string method) => new(
        "unknown-shipping-method", ErrorKind.Invalid, $"'{method}' does not ship to this destination.")
    { Pointer = "/id" };

    public static CommerceError NoShippingMethod { get; } = new(
        "no-shipping-method", ErrorKind.Invalid, "Nobody takes a cart of this weight to its destination. Take something out, or send it in several orders.")
    { Pointer = "/cartId" };

    public static CommerceError CannotShipTo(string country) => new(
        "destination-not-served", ErrorKind.Invalid, $"This channel does not ship to '{country}'.")
    { Pointer = "/country" };

    public static CommerceError Empty { get; } = new(
        "cart-empty", ErrorKind.Invalid, "There is nothing in the cart. Add a line before checking out.")
    { Pointer = "/cartId" };

    public static CommerceError DestinationMissing { get; } = new(
        "destination-missing", ErrorKind.Invalid, "Taxes and shipping need a destination. PUT one before checking out.")
    { Pointer = "/cartId" };

    public static CommerceError InCheckout(string checkoutId) => new(
        "cart-in-checkout", ErrorKind.Conflict, $"The cart is being bought by the checkout '{checkoutId}'. Wait for its end, or cancel it.");

    public static CommerceError CheckedOut(string? orderId) => new(
        "cart-checked-out", ErrorKind.Conflict, $"The cart became the order '{orderId}'. Start a new cart.");

    public static CommerceError TaxesPending { get; } = CommonErrors.Unavailable(
        "The taxes of this destination cannot be computed at the moment, and this shop does not sell without. Check out again in a few seconds.", TimeSpan.FromSeconds(5));

    public static CommerceError PriceChanged(Quote quote) => new(
        "price-changed", ErrorKind.Conflict, "The price is no longer the one that was shown. Show the new quote, and check out with its id.")
    { Pointer = "/quoteId", Quote = quote };
}

public static class CartGrains
{
    extension(IGrainFactory grains)
    {
        /// <summary>The cart of that id, whether or not it was ever opened.</summary>
        public ICartGrain Cart(string id) => grains.GetGrain<ICartGrain>(id);
    }
}
