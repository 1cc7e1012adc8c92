using System.Text.Json.Serialization;

namespace Commerce.Sandbox.Stripe;

internal enum IntentStatus
{
    RequiresPaymentMethod = 0,
    RequiresConfirmation = 1,
    RequiresAction = 2,
    RequiresCapture = 3,
    Succeeded = 4,
    Canceled = 5,
}

/// <summary>A PaymentIntent at one moment. Never changed: what was answered under a key is the very object that a replay shows again.</summary>
internal sealed record PaymentIntent
{
    private static readonly long Validity = (long)TimeSpan.FromDays(7).TotalSeconds;

    [JsonPropertyName("id")] public required string Id { get; init; }
    [JsonPropertyName("am")] public required long Amount { get; init; }

    /// <summary>Lower case, as Stripe writes it.</summary>
    [JsonPropertyName("cu")] public required string Currency { get; init; }
    [JsonPropertyName("st")] public IntentStatus Status { get; init; }
    [JsonPropertyName("ma")] public bool Manual { get; init; }
    [JsonPropertyName("me")] public string? Method { get; init; }
    [JsonPropertyName("ca")] public long Captured { get; init; }
    [JsonPropertyName("re")] public long Refunded { get; init; }

    /// <summary>Unix seconds, as every time here.</summary>
    [JsonPropertyName("cr")] public long Created { get; init; }
    [JsonPropertyName("au")] public long AuthorisedAt { get; init; }
    [JsonPropertyName("cx")] public long CanceledAt { get; init; }
    [JsonPropertyName("cn")] public string? CancellationReason { get; init; }

    /// <summary>Keys and values in turn.</summary>
    [JsonPropertyName("md")] public string[]? Metadata { get; init; }
    [JsonPropertyName("ru")] public string? ReturnUrl { get; init; }

    /// <summary>Name of the last refusal in <see cref="Declines"/>.</summary>
    [JsonPropertyName("de")] public string? Decline { get; init; }

    /// <summary>Times that a charge was tried.</summary>
    [JsonPropertyName("at")] public int Attempts { get; init; }

    /// <summary>The idempotency key that it was created under.</summary>
    [JsonPropertyName("ky")] public string? Key { get; init; }

    /// <summary>Address of the page where the shopper authenticates.</summary>
    [JsonPropertyName("ur")] public string? ActionUrl { get; init; }

    [JsonIgnore] public long Capturable => Status is IntentStatus.RequiresCapture ? Amount : 0;
    [JsonIgnore] public long CaptureBefore => AuthorisedAt + Validity;
    [JsonIgnore] public string? ChargeId => Attempts == 0 ? null : SandboxIds.As(Id, "ch_") + (Attempts == 1 ? "" : Attempts.ToString(provider: null));
    [JsonIgnore] public string ClientSecret => $"{Id}_secret_{SandboxIds.As(Id, "")[12..]}";

    [JsonIgnore]
    public string StatusName => Status switch
    {
        IntentStatus.RequiresPaymentMethod => "requires_payment_method",
        IntentStatus.RequiresConfirmation => "requires_confirmation",
        IntentStatus.RequiresAction => "requires_action",
        IntentStatus.RequiresCapture => "requires_capture",
        IntentStatus.Succeeded => "succeeded",
        _ => "canceled",
    };

    public string? Meta(string key)
    {
        for (var i = 0; i + 1 < Metadata?.Length; i += 2)
        {
            if (Metadata[i] == key)
            {
                return Metadata[i + 1];
            }
        }

        return null;
    }
}

internal sealed record Refund
{
    [JsonPropertyName("id")] public required string Id { get; init; }
    [JsonPropertyName("pi")] public required string Intent { get; init; }
    [JsonPropertyName("ch")] public required string Charge { get; init; }
    [JsonPropertyName("am")] public required long Amount { get; init; }
    [JsonPropertyName("cu")] public required string Currency { get; init; }
    [JsonPropertyName("rs")] public string? Reason { get; init; }
    [JsonPropertyName("cr")] public long Created { get; init; }
    [JsonPropertyName("md")] public string[]? Metadata { get; init; }
}
