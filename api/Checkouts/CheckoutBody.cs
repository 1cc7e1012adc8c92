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

    /// <summary>What a waiting room gave out, for what is sold in a drop.</summary>
    public string? Pass { get; init; }

    public static CheckoutBody Read(Fields fields)
    {
        var body = new CheckoutBody
        {
            CartId = fields.Optional("cartId", 64),
            QuoteId = fields.Optional("quoteId", 128),
            Payment = PaymentBody.Read(fields),
            Pass = fields.Optional("pass", 200),
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
/// <param name="Methods">Instead of <paramref name="Method"/>: a token for each provider that may take the payment, by the provider's name.</param>
/// <param name="Store">Keeps the method at the provider for a signed-in customer's next purchase.</param>
internal sealed record PaymentBody(string? Provider, string Method, string? ReturnUrl, ImmutableDictionary<string, string>? Methods = null, bool Store = false)
{
    private const int MostMethods = 10, LongestName = 64;

    public static PaymentBody Read(Fields checkout)
    {
        if (checkout.Inner("payment") is not { } payment)
        {
            checkout.Wrong("payment", "required", "'payment' is required.");
            return new PaymentBody(null, "", null);
        }

        var methods = MethodsOf(payment);
        if (methods is not null && payment.Has("method"))
        {
            payment.Wrong("method", "invalid-value", "Send 'method' or 'methods', not both.");
        }

        var body = new PaymentBody(payment.FreeText("provider", LongestName), methods is null ? MethodOf(payment) : "", ReturnUrlOf(payment), methods, payment.Flag("store") ?? false);
        payment.NothingElse();
        return body;
    }

    private static ImmutableDictionary<string, string>? MethodsOf(Fields payment)
    {
        if (!payment.Has("methods"))
        {
            return null;
        }

        var tokens = payment.Inner("methods")!;
        var names = tokens.Names;
        if (names.Count is 0 or > MostMethods || names.Any(name => name.Length > LongestName))
        {
            payment.Wrong("methods", "invalid-value", $"'methods' has a token for each of 1 to {MostMethods} providers: {{\"stripe\": \"pm_…\"}}.");
            return null;
        }

        var methods = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            methods[name] = MethodOf(tokens, name);
        }

        return methods.ToImmutable();
    }

    /// <summary>An object here is card data in somebody's own shape; a number is a card number without its quotes.</summary>
    private static string MethodOf(Fields payment, string name = "method")
    {
        if (payment.KindOf(name) is JsonValueKind.Object or JsonValueKind.Number or JsonValueKind.Array)
        {
            return payment.Refuse(name) ?? "";
        }

        return payment.FreeText(name, 255) is null && payment.Has(name) ? "" : payment.Required(name, 255);
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
