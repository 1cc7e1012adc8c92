using System.Text.Json;
using Commerce.Carts;

namespace Commerce.Orders;

/// <summary>How much to move: an amount, or what parts of the order are worth; neither: all that is left.</summary>
/// <param name="Shipping"><c>true</c>: all that is left of it; or an amount.</param>
internal sealed record CaptureBody(Money? Amount, ImmutableArray<PartOfLine>? Lines, JsonElement? Shipping);

/// <inheritdoc cref="CaptureBody"/>
internal sealed record RefundBody(Money? Amount, ImmutableArray<PartOfLine>? Lines, JsonElement? Shipping, string? Reason);

internal sealed record ReasonBody(string? Reason);

/// <summary>What orders are sent, field by field.</summary>
internal static class OrderBodies
{
    private const int MaxReason = 500, MaxLineId = 250;

    public static (Money? Amount, OrderParts? Parts) Capture(Fields fields)
    {
        var asked = Asked(fields);
        fields.NothingElse();
        return asked;
    }

    public static (Money? Amount, OrderParts? Parts, string? Reason) Refund(Fields fields)
    {
        var (amount, parts) = Asked(fields);
        var reason = fields.FreeText("reason", MaxReason);
        fields.NothingElse();
        return (amount, parts, reason);
    }

    public static ReasonBody Reason(Fields fields)
    {
        var body = new ReasonBody(fields.FreeText("reason", MaxReason));
        fields.NothingElse();
        return body;
    }

    /// <summary>An amount, or parts of the order, or neither.</summary>
    private static (Money? Amount, OrderParts? Parts) Asked(Fields fields)
    {
        var (amount, lines, shipping) = (fields.PositiveMoney("amount"), Lines(fields), Shipping(fields));
        if (!fields.Has("lines") && !fields.Has("shipping"))
        {
            return (amount, null);
        }

        if (fields.Has("amount"))
        {
            fields.Wrong("amount", "invalid-value", "Send an amount, or lines and shipping, not both.");
        }
        else if (lines.IsEmpty && shipping is null)
        {
            fields.Wrong("lines", "required", "Name a line, or the shipping; leave both out for all that is left.");
        }

        return (null, new OrderParts(lines, shipping));
    }

    private static ImmutableArray<PartOfLine> Lines(Fields fields)
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        return fields.List("lines", CartErrors.MaxLines + CartErrors.MaxCoupons, "too-many-lines", line =>
        {
            var part = new PartOfLine(line.Required("lineId", MaxLineId), line.Quantity("quantity"));
            if (part.LineId.Length > 0 && !named.Add(part.LineId))
            {
                line.Wrong("lineId", "invalid-value", "This line is named twice.");
            }

            line.NothingElse();
            return part;
        });
    }

    private static PartOfShipping? Shipping(Fields fields)
    {
        switch (fields.KindOf("shipping"))
        {
            case JsonValueKind.Undefined or JsonValueKind.False:
                return null;
            case JsonValueKind.True:
                return new PartOfShipping();
            case JsonValueKind.Object:
                return new PartOfShipping(fields.PositiveMoney("shipping"));
            default:
                fields.Wrong("shipping", "invalid-value", "Send true, or {\"amount\": minor units, \"currency\": code}.");
                return null;
        }
    }
}
