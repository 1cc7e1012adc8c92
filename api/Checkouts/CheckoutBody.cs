using System.Text.Json;
using Commerce.Carts;
using Commerce.Contacts;

namespace Commerce.Checkouts;

/// <summary>What is bought, and how it is paid: a cart by its id, or everything inline (express checkout).</summary>
internal sealed record CheckoutBody
{
    public string? CartId { get; init; }

    /// <summary>The quote that the shopper saw; when it no longer holds, nothing is charged and the answer is <c>price-changed</c>.</summary>
    public string? QuoteId { get; init; }
    public required PaymentBody Payment { get; init; }
    public string? Channel { get; init; }
    public string? Currency { get; init; }
    public ImmutableArray<NewLineBody>? Lines { get; init; }
    public Person? Contact { get; init; }
    public Address? Destination { get; init; }
    public string? ShippingMethod { get; init; }

    public static CheckoutBody Read(Fields fields)
    {
        var body = new CheckoutBody
        {
            CartId = fields.Optional("cartId", 64),
            QuoteId = fields.Optional("quoteId", 128),
            Payment = PaymentBody.Read(fields),
        };

        body = body.CartId is not null ? body
            : fields.Has("cartId") ? body
            : fields.Has("lines") || fields.Has("channel") ? Express(body, fields)
            : Neither(body, fields);

        fields.NothingElse();
        return body;
    }

    private static CheckoutBody Express(CheckoutBody body, Fields fields)
    {
        var contact = fields.Inner("contact");
        var destination = fields.Inner("destination");
        if (destination is null)
        {
            fields.Wrong("destination", "required", "An express checkout says where it goes.");
        }

        return body with
        {
            Channel = CartBodies.Channel(fields),
            Currency = fields.CurrencyCode("currency"),
            Lines = CartBodies.Lines(fields),
            Contact = contact is null ? null : ContactBodies.Person(contact),
            Destination = destination is null ? null : ContactBodies.Address(destination),
            ShippingMethod = fields.Optional("shippingMethod", 64),
        };
    }

    private static CheckoutBody Neither(CheckoutBody body, Fields fields)
    {
        fields.Wrong("cartId", "required", "Send a cartId, or channel, lines and destination for an express checkout.");
        return body;
    }
}

/// <param name="Method">The provider's token; never a card number.</param>
/// <param name="ReturnUrl">Where 3-D Secure sends the shopper afterwards.</param>
internal sealed record PaymentBody(string? Provider, string Method, string? ReturnUrl)
{
    public static PaymentBody Read(Fields checkout)
    {
        if (checkout.Inner("payment") is not { } payment)
        {
            checkout.Wrong("payment", "required", "'payment' is required.");
            return new PaymentBody(null, "", null);
        }

        var body = new PaymentBody(payment.FreeText("provider", 64), MethodOf(payment), ReturnUrlOf(payment));
        payment.NothingElse();
        return body;
    }

    /// <summary>An object here is card data in somebody's own shape; a number is a card number without its quotes.</summary>
    private static string MethodOf(Fields payment)
    {
        if (payment.KindOf("method") is JsonValueKind.Object or JsonValueKind.Number or JsonValueKind.Array)
        {
            return payment.Refuse("method") ?? "";
        }

        return payment.FreeText("method", 255) is null && payment.Has("method") ? "" : payment.Required("method", 255);
    }

    private static string? ReturnUrlOf(Fields payment)
    {
        var url = payment.FreeText("returnUrl", 2_000);
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.UserInfo.Length == 0))
        {
            payment.Wrong("returnUrl", "invalid-value", "A return URL is an absolute http(s) address.");
        }

        return url;
    }
}

/// <param name="Details">What the provider's page or library gave the shopper (<c>redirectResult</c>, …), as it is; never card data.</param>
internal sealed record ConfirmationBody(ImmutableDictionary<string, string>? Details)
{
    private const int MaxDetails = 10, MaxLength = 16 * 1024;

    public static ImmutableDictionary<string, string> Read(Fields fields)
    {
        var details = fields.Texts("details", MaxDetails, MaxLength);
        fields.NothingElse();
        return details;
    }
}
