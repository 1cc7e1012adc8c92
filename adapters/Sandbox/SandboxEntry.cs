using System.Text.Json.Serialization;
using Commerce.Sandbox.Avalara;
using Commerce.Sandbox.Stripe;

namespace Commerce.Sandbox;

/// <summary>One line of the journal: everything that one request changed, so that a line that is torn off undoes the whole of it.</summary>
internal sealed record SandboxEntry
{
    /// <summary>Unix milliseconds.</summary>
    [JsonPropertyName("at")] public long At { get; init; }
    [JsonPropertyName("pi")] public PaymentIntent? Intent { get; init; }
    [JsonPropertyName("re")] public Refund? Refund { get; init; }
    [JsonPropertyName("dp")] public Dispute? Dispute { get; init; }
    [JsonPropertyName("cu")] public Customer? Customer { get; init; }
    [JsonPropertyName("pm")] public KeptMethod? Method { get; init; }
    [JsonPropertyName("se")] public SettlementError? Settlement { get; init; }
    [JsonPropertyName("ky")] public KeptKey? Key { get; init; }
    [JsonPropertyName("tx")] public VendorTransaction[]? Transactions { get; init; }

    /// <summary>Ids and types in turn.</summary>
    [JsonPropertyName("ev")] public string[]? Events { get; init; }

    /// <summary>Whether the events are to be sent.</summary>
    [JsonPropertyName("nt")] public bool Notify { get; init; }

    [JsonPropertyName("ta")] public TransactionModel? Tax { get; init; }

    /// <summary>Id of an event whose receiver answered 2xx, or that was given up.</summary>
    [JsonPropertyName("dv")] public string? Delivered { get; init; }
}

/// <summary>What was answered under an idempotency key; the objects that it showed are those of the same entry.</summary>
internal sealed record KeptKey(
    [property: JsonPropertyName("k")] string Key,
    [property: JsonPropertyName("f")] ulong Fingerprint,
    [property: JsonPropertyName("s")] int Status,
    [property: JsonPropertyName("e")] StripeError? Error = null);

/// <summary>Money that moved, or was refused, as the vendor saw it.</summary>
/// <param name="Kind"><c>authorise</c>, <c>adjust</c> (the whole new sum), <c>capture</c>, <c>void</c>, <c>refund</c>, <c>refund_failed</c>, <c>charge_back</c>, <c>charge_back_reversed</c> or <c>decline</c>.</param>
internal sealed record VendorTransaction(
    [property: JsonPropertyName("k")] string Kind,
    [property: JsonPropertyName("i")] string Id,
    [property: JsonPropertyName("a")] long Amount,
    [property: JsonPropertyName("o")] string Outcome);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(SandboxEntry))]
internal sealed partial class SandboxJson : JsonSerializerContext;
