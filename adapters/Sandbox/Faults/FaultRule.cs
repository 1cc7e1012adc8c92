using System.Text.Json.Serialization;

namespace Commerce.Sandbox;

[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
internal enum FaultKind
{
    /// <summary>Waits before it does what was asked.</summary>
    [JsonStringEnumMemberName("slow")] Slow,

    /// <summary>Turns the request away with a status, before anything happened.</summary>
    [JsonStringEnumMemberName("status")] Status,

    /// <summary>Closes the connection; nothing happened.</summary>
    [JsonStringEnumMemberName("drop_before")] DropBefore,

    /// <summary>Does what was asked, durably, and closes the connection without an answer.</summary>
    [JsonStringEnumMemberName("drop_after")] DropAfter,

    /// <summary>Does what was asked and closes the connection half-way through the answer.</summary>
    [JsonStringEnumMemberName("truncate")] Truncate,

    /// <summary>Does what was asked and answers nonsense under status 200.</summary>
    [JsonStringEnumMemberName("garbage")] Garbage,

    /// <summary>Webhooks only: sends it twice.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Webhooks only: lets later ones overtake it.</summary>
    [JsonStringEnumMemberName("reorder")] Reorder,
}

/// <summary>What goes wrong, with what, and how often.</summary>
/// <param name="Operation">
/// As <c>payment_intents.create</c> or in a word: <c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>read</c>, <c>webhook</c>,
/// <c>tax</c> (of AvaTax: <c>avalara.quote</c>, <c>avalara.commit</c>, <c>avalara.void</c>, <c>avalara.refund</c>, <c>avalara.read</c>). Null: every request, no webhook.
/// </param>
/// <param name="Probability">Of a request that fits to be hit, from 0 to 1.</param>
/// <param name="Count">Hits until the rule is spent. Null: no end.</param>
/// <param name="Variant">For garbage: <c>html</c>, <c>schema</c>, <c>amount</c> (negative) or <c>currency</c> (another). Null: drawn.</param>
/// <param name="Stored">For a status: the request broke down inside, so that its idempotency key is spent on a 500.</param>
internal sealed record FaultRule(
    FaultKind Kind,
    string? Operation = null,
    double Probability = 1,
    int? Count = null,
    int DelayMs = 0,
    int Status = 503,
    int? RetryAfterSeconds = null,
    int Seed = 1,
    string? Variant = null,
    bool Stored = false)
{
    /// <summary>Reads the header <c>Sandbox-Fault</c>: <c>drop_after</c>, <c>slow=5000</c>, <c>status=429; retry-after=7</c>, <c>status=500; stored</c>, <c>garbage=amount</c>.</summary>
    public static FaultRule? Parse(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return null;
        }

        FaultRule? rule = null;
        foreach (var part in header.Split([';', ','], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = part.IndexOf('=', StringComparison.Ordinal) is > 0 and var at ? (part[..at].TrimEnd(), part[(at + 1)..].TrimStart()) : (part, "");
            var number = int.TryParse(value, out var parsed) ? parsed : 0;
            rule = name switch
            {
                "slow" => new(FaultKind.Slow, DelayMs: number),
                "status" => new(FaultKind.Status, Status: number == 0 ? 503 : number),
                "drop_before" => new(FaultKind.DropBefore),
                "drop_after" => new(FaultKind.DropAfter),
                "truncate" => new(FaultKind.Truncate),
                "garbage" => new(FaultKind.Garbage, Variant: value.Length == 0 ? null : value),
                "retry-after" or "retryAfterSeconds" => rule is null ? null : rule with { RetryAfterSeconds = number },
                "delay" or "delayMs" => rule is null ? null : rule with { DelayMs = number },
                "stored" => rule is null ? null : rule with { Stored = true },
                _ => rule,
            };
        }

        return rule;
    }
}
