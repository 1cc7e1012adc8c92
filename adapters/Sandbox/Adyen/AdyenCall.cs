using System.Text.Json;

namespace Commerce.Sandbox.Adyen;

/// <summary>One request to the pretend Adyen.</summary>
/// <param name="Id">Of the object in the path; empty when there is none.</param>
internal sealed record AdyenCall(string Id, JsonElement Body, string? Key, long Now, string BaseUrl)
{
    /// <summary>A text in the body; null when it is not there or is something else.</summary>
    public string? Text(params ReadOnlySpan<string> path)
    {
        var at = Body;
        foreach (var name in path)
        {
            if (at.ValueKind is not JsonValueKind.Object || !at.TryGetProperty(name, out at))
            {
                return null;
            }
        }

        return at.ValueKind is JsonValueKind.String ? at.GetString() : at.ValueKind is JsonValueKind.Number or JsonValueKind.True ? at.GetRawText() : null;
    }

    /// <summary>The amount in the body; null when there is none that could be.</summary>
    public (long Value, string Currency)? Amount =>
        long.TryParse(Text("amount", "value"), out var value) && Text("amount", "currency") is { Length: 3 } currency ? (value, currency) : null;

    /// <summary>Names and texts of an object in the body, in turn.</summary>
    public string[] Pairs(string name) => Body.ValueKind is JsonValueKind.Object && Body.TryGetProperty(name, out var pairs) && pairs.ValueKind is JsonValueKind.Object
        ? [.. pairs.EnumerateObject().Where(static pair => pair.Value.ValueKind is JsonValueKind.String).SelectMany(static pair => new[] { pair.Name, pair.Value.GetString()! })]
        : [];
}

/// <summary>What a request is answered.</summary>
internal sealed record AdyenAnswer(int Status, string Body)
{
    /// <summary>Sent as the header <c>transient-error</c> when it is known.</summary>
    public bool? Transient { get; init; }
    public int? RetryAfter { get; init; }

    public static AdyenAnswer Refused(int status, string code, string message, string type = "validation", string? psp = null) => new(status, AdyenJson.Write(json =>
    {
        json.WriteNumber("status"u8, status);
        json.WriteString("errorCode"u8, code);
        json.WriteString("message"u8, message);
        json.WriteString("errorType"u8, type);
        if (psp is not null)
        {
            json.WriteString("pspReference"u8, psp);
        }
    }));

    public static AdyenAnswer Failure(int status, int? retryAfter = null) => (status == 429
        ? Refused(status, "429", "Too many requests", "security")
        : Refused(status, "905", "Internal error", "internal")) with
    { RetryAfter = retryAfter, Transient = status == 429 ? null : true };
}

/// <summary>What a request comes to. Without an entry nothing has happened.</summary>
internal readonly record struct AdyenDecision(AdyenAnswer Answer, AdyenEntry? Entry = null)
{
    public static implicit operator AdyenDecision(AdyenAnswer answer) => new(answer);

    public static AdyenDecision FromAnswer(AdyenAnswer answer) => new(answer);
}

/// <summary>One route of the Checkout API.</summary>
/// <param name="Name">As faults name it: <c>payments.captures</c>.</param>
/// <param name="Word">What it is to a shop: <c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>read</c>.</param>
internal sealed record AdyenOperation(string Method, string Path, string Name, string Word, Func<AdyenAccount, AdyenCall, AdyenDecision> Decide)
{
    public static IReadOnlyList<AdyenOperation> All { get; } =
    [
        new("POST", "payments", "payments", "authorise", AdyenPayments.Pay),
        new("POST", "payments/details", "payments.details", "authorise", AdyenPayments.Details),
        new("POST", "payments/{id}/captures", "payments.captures", "capture", AdyenModifications.Capture),
        new("POST", "payments/{id}/cancels", "payments.cancels", "void", AdyenModifications.Cancel),
        new("POST", "cancels", "cancels", "void", AdyenModifications.CancelByReference),
        new("POST", "payments/{id}/refunds", "payments.refunds", "refund", AdyenModifications.Refund),
        new("POST", "payments/{id}/amountUpdates", "payments.amount_updates", "adjust", AdyenModifications.Update),
        new("POST", "storedPaymentMethods", "stored_payment_methods.create", "authorise", AdyenTokens.Create),
        new("GET", "storedPaymentMethods", "stored_payment_methods.list", "read", AdyenTokens.List),
        new("DELETE", "storedPaymentMethods/{id}", "stored_payment_methods.delete", "read", AdyenTokens.Delete),
    ];
}
