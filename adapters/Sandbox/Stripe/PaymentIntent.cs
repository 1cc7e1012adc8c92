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

    /// <summary>May be captured several times.</summary>
    [JsonPropertyName("mc")] public bool MultiCapture { get; init; }

    /// <summary>Its authorised amount may be raised.</summary>
    [JsonPropertyName("ia")] public bool Incremental { get; init; }
    [JsonPropertyName("cc")] public int Captures { get; init; }
    [JsonPropertyName("cs")] public string? Customer { get; init; }

    /// <summary>Whether the customer keeps the card.</summary>
    [JsonPropertyName("sf")] public string? SetupFutureUsage { get; init; }

    /// <summary>The customer's own card that pays; null for a test card as such.</summary>
    [JsonPropertyName("km")] public string? KeptMethod { get; init; }

    /// <summary>The action has to be done in the shop's page.</summary>
    [JsonPropertyName("ip")] public bool InPage { get; init; }

    /// <summary>What banks took back.</summary>
    [JsonPropertyName("di")] public long Disputed { get; init; }

    /// <summary>Unix milliseconds, when the shopper's bank disputes it; 0: not.</summary>
    [JsonPropertyName("dd")] public long DisputeDue { get; init; }

    [JsonIgnore] public long Capturable => Status is IntentStatus.RequiresCapture ? Amount - Captured : 0;
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

    public string? Meta(string key) => StripeForm.Meta(Metadata, key);
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

    /// <summary><c>pending</c>, <c>succeeded</c>, <c>failed</c>.</summary>
    [JsonPropertyName("st")] public string Status { get; init; } = "succeeded";
    [JsonPropertyName("fr")] public string? FailureReason { get; init; }

    /// <summary>Unix milliseconds, when the card's bank says more; 0: nothing more comes.</summary>
    [JsonPropertyName("du")] public long Due { get; init; }
}
