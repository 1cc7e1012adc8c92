namespace Commerce.Carts;

internal sealed record NewCartBody(string Channel, string? Currency, ImmutableArray<NewLineBody> Lines);

internal sealed record NewLineBody(string Sku, int Quantity);

internal sealed record QuantityBody(int Quantity);

internal sealed record ShippingChoiceBody(string Id);

internal sealed record CouponBody(string Code);

/// <summary>What carts are sent, field by field.</summary>
internal static class CartBodies
{
    private const int MaxSku = 64, MaxCode = 64, MaxChannel = 32;

    public static NewCartBody NewCart(Fields fields)
    {
        var body = new NewCartBody(Channel(fields), fields.CurrencyCode("currency"), Lines(fields));
        fields.NothingElse();
        return body;
    }

    public static string Channel(Fields fields) => fields.Required("channel", MaxChannel);

    public static ImmutableArray<NewLineBody> Lines(Fields fields) => fields.List("lines", CartErrors.MaxLines, "too-many-lines", Line);

    public static NewLineBody Line(Fields fields)
    {
        var line = new NewLineBody(fields.Required("sku", MaxSku), fields.Quantity("quantity"));
        fields.NothingElse();
        return line;
    }

    public static QuantityBody Quantity(Fields fields)
    {
        var body = new QuantityBody(fields.Quantity("quantity"));
        fields.NothingElse();
        return body;
    }

    public static ShippingChoiceBody ShippingChoice(Fields fields)
    {
        var body = new ShippingChoiceBody(fields.Required("id", MaxCode));
        fields.NothingElse();
        return body;
    }

    public static CouponBody Coupon(Fields fields)
    {
        var body = new CouponBody(fields.Required("code", MaxCode));
        fields.NothingElse();
        return body;
    }

    public static ImmutableArray<NewLine> ToLines(ImmutableArray<NewLineBody> lines) => lines.IsEmpty ? [] : [.. lines.Select(static line => new NewLine(line.Sku, line.Quantity))];
}
