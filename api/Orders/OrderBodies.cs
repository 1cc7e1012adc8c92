namespace Commerce.Orders;

internal sealed record MoneyBody(Money? Amount);

internal sealed record RefundBody(Money? Amount, string? Reason);

internal sealed record ReasonBody(string? Reason);

/// <summary>What orders are sent, field by field.</summary>
internal static class OrderBodies
{
    private const int MaxReason = 500;

    public static MoneyBody Capture(Fields fields)
    {
        var body = new MoneyBody(fields.PositiveMoney("amount"));
        fields.NothingElse();
        return body;
    }

    public static RefundBody Refund(Fields fields)
    {
        var body = new RefundBody(fields.PositiveMoney("amount"), fields.FreeText("reason", MaxReason));
        fields.NothingElse();
        return body;
    }

    public static ReasonBody Reason(Fields fields)
    {
        var body = new ReasonBody(fields.FreeText("reason", MaxReason));
        fields.NothingElse();
        return body;
    }
}
