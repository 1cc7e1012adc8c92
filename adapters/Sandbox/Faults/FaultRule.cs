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

    /// <summary>Webhooks only: lets later ones overtake it; several that are kept back go on in an order of chance.</summary>
    [JsonStringEnumMemberName("reorder")] Reorder,

    /// <summary>Waits a time drawn from <see cref="FaultRule.Latency"/>, and lets later rules hit the same request.</summary>
    [JsonStringEnumMemberName("latency")] Latency,

    /// <summary>Webhooks only: signs the first attempt with another secret; the next is right. For <c>webhook_delivery</c>: signs this attempt so.</summary>
    [JsonStringEnumMemberName("bad_signature")] BadSignature,

    /// <summary>Webhooks only: never sends it.</summary>
    [JsonStringEnumMemberName("never")] Never,
}

/// <summary>What goes wrong, with what, and how often.</summary>
/// <param name="Operation">
/// As <c>payment_intents.create</c> or in a word: <c>authorise</c>, <c>capture</c>, <c>void</c>, <c>refund</c>, <c>read</c>, <c>webhook</c> (when it
/// is raised; also a type of event), <c>webhook_delivery</c> (each attempt to send one), <c>tax</c> (of AvaTax: <c>avalara.quote</c>, <c>avalara.commit</c>, <c>avalara.void</c>, <c>avalara.refund</c>, <c>avalara.read</c>). Null: every request, no webhook.
/// </param>
/// <param name="Probability">Of a request that fits to be hit, from 0 to 1.</param>
/// <param name="Count">Hits until the rule is spent. Null: no end.</param>
/// <param name="Variant">For garbage: <c>html</c>, <c>schema</c>, <c>amount</c> (negative) or <c>currency</c> (another). Null: drawn.</param>
/// <param name="Stored">For a status: the request broke down inside, so that its idempotency key is spent on a 500.</param>
/// <param name="Vendor"><c>stripe</c>, <c>adyen</c>, <c>avalara</c>, <c>commercetools</c>. Null: every one.</param>
/// <param name="P50Ms">With <paramref name="P99Ms"/>: half of the waits are shorter; they are log-normal.</param>
/// <param name="P99Ms">One wait in a hundred is longer.</param>
/// <param name="MinMs">With <paramref name="MaxMs"/>: waits are uniform between the two.</param>
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
    bool Stored = false,
    string? Vendor = null,
    int? P50Ms = null,
    int? P99Ms = null,
    int? MinMs = null,
    int? MaxMs = null)
{
    /// <summary>What waits are drawn from; null when the rule says nothing of it, or nothing that could be.</summary>
    [JsonIgnore]
    public Latency? Latency =>
        P50Ms is { } median && P99Ms is { } tail && median > 0 && tail >= median ? new Latency.LogNormal(median, tail)
        : MinMs is { } least && MaxMs is { } most && least >= 0 && most >= least ? new Latency.Uniform(least, most)
        : null;

    /// <summary>Reads the header <c>Sandbox-Fault</c>: <c>drop_after</c>, <c>slow=5000</c>, <c>status=429; retry-after=7</c>, <c>status=500; stored</c>, <c>garbage=amount</c>, <c>latency; p50=40; p99=900</c>, <c>latency; min=10; max=300</c>.</summary>
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
                "latency" => new(FaultKind.Latency),
                "p50" => rule is null ? null : rule with { P50Ms = number },
                "p99" => rule is null ? null : rule with { P99Ms = number },
                "min" => rule is null ? null : rule with { MinMs = number },
                "max" => rule is null ? null : rule with { MaxMs = number },
                "retry-after" or "retryAfterSeconds" => rule is null ? null : rule with { RetryAfterSeconds = number },
                "delay" or "delayMs" => rule is null ? null : rule with { DelayMs = number },
                "stored" => rule is null ? null : rule with { Stored = true },
                _ => rule,
            };
        }

        return rule;
    }
}
