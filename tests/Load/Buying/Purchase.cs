using System.Text;

namespace Commerce.Load.Buying;

/// <param name="Provider">Of the payment.</param>
/// <param name="Method">Its token.</param>
internal sealed record Payment(string Provider, string Method)
{
    /// <summary>The vendor's card that is always declined, and the one whose holder has to authenticate and, here, never does.</summary>
    public static readonly Payment Declined = new("stripe", "pm_card_chargeDeclined"), NeverMade = new("stripe", "pm_card_authenticationRequired");

    public static Payment Parse(string text) => text.Split('/') is [var provider, var method]
        ? new Payment(provider, method)
        : throw new FormatException($"'{text}' is no payment: write provider/method, as manual/invoice or stripe/pm_card_visa.");

    public override string ToString() => $"{Provider}/{Method}";

    public string Json => $$"""{"provider":"{{Provider}}","method":"{{Method}}"}""";
}

/// <summary>What a buyer wants: units of SKUs, on the European channel.</summary>
internal sealed record Purchase(IReadOnlyList<(string Sku, int Quantity)> Lines, Payment Payment, string? Pass = null)
{
    public const string Destination = """{"name":"A Shopper","line1":"Hauptstrasse 1","city":"Berlin","postalCode":"10115","country":"DE"}""";

    /// <summary>Everything in one request.</summary>
    public string Express
    {
        get
        {
            var lines = new StringBuilder();
            foreach (var (sku, quantity) in Lines)
            {
                lines.Append(lines.Length == 0 ? "" : ",").Append("{\"sku\":\"").Append(sku).Append("\",\"quantity\":").Append(quantity).Append('}');
            }

            return $$"""{"channel":"eu","lines":[{{lines}}],"destination":{{Destination}},{{(Pass is null ? "" : $"\"pass\":\"{Pass}\",")}}"payment":{{Payment.Json}}}""";
        }
    }

    /// <summary>The goods of the load tests: the sample shop has plenty of them.</summary>
    public static Purchase Two(Payment payment) => new([("ALIS-OOLO-50", 1), ("ALIS-OOLO-100", 1)], payment);
}
